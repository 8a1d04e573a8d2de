"""5. Latency: from the picture in which the dwell is reached to the message at a subscriber.

The RTSP server notes when it began to send which camera its clip, so it is known when the
picture left in which a thing comes to stand; the dwell after that, a case is due. The message
is the case's event at a plain MQTT client; latency is what lies between. A camera that is
checked every 2 s sees what is there up to 2 s late, so a perfect service takes 0 to 2 s: things
come at moments that are spread evenly between two key frames, one for each camera. That is how
half of the measured cameras are looked at; the others, ``seldom``, less often while nothing
happens, as the configuration has it by default. Idle: these cameras and nothing else; full load:
as many of real clips beside them as benchmark 1 found (``--load``).
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.city import Said, camera, opened, street, watching
from benchmarks.clips import FPS, FULL_WH, KEY_S, QUICK_WH, Clip, Visit, camera_clips, drawn_clip
from benchmarks.processes import pause
from benchmarks.setting import Result, Setting, read_result

OTHERS_IDLE_EVERY_S = 8.0
ALWAYS, SELDOM, OTHER = "a", "s", "x"
"""First letters of cameras: always looked at as often, seldom while idle, not measured."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the measured cameras show, and how they are watched; ``measured``: of each kind.

    ``visit``: of the first camera, each other one's is a little later.
    """

    visit: Visit
    dwell_s: float
    every_s: float
    size_wh: tuple[int, int]
    window_s: float
    measured: int

    def visits(self) -> dict[str, Visit]:
        """When something stands before each measured camera: each part of a key frame's time."""
        return {
            f"{kind}{n:03}": self.visit.later(n * KEY_S / self.measured)
            for kind in (ALWAYS, SELDOM)
            for n in range(self.measured)
        }


FULL = Scene(Visit(15, 43, 54), 20.0, 2.0, FULL_WH, 300.0, 5)
QUICK = Scene(Visit(3, 6, 8), 1.0, 0.5, QUICK_WH, 8.0, 1)


def measure(setting: Setting) -> Result:
    """Everything that ``latency.json`` holds."""
    scene = QUICK if setting.quick else FULL
    folder = setting.work / "clips"
    folder.mkdir(parents=True, exist_ok=True)
    clips = {
        key: drawn_clip(folder, scene.size_wh, visit, scene.dwell_s)
        for key, visit in scene.visits().items()
    }
    others = camera_clips(setting)
    load = _load(setting)
    window_s = setting.window_s or scene.window_s
    return {
        "every_s": scene.every_s,
        "dwell_s": scene.dwell_s,
        "load_cameras": load,
        "idle": _round(scene, clips, others, 0, window_s),
        "full_load": _round(scene, clips, others, max(1, load - 2 * scene.measured), window_s),
    }


def _load(setting: Setting) -> int:
    if setting.load is not None:
        return setting.load
    if setting.quick:
        return 2 * QUICK.measured + 1
    known = read_result(setting.results, "cameras")
    return (known or {}).get("cameras") or 20


def _round(
    scene: Scene, clips: Mapping[str, Clip], others: list[Clip], extra: int, window_s: float
) -> dict[str, Any]:
    """Latencies of the measured cameras with ``extra`` others beside them."""
    shown = {**clips} | {f"{OTHER}{n:03}": others[n % len(others)] for n in range(extra)}
    idle_s = {ALWAYS: scene.every_s, SELDOM: None, OTHER: OTHERS_IDLE_EVERY_S}
    paths = {key: it.path for key, it in shown.items()}
    with tempfile.TemporaryDirectory() as name, street(paths, Path(name)) as rtsp:
        cameras = [
            camera(key, rtsp.url(key), it, scene.every_s, idle_s[key[0]])
            for key, it in shown.items()
        ]
        with watching(cameras, Path(name)) as watched:
            watched.wait_online(len(shown))
            pause(window_s)
            plays, said = rtsp.plays(), watched.ear.all()

            def told(kind: str) -> dict[str, Any]:
                mine = {key: it for key, it in scene.visits().items() if key[0] == kind}
                return summary(latencies_s(plays, said, mine, scene.dwell_s))

            return {
                "cameras": len(shown),
                "broker": watched.broker,
                **told(ALWAYS),
                "seldom": told(SELDOM),
            }


def latencies_s(
    plays: Sequence[dict[str, Any]],
    said: Sequence[Said],
    visits: Mapping[str, Visit],
    dwell_s: float,
) -> list[float]:
    """One for each case that a camera of ``visits`` opened for a visit whose time is known.

    A case is told of once it is due: a message belongs to the last visit that began a dwell
    before it.
    """
    begun = {play["play"]: play for play in plays}  # the newest, after a reconnect
    found: list[float] = []
    for one in said:
        if not one.topic.endswith("/events") or not opened(one.body):
            continue
        camera_id = one.body["case"]["camera"]["id"]
        if camera_id not in begun or camera_id not in visits:
            continue
        play, visit = begun[camera_id], visits[camera_id]
        since_play_s = (one.at_ns - play["at_ns"]) / 1e9
        first_due_s = visit.from_s + dwell_s - play["frame"] / FPS
        if since_play_s >= first_due_s:
            found.append((since_play_s - first_due_s) % visit.length_s)
    return found


def summary(found: Sequence[float]) -> dict[str, Any]:
    """Median and percentiles by the nearest rank, in seconds; ``None`` where nothing came."""
    held = sorted(found)

    def rank(share: float) -> float | None:
        return round(held[math.ceil(share * len(held)) - 1], 3) if held else None

    return {
        "messages": len(held),
        "median_s": rank(0.5),
        "p95_s": rank(0.95),
        "p99_s": rank(0.99),
    }
