"""What an obstruction watcher remembers of its fence's pixels, and how it is kept on disk."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from detector.obstruction.view import Mask, Plane


@dataclass(slots=True)
class Memory:
    """Per pixel of the view; changed in place, for it is large. Times in ns of media time.

    ``background``: the empty place, BGR 0-255, where ``learned``. ``still``: the last value
    that a pixel has kept long enough, since ``still_since_ns``. ``fresh``: the value that may
    become the next one, since ``fresh_since_ns``, met in ``fresh_looks`` looks. ``alike_ns``:
    when it last was seen to be like the background. ``noise``: running mean of the change of
    a still pixel. ``standing``: pixels of things that are there.
    """

    background: Plane
    learned: Mask
    still: Plane
    still_since_ns: NDArray[np.int64]
    fresh: Plane
    fresh_since_ns: NDArray[np.int64]
    fresh_looks: NDArray[np.int32]
    alike_ns: NDArray[np.int64]
    noise: Plane
    standing: Mask
    last_ns: int


def new_memory(view: Plane, media_ns: int) -> Memory:
    """The memory after one look."""
    size = view.shape[:2]
    return Memory(
        background=view.copy(),
        learned=np.zeros(size, np.bool_),
        still=view.copy(),
        still_since_ns=np.full(size, media_ns, np.int64),
        fresh=view.copy(),
        fresh_since_ns=np.full(size, media_ns, np.int64),
        fresh_looks=np.ones(size, np.int32),
        alike_ns=np.full(size, media_ns, np.int64),
        noise=np.full(size, 2.0, np.float32),
        standing=np.zeros(size, np.bool_),
        last_ns=media_ns,
    )


def encode_memory(memory: Memory) -> bytes:
    """A compressed NumPy archive, without pickles."""
    buffer = io.BytesIO()
    arrays = {
        item.name: np.asarray(getattr(memory, item.name)).astype(
            np.float16 if item.type == "Plane" else None
        )
        for item in fields(memory)
    }
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def decode_memory(data: bytes) -> Memory:
    """The memory of :func:`encode_memory`. Raises ``ValueError`` for anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            values = {item.name: arrays[item.name] for item in fields(Memory)}
    except (OSError, KeyError, EOFError) as error:
        raise ValueError(f"got a background that cannot be read ({error})") from error
    for item in fields(Memory):
        if item.type == "Plane":
            values[item.name] = values[item.name].astype(np.float32)
    values["last_ns"] = int(values["last_ns"])
    return Memory(**values)
