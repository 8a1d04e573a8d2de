"""Backgrounds and views on disk, so that what stands there survives a restart of the service."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from detector.framing import Edges, decode_reference, encode_reference
from detector.obstruction.memory import Memory, decode_memory, encode_memory
from fences.fence import Fence

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BackgroundFolder:
    """One file a fence, ``<root>/<camera>/<fence>.npz``, and one a camera for its view.

    The view's is ``<root>/<camera>.<fences>.view.npy``: where the camera looked when these
    fences were drawn. With other fences it is another one.
    """

    root: Path

    def load(self, camera_id: str, fence_ids: Iterable[str]) -> dict[str, Memory]:
        """What there is, by fence id.

        A file that cannot be read is told of and left out: the fence learns anew.
        """
        found: dict[str, Memory] = {}
        for fence_id in fence_ids:
            path = self._path(camera_id, fence_id)
            try:
                found[fence_id] = decode_memory(path.read_bytes())
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                _log.warning("background_unreadable", file=str(path), problem=str(error))
        return found

    def save(self, camera_id: str, memories: Mapping[str, Memory]) -> None:
        """Write all of them, each whole or not at all. Raises ``OSError``."""
        for fence_id, memory in memories.items():
            _write(self._path(camera_id, fence_id), encode_memory(memory))

    def load_view(self, camera_id: str, fences: Sequence[Fence]) -> Edges | None:
        """Where the camera looked; one that cannot be read is told of and learned anew."""
        path = self._view(camera_id, fences)
        try:
            return decode_reference(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("view_unreadable", file=str(path), problem=str(error))
            return None

    def save_view(self, camera_id: str, fences: Sequence[Fence], view: Edges) -> None:
        """Write it, whole or not at all. Raises ``OSError``."""
        _write(self._view(camera_id, fences), encode_reference(view))

    def _path(self, camera_id: str, fence_id: str) -> Path:
        return self.root / camera_id / f"{fence_id}.npz"

    def _view(self, camera_id: str, fences: Sequence[Fence]) -> Path:
        drawn = repr(sorted((fence.id, fence.polygon.points) for fence in fences))
        name = hashlib.sha256(drawn.encode()).hexdigest()[:12]
        return self.root / f"{camera_id}.{name}.view.npy"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
