"""How files of evidence are named, read backwards: what a name says of the file. Pure."""

from __future__ import annotations

import re
from pathlib import Path

_PART = re.compile(r"\..+\.part")
_OF_CASE = re.compile(
    r"(?P<name>.+?-[0-9a-f]{6})"
    r"(\.v[0-9]+)?"
    r"(\.(mp4|mkv)|(\.[0-9a-f]{6}\.(peak|after)|\.after)?(\.raw)?\.jpg)"
)
"""As :mod:`alerts.evidence` shows them; a case's id ends in a digest."""

_OF_PERSON = re.compile(r"(?P<name>.+)\.[0-9a-f]{12}\.jpg")


def part_of(path: Path) -> Path:
    """Where a file is written before it gets its name, whole."""
    return path.with_name(f".{path.name}.part")


def is_part(name: str) -> bool:
    """Whether this is such a file, which is not whole yet or never will be."""
    return _PART.fullmatch(name) is not None


def name_in(name: str) -> str | None:
    """The case, or of a report the request, that a file says it is of.

    None for a name that this program gives to no file.
    """
    found = _OF_CASE.fullmatch(name) or _OF_PERSON.fullmatch(name)
    return None if found is None else found["name"]
