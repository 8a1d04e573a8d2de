"""``kerbwatch accuracy``: how well violations are found, on clips with known truth."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.speak import (
    LANGUAGE,
    MISUSED,
    TEXT,
    AsJson,
    clear_failures,
    give_up,
    note,
    say,
    say_json,
)
from kerbwatch.cores import cores

if TYPE_CHECKING:
    from kerbwatch.wire.accuracy import AccuracyRequest
    from replay.accuracy.result import ClipResult

_SECOND_NS = 1_000_000_000


class ClipSet(StrEnum):
    """Which rendered scenes; the same words as in ``replay.accuracy.seeds``."""

    TUNING = "tuning"
    VALIDATION = "validation"


def accuracy(  # noqa: PLR0917  # every parameter is an option of the command
    clip_set: Annotated[ClipSet, typer.Option("--set", help=TEXT("help.clip_set"))] = (
        ClipSet.VALIDATION
    ),
    conditions: Annotated[str, typer.Option(help=TEXT("help.conditions"))] = "all",
    sources: Annotated[str, typer.Option(help=TEXT("help.sources"))] = (
        "obstruction,learned,both,mog2,knn"
    ),
    clips: Annotated[int, typer.Option(min=0, max=35, help=TEXT("help.clips"))] = 5,
    negative_minutes: Annotated[float, typer.Option(min=0, help=TEXT("help.negative_minutes"))] = (
        2.0
    ),
    looks_per_second: Annotated[
        float, typer.Option(min=0.2, max=25, help=TEXT("help.looks_per_second"))
    ] = 1.0,
    real_looks_per_second: Annotated[
        float, typer.Option(min=0.2, max=100, help=TEXT("help.real_looks_per_second"))
    ] = 5.0,
    size: Annotated[str, typer.Option(help=TEXT("help.size"))] = "640x360",
    truth: Annotated[Path | None, typer.Option(help=TEXT("help.real_truth"))] = None,
    model: Annotated[str, typer.Option(help=TEXT("help.accuracy_model"))] = "kerbwatch-street-480",
    workers: Annotated[int, typer.Option(min=0, help=TEXT("help.workers"))] = 0,
    out: Annotated[Path, typer.Option(help=TEXT("help.accuracy_out"))] = Path("out/accuracy"),
    as_json: AsJson = False,
) -> None:
    """Watch real and rendered clips with every way of seeing and write how well it went."""
    with clear_failures(as_json=as_json):
        from kerbwatch.wire.accuracy import (  # noqa: PLC0415
            AccuracyRequest,
            most_minutes,
            watch_clips,
        )
        from replay.accuracy.contestants import Contender  # noqa: PLC0415
        from replay.accuracy.report import PAGE, write_report  # noqa: PLC0415
        from replay.accuracy.seeds import ClipSet as Seeds  # noqa: PLC0415
        from replay.scenes import CONDITIONS  # noqa: PLC0415

        known = tuple(CONDITIONS)
        if negative_minutes > (limit := most_minutes(Seeds(clip_set))):
            message = TEXT("accuracy.minutes", got=negative_minutes, set=clip_set, limit=limit)
            give_up(message, MISUSED, as_json=as_json)
        request = AccuracyRequest(
            folder=out,
            clip_set=Seeds(clip_set),
            conditions=_chosen("--conditions", conditions, known, as_json),
            contenders=tuple(
                Contender(it) for it in _chosen("--sources", sources, tuple(Contender), as_json)
            ),
            clips=clips,
            negative_minutes=negative_minutes,
            looks_per_second=looks_per_second,
            real_looks_per_second=real_looks_per_second,
            size_wh=_size(size, as_json),
            truth=truth,
            model=model,
            workers=workers or cores(),
        )
        total, coming = watch_clips(request, os.environ)
        results = []
        for number, result in enumerate(coming, start=1):
            results.append(result)
            note(f"[{number}/{total}] {result.clip}")
            if not as_json:
                _tell(result, out)
        held = write_report(out, results, _about(request), LANGUAGE)
    if as_json:
        say_json({"goals": held["goals"], "figures": held["figures"]})
        return
    for goal in held["goals"]:
        met = "accuracy.met" if goal["met"] else "accuracy.not_met"
        say(TEXT(met, goal=goal["text"], measured=goal["measured"]))
    say(TEXT("accuracy.written", page=out / PAGE))


def _about(request: AccuracyRequest) -> list[tuple[str, str]]:
    """What the report says of itself."""
    from kerbwatch.clock import SystemClock  # noqa: PLC0415
    from kerbwatch.version import VERSION  # noqa: PLC0415
    from kerbwatch.wire.accuracy import machine  # noqa: PLC0415

    today = datetime.fromtimestamp(SystemClock().wall_ns() / _SECOND_NS, UTC)
    width_px, height_px = request.size_wh
    settings = {
        "set": request.clip_set,
        "size": f"{width_px}x{height_px}",
        "looks": request.looks_per_second,
        "real": request.real_looks_per_second,
    }
    return [
        ("command", shlex.join(["kerbwatch", *sys.argv[1:]])),
        ("date", today.date().isoformat()),
        ("version", VERSION),
        ("model", request.model),
        ("machine", machine()),
        ("settings", TEXT("accuracy.settings", **settings)),
    ]


def _chosen(option: str, text: str, known: tuple[str, ...], as_json: bool) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if names == ("all",):
        return known
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        got = ", ".join(unknown) or "-"
        message = TEXT("accuracy.unknown", option=option, got=got, known=", ".join(known))
        give_up(message, MISUSED, as_json=as_json)
    return names


def _size(text: str, as_json: bool) -> tuple[int, int]:
    sides = text.split("x")
    if len(sides) != 2 or not all(side.isdecimal() and int(side) >= 160 for side in sides):
        give_up(TEXT("accuracy.size", got=text), MISUSED, as_json=as_json)
    return int(sides[0]), int(sides[1])


def _tell(result: ClipResult, out: Path) -> None:
    """A clip's lines: what each contender found, how late, at what cost, and what was wrong."""
    looks = max(result.looks, 1)
    picture_ms = 1000 * result.picture_cpu_s / looks
    for showing in result.showings:
        delays = " ".join(f"{delay_s:+.1f}" for delay_s in showing.delays_s) or "-"
        values = {"clip": result.clip, "contender": showing.contender, "events": result.events}
        say(
            TEXT(
                "accuracy.clip",
                tp=showing.tp,
                fp=showing.fp,
                fn=showing.fn,
                again=showing.again,
                delays=delays,
                picture_ms=picture_ms,
                look_ms=1000 * showing.cpu_s / looks,
                **values,
            )
        )
        for mistake in showing.mistakes:
            kind = "accuracy.miss" if mistake.kind == "miss" else "accuracy.false"
            say(
                TEXT(
                    kind,
                    scenario=mistake.scenario,
                    at_s=mistake.at_s,
                    named_by=mistake.named_by,
                    picture="-" if mistake.picture is None else out / mistake.picture,
                )
            )
