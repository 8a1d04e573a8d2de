"""1. Cameras per machine: how many can be watched with 99 % of the checks on time.

Local RTSP cameras of 1080p25 H.264 (2 Mbit/s, a key frame every 2 s), each checked every 2 s,
by ``kerbwatch run`` from outside and by the script that a user would write. "On time" is
defined in :mod:`benchmarks.ontime`, alike for both: the script tells when it checked, of
Kerbwatch the metrics are read. The RTSP server lives on the same cores; what it uses is told
apart. A round's cases are compared with those that the same clips open on an all but idle
machine, one camera for each clip.

What happens before the cameras decides how often they are looked at. ``busy``: the clips were cut
for what happens in them and go round and round, so that something moves in every fence nearly all
the time. ``some``: so it is at one camera in ten; the others show the same clips, watched at the
place of the picture that changes least, as most fences of a city are most of the time. The peer
looks every 2 s whatever happens; it gets the busy ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import typer

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
from benchmarks.still import still_place

_MOST, _PEER_MOST = 1000, 100
BUSY, SOME = 1, 10


def measure(setting: Setting) -> Result:
    """Everything that ``cameras.json`` holds; first ``some``, in full streams."""
    found: Result = {"every_s": EVERY_S, "idle_every_s": IDLE_EVERY_S, "model": MODEL}
    if setting.quick:
        return found | _size(setting, QUICK_WH, BUSY)
    found |= _size(setting, FULL_WH, SOME)
    found["busy"] = _size(setting, FULL_WH, BUSY)
    found["substreams"] = _size(setting, SUB_WH, SOME)
    peer = found["busy"]["peer_cameras"]
    found |= {"peer_cameras": peer, "peer_absent": found["busy"]["peer_absent"]}
    found["ratio"] = round(found["cameras"] / peer, 1) if peer else None
    return found


def mixed(clips: list[Clip], busy: int) -> list[Clip]:
    """One in so many as it is, the others watched where nothing happens; each clip as often."""
    if busy == 1:
        return clips
    still = [still_place(clip) for clip in clips]
    return [
        (clips if number % busy == 0 else still)[(number // busy + number) % len(clips)]
        for number in range(busy * len(clips))
    ]


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


def _size(setting: Setting, size_wh: tuple[int, int], busy: int) -> Result:
    """Streams of one size, one in ``busy`` of them busy; the peer only where all are."""
    clips = mixed(camera_clips(setting, size_wh), busy)
    alone = None if setting.quick else cases_alone(setting, clips)
    rounds: list[Round] = []
    counts = (2,) if setting.quick else setting.counts.get(_key(size_wh, busy), ())
    ours = _most(lambda count: our_round(setting, clips, count, alone), counts, _MOST, rounds)
    with_peer = busy == BUSY and size_wh != SUB_WH
    peer_rounds, absent = _peer(setting, clips) if with_peer else ([], None)
    theirs = max((it.cameras for it in peer_rounds if it.passes), default=0)
    best = next((it for it in rounds if it.cameras == ours), rounds[0])
    return {
        "size_wh": list(size_wh),
        "busy_share": round(1 / busy, 3),
        "clips": sorted({clip.name for clip in clips}),
        "cameras": ours,
        "peer_cameras": theirs if peer_rounds else None,
        "ratio": round(ours / theirs, 1) if theirs else None,
        "peer_absent": absent,
        "memory_mb_per_camera": memory_per_camera(rounds),
        "on_time_share": best.on_time_share,
        "rounds": [asdict(it) for it in rounds],
        "peer_rounds": [asdict(it) for it in peer_rounds],
    }


def _key(size_wh: tuple[int, int], busy: int) -> str:
    """What the option ``--counts`` calls it."""
    return "sub" if size_wh == SUB_WH else "busy" if busy == BUSY else "some"


def _most(
    one: Callable[[int], Round], counts: Sequence[int], most: int, rounds: list[Round]
) -> int:
    """Measure the numbers that were asked for, or search; the largest that passed."""

    def passes(count: int) -> bool:
        rounds.append(one(count))
        typer.echo(rounds[-1], err=True)  # a long search shows what it has found so far
        return rounds[-1].passes

    if counts:
        return max([count for count in counts if passes(count)], default=0)
    return largest(passes, 1, most)


def _peer(setting: Setting, clips: list[Clip]) -> tuple[list[Round], str | None]:
    """The peer's rounds, or what it lacks."""
    rounds: list[Round] = []
    counts = (2,) if setting.quick else setting.counts.get("peer", ())
    try:
        _most(lambda count: peer_round(setting, clips, count), counts, _PEER_MOST, rounds)
    except PeerAbsentError as error:
        return [], str(error)
    return rounds, None
