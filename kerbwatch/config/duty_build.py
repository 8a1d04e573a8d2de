"""The checked ``duty`` into the core's plan: defaults filled in, texts read."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.duty.areas import Area, AreaMap, make_area_map
from alerts.duty.budget import parse_budget
from alerts.duty.calendar import Calendar, make_calendar, parse_dates
from alerts.duty.calm import StormRule
from alerts.duty.deal import Terms, TermsRule
from alerts.duty.local import parse_moment
from alerts.duty.plan import DutyPlan
from alerts.duty.quiet import Passing, QuietHours
from alerts.duty.rota import Rota, Shift, Substitute, Team, make_shift
from alerts.duty.routing import Match, Route, Severity
from fences.clock import SECOND_NS
from fences.hours import ALWAYS, parse_hours
from kerbwatch.config.duty_schema import (
    AreaModel,
    CalendarModel,
    DeadlineModel,
    DutyModel,
    MatchModel,
    QuietModel,
    ShiftModel,
    StormModel,
    SubstituteModel,
    TeamModel,
)
from kerbwatch.config.schema import CameraModel


def duty_plan(model: DutyModel | None, cameras: Iterable[CameraModel], timezone: str) -> DutyPlan:
    """The plan of a site in that time zone."""
    given = model or DutyModel()
    calendar = _calendar(given.calendar or CalendarModel(), timezone)
    return DutyPlan(
        calendar=calendar,
        rota=Rota(
            teams=tuple(_team(team) for team in given.teams),
            substitutes=tuple(_substitute(it, timezone) for it in given.substitutes),
            holidays=calendar.holidays - calendar.makeup,
            zone=timezone,
        ),
        areas=_areas(given.areas, cameras),
        routes=tuple(
            Route(_match(it, timezone), tuple(tuple(rung) for rung in it.ladder), it.fence_first)
            for it in given.routes
        ),
        terms=tuple(TermsRule(_match(it, timezone), _terms(it)) for it in given.deadlines),
        severities={id_: Severity(grade) for id_, grade in given.severity.items()},
        quiet=tuple(_quiet(it, timezone) for it in given.quiet),
        storm=None if given.storm is None else _storm(given.storm),
    )


def _calendar(model: CalendarModel, timezone: str) -> Calendar:
    holidays = [day for text in model.holidays for day in parse_dates(text)]
    makeup = [day for text in model.makeup for day in parse_dates(text)]
    return make_calendar(model.hours, timezone, holidays, makeup)


def _team(model: TeamModel) -> Team:
    return Team(
        id=model.id,
        name=model.name or model.id,
        members=tuple(model.members),
        shifts=_shifts(model.shifts),
        holiday_shifts=_shifts(model.holiday_shifts),
    )


def _shifts(models: Iterable[ShiftModel]) -> tuple[Shift, ...]:
    return tuple(make_shift(window, model.who) for model in models for window in model.hours)


def _substitute(model: SubstituteModel, timezone: str) -> Substitute:
    since, until = (parse_moment(text, timezone) for text in (model.since, model.until))
    return Substitute(model.absent, model.stand_in, since, until, model.author)


def _areas(areas: Iterable[AreaModel], cameras: Iterable[CameraModel]) -> AreaMap:
    cameras = tuple(cameras)
    return make_area_map(
        [
            Area(
                id=it.id,
                name=it.name or it.id,
                cameras=frozenset(it.cameras),
                polygon=tuple((lon, lat) for lon, lat in it.polygon or []),
            )
            for it in areas
        ],
        {it.id: (it.position[0], it.position[1]) for it in cameras if it.position is not None},
        {
            (camera.id, it.id): (it.position[0], it.position[1])
            for camera in cameras
            for it in camera.fences
            if it.position is not None
        },
    )


def _match(model: MatchModel, timezone: str) -> Match:
    return Match(
        areas=frozenset(model.areas),
        scenarios=frozenset(model.scenarios),
        severities=frozenset(Severity(grade) for grade in model.severity),
        hours=ALWAYS if model.hours is None else parse_hours(tuple(model.hours), timezone),
    )


def _terms(model: DeadlineModel) -> Terms:
    accept, handle, again = (
        None if text is None else parse_budget(text)
        for text in (model.accept, model.handle, model.again)
    )
    return Terms(accept, handle, tuple(parse_budget(text) for text in model.remind), again)


def _quiet(model: QuietModel, timezone: str) -> QuietHours:
    hours = parse_hours(tuple(model.hours), timezone)
    return QuietHours(model.recipient, hours, Passing(model.passing))


def _storm(model: StormModel) -> StormRule:
    within_ns = round(model.within_s * SECOND_NS)
    return StormRule(model.camera_cases, model.site_cases, within_ns)
