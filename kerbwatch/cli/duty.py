"""``kerbwatch duty``: who is on duty, who is told next, and until when there is time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.settings import STREAMS, Config, read_settings
from kerbwatch.cli.speak import LANGUAGE, MISUSED, TEXT, AsJson, clear_failures, give_up, say_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from alerts.duty.budget import Budget
    from kerbwatch.options import ServiceOptions
    from kerbwatch.wire.duty import TeamNow, Way

_UNITS = {
    "min": "duty.min",
    "h": "duty.hours",
    "d": "duty.days",
    "working min": "duty.working_min",
    "working h": "duty.working_hours",
    "working d": "duty.working_days",
}
_NARROWEST = 80


def duty(
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help=TEXT("help.at"))] = None,
    area: Annotated[
        str | None, typer.Option("--area", metavar="AREA", help=TEXT("help.area"))
    ] = None,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """Tables of teams and of the ways that cases take, now or at another time."""
    with clear_failures(as_json=as_json):
        from kerbwatch.wire.duty import teams_now, ways  # noqa: PLC0415

        options = read_settings(config)
        zone = options.site.timezone
        wall_ns = moment_of(at, "--at", zone, as_json=as_json)
        known = [one.id for one in options.duty.areas.areas]
        if area is not None and area not in known:
            message = TEXT("duty.no_area", got=area, known=", ".join(known) or "-")
            give_up(message, MISUSED, as_json=as_json)
        teams, found = teams_now(options, wall_ns), ways(options, wall_ns, area)
        if as_json:
            say_json(_as_object(options, wall_ns, teams, found))
        else:
            _tables(wall_ns, zone, teams, found)


def moment_of(text: str | None, option: str, zone: str, *, as_json: bool) -> int:
    """The time that an option names, or that it is; ends the command where it is none."""
    from alerts.duty.local import parse_moment  # noqa: PLC0415
    from kerbwatch.clock import SystemClock  # noqa: PLC0415

    if text is None:
        return SystemClock().wall_ns()
    try:
        return parse_moment(text, zone)
    except ValueError:
        give_up(TEXT("duty.bad_time", option=option, got=text), MISUSED, as_json=as_json)


def shown(wall_ns: int, zone: str) -> str:
    """A time as people read it."""
    return _local(wall_ns, zone).strftime("%Y-%m-%d %H:%M")


def on_duty_line(team: TeamNow, zone: str) -> str:
    """One line about a team: who, and until when."""
    people = ", ".join(team.on_duty) or TEXT("duty.nobody")
    if team.until_wall_ns is None:
        return TEXT("duty.line", team=team.name, people=people)
    return TEXT(
        "duty.line_until", team=team.name, people=people, until=shown(team.until_wall_ns, zone)
    )


def gap_line(team: TeamNow, zone: str) -> str | None:
    """A warning where nobody of a team is on duty at some time; None: somebody always is."""
    from alerts.duty.rota import LOOK_AHEAD_DAYS  # noqa: PLC0415

    if not team.gaps:
        return None
    begin, end = (shown(at, zone) for at in team.gaps[0])
    return TEXT(
        "duty.gap",
        team=team.name,
        begin=begin,
        end=end,
        count=len(team.gaps),
        days=LOOK_AHEAD_DAYS,
    )


def _local(wall_ns: int, zone: str) -> datetime:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from alerts.cases import utc  # noqa: PLC0415

    return utc(wall_ns).astimezone(ZoneInfo(zone))


def _tables(wall_ns: int, zone: str, teams: tuple[TeamNow, ...], found: tuple[Way, ...]) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False)
    console.width = max(console.width, _NARROWEST)
    console.print(TEXT("duty.at", at=shown(wall_ns, zone), zone=zone), markup=False)
    if teams:
        console.print(_teams(teams, zone))
        for warning in (gap_line(team, zone) for team in teams):
            if warning is not None:
                console.print(warning, markup=False)
    _ways(console, found, zone)


def _teams(teams: tuple[TeamNow, ...], zone: str) -> Table:
    table = _table(TEXT("duty.team"), TEXT("duty.on_duty"), TEXT("duty.until"))
    for team in teams:
        until = "-" if team.until_wall_ns is None else shown(team.until_wall_ns, zone)
        table.add_row(team.name, ", ".join(team.on_duty) or TEXT("duty.nobody"), until)
    return table


def _ways(console: Console, found: tuple[Way, ...], zone: str) -> None:
    table = _table(
        TEXT("duty.area"),
        TEXT("duty.scenarios"),
        TEXT("duty.ladder"),
        TEXT("duty.accept"),
        TEXT("duty.handle"),
    )
    for way in found:
        rungs = (", ".join(rung) or TEXT("duty.nobody") for rung in way.rungs)
        table.add_row(
            way.area or "-",
            ", ".join(_scenario(id_) for id_ in way.scenarios),
            " → ".join(rungs),
            _due(way.accept, way.accept_wall_ns, zone),
            _due(way.handle, way.handle_wall_ns, zone),
        )
    console.print(table)


def _table(*heads: str) -> Table:
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _scenario(scenario_id: str) -> str:
    from alerts.texts import Language  # noqa: PLC0415
    from fences.catalogue import CATALOGUE  # noqa: PLC0415

    scenario = CATALOGUE[scenario_id]
    return scenario.name_zh if LANGUAGE is Language.ZH else scenario.name_en


def _due(budget: Budget | None, due_wall_ns: int | None, zone: str) -> str:
    if budget is None or due_wall_ns is None:
        return "-"
    time = TEXT(_UNITS[budget.unit.value], amount=budget.amount)
    return f"{time}\n{shown(due_wall_ns, zone)}"


def _as_object(
    options: ServiceOptions, wall_ns: int, teams: tuple[TeamNow, ...], found: tuple[Way, ...]
) -> dict[str, Any]:
    zone = options.site.timezone
    return {
        "at": _iso(wall_ns, zone),
        "teams": [team_object(team, zone) for team in teams],
        "ways": [
            {
                "area": way.area,
                "scenarios": list(way.scenarios),
                "ladder": [list(rung) for rung in way.rungs],
                "accept": None if way.accept is None else str(way.accept),
                "accept_by": _iso(way.accept_wall_ns, zone),
                "handle": None if way.handle is None else str(way.handle),
                "handle_by": _iso(way.handle_wall_ns, zone),
            }
            for way in found
        ],
    }


def team_object(team: TeamNow, zone: str) -> dict[str, Any]:
    """A team for machines."""
    return {
        "id": team.id,
        "name": team.name,
        "on_duty": list(team.on_duty),
        "until": _iso(team.until_wall_ns, zone),
        "gaps": [[_iso(begin, zone), _iso(end, zone)] for begin, end in team.gaps],
    }


def _iso(wall_ns: int | None, zone: str) -> str | None:
    return None if wall_ns is None else _local(wall_ns, zone).isoformat(timespec="seconds")
