"""One round of benchmark 1: so many cameras, watched by Kerbwatch or by its peer, measured."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from benchmarks.city import Street, Watching, camera, street, watching
from benchmarks.clips import Clip
from benchmarks.ontime import ENOUGH, Punctuality, by_counts, by_times, together
from benchmarks.peers.run import PeerFailedError, run_peer, write_job
from benchmarks.processes import CLOCK, NotReadyError, Usage, pause, usage
from benchmarks.scrape import AGE, INFERENCES, LATE, LOOKS, Scrape, scrape
from benchmarks.setting import Setting

EVERY_S, IDLE_EVERY_S = 2.0, 8.0

Cases = dict[str, frozenset[tuple[str, str]]]
"""By camera, or by clip: fence and scenario of what was opened."""

SETTLE_S = 60.0
"""Backgrounds are learned and connections made before the window begins."""


class PeerAbsentError(RuntimeError):
    """The peer cannot run here; the message names what is missing."""


@dataclass(frozen=True, slots=True)
class Round:
    """One number of cameras, measured. Cores are means over the window; ``None``: not known.

    ``same_cases`` is the share of cameras that opened just what their clip opens when nothing
    else runs; ``frame_age_s`` the worst age of a looked-at picture that was seen.
    """

    cameras: int
    on_time_share: float | None
    cores: float
    memory_mb: float
    server_cores: float
    checks: int = 0
    inferences_per_s: float | None = None
    frame_age_s: float | None = None
    cases: int | None = None
    same_cases: float | None = None
    failure: str | None = None

    @property
    def passes(self) -> bool:
        return self.on_time_share is not None and self.on_time_share >= ENOUGH


def window_s(setting: Setting) -> float:
    return setting.window_s or (5.0 if setting.quick else 60.0)


def cases_alone(setting: Setting, clips: list[Clip]) -> Cases:
    """What each clip opens when it is one of few; by the clip's name."""
    few = list({clip.name: clip for clip in clips}.values())
    with (
        tempfile.TemporaryDirectory() as name,
        _streets(few, len(few), Path(name)) as rtsp,
        _watched(few, len(few), rtsp, Path(name)) as watched,
    ):
        watched.wait_online(len(few))
        pause(SETTLE_S + window_s(setting))
        found = _cases(watched)
    return {clip.name: found.get(_name(n), frozenset()) for n, clip in enumerate(few)}


def our_round(setting: Setting, clips: list[Clip], count: int, alone: Cases | None) -> Round:
    """Kerbwatch on so many cameras; compared with the cases of :func:`cases_alone`."""
    with (
        tempfile.TemporaryDirectory() as name,
        _streets(clips, count, Path(name)) as rtsp,
        _watched(clips, count, rtsp, Path(name)) as watched,
    ):
        try:
            watched.wait_online(count)
        except NotReadyError as error:
            memory_mb = usage(watched.pid).memory_mb
            return Round(count, 0.0, 0.0, round(memory_mb, 1), 0.0, failure=str(error))
        pause(EVERY_S if setting.quick else SETTLE_S)
        held = _measured(watched, rtsp, count, window_s(setting))
        return _with_cases(held, _cases(watched), alone, clips)


def peer_round(setting: Setting, clips: list[Clip], count: int) -> Round:
    """The script on the same cameras, for the same time after everything has begun.

    Raises ``PeerAbsentError``.
    """
    settle_s = 3 * EVERY_S + 0.2 * count
    with tempfile.TemporaryDirectory() as name, _streets(clips, count, Path(name)) as rtsp:
        urls = [rtsp.url(_name(number)) for number in range(count)]
        polygons = [clips[number % len(clips)].polygons for number in range(count)]
        job = write_job(
            Path(name), urls, polygons, every_s=EVERY_S, seconds=settle_s + window_s(setting)
        )
        served, begin_ns = usage(rtsp.pid), CLOCK.monotonic_ns()
        try:
            found = run_peer(setting, "script", "live", job)
        except PeerFailedError as error:
            return Round(count, 0.0, 0.0, 0.0, 0.0, failure=str(error))
        server_cores = _cores(served, usage(rtsp.pid), (CLOCK.monotonic_ns() - begin_ns) / 1e9)
    if "absent" in found:
        raise PeerAbsentError(found["absent"])
    begin_s = found["begin_s"] + settle_s
    window = (begin_s, begin_s + window_s(setting))
    kept = together(by_times(times, window, EVERY_S) for times in found["checks_s"])
    return Round(
        cameras=count,
        on_time_share=kept.share,
        cores=round(found["cpu_s"] / found["took_s"], 3),
        memory_mb=round(found["memory_mb"], 1),
        server_cores=server_cores,
        checks=kept.due,
    )


