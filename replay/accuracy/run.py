"""A run over many clips: on all cores, and going on where an earlier one was broken off."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2

import detector
import fences
import replay
from alerts.texts import Language
from detector.engines.protocol import Engine
from replay.accuracy.clip import Clip
from replay.accuracy.contestants import Contender
from replay.accuracy.keys import plain
from replay.accuracy.result import ClipResult, result_from, result_object
from replay.accuracy.watch import Album, watch

_KEPT = "clips"


@dataclass(frozen=True, slots=True)
class Work:
    """What is the same for every clip of a run. It is sent to other processes.

    ``open_engines`` is called once in each of them; ``models`` tells engines apart, as their
    cards' checksums do.
    """

    folder: Path
    contenders: tuple[Contender, ...]
    open_engines: Callable[[], Sequence[Engine]]
    models: str
    language: Language


def run_clips(clips: Sequence[Clip], work: Work, workers: int) -> Iterator[ClipResult]:
    """The results in the clips' order, each as soon as it and those before it are there.

    What an earlier run with the same code, clips and settings has left is not done again.
    Raises what :func:`replay.accuracy.watch.watch` raises.
    """
    (work.folder / _KEPT).mkdir(parents=True, exist_ok=True)
    code = _code()
    if workers == 1:
        engines: list[Sequence[Engine]] = []
        for clip in clips:
            yield _kept(clip, work, code) or _do(clip, work, code, engines)
        return
    spawn = multiprocessing.get_context("spawn")  # engines have threads, which no fork survives
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_alone) as pool:
        pending: list[ClipResult | Future[ClipResult]] = [
            _kept(clip, work, code) or pool.submit(_do, clip, work, code, None) for clip in clips
        ]
        try:
            for one in pending:
                yield one.result() if isinstance(one, Future) else one
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _alone() -> None:
    """One core for each process, so that what a look costs can be measured."""
    cv2.setNumThreads(1)


_ENGINES: list[Sequence[Engine]] = []
"""Of this process, once opened."""


def _do(clip: Clip, work: Work, code: str, engines: list[Sequence[Engine]] | None) -> ClipResult:
    opened = _ENGINES if engines is None else engines
    if not opened:
        opened.append(tuple(work.open_engines()))
    album = Album(work.folder, work.language)
    result = watch(clip, work.contenders, opened[0], album)
    content = {"key": _key(clip, work, code), "result": result_object(result)}
    path = work.folder / _KEPT / f"{clip.name}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(path)
    return result


def _kept(clip: Clip, work: Work, code: str) -> ClipResult | None:
    path = work.folder / _KEPT / f"{clip.name}.json"
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    return result_from(content["result"]) if content["key"] == _key(clip, work, code) else None


def _key(clip: Clip, work: Work, code: str) -> str:
    """Changes with everything that may change the result."""
    parts = (code, work.models, plain(work.contenders), work.language, plain(clip))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _code() -> str:
    """Of everything that sees, judges and renders."""
    digest = hashlib.sha256()
    for package in (fences, detector, replay):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*.py")):
                digest.update(path.read_bytes())
    return digest.hexdigest()
