"""What can be wrong with a camera whose pictures still come."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """Why what a camera shows is of no use for its fences."""

    BLACK = "black"
    FROZEN = "frozen"
    COVERED = "covered"
    MOVED = "moved"
    BLURRED = "blurred"
    CAST = "cast"
