"""``kerbwatch run`` with a file played as a camera, told over a real Mosquitto."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.store.sql import SqlStore
from kerbwatch.clock import SystemClock
from tests.e2e.kit import KERBWATCH, camera, environment, fence, kerbwatch, streams, street_clip
from tests.integration.alerts.conftest import Mosquitto, Said
from tests.integration.service.conftest import DEADLINE_S, Ear, Service, kinds, read, states

Serve = Callable[[Path], Service]
Listen = Callable[[int], Ear]
Configure = Callable[..., Path]

pytestmark = pytest.mark.timeout(150)


def case_ids(said: list[Said]) -> set[str]:
    return {one.body["case"]["case_id"] for one in read(said, "events")}


def _opened(said: list[Said]) -> bool:
    """All three messages of one new case have come."""
    return all(len(read(said, start)) == 1 for start in ("events", "cases/", "inbox/"))


def test_a_subscriber_sees_the_whole_life_of_a_case_and_of_the_service(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    """Online, camera online, new, retained case, end, emptied case, stopped within 5 s."""
    street_clip(tmp_path / "clip.avi", (2, False), (5, True), (30, False))
    ear = listen(mosquitto.port)
    service = serve(configure(mosquitto.port))
    ear.wait_for(_opened)
    late = listen(mosquitto.port)
    known = late.wait_for(lambda said: len({one.topic for one in said if one.retained}) >= 3)

    heard = ear.wait_for(lambda said: _emptied(said) and len(read(said, "inbox/duty")) == 2)
    assert kinds(heard) == ["new", "end"]
    assert len(case_ids(heard)) == 1
    (case_id,) = case_ids(heard)
    cases = read(heard, f"cases/{case_id}")
    assert cases[0].body["open"] is True
    assert cases[-1].body is None
    assert states(heard, "status")[0] == "online"
    assert states(heard, "cameras/cam/status") == ["online"]
    assert [one.body["kind"] for one in read(heard, "inbox/duty")] == ["new", "end"]
    assert Path(read(heard, "events")[0].body["case"]["picture"]).is_file()

    told = {one.topic: one for one in read(known) if one.retained}
    assert told[f"cases/{case_id}"].body["case_id"] == case_id, "late comers learn open cases"
    assert told["status"].body["state"] == "online"
    assert told["cameras/cam/status"].body["state"] == "online"

    assert service.terminate() == 0
    heard = ear.wait_for(lambda said: "stopped" in states(said, "status"))
    assert "offline" not in states(heard, "status"), "a stop is no death"
    later = listen(mosquitto.port).wait_for(lambda said: len(read(said, "status")) > 0)
    assert states(later, "status") == ["stopped"]
    assert read(later, "cases/") == []
    assert "Traceback" not in service.log.read_text()


def _emptied(said: list[Said]) -> bool:
    return any(one.body is None for one in read(said, "cases/"))


def test_after_a_kill_the_will_is_told_and_the_case_goes_on_as_the_same(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    """No second ``new`` for what still stands there when the service is back."""
    clip = street_clip(tmp_path / "clip.avi", (4, False), (60, True))
    config = configure(mosquitto.port, clear_after_s=2.0)
    ear = listen(mosquitto.port)
    service = serve(config)
    heard = ear.wait_for(_opened)
    before = read(heard, "events")[0].body["case"]
    service.kill()
    heard = ear.wait_for(lambda said: "offline" in states(said, "status"))
    assert states(heard, "status")[-1] == "offline"
    known = listen(mosquitto.port).wait_for(lambda said: len(read(said, "cases/")) == 1)
    assert read(known, "cases/")[0].body["case_id"] == before["case_id"]

    street_clip(tmp_path / "next.avi", (6, True), (60, False)).replace(clip)
    restarted_ms = SystemClock().wall_ns() // 1_000_000
    serve(config)
    heard = ear.wait_for(lambda said: "end" in kinds(said))
    assert kinds(heard).count("new") == 1
    assert case_ids(heard) == {before["case_id"]}
    after = read(heard, "events")[-1].body["case"]
    assert after["since"] == before["since"]
    assert after["cleared_ms"] - restarted_ms > 5000, "it was seen while it still stood there"
    assert states(heard, "status")[-1] == "online"


def test_a_dwell_survives_a_kill(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    """What stood before counts: the case opens sooner than the dwell after the restart."""
    dwell_s = 12.0
    clip = street_clip(tmp_path / "clip.avi", (4, False), (60, True))
    config = configure(mosquitto.port, dwell_s=dwell_s)
    ear = listen(mosquitto.port)
    service = serve(config)
    ear.wait_for(lambda said: "online" in states(said, "cameras/cam/status"))
    standing_ns = _await_checkpoint(tmp_path / "data" / "kerbwatch.db")
    service.kill()

    street_clip(tmp_path / "next.avi", (60, True)).replace(clip)
    restarted_ms = SystemClock().wall_ns() // 1_000_000
    serve(config)
    heard = ear.wait_for(lambda said: kinds(said) == ["new"])
    case = read(heard, "events")[0].body["case"]
    assert abs(case["since_ms"] - standing_ns / 1e6) < 1500, "since it came, not since the restart"
    assert case["opened_ms"] - restarted_ms < dwell_s * 1000


def _await_checkpoint(database: Path) -> int:
    """Since when (media ns, here also wall) the first checkpointed occupant stands."""
    clock, never = SystemClock(), threading.Event()
    until_ns = clock.monotonic_ns() + int(DEADLINE_S * 1e9)
    while clock.monotonic_ns() < until_ns:
        store = SqlStore(f"sqlite:///{database}")
        marks = store.checkpoints("cam")
        store.close()
        occupants = [one for mark in marks for one in json.loads(mark.codec)["occupants"]]
        if occupants:
            return int(occupants[0]["since_ns"])
        clock.wait(never, 0.1)
    pytest.fail(f"no occupant was checkpointed within {DEADLINE_S} s")


def test_without_a_broker_it_watches_and_delivers_when_there_is_one(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    street_clip(tmp_path / "clip.avi", (2, False), (60, True))
    mosquitto.kill()
    service = serve(configure(mosquitto.port))
    pictures = tmp_path / "data" / "evidence"
    _await(lambda: any(pictures.rglob("*.jpg")), "a picture of the case")
    mosquitto.start()
    heard = listen(mosquitto.port).wait_for(lambda said: len(read(said, "cases/")) == 1)
    assert read(heard, "cases/")[0].body["open"] is True
    assert service.terminate() == 0


def _await(holds: Callable[[], bool], what: str) -> None:
    clock, never = SystemClock(), threading.Event()
    until_ns = clock.monotonic_ns() + int(DEADLINE_S * 1e9)
    while not holds():
        if clock.monotonic_ns() > until_ns:
            pytest.fail(f"waited {DEADLINE_S} s for {what}")
        clock.wait(never, 0.1)


def test_one_camera_without_its_file_is_offline_and_the_other_watched(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    """The lost one is told once, with the reason; retries do not change since when."""
    street_clip(tmp_path / "clip.avi", (2, False), (60, True))
    lost = camera("lost", tmp_path / "nothing.avi", [fence()])
    (tmp_path / "text.avi").write_text("this is no video")
    text = camera("text", tmp_path / "text.avi", [fence()])
    ear = listen(mosquitto.port)
    service = serve(configure(mosquitto.port, lost, text))
    heard = ear.wait_for(lambda said: kinds(said) == ["new"] and len(states(said, "cameras/")) >= 3)
    assert states(heard, "cameras/cam/status") == ["online"]
    for name, reason in (("lost", "not_found"), ("text", "not_video")):
        told = [one.body for one in read(heard, f"cameras/{name}/status")]
        assert [(one["state"], one["reason"]) for one in told] == [("offline", reason)]
    assert service.terminate() == 0


def test_an_inbox_shows_what_the_phone_gets(
    tmp_path: Path, mosquitto: Mosquitto, listen: Listen, serve: Serve, configure: Configure
) -> None:
    """One line of JSON with ``--json``, readable lines without; both end by themselves."""
    street_clip(tmp_path / "clip.avi", (2, False), (4, True), (30, False))
    config = configure(mosquitto.port)
    inboxes = [
        subprocess.Popen(
            [KERBWATCH, "inbox", "duty", "-c", config, "--count", "1", *options],
            env=environment("zh"),
            stdout=subprocess.PIPE,
            text=True,
        )
        for options in (["--json"], [])
    ]
    try:
        _await_subscriptions(listen(mosquitto.port), 4)
        service = serve(config)
        outs = [inbox.communicate(timeout=DEADLINE_S)[0] for inbox in inboxes]
    finally:
        for inbox in inboxes:
            inbox.kill()
    assert [inbox.returncode for inbox in inboxes] == [0, 0]
    body = json.loads(outs[0])
    assert (body["kind"], body["recipient"]["id"], body["scenario"]["id"]) == (
        "new",
        "duty",
        "construction_waste",
    )
    assert "建筑垃圾" in outs[1]
    assert service.terminate() == 0


def _await_subscriptions(ear: Ear, count: int) -> None:
    """The broker itself tells how many subscriptions it has; two of them are the ear's."""
    topic = "$SYS/broker/subscriptions/count"
    ear._client.subscribe(topic, 1)
    ear.wait_for(lambda said: any(s.topic == topic and int(s.payload) >= count for s in said))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"store": {"url": "sqlite:////proc/nowhere/kerbwatch.db"}}, "Cannot open the database"),
        ({"mqtt": {"embedded_port": 1}}, None),
        ({"metrics": {"port": 1}}, None),
        ({"models": {"use": ["yolox-nano-416"]}}, "the model of card yolox-nano-416 is not there"),
    ],
    ids=["database", "broker's port", "metrics' port", "model"],
)
def test_what_cannot_start_says_so_in_one_sentence(
    tmp_path: Path, settings: dict[str, Any], sentence: str | None
) -> None:
    """The port is taken by somebody else where no sentence is given."""
    clip = street_clip(tmp_path / "clip.avi", (2, False))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        taken = {part: dict.fromkeys(keys, port) for part, keys in settings.items()}
        config = streams(
            tmp_path, [camera("cam", clip, [fence()])], **(settings if sentence else taken)
        )
        done = kerbwatch("run", config, cwd=tmp_path)
    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith("Error: ")
    assert done.err.count("\n") == 1, done.err
    assert (sentence or f"127.0.0.1:{port}") in done.err
