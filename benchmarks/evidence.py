"""What a main stream for evidence costs beside the stream that is watched.

``python -m benchmarks.evidence CLIP.mp4 [CAMERAS [SECONDS]]``: reads as many RTSP streams of the
clip (H.264 without B-frames) as evidence sources do, with the default limits, and prints, per
camera, cores, bytes kept, and the processor time of a picture of any moment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from detector.sources.access import Access
from detector.sources.address import parse_address
from detector.sources.ring import Ring
from fences.clock import SECOND_NS
from kerbwatch.clock import SystemClock
from kerbwatch.options import EvidenceOptions
from kerbwatch.wire.evidence_source import EvidenceSource
from kerbwatch.wire.quarantine import Quarantine

_CLOCK = SystemClock()
_PICTURES = 40


def main(clip: str, cameras: int = 20, window_s: float = 20.0) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mounts = Path(folder) / "mounts.json"
        mounts.write_text(json.dumps({f"cam{number}": clip for number in range(cameras)}))
        command = [sys.executable, "-m", "benchmarks.rtsp", str(mounts), f"{folder}/log"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
            assert server.stdout is not None
            port = server.stdout.readline().split()[1]
            result = _measured(port, cameras, window_s)
            server.terminate()
    print(json.dumps(result))  # noqa: T201


def _measured(port: str, cameras: int, window_s: float) -> dict[str, float]:
    options = EvidenceOptions()
    rings = [
        Ring(options.clip_before_ns, 2 * options.clip_bytes, _CLOCK, by_arrival=True)
        for _ in range(cameras)
    ]
    sources = [_source(f"rtsp://127.0.0.1:{port}/cam{n}", ring) for n, ring in enumerate(rings)]
    for source in sources:
        source.start()
    waits = threading.Event()
    _CLOCK.wait(waits, options.clip_before_ns / SECOND_NS + 8)  # until all have found their rests
    begun_s = time.process_time()
    _CLOCK.wait(waits, window_s)
    cores = (time.process_time() - begun_s) / window_s / cameras
    begun_s, got = time.thread_time(), 0
    for number in range(_PICTURES):
        ago_ns = number * SECOND_NS // _PICTURES * 2
        got += sources[number % cameras].picture(_CLOCK.wall_ns() - ago_ns) is not None
    picture_ms = (time.thread_time() - begun_s) / _PICTURES * 1000
    for source in sources:
        source.close()
    return {
        "cores": round(cores, 4),
        "kept_mb": round(sum(ring.bytes for ring in rings) / cameras / 1e6, 2),
        "picture_ms": round(picture_ms, 1),
        "pictures": got,
    }


def _source(url: str, ring: Ring) -> EvidenceSource:
    held = Quarantine(None, _CLOCK)
    return EvidenceSource("cam", parse_address(url), Access(), ring, _CLOCK, held, lambda *_: None)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
