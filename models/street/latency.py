"""Milliseconds per picture of ONNX files in OpenVINO and ONNX Runtime on this machine.

python models/street/latency.py --threads 2 models/kerbwatch-street-480.onnx …
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import openvino as ov

from detectors import SIDE, session_of

WARM, TIMED = 5, 40


def milliseconds(call: Callable[[], object]) -> tuple[float, float]:
    """Median and best."""
    times = []
    for i in range(WARM + TIMED):
        start = perf_counter()
        call()
        if i >= WARM:
            times.append((perf_counter() - start) * 1000)
    return median(times), min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    for path in args.models:
        session = session_of(path, args.threads)
        entry = session.get_inputs()[0]
        shape = [side if isinstance(side, int) else SIDE for side in entry.shape]
        picture = np.random.default_rng(0).random(shape, np.float32)
        options = {"INFERENCE_NUM_THREADS": args.threads, "PERFORMANCE_HINT": "LATENCY"}
        compiled = ov.Core().compile_model(path, "CPU", options)
        feed = {entry.name: picture}
        for name, call in (
            ("onnxruntime", lambda s=session, f=feed: s.run(None, f)),
            ("openvino", lambda c=compiled, p=picture: c([p])),
        ):
            middle, best = milliseconds(call)
            times = f"median {middle:.1f} ms, best {best:.1f} ms"
            print(f"{path.name} {shape[2]} px {name}: {times}")


if __name__ == "__main__":
    main()
