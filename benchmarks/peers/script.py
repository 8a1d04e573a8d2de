"""The script that a user would write: ultralytics sees, supervision's zones decide.

``python -m benchmarks.peers.script live|files JOB`` where JOB is a JSON file::

    {"model": …, "input_px": 480, "score": 0.45, "every_s": 2, "seconds": 60,
     "cameras": [{"url": …, "polygons": [[[x, y], …], …]}, …]}

live: every camera is read in a thread of its own for ``seconds``, all pictures are decoded (that
is what ``VideoCapture`` does), and every ``every_s`` the newest goes through the one model.
files: the same, but as fast as the files can be read, all of them side by side. It prints when
each camera was checked (seconds of a clock that starts with the first picture), and how long it
took. Polygons are in 0-1 of the picture.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.peers.needs import absent, settle_torchvision

_MISSING = absent("cv2", "torch", "ultralytics", "supervision", "onnx", "onnxruntime")


class Model:
    """The model, shared by all threads: ultralytics' own is not safe to call from many."""

    def __init__(self, job: dict[str, Any], folder: Path) -> None:
        settle_torchvision()
        from ultralytics import YOLO

        self._lock = threading.Lock()
        self._score, self._input_px = job["score"], job["input_px"]
        self._model = YOLO(str(_plain(Path(job["model"]), folder)), task="detect")

    def __call__(self, picture: Any) -> Any:
        import supervision as sv

        with self._lock:
            seen = self._model(picture, imgsz=self._input_px, conf=self._score, verbose=False)
        return sv.Detections.from_ultralytics(seen[0])


def _plain(model: Path, folder: Path) -> Path:
    """The same weights without notes of other programs, which ultralytics takes for its own."""
    import onnx

    held = onnx.load(str(model))
    del held.metadata_props[:]
    onnx.save(held, str(folder / "peer.onnx"))
    return folder / "peer.onnx"


class Watch:
    """One camera or file: read to its end or until told to stop, checked at its interval."""

    def __init__(self, camera: dict[str, Any], job: dict[str, Any], model: Model) -> None:
        self._camera, self._every_s, self._model = camera, job["every_s"], model
        self.checks_s: list[float] = []
        self.pictures = 0
        self.stop = threading.Event()

    def run(self, live: bool) -> None:
        import cv2

        video = cv2.VideoCapture(self._camera["url"])
        fps = video.get(cv2.CAP_PROP_FPS) or 25.0
        due_s, zones = 0.0, None
        while not self.stop.is_set() and video.grab():
            self.pictures += 1
            now_s = time.perf_counter() if live else self.pictures / fps
            if now_s < due_s:
                continue
            due_s = now_s + self._every_s if due_s == 0 else due_s + self._every_s
            _, picture = video.retrieve()
            zones = zones or self._zones(picture.shape[1], picture.shape[0])
            seen = self._model(picture)
            for zone in zones:
                zone.trigger(seen)
            self.checks_s.append(now_s)
        video.release()

    def _zones(self, wide: int, high: int) -> list[Any]:
        import numpy as np
        import supervision as sv

        corners = [np.array(it) * (wide, high) for it in self._camera["polygons"]]
        return [sv.PolygonZone(polygon=it.astype(int)) for it in corners]


def main(mode: str, job_path: str) -> dict[str, Any]:
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    import numpy as np

    model = Model(job, Path(job_path).parent)
    model(np.zeros((720, 1280, 3), np.uint8))  # warm
    watches = [Watch(camera, job, model) for camera in job["cameras"]]
    threads = [threading.Thread(target=it.run, args=(mode == "live",)) for it in watches]
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    if mode == "live":
        for thread in threads:
            thread.join(max(0.0, begin_s + job["seconds"] - time.perf_counter()))
        for watch in watches:
            watch.stop.set()
    for thread in threads:
        thread.join()
    return {
        "begin_s": begin_s,
        "took_s": time.perf_counter() - begin_s,
        "cpu_s": time.process_time() - begin_cpu_s,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "checks_s": [watch.checks_s for watch in watches],
        "pictures": [watch.pictures for watch in watches],
    }


if __name__ == "__main__":
    print(json.dumps({"absent": _MISSING} if _MISSING else main(sys.argv[1], sys.argv[2])))
