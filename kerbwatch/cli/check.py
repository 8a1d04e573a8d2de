"""``kerbwatch check``: every problem of a configuration, with its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.duty import gap_line, on_duty_line, team_object
from kerbwatch.cli.rest import ending_tokens, warn_of_tokens
from kerbwatch.cli.speak import LANGUAGE, MISUSED, TEXT, AsJson, clear_failures, note, say, say_json

if TYPE_CHECKING:
    from kerbwatch.options import ServiceOptions
    from kerbwatch.wire.duty import TeamNow


def check(
    config: Annotated[Path, typer.Argument(help=TEXT("help.config"))] = Path("streams.yaml"),
    as_json: AsJson = False,
) -> None:
    """Tell every problem at once; exit status 2 if there is one."""
    from kerbwatch.config.cards import known_cards  # noqa: PLC0415
    from kerbwatch.config.load import find_problems, load_options  # noqa: PLC0415

    with clear_failures(as_json=as_json):
        known = known_cards(os.environ)
        problems = find_problems(config, env=os.environ, known_models=known)
        told = [problem.to_json(LANGUAGE) for problem in problems]
        if problems and as_json:
            say_json({"ok": False, "problems": told})
        for problem in () if as_json else problems:
            say(problem.text(LANGUAGE))
        if problems:
            note(TEXT("check.bad", count=len(problems), file=config))
            raise typer.Exit(MISUSED)
        options = load_options(config, env=os.environ, known_models=known)
        _tell_good(config, options, as_json=as_json)


def _tell_good(config: Path, options: ServiceOptions, *, as_json: bool) -> None:
    """That it is, who is on duty now, and which tokens end."""
    from kerbwatch.clock import SystemClock  # noqa: PLC0415
    from kerbwatch.wire.duty import teams_now  # noqa: PLC0415

    now_wall_ns, zone = SystemClock().wall_ns(), options.site.timezone
    teams, tokens = teams_now(options, now_wall_ns), ending_tokens(options, now_wall_ns)
    if as_json:
        duty = {"duty": [team_object(team, zone) for team in teams]} if teams else {}
        ending = {"tokens": tokens} if tokens else {}
        say_json({"ok": True, "problems": []} | duty | ending)
        return
    fences = sum(len(camera.fences) for camera in options.cameras)
    say(TEXT("check.good", file=config, cameras=len(options.cameras), fences=fences))
    _tell_duty(teams, zone)
    warn_of_tokens(tokens)


def _tell_duty(teams: tuple[TeamNow, ...], zone: str) -> None:
    """Who is on duty, and a warning where at some time nobody is."""
    for team in teams:
        say(on_duty_line(team, zone))
    for warning in (gap_line(team, zone) for team in teams):
        if warning is not None:
            note(warning)
