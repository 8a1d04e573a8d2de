"""The people who are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a recipient may be: 城管 officer or 物业 property team."""

    OFFICER = "officer"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One officer or one property team; ``id`` is ASCII, ``name`` is for display."""

    id: str
    name: str
    role: Role
