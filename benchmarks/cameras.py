"""1. Cameras per machine: how many can be watched with 99 % of the checks on time.

Local RTSP cameras of 1080p25 H.264 (2 Mbit/s, a key frame every 2 s), each checked every 2 s,
by ``kerbwatch run`` from outside and by the script that a user would write. "On time" is
defined in :mod:`benchmarks.ontime`, alike for both: the script tells when it checked, of
Kerbwatch the metrics are read. The RTSP server lives on the same cores; what it uses is told
apart. A round's cases are compared with those that the same clips open on an all but idle
machine, one camera for each clip.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from benchmarks.clips import FULL_WH, QUICK_WH, SUB_WH, Clip, camera_clips
from benchmarks.rounds import (
    EVERY_S,
    IDLE_EVERY_S,
    PeerAbsentError,
    Round,
    cases_alone,
    our_round,
    peer_round,
)
from benchmarks.search import largest
from benchmarks.setting import MODEL, Result, Setting

_MOST, _PEER_MOST = 1000, 100


def measure(setting: Setting) -> Result:
    """Everything that ``cameras.json`` holds."""
    found: Result = {"every_s": EVERY_S, "idle_every_s": IDLE_EVERY_S, "model": MODEL}
    found |= _size(setting, QUICK_WH if setting.quick else FULL_WH)
    if not setting.quick:
        found["substreams"] = _size(setting, SUB_WH)
    return found


def memory_per_camera(rounds: Sequence[Round]) -> float | None:
    """Memory that one more camera takes, in MB: the slope from the smallest to the largest round.

    Of a single round: its whole memory over its cameras.
    """
    held = sorted((it for it in rounds if it.memory_mb), key=lambda it: it.cameras)
    if not held:
        return None
    few, many = held[0], held[-1]
    if few.cameras == many.cameras:
        return round(many.memory_mb / many.cameras, 1)
    return round((many.memory_mb - few.memory_mb) / (many.cameras - few.cameras), 1)


def _size(setting: Setting, size_wh: tuple[int, int]) -> Result:
    """Both sides with streams of one size."""
    clips = camera_clips(setting, size_wh)
    alone = None if setting.quick else cases_alone(setting, clips)
    rounds: list[Round] = []
    ours = _most(lambda count: our_round(setting, clips, count, alone), setting, _MOST, rounds)
    peer_rounds, absent = _peer(setting, clips)
    theirs = max((it.cameras for it in peer_rounds if it.passes), default=0)
    best = next((it for it in rounds if it.cameras == ours), rounds[0])
    return {
        "size_wh": list(size_wh),
        "clips": [clip.origin for clip in clips],
        "cameras": ours,
        "peer_cameras": None if absent else theirs,
        "ratio": None if absent or not theirs else round(ours / theirs, 1),
        "peer_absent": absent,
        "memory_mb_per_camera": memory_per_camera(rounds),
        "on_time_share": best.on_time_share,
        "rounds": [asdict(it) for it in rounds],
        "peer_rounds": [asdict(it) for it in peer_rounds],
    }


def _most(one: Callable[[int], Round], setting: Setting, most: int, rounds: list[Round]) -> int:
    """Measure the numbers that were asked for, or search; the largest that passed."""

    def passes(count: int) -> bool:
        rounds.append(one(count))
        return rounds[-1].passes

    counts = (2,) if setting.quick else setting.counts
    if counts:
        return max([count for count in counts if passes(count)], default=0)
    return largest(passes, 1, most)


def _peer(setting: Setting, clips: list[Clip]) -> tuple[list[Round], str | None]:
    """The peer's rounds, or what it lacks."""
    rounds: list[Round] = []
    try:
        _most(lambda count: peer_round(setting, clips, count), setting, _PEER_MOST, rounds)
    except PeerAbsentError as error:
        return [], str(error)
    return rounds, None
