"""The street without anybody in it: painted once per scene, with a depth for every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from replay.scenes.arrays import Floats, Image
from replay.scenes.camera import View
from replay.scenes.ground import ground_texture, texture_to_world
from replay.scenes.houses import Front, house_fronts
from replay.scenes.light import Light
from replay.scenes.paint import Sprite, blend, paint
from replay.scenes.props import street_furniture
from replay.scenes.shadows import cast, darken
from replay.scenes.shapes import Pose, Shape
from replay.scenes.sky import sky
from replay.scenes.spec import Conditions, SceneSpec
from replay.scenes.weather import FLAT_NORMAL_Z, settle_snow, wet_ground

_SAMPLES = 2
_FAR_AWAY_M = 1e4
_ORIGIN = Pose(0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """The empty street in its light."""

    picture: Image
    """BGR, with everything lit and hazy."""
    own_colours: Image
    """BGR, before the lamps: what a headlight would bring out."""
    depth_m: Image
    """float32 (H, W) along the optical axis; the sky is far away."""
    standing_m: Image
    """The same with the ground, too, far away: the ground hides nothing that stands on it."""


class _Canvas:
    """The picture being painted, far to near."""

    def __init__(self, spec: SceneSpec, light: Light) -> None:
        self.view = View(spec.camera, spec.width_px, spec.height_px)
        self.fine = self.view.scaled(_SAMPLES)
        self.light = light
        rng = np.random.default_rng([spec.seed, 11])
        self.colours = sky(rng, self.fine, spec.conditions)
        self.glow: Image = np.zeros_like(self.colours)
        self.rays = self.view.rays()
        shape = (spec.height_px, spec.width_px)
        self.depth_m: Image = np.full(shape, _FAR_AWAY_M, np.float32)
        self.normals: Image = np.zeros((*shape, 3), np.float32)
        self.normals[:, :] = (0, 0, 1)

    def lay_ground(self, texture: Image) -> None:
        """Far ground from a blurred copy, so that fine grain does not flicker there."""
        to_world = texture_to_world()
        camera = self.fine.plane_to_picture(np.zeros(3), np.eye(3)[0], np.eye(3)[1])
        homography = camera @ to_world
        size = (self.fine.width_px, self.fine.height_px)
        upward = np.array([[0.0, 0.0, 1.0]])
        gain = self.light.level(np.zeros((1, 3)), upward, self.view)[0]
        if self.light.is_dark:
            gain = np.ones(3)
        near = cv2.warpPerspective(texture, homography, size, flags=cv2.INTER_LINEAR)
        soft = cv2.GaussianBlur(texture, (0, 0), 2.2)
        far = cv2.warpPerspective(soft, homography, size, flags=cv2.INTER_LINEAR)
        distance = self.fine.ground_depths(_FAR_AWAY_M)[:, None]
        share = np.clip((distance - 22) / 25, 0, 1)[:, :, None].astype(np.float32)
        mixed = (near * (1 - share) + far * share) * gain.astype(np.float32)
        below = int(np.argmax(distance[:, 0] < _FAR_AWAY_M))
        self.colours[below:] = np.clip(mixed[below:], 0, 255).astype(np.uint8)
        self.colours[below:][near[below:, :, 0] <= 0] = (96, 96, 96)
        self.depth_m[:] = self.view.ground_depths(_FAR_AWAY_M)[:, None]

    def hang(self, front: Front) -> None:
        """Put up a house front."""
        rows, columns = front.facade.colours.shape[:2]
        px_to_m = np.array(
            [
                [front.facade.width_m / columns, 0, 0],
                [0, -front.facade.height_m / rows, front.facade.height_m],
                [0, 0, 1],
            ]
        )
        normal = front.outward[None, :]
        gain = self.light.level(front.corner_m[None, :], normal, self.view)[0]
        lit = front.facade.colours
        if not self.light.is_dark:
            lit = np.clip(lit * gain, 0, 255).astype(np.uint8)
        fine = _warp(self.fine, front, px_to_m)
        if fine is None:
            return
        homography, size, corner = fine
        part = (slice(corner[1], corner[1] + size[1]), slice(corner[0], corner[0] + size[0]))
        solid: Image = np.full((rows, columns), 255, np.uint8)
        mask = cv2.warpPerspective(solid, homography, size, flags=cv2.INTER_NEAREST) > 0
        self.colours[part][mask] = cv2.warpPerspective(lit, homography, size)[mask]
        if self.light.is_dark:
            self.glow[part][mask] = cv2.warpPerspective(front.facade.glow, homography, size)[mask]
        self._stand(mask[::_SAMPLES, ::_SAMPLES], front, (corner[1] // 2, corner[0] // 2))

    def _stand(self, mask: Image, front: Front, corner: tuple[int, int]) -> None:
        part = (
            slice(corner[0], corner[0] + mask.shape[0]),
            slice(corner[1], corner[1] + mask.shape[1]),
        )
        offset = (front.corner_m - self.view.camera.position_m) @ front.outward
        with np.errstate(divide="ignore", invalid="ignore"):
            depth = offset / (self.rays[part] @ front.outward)
        nearer = mask & (depth > 0) & (depth < self.depth_m[part])
        self.depth_m[part][nearer] = depth[nearer]
        self.normals[part][nearer] = front.outward

    def plant(self, shapes: tuple[Shape, ...]) -> None:
        """Stand the street furniture, shadows first, then far to near."""
        for shape in shapes:
            shadow = cast(shape, _ORIGIN, self.fine, self.light)
            if shadow is not None:
                darken(self.colours, shadow)
        plain = _unlit(self.light)
        for shape in sorted(shapes, key=lambda shape: -_distance(shape, self.view)):
            sprite = paint(shape, _ORIGIN, self.fine, plain)
            if sprite is None:
                continue
            blend(self.colours, sprite)
            self._stand_sprite(sprite, _distance(shape, self.view))

    def _stand_sprite(self, sprite: Sprite, depth_m: float) -> None:
        """Note what a sprite, painted finely, covers in the maps of the picture's own size."""
        height, width = sprite.picture.shape[:2]
        fine = (
            slice(sprite.top_px, sprite.top_px + height),
            slice(sprite.left_px, sprite.left_px + width),
        )
        cover = sprite.picture[:, :, 3] > 127
        self.glow[fine][cover] = 0
        top, left = -(-sprite.top_px // _SAMPLES), -(-sprite.left_px // _SAMPLES)
        solid = cover[
            top * _SAMPLES - sprite.top_px :: _SAMPLES, left * _SAMPLES - sprite.left_px :: _SAMPLES
        ]
        coarse = (slice(top, top + solid.shape[0]), slice(left, left + solid.shape[1]))
        part = self.depth_m[coarse]
        part[solid] = np.minimum(part[solid], depth_m)
        self.normals[coarse][solid] = (0, -0.5, 0.5)


def _warp(
    view: View, front: Front, px_to_m: Floats
) -> tuple[Floats, tuple[int, int], tuple[int, int]] | None:
    """How a front comes into the picture: homography, size and corner of the part it covers."""
    up = np.array([0.0, 0.0, 1.0])
    facing = (view.camera.position_m - front.corner_m) @ front.outward
    wide, high = front.across * front.facade.width_m, up * front.facade.height_m
    corners = front.corner_m + np.array([0 * up, wide, high, wide + high])
    seen = (corners - view.camera.position_m) @ view.camera.axes()[2]
    if facing <= 0 or seen.max() < 1.0:
        return None
    limit = [view.width_px, view.height_px]
    pixels = view.project(corners)[0] if seen.min() > 1.0 else np.array([[0, 0], limit])
    low = np.clip(np.floor(pixels.min(axis=0)), 0, limit).astype(int) // _SAMPLES * _SAMPLES
    high_px = np.clip(np.ceil(pixels.max(axis=0) + 1), 0, limit).astype(int)
    size = (high_px - low + 1) // _SAMPLES * _SAMPLES
    if (size < _SAMPLES).any():
        return None
    to_corner = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    homography = to_corner @ view.plane_to_picture(front.corner_m, front.across, up) @ px_to_m
    return homography, (int(size[0]), int(size[1])), (int(low[0]), int(low[1]))


def _unlit(light: Light) -> Light:
    """Daylight shading for things that the lamps light later; daylight as it is otherwise."""
    if not light.is_dark:
        return light
    return Light(
        ambient=np.ones(3),
        sun=np.zeros(3),
        toward_sun=light.toward_sun,
        lamp=np.zeros(3),
        lamps_m=np.zeros((0, 3)),
        illuminator=0.0,
        fog_per_m=0.0,
        fog_colour=light.fog_colour,
        glow_gain=light.glow_gain,
        toward_px=light.toward_px,
    )


def _distance(shape: Shape, view: View) -> float:
    """The depth at which a thing stands: that of its lowest points' middle."""
    points = np.concatenate([shape.vertices_m, shape.limb_ends_m.reshape(-1, 3)])
    low = points[points[:, 2] < points[:, 2].min() + 0.2].mean(axis=0, keepdims=True)
    return float(view.project(low)[1][0])


def make_backdrop(spec: SceneSpec, light: Light) -> Backdrop:
    """Paint the empty street of a scene."""
    canvas = _Canvas(spec, light)
    canvas.lay_ground(ground_texture(spec.seed))
    for front in house_fronts(spec.seed):
        canvas.hang(front)
    winter = spec.conditions.snow > 0
    canvas.plant(street_furniture(spec.seed, winter=winter))
    size = (spec.width_px, spec.height_px)
    own = cv2.resize(canvas.colours, size, interpolation=cv2.INTER_AREA)
    glow = cv2.resize(canvas.glow, size, interpolation=cv2.INTER_AREA)
    own = settle_snow(own, canvas.depth_m, canvas.normals, canvas.view, spec)
    own = wet_ground(own, canvas.depth_m, canvas.normals, canvas.view, spec)
    lit = _under_the_lamps(own, glow, canvas, spec.conditions)
    ground = canvas.normals[:, :, 2] > FLAT_NORMAL_Z
    standing = np.where(ground, np.float32(_FAR_AWAY_M), canvas.depth_m)
    return Backdrop(_hazy(lit, canvas), own, canvas.depth_m, standing)


def _under_the_lamps(own: Image, glow: Image, canvas: _Canvas, conditions: Conditions) -> Image:
    """Multiply by the light at every pixel's place, worked out at a quarter of the size."""
    if not canvas.light.is_dark:
        return own
    step = 4
    points = canvas.view.camera.position_m + (
        canvas.rays[::step, ::step] * canvas.depth_m[::step, ::step, None]
    )
    normals = canvas.normals[::step, ::step].astype(np.float64)
    gains = canvas.light.level(points.reshape(-1, 3), normals.reshape(-1, 3), canvas.view)
    sky_part = canvas.depth_m[::step, ::step].reshape(-1) > 1000
    gains[sky_part] = 1.0
    gains = gains.reshape(points.shape).astype(np.float32)
    size = (canvas.view.width_px, canvas.view.height_px)
    smooth = cv2.resize(gains, size, interpolation=cv2.INTER_LINEAR)
    shine = 0.0 if conditions.infrared else canvas.light.glow_gain
    lit = own * smooth + glow.astype(np.float32) * shine * 0.85
    return np.clip(lit, 0, 255).astype(np.uint8)


def _hazy(picture: Image, canvas: _Canvas) -> Image:
    light = canvas.light
    reach = np.where(canvas.depth_m > 1000, 160.0, canvas.depth_m)
    veil = (1.0 - np.exp(-light.fog_per_m * reach))[:, :, None]
    mixed = picture * (1 - veil) + light.fog_colour * veil
    return np.clip(mixed, 0, 255).astype(np.uint8)
