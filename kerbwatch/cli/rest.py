"""``kerbwatch rest …``: what whoever runs ``kerbwatch serve`` needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.speak import MISUSED, TEXT, clear_failures, give_up, note, say, say_json

if TYPE_CHECKING:
    from kerbwatch.options import ServiceOptions

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
    until: Annotated[str | None, typer.Option(help=TEXT("help.rest_until"))] = None,
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
        if until is not None and not _is_ahead(until, options.site.timezone):
            give_up(TEXT("rest.until", got=until), MISUSED, as_json=as_json)
        made = new_token()
    digest = sha256_of(made)
    last = {} if until is None else {"until": until}
    if as_json:
        say_json({"ok": True, "recipient": recipient, "token": made, "sha256": digest, **last})
        return
    note(TEXT("rest.token", recipient=recipient))
    say(made)
    note(TEXT("rest.line", file=config))
    more = "".join(f', {key}: "{value}"' for key, value in last.items())
    say(f'    - {{recipient: {recipient}, sha256: "{digest}"{more}}}')


def _is_ahead(until: str, zone: str) -> bool:
    from alerts.duty.local import end_of_day_ns, parse_day  # noqa: PLC0415
    from kerbwatch.clock import SystemClock  # noqa: PLC0415

    try:
        return end_of_day_ns(parse_day(until), zone) > SystemClock().wall_ns()
    except ValueError:
        return False


def ending_tokens(options: ServiceOptions, now_wall_ns: int) -> list[dict[str, Any]]:
    """The tokens that are over or soon will be, as JSON: whose, which, its last day."""
    from alerts.duty.local import local_minute  # noqa: PLC0415

    ending = () if options.rest is None else options.rest.ending(now_wall_ns)
    return [
        {
            "recipient": token.recipient,
            "sha256": token.sha256,
            "until": local_minute(token.end_wall_ns - 1, options.site.timezone)[0].isoformat(),
            "over": token.is_over(now_wall_ns),
        }
        for token in ending
        if token.end_wall_ns is not None
    ]


def warn_of_tokens(ending: list[dict[str, Any]]) -> None:
    """A line for each of :func:`ending_tokens`."""
    for token in ending:
        key = "rest.over" if token["over"] else "rest.ends"
        digest = token["sha256"][:8]
        note(TEXT(key, recipient=token["recipient"], sha256=digest, day=token["until"]))
