"""``kerbwatch replay``: a recording through the same pipeline, telling nobody."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from alerts.push import evidence_text
from alerts.texts import load_texts
from kerbwatch.cli.settings import STREAMS, Config
from kerbwatch.cli.speak import (
    LANGUAGE,
    MISUSED,
    TEXT,
    AsJson,
    clear_failures,
    give_up,
    say,
    say_json,
)

if TYPE_CHECKING:
    from kerbwatch.options import CameraOptions, ServiceOptions
    from kerbwatch.wire.replay import ReplayOutcome
    from replay.truth import ClipTruth

_SECOND_NS = 1_000_000_000
_FIRST_YEAR, _LAST_YEAR = 1971, 2199  # within what dates and 64-bit nanoseconds can tell


SampleFps = Annotated[float | None, typer.Option(min=0.001, max=1000, help=TEXT("help.sample_fps"))]


def replay(  # noqa: PLR0917  # every parameter is an option of the command
    clip: Annotated[Path | None, typer.Argument(help=TEXT("help.clip"))] = None,
    config: Config = STREAMS,
    camera: Annotated[str | None, typer.Option(help=TEXT("help.camera"))] = None,
    out: Annotated[Path, typer.Option(help=TEXT("help.out"))] = Path("out"),
    truth: Annotated[Path | None, typer.Option(help=TEXT("help.truth"))] = None,
    sample_fps: SampleFps = None,
    fps: Annotated[float | None, typer.Option(min=0.001, help=TEXT("help.fps"))] = None,
    start: Annotated[str | None, typer.Option(help=TEXT("help.start"))] = None,
    observations: Annotated[Path | None, typer.Option(help=TEXT("help.observations"))] = None,
    as_json: AsJson = False,
) -> None:
    """Play a recording as fast as it goes and write what was found."""
    _check_input(clip, observations, fps, out, as_json)
    with clear_failures(as_json=as_json):
        from kerbwatch.wire.replay import ReplayRequest  # noqa: PLC0415
        from kerbwatch.wire.replay import replay as play  # noqa: PLC0415

        options = _settings(config)
        chosen = _camera(options, camera, as_json)
        request = ReplayRequest(
            folder=out,
            clip=clip,
            observations=observations,
            fps=fps,
            sample_fps=sample_fps,
            start_wall_ns=_start_ns(start, options.site.timezone, as_json),
            truth=_truth(truth, clip or observations),
        )
        with _progress(clip) as on_progress:
            outcome = play(request, options, chosen, os.environ, on_progress)
    _tell(outcome, out, as_json)


def _check_input(
    clip: Path | None, observations: Path | None, fps: float | None, out: Path, as_json: bool
) -> None:
    """End the command where there is nothing to play, or it would be written over."""
    if (clip is None) == (observations is None):
        give_up(TEXT("replay.one_input"), MISUSED, as_json=as_json)
    for path in (clip, observations):
        if path is not None and not path.exists():
            give_up(TEXT("replay.no_file", path=path), MISUSED, as_json=as_json)
    if clip is not None and clip.is_dir() and fps is None:
        give_up(TEXT("replay.folder_fps", path=clip), MISUSED, as_json=as_json)
    if observations is not None and observations.resolve().parent == out.resolve():
        give_up(TEXT("replay.overwrites", path=observations), MISUSED, as_json=as_json)


def _settings(config: Path) -> ServiceOptions:
    from kerbwatch.config.cards import known_cards  # noqa: PLC0415
    from kerbwatch.config.load import load_options  # noqa: PLC0415

    return load_options(config, env=os.environ, known_models=known_cards(os.environ))


def _camera(options: ServiceOptions, wanted: str | None, as_json: bool) -> CameraOptions:
    ids = [camera.id for camera in options.cameras]
    if wanted is None and len(ids) == 1:
        return options.cameras[0]
    found = None if wanted is None else options.camera(wanted)
    if found is None:
        message = TEXT("replay.no_camera", got=wanted or "-", known=", ".join(ids))
        give_up(message, MISUSED, as_json=as_json)
    return found


def _start_ns(text: str | None, timezone: str, as_json: bool) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        give_up(TEXT("replay.bad_start", got=text), MISUSED, as_json=as_json)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        give_up(TEXT("replay.bad_start", got=text), MISUSED, as_json=as_json)
    return round(moment.timestamp() * 1_000_000) * 1000


def _truth(path: Path | None, clip: Path | None) -> ClipTruth | None:
    from kerbwatch.config.truth import load_truth  # noqa: PLC0415

    return None if path is None or clip is None else load_truth(path, clip.name)


@contextmanager
def _progress(clip: Path | None) -> Iterator[Callable[[int], None]]:
    """A bar with how many times faster than real time it goes; only on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    shown = console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task(TEXT("replay.playing"), total=_length_s(clip), rate="")

        def moved(media_ns: int) -> None:
            elapsed_s = bar.tasks[0].elapsed or 0.0
            media_s = media_ns / _SECOND_NS
            rate = f"{media_s / elapsed_s:.1f} ×" if elapsed_s > 0 else ""
            bar.update(task, completed=media_s, rate=rate)

        yield moved


def _length_s(clip: Path | None) -> float | None:
    from detector.sources.recording import recording_facts  # noqa: PLC0415

    return recording_facts(clip).duration_s if clip is not None and clip.is_file() else None


def _tell(outcome: ReplayOutcome, out: Path, as_json: bool) -> None:
    if as_json:
        say_json({"ok": True, "out": str(out), "looks": outcome.looks, **outcome.held})
        return
    for case in outcome.held["cases"]:
        ended = case["cleared_s"]
        still = TEXT("replay.still_open" if ended is None else "replay.moment", at_s=ended)
        shown = case | {"named_by": evidence_text(case["named_by"], load_texts("alerts", LANGUAGE))}
        say(TEXT("replay.case", still=still, **shown))
    media_s = outcome.media_ns / _SECOND_NS
    say(TEXT("replay.done", cases=len(outcome.cases), looks=outcome.looks, media_s=media_s))
    if outcome.score is not None:
        score = outcome.held["score"]
        delays = score["delay_s"]
        say(TEXT("replay.score", median=delays["median"], latest=delays["max"], **score))
    say(TEXT("replay.written", out=out))
