"""How a camera is seen: learned detectors and obstruction, brought together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detector.engines.protocol import Engine
from detector.frame import Image
from detector.framing import Framing
from detector.gate import Gate
from detector.health.health import Health
from detector.health.trouble import Trouble
from detector.obstruction.memory import Memory
from detector.obstruction.view import frame_px
from detector.obstruction.watcher import ObstructionWatcher
from fences.box import Box
from fences.fence import Fence
from fences.observation import Detection, Label, Observation, Seeing

BESIDE, ABOVE = 0.15, 0.3
"""Of the picture, around the fences: where models look for what stands in them. A lorry's foot is
in the fence and its top far above."""

LEAST_PX = 960
"""Long side of the smallest picture that is looked at, where the camera gives as much."""


class Eyes:
    """Looks at the frames of one camera, in order. Engines may be shared, watchers are not.

    ``memories`` are the backgrounds of an earlier run by fence id; ``framing`` knows where the
    camera looked then, ``health`` follows whether its pictures are of any use. While it looks
    elsewhere or they are of none, every fence is blind. ``gated``: engines are asked again only
    when something has changed around the fences.
    """

    def __init__(
        self,
        fences: Sequence[Fence],
        engines: Sequence[Engine],
        memories: Mapping[str, Memory] | None = None,
        framing: Framing | None = None,
        health: Health | None = None,
        *,
        gated: bool = True,
    ) -> None:
        self._fence_ids = tuple(fence.id for fence in fences)
        self.framing = Framing() if framing is None else framing
        self._health = Health() if health is None else health
        self._unwell = False
        given = memories or {}
        learned = any(Seeing.LEARNED in fence.see for fence in fences)
        self._engines = tuple(engines) if learned else ()
        self._sees_people = any(engine.card.sees_people for engine in self._engines)
        self._gate = Gate(fences) if self._engines and gated else None
        self._within = _surroundings(fences) if fences else None
        self._learned: tuple[Detection, ...] = ()
        self.inferences = self.skipped = 0
        self._watchers = {
            fence.id: ObstructionWatcher(fence, given.get(fence.id))
            for fence in fences
            if Seeing.OBSTRUCTION in fence.see
        }
        self.wanted_px = max(
            LEAST_PX,
            *(max(engine.card.input_hw) for engine in self._engines),
            *(frame_px(fence.polygon) for fence in fences if fence.id in self._watchers),
        )

    @property
    def quiet(self) -> bool:
        """Whether the last look found no fence changed, so that the next one may take its time."""
        restless = any(watcher.restless for watcher in self._watchers.values())
        return not (restless or self._unwell)

    def look(self, image: Image, media_ns: int, wall_ns: int) -> Observation:
        """Everything that is seen in one frame."""
        elsewhere = self.framing.observe(image, media_ns)
        self._unwell = self._health.observe(image, media_ns, elsewhere=elsewhere)
        if elsewhere or self._unwell:
            return Observation(media_ns, wall_ns, blind=self._fence_ids)
        learned = self._infer(image, media_ns)
        people = tuple(seen.box for seen in learned if seen.label == Label.PERSON)
        obstructions, blind = self._watch(image, media_ns, people)
        return Observation(
            media_ns=media_ns,
            wall_ns=wall_ns,
            detections=(*learned, *obstructions),
            sees_people=self._sees_people,
            blind=blind,
        )

    @property
    def trouble(self) -> Trouble | None:
        """What is the matter with the camera, once it has lasted."""
        told = self._health.trouble
        return Trouble.MOVED if told is None and self.framing.moved else told

    def memories(self) -> dict[str, Memory]:
        """The backgrounds by fence id; they go on changing with every look."""
        return {
            fence_id: watcher.memory
            for fence_id, watcher in self._watchers.items()
            if watcher.memory is not None
        }

    def _infer(self, image: Image, media_ns: int) -> tuple[Detection, ...]:
        if self._gate is not None and not self._gate.opens(image, media_ns):
            self.skipped += 1
            return self._learned
        self.inferences += len(self._engines)
        self._learned = tuple(
            seen for engine in self._engines for seen in engine.infer(image, self._within)
        )
        return self._learned

    def _watch(
        self, image: Image, media_ns: int, people: tuple[Box, ...]
    ) -> tuple[list[Detection], tuple[str, ...]]:
        found: list[Detection] = []
        blind: list[str] = []
        for fence_id, watcher in self._watchers.items():
            seen = watcher.observe(image, media_ns, people)
            if seen is None:
                blind.append(fence_id)
            else:
                found.extend(seen)
        return found, tuple(blind)


def _surroundings(fences: Sequence[Fence]) -> Box:
    bounds = [fence.polygon.bounds for fence in fences]
    return Box(
        max(0.0, min(box.x1 for box in bounds) - BESIDE),
        max(0.0, min(box.y1 for box in bounds) - ABOVE),
        min(1.0, max(box.x2 for box in bounds) + BESIDE),
        min(1.0, max(box.y2 for box in bounds) + BESIDE),
    )
