"""Backgrounds on disk come back as they were, or not at all."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.obstruction.memory import Memory, decode_memory, encode_memory
from tests.obstruction_kit import Watched

EXACT = (
    "learned",
    "still_since_ns",
    "fresh_since_ns",
    "fresh_looks",
    "alike_ns",
    "standing",
    "corners",
)


@pytest.fixture(scope="module")
def memory() -> Memory:
    watched = Watched(now=1_790_000_000.0)
    watched.during(3)
    kept = watched.watcher.memory
    assert kept is not None
    return kept


@pytest.fixture(scope="module")
def stored(memory: Memory) -> bytes:
    return encode_memory(memory)


def test_a_memory_reads_back_with_types_and_times_exact(memory: Memory, stored: bytes) -> None:
    again = decode_memory(stored)
    for name in EXACT:
        mine, theirs = getattr(memory, name), getattr(again, name)
        assert mine.dtype == theirs.dtype
        assert np.array_equal(mine, theirs)
    for name in ("background", "still", "fresh", "noise"):
        assert getattr(again, name).dtype == np.float32
        assert np.allclose(getattr(memory, name), getattr(again, name), atol=0.13)
    assert again.last_ns == memory.last_ns


def test_writing_what_was_read_gives_the_same(stored: bytes) -> None:
    first = decode_memory(stored)
    second = decode_memory(encode_memory(first))
    assert all(np.array_equal(getattr(first, it), getattr(second, it)) for it in first.__slots__)


@pytest.mark.parametrize("data", [b"", b"PK", b"\x93NUMPY", b"{}", b"PK\x03\x04" + b"\0" * 100])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="background"):
        decode_memory(data)


def test_damage_anywhere_is_told_as_a_value_error(stored: bytes) -> None:
    chance = np.random.default_rng(3)
    refused = 0
    places = [*chance.integers(0, len(stored), 60), *range(len(stored) - 120, len(stored))]
    for place in places:
        bad = bytearray(stored)
        bad[place] ^= 1 << int(chance.integers(0, 8))
        try:
            decode_memory(bytes(bad))
        except ValueError:
            refused += 1
    assert refused > len(places) // 3
    for end in chance.integers(0, len(stored), 20):
        with pytest.raises(ValueError, match="background"):
            decode_memory(stored[:end])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("standing", np.zeros((4, 4), np.bool_)),
        ("learned", np.zeros(7, np.float64)),
        ("noise", None),
        ("corners", np.zeros((4, 3))),
        ("last_ns", np.zeros(2, np.int64)),
    ],
)
def test_arrays_of_another_kind_are_refused(
    stored: bytes, name: str, value: NDArray[Any] | None
) -> None:
    with np.load(io.BytesIO(stored)) as arrays:
        values = dict(arrays)
    del values[name]
    if value is not None:
        values[name] = value
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **values)
    with pytest.raises(ValueError, match="background"):
        decode_memory(buffer.getvalue())
