"""What the service and a process that looks for it say to each other: one answer to each question.

Pickled, over a socket pair that nobody else has; pixels go through memory that both have mapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from detector.engines.errors import ModelError
from detector.health.trouble import Trouble
from fences.observation import Observation
from kerbwatch.looking.eyes import Watched
from kerbwatch.options import ModelsOptions

PIXELS_BYTES = 64 * 2**20
"""Mapped for one picture, of which only what is used takes memory; larger ones are sent along."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The first question. ``crash_report``: where ``faulthandler`` writes, if anywhere."""

    models: ModelsOptions
    env: dict[str, str]
    backgrounds: Path
    crash_report: Path | None
    logs_as_json: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """All models are loaded."""


@dataclass(frozen=True, slots=True)
class Refused:
    """They are not, and the process ends."""

    error: ModelError


@dataclass(frozen=True, slots=True)
class Open:
    """A camera is to be looked at from now on; again: it begins anew."""

    watched: Watched


@dataclass(frozen=True, slots=True)
class Opened:
    wanted_px: int


@dataclass(frozen=True, slots=True)
class Look:
    """The picture has that shape; ``pixels`` is empty where they lie in the mapped memory."""

    camera_id: str
    shape: tuple[int, ...]
    pixels: bytes
    media_ns: int
    wall_ns: int


@dataclass(frozen=True, slots=True)
class Seen:
    """``inferred_s``: what each inference took, in seconds; ``cost_ns``: processor time of all."""

    observation: Observation
    quiet: bool
    trouble: Trouble | None
    skipped: int
    inferred_s: tuple[float, ...]
    cost_ns: int


@dataclass(frozen=True, slots=True)
class Save:
    camera_id: str


@dataclass(frozen=True, slots=True)
class Saved:
    """``problem`` is empty where all is on disk."""

    problem: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The question could not be answered; the process goes on. ``problem`` is the traceback."""

    problem: str


Question: TypeAlias = Open | Look | Save
Answer: TypeAlias = Begun | Refused | Opened | Seen | Saved | Broken