def punctuality(read: Sequence[tuple[float, Scrape]], slowest_s: float) -> Punctuality:
    """What the metrics say of all cameras, read at those seconds, from first to last."""
    expected: defaultdict[str, float] = defaultdict(float)
    for (before_s, before), (after_s, _) in pairwise(read):
        for name, every_s in before.intervals_s(slowest_s).items():
            expected[name] += (after_s - before_s) / every_s
    first, last = read[0][1], read[-1][1]
    looks_before, late_before = first.by_camera(LOOKS), first.by_camera(LATE)
    late = last.by_camera(LATE)
    return together(
        by_counts(
            looks - looks_before.get(name, 0.0),
            late.get(name, 0.0) - late_before.get(name, 0.0),
            expected[name],
        )
        for name, looks in last.by_camera(LOOKS).items()
    )


def _streets(clips: list[Clip], count: int, folder: Path) -> AbstractContextManager[Street]:
    return street({_name(n): clips[n % len(clips)].path for n in range(count)}, folder)


def _watched(
    clips: list[Clip], count: int, rtsp: Street, folder: Path
) -> AbstractContextManager[Watching]:
    cameras = [
        camera(_name(n), rtsp.url(_name(n)), clips[n % len(clips)], EVERY_S, IDLE_EVERY_S)
        for n in range(count)
    ]
    return watching(cameras, folder)


def _name(number: int) -> str:
    return f"c{number:04}"


def _measured(watched: Watching, rtsp: Street, count: int, seconds: float) -> Round:
    """Watch the service for the window."""
    before, served = usage(watched.pid), usage(rtsp.pid)
    begin_ns, spent_s = CLOCK.monotonic_ns(), 0.0
    read = _scraped(watched, spent_s)
    while spent_s < seconds:
        pause(min(EVERY_S, seconds - spent_s))
        spent_s = (CLOCK.monotonic_ns() - begin_ns) / 1e9
        read += _scraped(watched, spent_s)
    after = usage(watched.pid)
    held = Round(
        cameras=count,
        on_time_share=None,
        cores=_cores(before, after, spent_s),
        memory_mb=round(after.memory_mb, 1),
        server_cores=_cores(served, usage(rtsp.pid), spent_s),
    )
    if not read:
        return replace(held, failure="the service gives no metrics: nobody knows what is on time")
    first, last = read[0][1], read[-1][1]
    ages = [age for _, one in read for age in one.by_camera(AGE).values()]
    return replace(
        held,
        on_time_share=punctuality(read, IDLE_EVERY_S).share,
        checks=int(last.total(LOOKS) - first.total(LOOKS)),
        inferences_per_s=round((last.total(INFERENCES) - first.total(INFERENCES)) / spent_s, 2),
        frame_age_s=round(max(ages, default=0.0), 3),
    )


def _scraped(watched: Watching, at_s: float) -> list[tuple[float, Scrape]]:
    """Nothing where there is no endpoint, or where it does not answer, as on a choked machine."""
    if watched.metrics_port is None:
        return []
    try:
        return [(at_s, scrape(watched.metrics_port))]
    except TimeoutError:
        return []


def _cores(before: Usage, after: Usage, seconds: float) -> float:
    return round((after.cpu_s - before.cpu_s) / seconds, 3)


def _cases(watched: Watching) -> Cases:
    held: dict[str, set[tuple[str, str]]] = {}
    for said in watched.ear.cases():
        case = said.body["case"]
        key = (case["fence"]["id"], case["scenario"]["id"])
        held.setdefault(case["camera"]["id"], set()).add(key)
    return {name: frozenset(cases) for name, cases in held.items()}


def _with_cases(held: Round, cases: Cases, alone: Cases | None, clips: list[Clip]) -> Round:
    total = sum(len(it) for it in cases.values())
    if alone is None:
        return replace(held, cases=total)
    same = sum(
        cases.get(_name(n), frozenset()) == alone[clips[n % len(clips)].name]
        for n in range(held.cameras)
    )
    return replace(held, cases=total, same_cases=round(same / held.cameras, 3))
