"""The schema of ``duty`` in ``streams.yaml``: people, areas, and until when they have time."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from alerts.duty.calendar import DAYTIME
from kerbwatch.config.checks import check_hours
from kerbwatch.config.duty_checks import (
    check_area,
    check_budget,
    check_budgets,
    check_dates,
    check_moment,
)
from kerbwatch.config.fields import Expect, Hours, Id, LonLat, Name, StrictModel

Dates = Annotated[list[str], Expect("dates")]
Moment = Annotated[str, Expect("moment")]
Budget = Annotated[str, Expect("budget")]
Grade = Annotated[Literal["minor", "normal", "severe"], Expect("severity")]
People = Annotated[list[Id], Field(min_length=1), Expect("people")]
Ids = Annotated[list[Id], Expect("ids")]
ScenarioIds = Annotated[list[str], Expect("scenario_ids")]
Rung = Annotated[list[Id], Field(min_length=1), Expect("rung")]
Count = Annotated[int, Field(ge=1, le=10_000), Expect("count")]


class CalendarModel(StrictModel):
    """What counts as working time."""

    hours: Hours = Field(default_factory=lambda: list(DAYTIME))
    holidays: Dates = Field(default_factory=list)
    makeup: Dates = Field(default_factory=list)

    _hours = field_validator("hours")(check_hours)
    _dates = field_validator("holidays", "makeup")(check_dates)


class ShiftModel(StrictModel):
    """Who of a team is on duty in some windows."""

    hours: Hours
    who: People

    _hours = field_validator("hours")(check_hours)


class TeamModel(StrictModel):
    """People who have a task together, and their rota."""

    id: Id
    members: People
    name: Name | None = None
    shifts: Annotated[list[ShiftModel], Expect("shifts")] = Field(default_factory=list)
    holiday_shifts: Annotated[list[ShiftModel], Expect("shifts")] = Field(default_factory=list)


class SubstituteModel(StrictModel):
    """Somebody who has another one's duties for a while."""

    absent: Id
    stand_in: Id
    since: Moment
    until: Moment
    author: Name

    _moments = field_validator("since", "until")(check_moment)


class AreaModel(StrictModel):
    """A part of the site (网格)."""

    id: Id
    name: Name | None = None
    cameras: Ids = Field(default_factory=list)
    polygon: (
        Annotated[list[LonLat], Field(min_length=3, max_length=1000), Expect("area")] | None
    ) = None

    _polygon = field_validator("polygon")(check_area)


class MatchModel(StrictModel):
    """Which cases a rule is for; what is left out is not asked for."""

    areas: Ids = Field(default_factory=list)
    scenarios: ScenarioIds = Field(default_factory=list)
    severity: Annotated[list[Grade], Expect("severities")] = Field(default_factory=list)
    hours: Hours | None = None

    _hours = field_validator("hours")(check_hours)


class RouteModel(MatchModel):
    """Who is told of such a case, and who next."""

    ladder: Annotated[list[Rung], Field(min_length=1, max_length=10), Expect("ladder")]
    fence_first: bool = False


class DeadlineModel(MatchModel):
    """How much time there is for such a case."""

    accept: Budget | None = None
    handle: Budget | None = None
    remind: Annotated[list[Budget], Field(max_length=10), Expect("budgets")] = Field(
        default_factory=list
    )
    again: Budget | None = None

    _budget = field_validator("accept", "handle", "again")(check_budget)
    _budgets = field_validator("remind")(check_budgets)


class QuietModel(StrictModel):
    """When somebody is to be left alone."""

    recipient: Id
    hours: Hours
    passing: Annotated[Literal["severe", "escalation"], Expect("passing")] = "severe"

    _hours = field_validator("hours")(check_hours)


class StormModel(StrictModel):
    """From how many new cases on they are told together."""

    camera_cases: Count | None = 5
    site_cases: Count | None = 20
    within_s: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False), Expect("seconds")] = 60.0


class DutyModel(StrictModel):
    """People and deadlines."""

    calendar: CalendarModel | None = None
    teams: Annotated[list[TeamModel], Expect("teams")] = Field(default_factory=list)
    substitutes: Annotated[list[SubstituteModel], Expect("substitutes")] = Field(
        default_factory=list
    )
    areas: Annotated[list[AreaModel], Expect("areas")] = Field(default_factory=list)
    severity: Annotated[dict[str, Grade], Expect("severity_of")] = Field(default_factory=dict)
    routes: Annotated[list[RouteModel], Expect("routes")] = Field(default_factory=list)
    deadlines: Annotated[list[DeadlineModel], Expect("deadlines")] = Field(default_factory=list)
    quiet: Annotated[list[QuietModel], Expect("quiet")] = Field(default_factory=list)
    storm: StormModel | None = None
