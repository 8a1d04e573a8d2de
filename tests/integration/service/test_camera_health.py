"""A camera that goes black and comes back: told, a case of its own, and no other case cleared."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.e2e.kit import FPS, camera, fence, streams, street
from tests.integration.alerts.conftest import Mosquitto, Said
from tests.integration.service.conftest import Ear, Service, read, states

pytestmark = pytest.mark.timeout(150)


def _clip(path: Path, *spans: tuple[float, bool | None]) -> Path:
    """Seconds with a box, without one, or (None) with nothing to be seen."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.time_base = 160, 120, Fraction(1, FPS)
        stream.bit_rate = 2_000_000
        shown = [box for seconds, box in spans for _ in range(round(seconds * FPS))]
        for number, box in enumerate(shown):
            image = np.zeros((120, 160, 3), np.uint8) if box is None else street(box, number)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_black_camera_is_told_and_clears_nothing(
    tmp_path: Path,
    mosquitto: Mosquitto,
    listen: Callable[[int], Ear],
    serve: Callable[[Path], Service],
) -> None:
    """The box is taken away while nothing is to be seen: that is known when it is seen."""
    clip = _clip(tmp_path / "clip.avi", (2, False), (4, True), (14, None), (60, False))
    watched = camera("cam", clip, [fence(notify=["duty"])])
    config = streams(
        tmp_path,
        [watched],
        mqtt={"url": f"mqtt://127.0.0.1:{mosquitto.port}"},
        health={"after_s": 1, "notify": ["duty"]},
    )
    ear = listen(mosquitto.port)
    service = serve(config)
    heard = ear.wait_for(lambda said: len(_cases(said, "end")) == 1)

    assert states(heard, "cameras/cam/status") == ["online", "black", "online"]
    assert _cases(heard, "new") == ["construction_waste", "camera_health"]
    assert _cases(heard, "end") == ["construction_waste"]
    back_ms = read(heard, "cameras/cam/status")[-1].body["since_ms"]
    cleared_ms = read(heard, "events")[-1].body["case"]["cleared_ms"]
    assert cleared_ms >= back_ms - 2000, "only what was seen after the dark has cleared it"
    push = read(heard, "inbox/duty")[1].body
    assert (push["fence"], push["named_by"]) == (None, "camera:black")
    assert service.terminate() == 0
    assert "Traceback" not in service.log.read_text()


def _cases(said: list[Said], kind: str) -> list[Any]:
    """The scenarios of the notices of that kind, in order."""
    bodies = [one.body for one in read(said, "events")]
    return [body["case"]["scenario"]["id"] for body in bodies if body["kind"] == kind]
