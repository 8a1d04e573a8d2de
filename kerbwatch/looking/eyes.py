"""The eyes of a camera, wherever they are, and those that are in this process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from detector.engines.protocol import Engine
from detector.eyes import Eyes
from detector.frame import Image
from detector.framing import Framing
from detector.health.health import Health
from detector.health.trouble import Trouble
from fences.fence import Fence
from fences.observation import Observation
from kerbwatch.wire.backgrounds import BackgroundFolder


@dataclass(frozen=True, slots=True)
class Watched:
    """A camera, as far as looking at it goes; ``is_live``: its pictures come as they are taken."""

    camera_id: str
    fences: tuple[Fence, ...]
    is_live: bool


class CameraEyes(Protocol):
    """Looks at one camera's pictures, one after the other; the rest is as of the last look.

    ``wanted_px`` is the long side of the pictures that are wanted, ``skipped`` how many looks
    did without the models, ``quiet`` and ``trouble`` as :class:`detector.eyes.Eyes` has them.
    """

    @property
    def wanted_px(self) -> int: ...

    @property
    def quiet(self) -> bool: ...

    @property
    def trouble(self) -> Trouble | None: ...

    @property
    def skipped(self) -> int: ...

    @property
    def cost_ns(self) -> int | None:
        """Processor time that others spent on the last look; None: it was the caller's own."""
        ...

    def look(self, image: Image, media_ns: int, wall_ns: int) -> Observation:
        """Everything that is seen in a picture (height x width x 3, BGR, 0-255)."""
        ...

    def save(self) -> None:
        """Keep what the empty places look like. Raises ``OSError``."""
        ...


class OwnEyes:
    """Eyes in this process, which remember what an earlier run has saved."""

    def __init__(
        self, watched: Watched, engines: Sequence[Engine], backgrounds: BackgroundFolder
    ) -> None:
        camera_id, fences = watched.camera_id, watched.fences
        self._watched = watched
        self._backgrounds = backgrounds
        self._eyes = Eyes(
            fences,
            engines,
            backgrounds.load(camera_id, (fence.id for fence in fences)),
            Framing(backgrounds.load_view(camera_id, fences)),
            Health(live=watched.is_live),
        )

    @property
    def wanted_px(self) -> int:
        return self._eyes.wanted_px

    @property
    def quiet(self) -> bool:
        return self._eyes.quiet

    @property
    def trouble(self) -> Trouble | None:
        return self._eyes.trouble

    @property
    def skipped(self) -> int:
        return self._eyes.skipped

    @property
    def cost_ns(self) -> None:
        return None

    def look(self, image: Image, media_ns: int, wall_ns: int) -> Observation:
        return self._eyes.look(image, media_ns, wall_ns)

    def save(self) -> None:
        camera_id = self._watched.camera_id
        self._backgrounds.save(camera_id, self._eyes.memories())
        view = self._eyes.framing.view
        if view is not None:
            self._backgrounds.save_view(camera_id, self._watched.fences, view)
