"""``kerbwatch check``: every problem of a configuration, with its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.speak import LANGUAGE, MISUSED, TEXT, clear_failures, note, say, say_json


def check(
    config: Annotated[Path, typer.Argument(help=TEXT("help.config"))] = Path("streams.yaml"),
    as_json: Annotated[bool, typer.Option("--json", help=TEXT("help.json"))] = False,
) -> None:
    """Tell every problem at once; exit status 2 if there is one."""
    from kerbwatch.config.cards import known_cards  # noqa: PLC0415
    from kerbwatch.config.load import find_problems, load_options  # noqa: PLC0415

    with clear_failures(as_json=as_json):
        known = known_cards(os.environ)
        problems = find_problems(config, env=os.environ, known_models=known)
        if as_json:
            told = [problem.to_json(LANGUAGE) for problem in problems]
            say_json({"ok": not problems, "problems": told})
        for problem in () if as_json else problems:
            say(problem.text(LANGUAGE))
        if problems:
            note(TEXT("check.bad", count=len(problems), file=config))
            raise typer.Exit(MISUSED)
        if not as_json:
            options = load_options(config, env=os.environ, known_models=known)
            fences = sum(len(camera.fences) for camera in options.cameras)
            say(TEXT("check.good", file=config, cameras=len(options.cameras), fences=fences))
