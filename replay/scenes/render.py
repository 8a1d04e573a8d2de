"""From a scene to its frames, with the box of every actor in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from replay.scenes.arrays import Image
from replay.scenes.backdrop import make_backdrop
from replay.scenes.camera import View
from replay.scenes.canopy import MovingShadows
from replay.scenes.glow import add_beams, add_halo, add_street_lamps
from replay.scenes.lens import Lens, shake_px
from replay.scenes.light import light_of
from replay.scenes.paint import Sprite, blend, paint
from replay.scenes.shadows import Shadow, cast, darken
from replay.scenes.spec import Actor, SceneSpec
from replay.scenes.wardrobe import Dressed, dress
from replay.scenes.weather import fall, is_wet

_LEAST_VISIBLE_ALPHA = 127


@dataclass(frozen=True, slots=True)
class TruthBox:
    """Where an actor is in a frame."""

    actor_id: str
    label: str
    xyxy: tuple[float, float, float, float]
    """In 0-1 of the frame, not clipped: what leaves the picture goes on beyond 0 or 1."""
    visible_share: float
    """0-1 of the actor's pixels that neither the edge nor other things hide."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderedFrame:
    """One picture and its truth."""

    media_ns: int
    image: Image
    """BGR uint8 (height, width, 3)."""
    boxes: tuple[TruthBox, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Cast:
    """An actor as painted for one frame."""

    actor: Actor
    dressed: Dressed
    sprite: Sprite
    shadow: Shadow | None


def render(spec: SceneSpec) -> Iterator[RenderedFrame]:
    """All frames of a scene in order. The same spec gives the same bytes."""
    studio = Studio(spec)
    for index in range(spec.frame_count):
        yield studio.frame(index)


class Studio:
    """A scene with its painted backdrop, for drawing any of its frames."""

    def __init__(self, spec: SceneSpec) -> None:
        self._spec = spec
        self._view = View(spec.camera, spec.width_px, spec.height_px)
        self._light = light_of(spec.conditions, self._view)
        self._backdrop = make_backdrop(spec, self._light)
        if self._light.is_dark and not spec.conditions.infrared:
            add_street_lamps(self._backdrop.picture, self._view, self._light)
        self._lens = Lens(spec)
        self._moving = MovingShadows(spec, self._view) if spec.conditions.moving_shadows else None
        self._painted: dict[str, _Cast] = {}

    def frame(self, index: int) -> RenderedFrame:
        """The frame of this number, 0 to ``frame_count`` - 1."""
        spec = self._spec
        at_s = index / spec.fps
        picture = self._backdrop.picture.copy()
        present = self._on_stage(at_s)
        if self._light.is_dark:
            beams = [one.dressed.pose for one in present if len(one.dressed.headlamps_m) == 2]
            add_beams(picture, self._backdrop.own_colours, beams, self._view)
        if self._moving is not None:
            picture = cv2.multiply(picture, self._moving.light_left(at_s), scale=1 / 255)
        for one in present:
            if one.shadow is not None:
                darken(picture, one.shadow)
            if is_wet(spec.conditions):
                _mirror(picture, one.sprite, 0.3 * spec.conditions.rain)
        boxes = self._play(picture, present, index)
        picture = fall(picture, spec, index)
        return RenderedFrame(spec.media_ns(index), self._lens.take(picture, index), boxes)

    def _on_stage(self, at_s: float) -> list[_Cast]:
        """Everybody in the picture, far to near."""
        present = []
        for actor in self._spec.actors:
            dressed = dress(actor, at_s)
            if dressed is None:
                continue
            known = self._painted.get(actor.actor_id)
            if known is None or known.dressed.look != dressed.look:
                sprite = paint(dressed.shape, dressed.pose, self._view, self._light)
                if sprite is None:
                    continue
                shadow = cast(dressed.shape, dressed.pose, self._view, self._light)
                known = _Cast(actor, dressed, sprite, shadow)
                self._painted[actor.actor_id] = known
            present.append(known)
        return sorted(present, key=lambda one: -one.sprite.depth_m)

    def _play(self, picture: Image, present: list[_Cast], index: int) -> tuple[TruthBox, ...]:
        """Paint everybody and see who remains visible."""
        owner: Image = np.zeros(picture.shape[:2], np.uint8)
        for number, one in enumerate(present, start=1):
            shown = blend(picture, one.sprite, self._backdrop.standing_m)
            _area(owner, one.sprite)[shown > _LEAST_VISIBLE_ALPHA] = number
            if self._light.is_dark:
                for lamp_m in one.dressed.headlamps_m:
                    self._shine(picture, one, lamp_m)
        shift = shake_px(self._spec, index)
        return tuple(
            self._truth(one, _area(owner, one.sprite) == number, shift)
            for number, one in enumerate(present, start=1)
        )

    def _shine(self, picture: Image, one: _Cast, lamp_m: object) -> None:
        """A headlamp's halo, unless the vehicle looks away."""
        place = np.asarray(lamp_m, np.float64)
        ahead = one.dressed.pose.turn()[:, 0]
        facing = float(ahead @ (self._view.camera.position_m - place))
        if facing > 0:
            add_halo(picture, place, 0.75, 0.9, self._view)

    def _truth(self, one: _Cast, visible: Image, shift_px: tuple[float, float]) -> TruthBox:
        width, height = self._spec.width_px, self._spec.height_px
        x0, y0, x1, y1 = one.sprite.box_px
        painted = int((one.sprite.picture[:, :, 3] > _LEAST_VISIBLE_ALPHA).sum())
        inside_width = max(min(x1, width) - max(x0, 0.0), 0.0)
        inside_height = max(min(y1, height) - max(y0, 0.0), 0.0)
        inside = inside_width * inside_height / max((x1 - x0) * (y1 - y0), 1e-6)
        right, down = shift_px
        return TruthBox(
            one.actor.actor_id,
            one.actor.label,
            (
                (x0 + right) / width,
                (y0 + down) / height,
                (x1 + right) / width,
                (y1 + down) / height,
            ),
            min(inside * int(visible.sum()) / max(painted, 1), 1.0),
        )


def _area(picture: Image, sprite: Sprite) -> Image:
    height, width = sprite.picture.shape[:2]
    return picture[sprite.top_px : sprite.top_px + height, sprite.left_px : sprite.left_px + width]


def _mirror(frame: Image, sprite: Sprite, share: float) -> None:
    """The thing upside down in the wet ground, in place."""
    height, width = sprite.picture.shape[:2]
    top = sprite.top_px + height - max(height // 12, 1)
    rows = min(height, frame.shape[0] - top)
    if rows < 2:
        return
    turned = cv2.blur(sprite.picture[::-1], (3, max(height // 8, 1)))[:rows]
    fade = np.linspace(share, share * 0.25, rows, dtype=np.float32)[:, None, None]
    part = frame[top : top + rows, sprite.left_px : sprite.left_px + width]
    cover = turned[:, :, 3:] * (fade / 255)
    part[:] = (part * (1 - cover) + turned[:, :, :3] * fade).astype(np.uint8)
