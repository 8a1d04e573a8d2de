"""What a scene is: a frozen description that, drawn twice, gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from replay.scenes.camera import Camera


class Model(StrEnum):
    """What an actor looks like."""

    SEDAN = "sedan"
    SUV = "suv"
    VAN = "van"
    TRUCK = "truck"
    PERSON = "person"
    BICYCLE = "bicycle"
    E_BIKE = "e_bike"
    STALL = "stall"
    WASTE = "waste"


LABELS = {
    Model.SEDAN: "vehicle",
    Model.SUV: "vehicle",
    Model.VAN: "vehicle",
    Model.TRUCK: "vehicle",
    Model.PERSON: "person",
    Model.BICYCLE: "two_wheeler",
    Model.E_BIKE: "two_wheeler",
    Model.STALL: "stall",
    Model.WASTE: "waste",
}
"""The label of each model in the truth."""


class DayPart(StrEnum):
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Be at ``x_m``, ``y_m`` at ``at_s``. The same place twice in a row means standing there."""

    at_s: float
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class Stage:
    """From ``at_s`` on, the actor is built up to ``level``: 0 nothing or packed, 1 complete."""

    at_s: float
    level: float


@dataclass(frozen=True, slots=True)
class Actor:
    """One moving, standing or growing thing.

    ``route`` needs one waypoint for what never moves; before the first and after the last
    waypoint the actor is not there unless ``always_there``. ``stages`` are the set-up of a
    stall and the growth of a pile. ``carries_s`` are the times between which a person
    carries a sack, ``pushes_s`` those between which he pushes a cart.
    """

    actor_id: str
    model: Model
    route: tuple[Waypoint, ...]
    look_seed: int = 0
    stages: tuple[Stage, ...] = ()
    carries_s: tuple[tuple[float, float], ...] = ()
    pushes_s: tuple[tuple[float, float], ...] = ()
    facing_rad: float | None = None
    always_there: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.model]


@dataclass(frozen=True, slots=True)
class ExposureStep:
    """At ``at_s`` the scene turns ``gain`` times as bright and the camera then adapts."""

    at_s: float
    gain: float


@dataclass(frozen=True, slots=True)
class Conditions:
    """Weather, light and lens. Amounts are 0-1 unless a unit says otherwise."""

    day_part: DayPart = DayPart.DAY
    infrared: bool = False
    sun: float = 0.6
    rain: float = 0.0
    snow: float = 0.0
    fog: float = 0.0
    moving_shadows: float = 0.0
    exposure_steps: tuple[ExposureStep, ...] = ()
    shake_px: float = 0.0
    noise: float = 1.6
    """Standard deviation of the sensor noise in grey levels."""


@dataclass(frozen=True, slots=True)
class GroundFence:
    """A fence as a rectangle on the ground, metres, and the one scenario it watches for."""

    fence_id: str
    scenario: str
    left_m: float
    right_m: float
    near_m: float
    far_m: float
    dwell_s: float = 5.0
    clear_after_s: float = 3.0


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """Everything that decides the pixels and the truth of one clip."""

    seed: int
    width_px: int
    height_px: int
    fps: float
    duration_s: float
    camera: Camera
    fences: tuple[GroundFence, ...] = ()
    conditions: Conditions = field(default_factory=Conditions)
    actors: tuple[Actor, ...] = ()
    camera_name: str = "闻韶路3号"
    clock_start: str = "2026-05-12 09:30:00"
    """What the burned-in clock shows at the first frame; empty for no burned-in text."""
    note: str = ""

    @property
    def frame_count(self) -> int:
        return round(self.duration_s * self.fps)

    def media_ns(self, index: int) -> int:
        """The media time of a frame, nanoseconds from the first."""
        return round(index * 1_000_000_000 / self.fps)
