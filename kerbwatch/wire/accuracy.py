"""Accuracy runs: which clips, with the fences that a user's configuration would give them."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from detector.engines.protocol import Engine
from detector.sources.recording import recording_facts
from fences.box import Box
from fences.clock import SECOND_NS
from fences.fence import Fence
from kerbwatch.config.build import fence_options
from kerbwatch.config.cards import load_cards, model_folders
from kerbwatch.config.schema import FenceModel
from kerbwatch.config.truth import clip_names, fences_of_truth, load_truth
from kerbwatch.cores import cores
from kerbwatch.language import language_of
from kerbwatch.options import ModelsOptions
from kerbwatch.wire.models import open_engines
from replay.accuracy.clip import REAL, Clip
from replay.accuracy.contestants import OURS, Contender
from replay.accuracy.keys import plain
from replay.accuracy.result import ClipResult
from replay.accuracy.run import Work, run_clips
from replay.accuracy.seeds import ClipSet, most, seeds
from replay.scenes import make_scene
from replay.scenes.spec import SceneSpec
from replay.scenes.truth import TruthFence, clip_truth
from replay.truth import TruthEvent

POSITIVE_S = 40.0
"""Length of a clip with violations."""

NEGATIVE_S = 120.0
"""Of a clip without: long stretches are several clips, each of another street."""

_SHORTEST_S = 30.0


@dataclass(frozen=True, slots=True)
class AccuracyRequest:
    """What to watch and who watches.

    ``clips`` with violations and ``negative_minutes`` without, of each of ``conditions``;
    ``truth``: the file with real clips, which lie beside it (``None``: no real clips).
    """

    folder: Path
    clip_set: ClipSet
    conditions: tuple[str, ...]
    contenders: tuple[Contender, ...]
    clips: int
    negative_minutes: float
    looks_per_second: float
    real_looks_per_second: float
    size_wh: tuple[int, int]
    truth: Path | None
    model: str
    workers: int


def watch_clips(
    request: AccuracyRequest, env: Mapping[str, str]
) -> tuple[int, Iterator[ClipResult]]:
    """How many clips there are, and their results as they come.

    Raises ``ConfigError`` and ``ModelError`` for a model that is not there, ``SourceError``
    for a clip that does not play.
    """
    clips = (*_real_clips(request), *_rendered_clips(request))
    learned = any(it in OURS and it is not Contender.OBSTRUCTION for it in request.contenders)
    options = ModelsOptions(Path("models"), (request.model,) if learned else ())
    for engine in open_engines(options, env):  # the same
        engine.close()
    given = {name: env[name] for name in ("KERBWATCH_MODELS",) if name in env}
    work = Work(
        folder=request.folder,
        contenders=request.contenders,
        open_engines=partial(_engines, options, given),
        models=_checksums(options, env),
        language=language_of(env),
    )
    return len(clips), run_clips(clips, work, request.workers)


def _engines(options: ModelsOptions, env: Mapping[str, str]) -> Sequence[Engine]:
    return open_engines(options, env, threads=1) if options.use else ()


def _checksums(options: ModelsOptions, env: Mapping[str, str]) -> str:
    cards = load_cards(model_folders(options.dir, env))
    return plain([cards[name] for name in options.use if name in cards])


def _real_clips(request: AccuracyRequest) -> Iterator[Clip]:
    if request.truth is None:
        return
    for name in clip_names(request.truth):
        path = request.truth.parent / name
        recording_facts(path)  # told now, not in the middle of the run
        every_s = 1 / request.real_looks_per_second
        fences = fences_of_truth(request.truth, name, path.stem.lower(), every_s=every_s)
        yield Clip(
            name=path.stem,
            condition=REAL,
            fences=tuple(it.fence for it in fences),
            events=load_truth(request.truth, name).events,
            media=path,
            every_ns=round(SECOND_NS * every_s),
        )


def _rendered_clips(request: AccuracyRequest) -> Iterator[Clip]:
    for condition in request.conditions:
        for seed in seeds(request.clip_set, condition, request.clips, positive=True):
            yield _rendered(request, condition, seed, POSITIVE_S, positive=True)
    lengths_s = _lengths_s(request.negative_minutes)
    for number, length_s in enumerate(lengths_s):  # all conditions in turn: none is left behind
        for condition in request.conditions:
            seed = seeds(request.clip_set, condition, len(lengths_s), positive=False)[number]
            yield _rendered(request, condition, seed, length_s, positive=False)


def _lengths_s(minutes: float) -> list[float]:
    """Of the clips that give so many minutes."""
    whole, rest_s = divmod(minutes * 60, NEGATIVE_S)
    return [NEGATIVE_S] * int(whole) + [max(rest_s, _SHORTEST_S)] * (rest_s > 0)


def _rendered(
    request: AccuracyRequest, condition: str, seed: int, length_s: float, *, positive: bool
) -> Clip:
    width_px, height_px = request.size_wh
    spec: SceneSpec = make_scene(
        condition,
        seed,
        positive=positive,
        width_px=width_px,
        height_px=height_px,
        fps=request.looks_per_second,
        duration_s=length_s,
    )
    truth = clip_truth(spec)
    name = f"{condition}-{'p' if positive else 'n'}{seed}"
    every_s = 1 / request.looks_per_second
    return Clip(
        name=name,
        condition=condition,
        fences=tuple(_fence(fence, name.replace("_", "-"), every_s) for fence in truth.fences),
        events=tuple(
            TruthEvent(it.fence_id, it.scenario, it.start_s, it.end_s, Box(*it.xyxy))
            for it in truth.events
        ),
        media=spec,
        every_ns=int(SECOND_NS * every_s),  # rounded down: no frame falls into another's slot
    )


def _fence(fence: TruthFence, camera_id: str, every_s: float) -> Fence:
    model = FenceModel.model_validate(
        {
            "id": fence.fence_id,
            "polygon": [list(point) for point in fence.polygon],
            "scenarios": {
                fence.scenario: {"dwell_s": fence.dwell_s, "clear_after_s": fence.clear_after_s}
            },
        }
    )
    return fence_options(model, camera_id, every_s, "UTC").fence


def most_minutes(clip_set: ClipSet) -> float:
    """How many minutes without violations a condition has."""
    return most(clip_set) * NEGATIVE_S / 60


def machine() -> str:
    """What the figures of cost were measured on, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.machine()
    return f"{processor}, {cores()} x, Python {platform.python_version()}"
