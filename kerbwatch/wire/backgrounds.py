"""Backgrounds on disk, so that what stands there survives a restart of the service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from detector.obstruction.memory import Memory, decode_memory, encode_memory

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BackgroundFolder:
    """One file a fence: ``<root>/<camera>/<fence>.npz``."""

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
            path = self._path(camera_id, fence_id)
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(encode_memory(memory))
            part.replace(path)

    def _path(self, camera_id: str, fence_id: str) -> Path:
        return self.root / camera_id / f"{fence_id}.npz"
