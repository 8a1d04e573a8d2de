"""``kerbwatch accuracy``: how well violations are found, on clips with known truth."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerbwatch.cli import accuracy_asked as asking
from kerbwatch.cli.speak import LANGUAGE, TEXT, AsJson, clear_failures, note, say, say_json

if TYPE_CHECKING:
    from kerbwatch.wire.accuracy import AccuracyRequest
    from replay.accuracy.result import ClipResult

_SECOND_NS = 1_000_000_000


def accuracy(  # noqa: PLR0917  # every parameter is an option of the command
    clip_set: asking.Scenes = asking.ClipSet.VALIDATION,
    conditions: asking.Conditions = "all",
    sources: asking.Sources = "obstruction,learned,both,mog2,knn",
    clips: asking.Clips = 5,
    negative_minutes: asking.NegativeMinutes = 2.0,
    looks_per_second: asking.Looks = 1.0,
    real_looks_per_second: asking.RealLooks = 5.0,
    size: asking.Size = "640x360",
    truth: asking.Truth = None,
    model: asking.Model = "kerbwatch-street-480",
    workers: asking.Workers = 0,
    out: asking.Out = Path("out/accuracy"),
    as_json: AsJson = False,
) -> None:
    """Watch real and rendered clips with every way of seeing and write how well it went."""
    asked = asking.Asked(
        clip_set=clip_set,
        conditions=conditions,
        sources=sources,
        clips=clips,
        negative_minutes=negative_minutes,
        looks_per_second=looks_per_second,
        real_looks_per_second=real_looks_per_second,
        size=size,
        truth=truth,
        model=model,
        workers=workers,
        out=out,
        as_json=as_json,
    )
    with clear_failures(as_json=as_json):
        held = _watched(asked)
    _tell_whole(held, asked)


def _watched(asked: asking.Asked) -> dict[str, Any]:
    """What the report holds; each clip is told of once it was watched."""
    from kerbwatch.wire.accuracy import watch_clips  # noqa: PLC0415
    from replay.accuracy.report import write_report  # noqa: PLC0415

    request = asked.request()
    total, coming = watch_clips(request, os.environ)
    results = []
    for number, result in enumerate(coming, start=1):
        results.append(result)
        note(f"[{number}/{total}] {result.clip}")
        if not asked.as_json:
            _tell(result, asked.out)
    return write_report(asked.out, results, _about(request), LANGUAGE)


def _tell_whole(held: dict[str, Any], asked: asking.Asked) -> None:
    from replay.accuracy.report import PAGE  # noqa: PLC0415

    if asked.as_json:
        say_json({"goals": held["goals"], "figures": held["figures"]})
        return
    for goal in held["goals"]:
        met = "accuracy.met" if goal["met"] else "accuracy.not_met"
        say(TEXT(met, goal=goal["text"], measured=goal["measured"]))
    say(TEXT("accuracy.written", page=asked.out / PAGE))


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
