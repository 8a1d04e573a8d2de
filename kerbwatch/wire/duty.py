"""Who is on duty, and which way a case would go: what ``duty`` and ``check`` tell."""

from __future__ import annotations

from dataclasses import dataclass, replace

from alerts.duty.budget import Budget
from alerts.duty.deal import Deal, Stage
from alerts.duty.local import Span
from alerts.duty.rota import LOOK_AHEAD_DAYS
from kerbwatch.options import CameraOptions, FenceOptions, ServiceOptions


@dataclass(frozen=True, slots=True)
class TeamNow:
    """A team at an instant: names of those on duty, until when, and when nobody is."""

    id: str
    name: str
    on_duty: tuple[str, ...]
    until_wall_ns: int | None
    gaps: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The way of cases of some scenarios in an area: who is told in turn, and the time there is.

    ``area`` is a name, None outside of all areas; ``scenarios`` are ids; ``rungs`` are names.
    Due times are of a case that opens at the instant asked for.
    """

    area: str | None
    scenarios: tuple[str, ...]
    rungs: tuple[tuple[str, ...], ...]
    accept: Budget | None
    handle: Budget | None
    accept_wall_ns: int | None
    handle_wall_ns: int | None


def teams_now(options: ServiceOptions, wall_ns: int) -> tuple[TeamNow, ...]:
    """Every team; gaps are those of the next ``LOOK_AHEAD_DAYS``."""
    rota = options.duty.rota
    names = _names(options)
    return tuple(
        TeamNow(
            team.id,
            team.name,
            tuple(names[who] for who in rota.on_duty(team.id, wall_ns)),
            rota.next_change(team.id, wall_ns),
            rota.gaps(team.id, wall_ns, LOOK_AHEAD_DAYS),
        )
        for team in rota.teams
    )


def ways(options: ServiceOptions, wall_ns: int, area_id: str | None = None) -> tuple[Way, ...]:
    """The ways of all cases that could open, those that are the same as one; or of one area."""
    found: dict[Way, list[str]] = {}
    for camera in options.cameras:
        for fence in camera.fences:
            area = options.duty.areas.area_of(camera.id, fence.id)
            if area_id is not None and (area is None or area.id != area_id):
                continue
            for rule in fence.fence.rules:
                way = _way(options, camera, fence, rule.scenario.id, wall_ns)
                found.setdefault(way, []).append(rule.scenario.id)
    return tuple(replace(way, scenarios=tuple(dict.fromkeys(ids))) for way, ids in found.items())


def _way(
    options: ServiceOptions,
    camera: CameraOptions,
    fence: FenceOptions,
    scenario_id: str,
    wall_ns: int,
) -> Way:
    plan, names = options.duty, _names(options)
    subject = plan.subject(camera.id, fence.id, scenario_id, wall_ns)
    ladder = plan.ladder(subject, fence.told(scenario_id))
    terms = plan.terms_of(subject)
    deal = Deal("", 1, wall_ns)
    area = plan.areas.area_of(camera.id, fence.id)
    return Way(
        None if area is None else area.name,
        (),
        tuple(tuple(names[target] for target in rung) for rung in ladder),
        terms.accept,
        terms.handle,
        plan.due_wall_ns(subject, deal, Stage.ACCEPT),
        plan.due_wall_ns(subject, deal, Stage.HANDLE),
    )


def _names(options: ServiceOptions) -> dict[str, str]:
    people = {one.id: one.name for one in options.recipients}
    return people | {team.id: team.name for team in options.duty.rota.teams}
