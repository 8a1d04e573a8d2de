"""What an obstruction watcher remembers of its fence's pixels, and how it is kept on disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.obstruction.view import Mask, Plane

Corners = NDArray[np.float64]
"""The fence's corners: number x 2 (x, y), in 0-1 of the frame."""

_STORED: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
    "corners": (np.float64, (2,)),
    "background": (np.float16, (3,)),
    "learned": (np.bool_, ()),
    "still": (np.float16, (3,)),
    "still_since_ns": (np.int64, ()),
    "fresh": (np.uint8, (3,)),
    "fresh_since_ns": (np.int64, ()),
    "fresh_looks": (np.int32, ()),
    "alike_ns": (np.int64, ()),
    "other": (np.uint8, (3,)),
    "other_ns": (np.int64, ()),
    "noise": (np.float16, ()),
    "standing": (np.bool_, ()),
}
"""How each array is kept on disk: its type, and its axes after those of the view.

Values that are compared with single looks need no fractions; means of many looks do.
"""

_QUICK = 1
"""Level of compression."""

_PLANES = ("background", "still", "fresh", "other", "noise")

_UNREADABLE = (
    ValueError,
    OSError,
    KeyError,
    EOFError,
    NotImplementedError,  # a damaged header asks for a kind of compression that is unknown
    RuntimeError,  # … or for a password
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(slots=True)
class Memory:
    """Per pixel of the view; changed in place, for it is large. Times in ns of media time.

    ``corners``: of the fence that the view is of; for another fence all of it is void.
    ``background``: the empty place, BGR 0-255, where ``learned``. ``still``: the last value
    that a pixel has kept long enough, since ``still_since_ns``. ``fresh``: the value that may
    become the next one, since ``fresh_since_ns``, met in ``fresh_looks`` looks. ``alike_ns``:
    when it last was seen to be like the background. ``other``: the empty place under another
    light, as it was until ``other_ns`` (0: never). ``noise``: running mean of the change of
    a still pixel. ``standing``: pixels of things that are there.
    """

    corners: Corners
    background: Plane
    learned: Mask
    still: Plane
    still_since_ns: NDArray[np.int64]
    fresh: Plane
    fresh_since_ns: NDArray[np.int64]
    fresh_looks: NDArray[np.int32]
    alike_ns: NDArray[np.int64]
    other: Plane
    other_ns: NDArray[np.int64]
    noise: Plane
    standing: Mask
    last_ns: int


def new_memory(view: Plane, media_ns: int, corners: Corners) -> Memory:
    """The memory after one look at a fence with these corners."""
    size = view.shape[:2]
    return Memory(
        corners=corners.copy(),
        background=view.copy(),
        learned=np.zeros(size, np.bool_),
        still=view.copy(),
        still_since_ns=np.full(size, media_ns, np.int64),
        fresh=view.copy(),
        fresh_since_ns=np.full(size, media_ns, np.int64),
        fresh_looks=np.ones(size, np.int32),
        alike_ns=np.full(size, media_ns, np.int64),
        other=view.copy(),
        other_ns=np.zeros(size, np.int64),
        noise=np.full(size, 2.0, np.float32),
        standing=np.zeros(size, np.bool_),
        last_ns=media_ns,
    )


def resized(memory: Memory, size_hw: tuple[int, int]) -> Memory:
    """The same memory for pictures of another size: a camera was set to another resolution.

    What stands there must not become the empty place by that.
    """
    arrays: dict[str, Any] = {}
    for name in _STORED:
        array = getattr(memory, name)
        if name == "corners":
            arrays[name] = array
        elif name in _PLANES:
            arrays[name] = cv2.resize(array, size_hw[::-1], interpolation=_way(array, size_hw))
        else:
            arrays[name] = _nearest(array, size_hw)
    return Memory(**arrays, last_ns=memory.last_ns)


def _way(array: NDArray[Any], size_hw: tuple[int, int]) -> int:
    """As the pictures themselves are made smaller."""
    return cv2.INTER_AREA if size_hw[0] < array.shape[0] else cv2.INTER_LINEAR


def _nearest(array: NDArray[Any], size_hw: tuple[int, int]) -> NDArray[Any]:
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp)
        for new, old in zip(size_hw, array.shape, strict=True)
    )
    return array[np.ix_(rows, columns)]


def encode_memory(memory: Memory) -> bytes:
    """A NumPy archive, without pickles.

    Written every minute for every fence, so it has to be cheap: compressed are only the arrays
    that compress well, and these quickly. That is a tenth of the work of ``savez_compressed``.
    """
    arrays: dict[str, Any] = {name: _stored(memory, name) for name in _STORED}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in (arrays | {"last_ns": np.array(memory.last_ns, np.int64)}).items():
            noisy = name in _PLANES and array.dtype == np.float16
            how = zipfile.ZIP_STORED if noisy else zipfile.ZIP_DEFLATED
            part = io.BytesIO()
            np.lib.format.write_array(part, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), part.getbuffer(), how, _QUICK)
    return buffer.getvalue()


def _stored(memory: Memory, name: str) -> NDArray[Any]:
    array: NDArray[Any] = getattr(memory, name)
    kind, _ = _STORED[name]
    return np.rint(array).astype(kind) if kind is np.uint8 else array.astype(kind)


def decode_memory(data: bytes) -> Memory:
    """The memory of :func:`encode_memory`. Raises ``ValueError`` for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            values = {name: _array(archive, name) for name in (*_STORED, "last_ns")}
    except _UNREADABLE as error:
        raise ValueError(f"got a background that cannot be read ({error!r})") from error
    size = values["learned"].shape
    for name, (kind, last_axes) in _STORED.items():
        array = values[name]
        fits = (
            array.shape[1:] == last_axes if name == "corners" else array.shape == size + last_axes
        )
        older = name in _PLANES and array.dtype == np.float16
        if not (array.dtype == kind or older) or not fits:
            raise ValueError(f"got a background whose {name} is {array.dtype} {array.shape}")
    last_ns = values.pop("last_ns")
    if last_ns.shape != () or last_ns.dtype != np.int64:
        raise ValueError(f"got a background whose last_ns is {last_ns.dtype} {last_ns.shape}")
    planes = {name: values[name].astype(np.float32) for name in _PLANES}
    return Memory(**{**values, **planes}, last_ns=int(last_ns))


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """One array, read whole first: its checksum is checked before its header is believed."""
    array: NDArray[Any] = np.load(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
    return array
