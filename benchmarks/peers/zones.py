"""supervision's PolygonZone: what asking all zones about all boxes of a picture costs.

``python -m benchmarks.peers.zones JOB`` with ``{"polygons": [[[x, y], …], …], "boxes": [[x1, y1,
x2, y2], …], "seconds": 0.5}``, both in pixels. Prints milliseconds of one core per
picture.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.peers.needs import absent

_MISSING = absent("supervision", "numpy")


def main(jobs_path: str) -> list[float]:
    """Milliseconds per picture, one for each job."""
    import numpy as np
    import supervision as sv

    def one(job: dict[str, Any]) -> float:
        zones = [sv.PolygonZone(polygon=np.array(it)) for it in job["polygons"]]
        boxes = np.array(job["boxes"], dtype=np.float32)
        seen = sv.Detections(xyxy=boxes, class_id=np.zeros(len(boxes), int))
        rounds, begin_s = 0, time.thread_time()
        while (took_s := time.thread_time() - begin_s) < job["seconds"] or rounds == 0:
            for zone in zones:
                zone.trigger(seen)
            rounds += 1
        return took_s / rounds * 1e3

    return [one(job) for job in json.loads(Path(jobs_path).read_text(encoding="utf-8"))]


if __name__ == "__main__":
    found = {"absent": _MISSING} if _MISSING else {"ms": main(sys.argv[1])}
    print(json.dumps(found))
