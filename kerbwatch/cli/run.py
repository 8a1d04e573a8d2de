"""``kerbwatch run``: the live service."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.speak import TEXT, clear_failures, note

if TYPE_CHECKING:
    from kerbwatch.wire.service import Ready


def run(
    config: Annotated[Path, typer.Argument(help=TEXT("help.config"))] = Path("streams.yaml"),
    log_json: Annotated[bool, typer.Option("--log-json", help=TEXT("help.log_json"))] = False,
) -> None:
    """Watch until told to stop; SIGTERM and Ctrl-C drain and end within 5 s."""
    with clear_failures():
        from kerbwatch.clock import SystemClock  # noqa: PLC0415
        from kerbwatch.config.cards import known_cards  # noqa: PLC0415
        from kerbwatch.config.load import load_options  # noqa: PLC0415
        from kerbwatch.logs import set_up_logs  # noqa: PLC0415
        from kerbwatch.wire.service import serve  # noqa: PLC0415

        options = load_options(config, env=os.environ, known_models=known_cards(os.environ))
        set_up_logs(as_json=log_json)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        left = serve(options, os.environ, SystemClock(), stop, _greet)
        note(TEXT("run.stopped", left=left.depth))


def _greet(ready: Ready) -> None:
    key = "run.embedded" if ready.embedded else "run.broker"
    note(TEXT(key, host=ready.broker.host, port=ready.broker.port))
    models = ", ".join(ready.models) or TEXT("run.no_models")
    note(TEXT("run.watching", cameras=ready.cameras, models=models))
