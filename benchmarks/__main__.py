"""``python -m benchmarks cameras|replay|engine|fences|latency|store|all|report``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.processes import CLOCK
from benchmarks.report import write_report
from benchmarks.setting import ROOT, Result, Setting, write_result


class Name(StrEnum):
    """What can be run; ``report`` writes tables and plots of the results that are there."""

    CAMERAS = "cameras"
    REPLAY = "replay"
    ENGINE = "engine"
    FENCES = "fences"
    LATENCY = "latency"
    STORE = "store"
    ALL = "all"
    REPORT = "report"


def main(  # noqa: PLR0917  # every parameter is an option of the command
    which: Annotated[Name, typer.Argument()],
    quick: Annotated[bool, typer.Option(help="One short figure each.")] = False,
    peer_python: Annotated[str, typer.Option(help="Has what the peers need.")] = sys.executable,
    date: Annotated[str, typer.Option(help="ISO; left out: today.")] = "",
    shared: Annotated[Path | None, typer.Option(help="Real models and footage.")] = None,
    results: Annotated[Path, typer.Option()] = ROOT / "benchmarks" / "results",
    work: Annotated[Path, typer.Option(help="Where clips are kept.")] = ROOT / "data" / "bench",
    counts: Annotated[
        str, typer.Option(help="Cameras to measure: some=60,80/busy=40/peer=4. Left out: search.")
    ] = "",
    window_s: Annotated[float | None, typer.Option(min=1)] = None,
    load: Annotated[int | None, typer.Option(min=1)] = None,
) -> None:
    """Measure, write results/NAME.json, and bring docs/PERFORMANCE.md up to date."""
    setting = Setting(
        quick=quick,
        peer_python=peer_python,
        shared=_shared(shared),
        work=work.resolve(),
        results=results.resolve(),
        date=date or datetime.fromtimestamp(CLOCK.wall_ns() / 1e9, UTC).date().isoformat(),
        command=_command(which, quick, counts, window_s, load),
        counts=_counts(counts),
        window_s=window_s,
        load=load,
    )
    for name in [it for it in Name if which in {it, Name.ALL} and it in _order()]:
        typer.echo(f"{name} ...", err=True)
        path = write_result(setting, name, _order()[name](setting))
        typer.echo(str(path), err=True)
    if not quick and setting.results == ROOT / "benchmarks" / "results":
        write_report(setting.results, ROOT / "docs")


def _order() -> dict[Name, Callable[[Setting], Result]]:
    """The libraries are heavy: only here are they loaded."""
    from benchmarks import cameras, engine, fences, latency, replay, store  # noqa: PLC0415

    return {
        Name.CAMERAS: cameras.measure,
        Name.REPLAY: replay.measure,
        Name.ENGINE: engine.measure,
        Name.FENCES: fences.measure,
        Name.LATENCY: latency.measure,
        Name.STORE: store.measure,
    }


def _shared(given: Path | None) -> Path | None:
    path = given or Path(os.environ.get("KERBWATCH_SHARED", ROOT.parent / "shared"))
    return path.resolve() if (path / "footage" / "truth.json").is_file() else None


def _counts(text: str) -> dict[str, tuple[int, ...]]:
    pairs = (part.split("=") for part in text.split("/") if part)
    return {name: tuple(int(it) for it in numbers.split(",")) for name, numbers in pairs}


def _command(
    which: Name, quick: bool, counts: str, window_s: float | None, load: int | None
) -> str:
    """What was typed, without the paths of this machine."""
    parts = ["python -m benchmarks", which.value]
    parts += ["--quick"] if quick else []
    parts += [f"--counts {counts}"] if counts else []
    parts += [f"--window-s {window_s:g}"] if window_s else []
    parts += [f"--load {load}"] if load else []
    return " ".join(parts)


if __name__ == "__main__":
    typer.run(main)
