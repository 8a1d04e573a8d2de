"""A folder of pictures as a recording."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from detector.frame import Frame, Image
from detector.sources.errors import Fault, SourceError
from detector.sources.single import SinglePicture, read_single
from detector.sources.status import OnStatus, SourceState, SourceStatus, ignore_status
from fences.clock import SECOND_NS
from fences.observation import Gap

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


class FolderSource:
    """The pictures of a folder in natural order (``9.jpg`` before ``10.jpg``), ``fps`` a second.

    The n-th picture has media time n / fps, rounded down to a nanosecond, and wall time
    ``start_wall_ns`` later. Pictures that cannot be decoded leave a gap and an offline status.
    Iterating raises ``SourceError`` if there is no folder or no picture that can be decoded.
    """

    def __init__(
        self,
        path: Path,
        *,
        fps: Fraction | float,
        start_wall_ns: int = 0,
        on_status: OnStatus = ignore_status,
    ) -> None:
        if not 0 < fps <= SECOND_NS:
            raise ValueError(f"fps must be above 0, got {fps}")
        self._path = path
        self._fps = Fraction(fps)
        self._start_wall_ns = start_wall_ns
        self._on_status = on_status
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame | Gap]:
        seen_ns: int | None = None
        damaged = 0
        for index, file in enumerate(picture_files(self._path)):
            if self._closed.is_set():
                return
            image = read_picture(file)
            media_ns = int(index * SECOND_NS / self._fps)
            if image is None:
                damaged += 1
                self._tell(file, media_ns)
                continue
            if damaged and seen_ns is not None:
                yield Gap(seen_ns, media_ns, Fault.DAMAGED)
            damaged, seen_ns = 0, media_ns
            yield Frame(media_ns, self._start_wall_ns + media_ns, SinglePicture(image))
        if seen_ns is None:
            raise _no_picture(self._path, "none of its pictures can be decoded")

    def close(self) -> None:
        """End the iteration before its next picture."""
        self._closed.set()

    def _tell(self, file: Path, media_ns: int) -> None:
        wall_ns = self._start_wall_ns + media_ns
        detail = f"{file.name} cannot be decoded"
        self._on_status(SourceStatus(SourceState.OFFLINE, wall_ns, Fault.DAMAGED, detail))


def picture_files(path: Path) -> list[Path]:
    """The pictures of a folder, in natural order. Raises ``SourceError`` if there are none."""
    if not path.is_dir():
        raise SourceError(
            Fault.NOT_FOUND,
            "it is a file" if path.is_file() else "no such folder",
            where=str(path),
            expected="a folder of pictures",
            remedy="check the path",
        )
    files = [file for file in path.iterdir() if file.suffix.lower() in SUFFIXES]
    if not files:
        raise _no_picture(path, "it holds no pictures")
    return sorted(files, key=_natural)


def read_picture(file: Path) -> Image | None:
    """Height x width x 3, BGR, upright, read-only; ``None`` if it cannot be decoded."""
    return read_single(np.fromfile(file, dtype=np.uint8))


def _natural(file: Path) -> tuple[tuple[tuple[int, str], ...], str]:
    parts = re.findall(r"\d+|\D+", file.name)
    key = tuple((int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts)
    return key, file.name


def _no_picture(path: Path, what: str) -> SourceError:
    return SourceError(
        Fault.NO_PICTURE,
        what,
        where=str(path),
        expected=f"files ending in {', '.join(sorted(SUFFIXES))}",
        remedy="check the path",
    )
