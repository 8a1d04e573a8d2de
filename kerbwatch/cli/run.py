"""``kerbwatch run``: the live service, and a supervisor that brings it back when it dies."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from kerbwatch.cli.speak import FAILED, TEXT, clear_failures, note

if TYPE_CHECKING:
    from kerbwatch.node.line import Line
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
    as_json = not sys.stderr.isatty() if log_json is None else log_json
    from kerbwatch.clock import SystemClock  # noqa: PLC0415
    from kerbwatch.node.forks import Forks  # noqa: PLC0415
    from kerbwatch.node.supervisor import Supervisor  # noqa: PLC0415

    def warn(event: str, **fields: object) -> None:
        import structlog  # noqa: PLC0415  # only when there is something to tell

        from kerbwatch.logs import set_up_logs  # noqa: PLC0415

        set_up_logs(as_json=as_json)
        structlog.get_logger("kerbwatch.node").warning(event, **fields)

    name = f"{socket.gethostname()} {config.absolute()}"
    with Forks(lambda line: _node(line, config, as_json)) as host:
        code = Supervisor(host, SystemClock(), warn, name).run()
    if code in {-signal.SIGTERM, -signal.SIGINT}:  # told to stop before it could do so by itself
        os.kill(os.getpid(), -code)
    if code:
        raise typer.Exit(code if code > 0 else FAILED)


def _node(line: Line, config: Path, as_json: bool) -> int:
    """The node's whole life, in a process of its own; its exit status."""
    try:
        with clear_failures():
            _watch(line, config, as_json)
    except typer.Exit as end:
        return end.exit_code
    return 0


def _watch(line: Line, config: Path, as_json: bool) -> None:
    import structlog  # noqa: PLC0415

    from kerbwatch.clock import SystemClock  # noqa: PLC0415
    from kerbwatch.config.cards import known_cards  # noqa: PLC0415
    from kerbwatch.config.load import load_options  # noqa: PLC0415
    from kerbwatch.logs import set_up_logs  # noqa: PLC0415
    from kerbwatch.looking.station import Host  # noqa: PLC0415
    from kerbwatch.node.book import QuarantineBook, node_folder  # noqa: PLC0415
    from kerbwatch.node.line import CRASH_REPORT  # noqa: PLC0415
    from kerbwatch.wire.quarantine import Quarantine  # noqa: PLC0415
    from kerbwatch.wire.service import serve  # noqa: PLC0415

    options = load_options(config, env=os.environ, known_models=known_cards(os.environ))
    set_up_logs(as_json=as_json)
    tell = partial(_tell, as_json)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    clock = SystemClock()
    folder = node_folder(options.data_dir)
    try:
        line.record_crashes(folder)
    except OSError as error:  # then nobody is blamed, but everybody is watched
        structlog.get_logger(__name__).warning("crashes_unrecorded", problem=str(error))

    def on_ready(ready: Ready) -> None:
        line.ready()
        _greet(tell, ready)

    quarantine = Quarantine(QuarantineBook(folder), clock)
    host = Host(folder / CRASH_REPORT, as_json, line.lost)
    left = serve(options, os.environ, clock, stop, on_ready, quarantine, host)
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
