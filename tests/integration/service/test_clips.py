"""A live camera's case gets its clip, on disk and told over a real Mosquitto."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import pytest

from tests.e2e.kit import FPS, camera, fence, streams, street
from tests.integration.alerts.conftest import Mosquitto
from tests.integration.detector.conftest import Camera, need_gstreamer
from tests.integration.service.conftest import Ear, Service, read

Serve = Callable[[Path], Service]
Listen = Callable[[int], Ear]

pytestmark = pytest.mark.timeout(150)


@pytest.fixture
def rtsp(tmp_path: Path) -> Iterator[Camera]:
    """Twelve seconds of a street in which something comes to stand after three."""
    need_gstreamer()
    path = tmp_path / "street.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.options = {"preset": "ultrafast", "g": str(FPS), "bf": "0", "crf": "12"}
        for number in range(12 * FPS):
            picture = av.VideoFrame.from_ndarray(street(number >= 3 * FPS, number), format="bgr24")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    with ExitStack() as stack:
        playing = Camera(path)
        stack.callback(playing.kill)
        yield playing


def test_a_case_s_clip_is_on_disk_and_told_with_its_digest(
    tmp_path: Path, rtsp: Camera, mosquitto: Mosquitto, listen: Listen, serve: Serve
) -> None:
    config = streams(
        tmp_path,
        [camera("cam", rtsp.url(), [fence(notify=["duty"], clear_after_s=30.0)])],
        mqtt={"url": f"mqtt://127.0.0.1:{mosquitto.port}"},
        evidence={"clip_before_s": 1, "clip_after_s": 1},
    )
    ear = listen(mosquitto.port)
    service = serve(config)
    heard = ear.wait_for(
        lambda said: any(one.body["reason"] == "clip_added" for one in read(said, "events"))
    )
    new, told = (
        next(one.body for one in read(heard, "events") if one.body["kind"] == kind)
        for kind in ("new", "update")
    )
    assert new["case"]["clip"] is None
    assert told["reason"] == "clip_added"
    assert told["case"]["case_id"] == new["case"]["case_id"]
    assert told["case"]["version"] == new["case"]["version"] + 1
    clip = told["case"]["clip"]
    path = Path(clip["path"])
    assert path.parent == Path(new["case"]["picture"]).parent
    data = path.read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (clip["bytes"], clip["sha256"])
    with av.open(path) as container:
        pictures = list(container.decode(video=0))
    assert len(pictures) / FPS == pytest.approx(clip["duration_s"], abs=0.01)
    assert 2.0 <= clip["duration_s"] <= 3.2, "one second each, and up to one to the key frame"
    opened_s = (new["case"]["opened_ms"] - clip["start_ms"]) / 1000
    assert 1.0 <= opened_s <= 2.1
    assert {one.topic for one in read(heard, "inbox/")} == {"inbox/duty"}
    assert service.terminate() == 0
    assert "Traceback" not in service.log.read_text()
