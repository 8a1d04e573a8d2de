"""What the core takes in: what was seen, what was not, and the passing of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from fences.box import Box, Point
from fences.layout import Layout, laid_out


class Seeing(StrEnum):
    """One of the two independent ways of seeing."""

    LEARNED = "learned"
    OBSTRUCTION = "obstruction"


class Label(StrEnum):
    """Kerbwatch's own vocabulary; model cards map a model's classes onto it."""

    PERSON = "person"
    VEHICLE = "vehicle"
    TWO_WHEELER = "two_wheeler"
    STALL = "stall"
    WASTE = "waste"
    OBSTRUCTION = "obstruction"
    # What only some scenarios ask for; in fences without them it is nothing by itself.
    ADVERTISING_BOARD = "advertising_board"
    BANNER = "banner"
    BIN_OVERFLOW = "bin_overflow"
    DOG = "dog"
    FLAME = "flame"
    FURNITURE = "furniture"
    GOODS = "goods"
    GRILL = "grill"
    LAUNDRY = "laundry"
    MUCK_TRUCK = "muck_truck"
    OPEN_MANHOLE = "open_manhole"
    SMOKE = "smoke"
    STANDING_WATER = "standing_water"


EVERYWHERE = frozenset(
    {
        Label.PERSON,
        Label.VEHICLE,
        Label.TWO_WHEELER,
        Label.STALL,
        Label.WASTE,
        Label.OBSTRUCTION,
    }
)
"""Labels that tell in every fence what stands there, whatever its rules ask for."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing seen in one frame.

    ``score`` is 0-1. ``anchor`` is where it touches the ground, the box's bottom centre
    unless the detector knows better. Obstructions also carry the fence whose pixels they were
    found in, since when these pixels have been still (media time), and how busy their
    surroundings are now (0-1: how much passes right beside them).
    ``covered``: it was there, something is before it, nothing says that it is gone.
    """

    label: str
    score: float
    box: Box
    seen_by: Seeing = Seeing.LEARNED
    anchor: Point | None = None
    fence_id: str | None = None
    since_ns: int | None = None
    activity: float = 0.0
    covered: bool = False

    @property
    def ground(self) -> Point:
        """The point that decides whether the thing is inside a fence."""
        return self.box.foot if self.anchor is None else self.anchor


class _Slot:
    """Where an observation keeps what follows from it: no field, neither compared nor written."""

    __slots__ = ("_layout",)
    _layout: Layout


@dataclass(frozen=True, slots=True)
class Observation(_Slot):
    """Everything seen in one frame of one camera. Times in integer nanoseconds.

    ``sees_people`` tells whether a detector that knows persons looked at the frame: without
    one, attendance is judged from movement beside the thing. ``blind`` names fences whose
    pixels told nothing, as after a jump of the light: for them this is a gap.
    """

    media_ns: int
    wall_ns: int
    detections: tuple[Detection, ...] = field(default=())
    sees_people: bool = False
    blind: tuple[str, ...] = ()

    @property
    def layout(self) -> Layout:
        """The detections, laid out for whoever asks for a part of them; made when first asked."""
        try:
            layout = self._layout
        except AttributeError:
            layout = laid_out(
                self.detections,
                tuple(seen.box for seen in self.detections if seen.label == Label.PERSON),
                tuple(seen for seen in self.detections if seen.seen_by is Seeing.OBSTRUCTION),
            )
            object.__setattr__(self, "_layout", layout)
        return layout


@dataclass(frozen=True, slots=True)
class Gap:
    """Media time in which nobody was looking: reconnect, dropped stretch, restart."""

    from_ns: int
    to_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes without a look: hours may begin or end, nothing else can change."""

    media_ns: int
    wall_ns: int


StepInput = Observation | Gap | Tick
