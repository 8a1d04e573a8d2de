"""The people who are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who acts on cases: 城管 officer, 物业 property team, operator of the monitoring centre.

    ``CAMERA`` is the system itself; no recipient has it.
    """

    OFFICER = "officer"
    PROPERTY = "property"
    OPERATOR = "operator"
    CAMERA = "camera"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One officer, one property team or one operator; ``id`` is ASCII, ``name`` is for display."""

    id: str
    name: str
    role: Role
