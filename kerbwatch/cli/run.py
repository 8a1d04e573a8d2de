"""``kerbwatch run``: the live service."""

from __future__ import annotations

import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from kerbwatch.cli.speak import TEXT, clear_failures, note

if TYPE_CHECKING:
    from kerbwatch.wire.service import Ready


class Tell(Protocol):
    """Says how the service is; ``event`` and ``facts`` are for machines."""

    def __call__(self, event: str, text: str, **facts: object) -> None: ...


def run(
    config: Annotated[Path, typer.Argument(help=TEXT("help.config"))] = Path("streams.yaml"),
    log_json: Annotated[
        bool | None, typer.Option("--log-json/--log-text", help=TEXT("help.log_json"))
    ] = None,
) -> None:
    """Watch until told to stop; SIGTERM and Ctrl-C drain and end within 5 s."""
    with clear_failures():
        from kerbwatch.clock import SystemClock  # noqa: PLC0415
        from kerbwatch.config.cards import known_cards  # noqa: PLC0415
        from kerbwatch.config.load import load_options  # noqa: PLC0415
        from kerbwatch.logs import set_up_logs  # noqa: PLC0415
        from kerbwatch.wire.service import serve  # noqa: PLC0415

        options = load_options(config, env=os.environ, known_models=known_cards(os.environ))
        as_json = not sys.stderr.isatty() if log_json is None else log_json
        set_up_logs(as_json=as_json)
        tell = partial(_tell, as_json)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        left = serve(options, os.environ, SystemClock(), stop, partial(_greet, tell))
        tell("service_stopped", TEXT("run.stopped", left=left.depth), left=left.depth)


def _greet(tell: Tell, ready: Ready) -> None:
    where = {"host": ready.broker.host, "port": ready.broker.port}
    key = "run.embedded" if ready.embedded else "run.broker"
    tell("broker_used", TEXT(key, **where), **where)
    if ready.metrics is not None:
        host = f"[{ready.metrics.host}]" if ":" in ready.metrics.host else ready.metrics.host
        where = {"host": host, "port": ready.metrics.port}
        key = "run.metrics" if ready.metrics.is_loopback else "run.metrics_open"
        tell("metrics_served", TEXT(key, **where), **where)
    models = ", ".join(ready.models) or TEXT("run.no_models")
    facts = {"cameras": ready.cameras, "models": models}
    tell("service_started", TEXT("run.watching", **facts), **facts)


def _tell(as_json: bool, event: str, text: str, **facts: object) -> None:
    """A line for people, or the same in the log where machines read that."""
    if not as_json:
        note(text)
        return
    import structlog  # noqa: PLC0415

    structlog.get_logger(__name__).info(event, text=text, **facts)
