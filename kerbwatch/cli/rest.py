"""``kerbwatch rest …``: what whoever runs ``kerbwatch serve`` needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.speak import MISUSED, TEXT, clear_failures, give_up, note, say, say_json

rest = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@rest.callback()
def _about() -> None:
    """The case book over REST."""


@rest.command("token", help=TEXT("help.rest_token"))
def token(
    recipient: Annotated[str, typer.Argument(help=TEXT("help.recipient"))],
    config: Annotated[Path, typer.Option("-c", "--config", help=TEXT("help.config"))] = Path(
        "streams.yaml"
    ),
    as_json: Annotated[bool, typer.Option("--json", help=TEXT("help.json"))] = False,
) -> None:
    """Make a token; it is shown once and kept nowhere."""
    with clear_failures(as_json=as_json):
        from kerbwatch.config.load import load_options  # noqa: PLC0415
        from kerbwatch.rest.tokens import new_token, sha256_of  # noqa: PLC0415

        options = load_options(config, env=os.environ)
        known = [one.id for one in options.recipients]
        if recipient not in known:
            message = TEXT("inbox.unknown", got=recipient, known=", ".join(known) or "-")
            give_up(message, MISUSED, as_json=as_json)
        made = new_token()
    digest = sha256_of(made)
    if as_json:
        say_json({"ok": True, "recipient": recipient, "token": made, "sha256": digest})
        return
    note(TEXT("rest.token", recipient=recipient))
    say(made)
    note(TEXT("rest.line", file=config))
    say(f'    - {{recipient: {recipient}, sha256: "{digest}"}}')
