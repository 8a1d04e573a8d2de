"""``kerbwatch run`` shows itself to Home Assistant where the configuration says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.kit import camera, fence, streams, street_clip
from tests.integration.alerts.conftest import Mosquitto
from tests.integration.service.conftest import Ear, Service

pytestmark = pytest.mark.timeout(150)


def test_a_configured_service_is_shown_in_the_language_of_its_pushes(
    tmp_path: Path,
    mosquitto: Mosquitto,
    listen: Callable[[int], Ear],
    serve: Callable[[Path], Service],
) -> None:
    street_clip(tmp_path / "clip.avi", (5, False))
    mqtt = {
        "url": f"mqtt://127.0.0.1:{mosquitto.port}",
        "discovery": True,
        "discovery_prefix": "ha/x",
    }
    cameras = [camera("cam", "clip.avi", [fence()])]
    file = streams(tmp_path, cameras, mqtt=mqtt, push={"language": "en"})
    ear = listen(mosquitto.port)
    serve(file)
    topic = "ha/x/sensor/kerbwatch_test/camera_cam_cases/config"
    heard = ear.wait_for(lambda said: any(one.topic == topic for one in said))
    body = json.loads(next(one.payload for one in heard if one.topic == topic))
    assert body["name"] == "Open cases"
    assert body["state_topic"].endswith("/test/cameras/cam/cases")
