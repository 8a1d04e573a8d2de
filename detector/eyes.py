"""How a camera is seen: learned detectors and obstruction, brought together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detector.engines.protocol import Engine
from detector.frame import Image
from detector.framing import Framing
from detector.obstruction.memory import Memory
from detector.obstruction.watcher import ObstructionWatcher
from fences.box import Box
from fences.fence import Fence
from fences.observation import Detection, Label, Observation, Seeing


class Eyes:
    """Looks at the frames of one camera, in order. Engines may be shared, watchers are not.

    ``memories`` are the backgrounds of an earlier run by fence id; ``framing`` knows where the
    camera looked then. While it looks elsewhere, every fence is blind.
    """

    def __init__(
        self,
        fences: Sequence[Fence],
        engines: Sequence[Engine],
        memories: Mapping[str, Memory] | None = None,
        framing: Framing | None = None,
    ) -> None:
        self._fence_ids = tuple(fence.id for fence in fences)
        self.framing = Framing() if framing is None else framing
        given = memories or {}
        learned = any(Seeing.LEARNED in fence.see for fence in fences)
        self._engines = tuple(engines) if learned else ()
        self._sees_people = any(engine.card.sees_people for engine in self._engines)
        self._watchers = {
            fence.id: ObstructionWatcher(fence, given.get(fence.id))
            for fence in fences
            if Seeing.OBSTRUCTION in fence.see
        }

    def look(self, image: Image, media_ns: int, wall_ns: int) -> Observation:
        """Everything that is seen in one frame."""
        if self.framing.observe(image, media_ns):
            return Observation(media_ns, wall_ns, blind=self._fence_ids)
        learned = tuple(seen for engine in self._engines for seen in engine.infer(image))
        people = tuple(seen.box for seen in learned if seen.label == Label.PERSON)
        obstructions, blind = self._watch(image, media_ns, people)
        return Observation(
            media_ns=media_ns,
            wall_ns=wall_ns,
            detections=(*learned, *obstructions),
            sees_people=self._sees_people,
            blind=blind,
        )

    def memories(self) -> dict[str, Memory]:
        """The backgrounds by fence id; they go on changing with every look."""
        return {
            fence_id: watcher.memory
            for fence_id, watcher in self._watchers.items()
            if watcher.memory is not None
        }

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
