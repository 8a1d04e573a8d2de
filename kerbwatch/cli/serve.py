"""``kerbwatch serve``: the case book over REST, in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.rest import ending_tokens, warn_of_tokens
from kerbwatch.cli.speak import TEXT, clear_failures, note

if TYPE_CHECKING:
    from kerbwatch.rest.options import RestOptions


def serve(
    config: Annotated[Path, typer.Argument(help=TEXT("help.config"))] = Path("streams.yaml"),
    log_json: Annotated[
        bool | None, typer.Option("--log-json/--log-text", help=TEXT("help.log_json"))
    ] = None,
) -> None:
    """Answer requests until told to stop, by SIGTERM or Ctrl-C."""
    as_json = not sys.stderr.isatty() if log_json is None else log_json
    with clear_failures():
        from kerbwatch.clock import SystemClock  # noqa: PLC0415
        from kerbwatch.config.load import load_options  # noqa: PLC0415
        from kerbwatch.logs import set_up_logs  # noqa: PLC0415
        from kerbwatch.rest.server import serve_rest  # noqa: PLC0415

        options = load_options(config, env=os.environ)
        set_up_logs(as_json=as_json)
        warn_of_tokens(ending_tokens(options, SystemClock().wall_ns()))
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())

        serve_rest(options, os.environ, SystemClock(), stop, _greet)
        note(TEXT("rest.stopped"))


def _greet(rest: RestOptions) -> None:
    scheme = "http" if rest.cert_file is None else "https"
    host = f"[{rest.host}]" if ":" in rest.host else rest.host
    note(TEXT("rest.ready", address=f"{scheme}://{host}:{rest.port}", count=len(rest.tokens)))
    if rest.in_the_clear:
        note(TEXT("rest.in_the_clear"))
