"""2. Replay: how many times faster than real time a recording is watched.

``kerbwatch replay`` from outside, its start included, on a 1080p25 clip checked every 2 s; one
clip, and four side by side. The peer is the user's script on the same file: it decodes every
picture. Where the shared models are, the nano model is measured too; ultralytics cannot read
its layout, so there the peer has no figure.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.city import KERBWATCH, camera
from benchmarks.clips import Clip, camera_clips, lengthened
from benchmarks.peers.run import run_peer, write_job
from benchmarks.processes import CLOCK
from benchmarks.setting import MODEL, ROOT, Result, Setting

EVERY_S = 2.0
NANO = "yolox-nano-416"
_LIMIT_S = 1200.0


def measure(setting: Setting) -> Result:
    """Everything that ``replay.json`` holds."""
    clip = camera_clips(setting)[0]
    length_s = setting.window_s or (20.0 if setting.quick else 600.0)
    clip = lengthened(clip, length_s)
    found: Result = {"every_s": EVERY_S, "model": MODEL, "clip": clip.origin, "clip_s": length_s}
    found |= {
        "one": _times(clip, 1, length_s, MODEL, setting),
        "four": None if setting.quick else _times(clip, 4, length_s, MODEL, setting),
        **_peer(clip, length_s, setting),
    }
    if setting.shared is not None and not setting.quick:
        found["nano_one"] = _times(clip, 1, length_s, NANO, setting)
        found["nano_four"] = _times(clip, 4, length_s, NANO, setting)
    one, peer = found["one"], found["peer_one"]
    found["ratio"] = round(one / peer, 1) if peer else None
    return found


def _times(clip: Clip, side_by_side: int, length_s: float, model: str, setting: Setting) -> float:
    """Seconds of video per second, all clips together."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = _config(folder, clip, model)
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        if setting.shared is not None:
            env["KERBWATCH_MODELS"] = str(setting.shared / "models")
        begin_ns = CLOCK.monotonic_ns()
        running = [
            subprocess.Popen(  # noqa: S603
                [KERBWATCH, "replay", clip.path, "-c", config, "--out", folder / f"out-{n}"],
                env=env,
                stdout=subprocess.DEVNULL,
            )
            for n in range(side_by_side)
        ]
        codes = [process.wait(_LIMIT_S) for process in running]
        took_s = (CLOCK.monotonic_ns() - begin_ns) / 1e9
    if any(codes):
        raise RuntimeError(f"kerbwatch replay ended with {codes}")
    return round(side_by_side * length_s / took_s, 1)


def _config(folder: Path, clip: Clip, model: str) -> Path:
    content: dict[str, Any] = {
        "site": {"id": "bench", "timezone": "Asia/Shanghai"},
        "models": {"dir": str(ROOT / "models"), "use": [model]},
        "cameras": [camera("one", str(clip.path), clip, EVERY_S)],
    }
    path = folder / "streams.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _peer(clip: Clip, length_s: float, setting: Setting) -> Result:
    """The script; its own start (seconds of imports) is not counted, ours is."""
    found: dict[str, float | None] = {"peer_one": None, "peer_four": None}
    for key, count in (("peer_one", 1), ("peer_four", 4)):
        if setting.quick and count > 1:
            continue
        with tempfile.TemporaryDirectory() as folder:
            files, polygons = [str(clip.path)] * count, [clip.polygons] * count
            job = write_job(Path(folder), files, polygons, every_s=EVERY_S, seconds=0.0)
            said = run_peer(setting, "script", "files", job)
        if "absent" in said:
            return {**found, "peer_absent": said["absent"]}
        found[key] = round(count * length_s / said["took_s"], 1)
    return {**found, "peer_absent": None}
