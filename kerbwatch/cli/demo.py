"""``kerbwatch demo``: the whole service on a rendered street, offline."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.speak import FAILED, LANGUAGE, TEXT, clear_failures, note, say, say_json

if TYPE_CHECKING:
    from kerbwatch.wire.demo import Told


def demo(
    seconds: Annotated[float, typer.Option(min=0, help=TEXT("help.seconds"))] = 0.0,
    folder: Annotated[Path, typer.Option("--data", help=TEXT("help.demo_data"))] = Path(
        "data/demo"
    ),
) -> None:
    """Show cases opening and closing as an officer's phone would; the last line is JSON."""
    with clear_failures():
        from kerbwatch.clock import SystemClock  # noqa: PLC0415
        from kerbwatch.logs import set_up_logs  # noqa: PLC0415
        from kerbwatch.wire.demo import prepare, show  # noqa: PLC0415

        set_up_logs(as_json=False)
        with _progress() as on_progress:
            config = prepare(folder, on_progress)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        note(TEXT("demo.started", config=config))
        summary = show(config, os.environ, SystemClock(), stop, seconds, _tell)
    say_json(summary.as_object())
    if not summary.ok:
        raise typer.Exit(FAILED)


def _tell(told: Told) -> None:
    say(f"── {told.recipient} ──")
    say("\n".join(told.push.lines(LANGUAGE)) + "\n")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, a line every tenth elsewhere."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    console = Console(stderr=True)
    said = 0
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(TEXT("demo.rendering"), total=None)

        def moved(done: int, total: int) -> None:
            nonlocal said
            bar.update(task, completed=done, total=total)
            if not console.is_terminal and done * 10 // total > said:
                said = done * 10 // total
                note(f"{TEXT('demo.rendering')} {said * 10} %")

        yield moved
