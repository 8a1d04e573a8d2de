"""How files of evidence are named, read backwards: what a name says of the file. Pure."""

from __future__ import annotations

import re
from pathlib import Path

_PART = re.compile(r"\..+\.part")
_OWN = re.compile(
    r"(?P<case_id>.+?-[0-9a-f]{6})"
    r"(\.v[0-9]+)?"
    r"(\.(mp4|mkv)|(\.[0-9a-f]{6}\.(peak|after)|\.after)?(\.raw)?\.jpg|\.[0-9a-f]{12}\.jpg)"
)
"""As :mod:`alerts.evidence` shows them; a case's id ends in a digest."""


def part_of(path: Path) -> Path:
    """Where a file is written before it gets its name, whole."""
    return path.with_name(f".{path.name}.part")


def is_part(name: str) -> bool:
    """Whether this is such a file, which is not whole yet or never will be."""
    return _PART.fullmatch(name) is not None


def case_id_in(name: str) -> str | None:
    """The case that a file says it is of; None for a name that this program gives to none."""
    found = _OWN.fullmatch(name)
    return None if found is None else found["case_id"]
