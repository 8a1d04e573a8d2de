"""What a stranger's JPEG says of itself, looked at before anybody decodes it. Pure.

A file of some kilobytes may stand for a picture of gigabytes, or have thousands of scans, each of
which is a walk over all pixels.
"""

from __future__ import annotations

MAX_SIDE_PX = 4096
MAX_SCANS = 64
"""A camera writes one, a progressive picture about ten; what is embedded has some of its own."""

_START, _SCAN, _END = 0xD8, 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def is_fit_jpeg(data: bytes) -> bool:
    """Whether this begins as a JPEG does, of a size and with scans that can be decoded safely."""
    size = jpeg_size(data)
    if size is None or not all(1 <= side <= MAX_SIDE_PX for side in size):
        return False
    return data.count(bytes((0xFF, _SCAN))) <= MAX_SCANS


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None for what is no JPEG."""
    at = 2
    if data[:2] != bytes((0xFF, _START)):
        return None
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAME:
            return _number(data, at + 7), _number(data, at + 5)
        if marker in {_SCAN, _END}:
            return None
        if marker == 0xFF:  # filled up
            at += 1
        else:
            at += 2 if marker in _ALONE else 2 + _number(data, at + 2)
    return None


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2])
