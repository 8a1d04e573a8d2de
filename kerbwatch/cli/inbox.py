"""``kerbwatch inbox``: what a recipient's phone would get, live."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.speak import LANGUAGE, MISUSED, TEXT, clear_failures, give_up, note, say


def inbox(
    recipient: Annotated[str, typer.Argument(help=TEXT("help.recipient"))],
    config: Annotated[Path, typer.Option("-c", "--config", help=TEXT("help.config"))] = Path(
        "streams.yaml"
    ),
    count: Annotated[int, typer.Option(min=0, help=TEXT("help.count"))] = 0,
    as_json: Annotated[bool, typer.Option("--json", help=TEXT("help.json_lines"))] = False,
) -> None:
    """Print every message of the recipient's inbox until Ctrl-C, or after ``count``."""
    with clear_failures():
        from alerts.inbox import Push  # noqa: PLC0415
        from kerbwatch.config.load import load_options  # noqa: PLC0415
        from kerbwatch.wire.inbox import follow_inbox  # noqa: PLC0415
        from kerbwatch.wire.service import broker_of  # noqa: PLC0415

        options = load_options(config, env=os.environ)
        known = [one.id for one in options.recipients]
        if recipient not in known:
            give_up(TEXT("inbox.unknown", got=recipient, known=", ".join(known)), MISUSED)
        broker = broker_of(options.mqtt)
        note(TEXT("inbox.listening", recipient=recipient, host=broker.host, port=broker.port))
        seen = 0
        try:
            for told in follow_inbox(broker, options.site.id, (recipient,)):
                if isinstance(told, str):
                    note(TEXT("inbox.lost", problem=told))
                    continue
                seen += 1
                if as_json and isinstance(told, Push):
                    from kerbwatch.cli.speak import say_json  # noqa: PLC0415

                    say_json(told.body)
                else:
                    say("\n".join(told.lines(LANGUAGE)) + "\n")
                if seen == count:
                    return
        except KeyboardInterrupt:
            return
