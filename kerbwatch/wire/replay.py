"""A replay: the same pipeline over a recording, as fast as it goes, telling nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from alerts.cases import Case
from alerts.evidence import describe
from alerts.memory import MemoryCaseBook
from alerts.picture import Annotation
from alerts.place import Directory
from detector.eyes import Eyes
from detector.frame import FrameSource
from detector.sampling import Sampled, Sampler
from detector.sources.folder import FolderSource
from detector.sources.recording import RecordingSource
from detector.stream import Watch, run_inputs, run_stream
from fences.clock import SECOND_NS
from fences.event import FenceEvent
from fences.fence import Fence
from fences.guard import Guard
from fences.hours import ALWAYS
from fences.observation import Observation, StepInput
from fences.record import decode_input
from kerbwatch.errors import RecordError
from kerbwatch.options import CameraOptions, ServiceOptions
from kerbwatch.wire.directory import directory_of
from kerbwatch.wire.models import open_engines
from replay.player import Recorder, ReplayedCase
from replay.results import write_results
from replay.score import Score, score_cases
from replay.truth import ClipTruth

_GRACE_LOOKS = 2.5
"""Looks that a grace must span, as in the configuration."""


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """What to play. Exactly one of ``clip`` (file or folder) and ``observations`` is set.

    ``fps`` is the rate of a folder's pictures, ``sample_fps`` how many looks a second are
    taken (``None``: the camera's own interval), ``start_wall_ns`` when the recording begins
    (``None``: unknown, so hours do not apply).
    """

    folder: Path
    clip: Path | None
    observations: Path | None
    fps: float | None
    sample_fps: float | None
    start_wall_ns: int | None
    truth: ClipTruth | None


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """What a replay found; ``held`` is the content of the result files."""

    cases: tuple[ReplayedCase, ...]
    score: Score | None
    looks: int
    events: int
    media_ns: int
    held: dict[str, Any]


def replay(
    request: ReplayRequest,
    options: ServiceOptions,
    camera: CameraOptions,
    env: Mapping[str, str],
    on_progress: Callable[[int], None] = lambda _: None,
) -> ReplayOutcome:
    """Play a recording through the camera's fences and write the result files.

    Raises ``SourceError``, ``RecordError``, ``ModelError``, ``ConfigError`` (cards),
    ``EvidenceError`` and ``OSError`` where the folder cannot be written.
    """
    every_ns = _every_ns(request, camera)
    fences = tuple(_fence(held.fence, every_ns, request) for held in camera.fences)
    directory = directory_of(options)
    book = MemoryCaseBook(directory)
    caption = _caption(directory, timed=request.start_wall_ns is not None)
    with Recorder(request.folder, book, caption, on_progress) as recorder:
        if request.observations is not None:
            run_inputs(_recorded(request.observations, Sampler(every_ns)), Guard(fences), recorder)
        else:
            idle_ns = None if request.sample_fps is not None else camera.idle_ns
            sampler = Sampler(every_ns, idle_ns)
            eyes = Eyes(fences, open_engines(options.models, env, one_caller=True))
            run_stream(_source(request, sampler), Watch(sampler, eyes, Guard(fences), recorder))
    score = None
    if request.truth is not None:
        score = score_cases(recorder.cases, request.truth.events, _dwells(fences))
    return ReplayOutcome(
        cases=recorder.cases,
        score=score,
        looks=recorder.looks,
        events=recorder.events,
        media_ns=recorder.last_media_ns,
        held=write_results(request.folder, recorder.cases, score),
    )


def _every_ns(request: ReplayRequest, camera: CameraOptions) -> int:
    if request.sample_fps is not None:
        return round(SECOND_NS / request.sample_fps)
    return 0 if request.observations is not None else camera.every_ns


def _fence(fence: Fence, every_ns: int, request: ReplayRequest) -> Fence:
    """The fence fitted to this replay: patient enough for its rate, hours only if known."""
    rules = tuple(
        replace(
            rule,
            grace_ns=max(rule.grace_ns, round(_GRACE_LOOKS * every_ns)),
            hours=ALWAYS if request.start_wall_ns is None else rule.hours,
        )
        for rule in fence.rules
    )
    return replace(fence, rules=rules, max_interval_ns=max(fence.max_interval_ns, 3 * every_ns))


def _source(request: ReplayRequest, sampler: Sampler) -> FrameSource:
    assert request.clip is not None
    start_ns = request.start_wall_ns or 0
    if request.clip.is_dir():
        fps = Fraction(request.fps or 1).limit_denominator(1_000_000)
        return Sampled(FolderSource(request.clip, fps=fps, start_wall_ns=start_ns), sampler)
    return RecordingSource(request.clip, start_wall_ns=start_ns, demand=sampler)


def _recorded(path: Path, sampler: Sampler) -> Iterator[tuple[StepInput, None]]:
    """The inputs of an ``observations.jsonl``. Raises ``RecordError``."""
    number = 0
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    entry = decode_input(line)
                except ValueError as error:
                    where = f"{path}:{number}"
                    raise RecordError("replay.bad_line", where=where, problem=error) from error
                if not isinstance(entry, Observation) or sampler.takes(entry.media_ns):
                    yield entry, None
    except UnicodeDecodeError as error:
        raise RecordError("replay.bad_line", where=path, problem=error) from error
    if number == 0:
        raise RecordError("replay.no_lines", path=path)


def _dwells(fences: tuple[Fence, ...]) -> dict[tuple[str, str], float]:
    return {
        (fence.id, rule.scenario.id): rule.dwell_ns / SECOND_NS
        for fence in fences
        for rule in fence.rules
    }


def _caption(directory: Directory, *, timed: bool) -> Callable[[Case, FenceEvent], Annotation]:
    """Without a start time, pictures carry the time of the clip."""

    def caption(case: Case, event: FenceEvent) -> Annotation:
        annotation = describe(case, event, directory)
        if timed:
            return annotation
        minutes, seconds = divmod(event.media_ns / SECOND_NS, 60)
        time = f"+{int(minutes):02}:{seconds:04.1f}"
        return replace(
            annotation,
            lines=(*annotation.lines[:-1], time),
            ascii_lines=(*annotation.ascii_lines[:-1], time),
        )

    return caption
