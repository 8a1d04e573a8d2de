"""``kerbwatch run`` as two processes: the node dies, comes back, and leaves out who killed it."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kerbwatch.clock import SystemClock
from kerbwatch.node.book import QuarantineBook
from tests.e2e.kit import camera, fence, kerbwatch, street_clip
from tests.integration.alerts.conftest import Mosquitto, Said
from tests.integration.service.conftest import DEADLINE_S, Ear, Service, kinds, read, states

Serve = Callable[[Path], Service]
Listen = Callable[[int], Ear]
Configure = Callable[..., Path]

pytestmark = pytest.mark.timeout(150)


def node_of(service: Service) -> int:
    """The process id of the service's node, once there is one."""
    clock = SystemClock()
    until_ns = clock.monotonic_ns() + int(DEADLINE_S * 1e9)
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    if not children.exists():
        pytest.skip("needs /proc to find the node: Linux")
    while clock.monotonic_ns() < until_ns:
        if found := children.read_text().split():
            return int(found[0])
        clock.wait(threading.Event(), 0.05)
    pytest.fail(f"no node within {DEADLINE_S} s")


def test_a_node_that_is_killed_comes_back_with_the_same_case(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    """As ``offline`` by its will, then ``online``; the case goes on as the same and ends once."""
    clip = street_clip(tmp_path / "clip.avi", (3, False), (60, True))
    ear = listen(mosquitto.port)
    service = serve(configure(mosquitto.port, dwell_s=1.0, clear_after_s=1.0))
    ear.wait_for(lambda said: len(read(said, "inbox/")) == 1)
    first = node_of(service)
    street_clip(tmp_path / "next.avi", (4, True), (60, False)).replace(clip)
    os.kill(first, signal.SIGKILL)
    heard = ear.wait_for(lambda said: "end" in kinds(said))
    assert kinds(heard) == ["new", "end"]
    assert len({one.body["case"]["case_id"] for one in read(heard, "events")}) == 1
    told = [state for state, before in _pairs(states(heard, "status")) if state != before]
    assert told == ["online", "offline", "online"]
    assert node_of(service) != first
    assert service.terminate() == 0
    log = service.log.read_text()
    assert log.count("node_died") == 1
    assert "SIGKILL" in log
    assert "Traceback" not in log


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    return list(zip(names, ["", *names], strict=False))


def test_a_camera_in_quarantine_says_until_when_and_is_watched_again_once_lifted(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    """The other camera is watched meanwhile; the service runs on throughout."""
    clip = street_clip(tmp_path / "clip.avi", (60, False))
    config = configure(mosquitto.port, camera("mad", clip, [fence()]))
    held = QuarantineBook(tmp_path / "data" / "node").put("mad", SystemClock().wall_ns())
    ear = listen(mosquitto.port)
    service = serve(config)
    heard = ear.wait_for(_both_told)
    (told,) = [one.body for one in read(heard, "cameras/mad/status")]
    assert (told["state"], told["reason"]) == ("offline", "quarantined")
    assert told["since_ms"] == held.since_wall_ns // 1_000_000
    assert told["until_ms"] - told["since_ms"] == 600_000
    assert states(heard, "cameras/cam/status") == ["online"]
    first = node_of(service)

    listed = kerbwatch("quarantine", "--json", cwd=tmp_path)
    assert [(one["camera"], one["times"]) for one in listed.result] == [("mad", 1)]
    assert kerbwatch("quarantine", "--lift", "mad", cwd=tmp_path).code == 0
    heard = ear.wait_for(lambda said: "online" in states(said, "cameras/mad/status"))
    assert read(heard, "cameras/mad/status")[-1].body["until"] is None
    assert node_of(service) == first
    assert service.terminate() == 0
    log = service.log.read_text()
    assert "1 camera" in log
    assert log.count("quarantined") == 1


def _both_told(said: list[Said]) -> bool:
    return all(len(read(said, f"cameras/{name}/status")) > 0 for name in ("mad", "cam"))


def test_people_see_who_is_in_quarantine_in_the_time_of_the_site(
    tmp_path: Path, configure: Configure
) -> None:
    configure(1883)
    folder = tmp_path / "data" / "node"
    nobody = kerbwatch("quarantine", cwd=tmp_path, lang="zh")
    assert (nobody.code, nobody.out) == (0, "没有被隔离的摄像头\n")
    assert not folder.exists(), "looking leaves nothing behind"
    QuarantineBook(folder).put("cam", SystemClock().wall_ns())
    listed = kerbwatch("quarantine", cwd=tmp_path, lang="zh")
    assert listed.out.startswith("cam（cam）：自 20")
    assert listed.out.count("+08:00") == 2
    wrong = kerbwatch("quarantine", "--lift", "nobody", cwd=tmp_path)
    assert (wrong.code, wrong.out) == (2, "")
    assert "got nobody, expected a camera in quarantine: cam" in wrong.err


def test_a_quarantine_file_that_nobody_can_read_is_told_with_what_to_do(
    tmp_path: Path, configure: Configure
) -> None:
    configure(1883)
    folder = tmp_path / "data" / "node"
    folder.mkdir(parents=True)
    (folder / "quarantine.json").write_text("{")
    done = kerbwatch("quarantine", cwd=tmp_path)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "quarantine.json" in done.err
    assert "remove the file" in done.err


def test_with_a_process_that_looks_killed_the_node_comes_back_with_the_same_case(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    """The case opened in one process that looks, and is seen to end by the next."""
    clip = street_clip(tmp_path / "clip.avi", (3, False), (60, True))
    ear = listen(mosquitto.port)
    config = configure(mosquitto.port, dwell_s=1.0, clear_after_s=1.0)
    config.write_text(json.dumps(json.loads(config.read_text()) | {"look_processes": 1}))
    service = serve(config)
    ear.wait_for(lambda said: len(read(said, "inbox/")) == 1)
    (looking,) = _children(node_of(service))
    street_clip(tmp_path / "next.avi", (4, True), (60, False)).replace(clip)
    os.kill(looking, signal.SIGKILL)
    heard = ear.wait_for(lambda said: "end" in kinds(said))
    assert kinds(heard) == ["new", "end"]
    assert len({one.body["case"]["case_id"] for one in read(heard, "events")}) == 1
    assert service.terminate() == 0
    log = service.log.read_text()
    assert log.count("node_died") == 1
    assert "SIGKILL" in log


def _children(pid: int) -> list[int]:
    """Those whose parent it is, whichever of its threads has started them."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
