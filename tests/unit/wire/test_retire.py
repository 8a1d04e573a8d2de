"""Cases of fences and rules that are gone end; all others stay."""

from __future__ import annotations

from pathlib import Path

from alerts.cases import CaseState
from alerts.evidence import EvidenceFolder
from alerts.health import CameraState
from alerts.intake import Batch, Intake
from alerts.messages import Writer
from alerts.store.sql import SqlStore
from alerts.topics import Topics
from fences.box import Box
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent, Reason, Sighting
from fences.state import FenceState, decode_state
from kerbwatch.config.load import load_options
from kerbwatch.options import ServiceOptions
from kerbwatch.wire.directory import directory_of
from kerbwatch.wire.retire import retire_unwatched
from tests.alerts_kit import START_WALL_NS, FakeClock

CONFIG = """
site: {id: linzi, name: 临淄区, timezone: Asia/Shanghai}
cameras:
  - id: gate
    name: gate
    url: clip.mp4
    fences:
      - id: lane
        name: lane
        polygon: [[0, 0], [1, 0], [1, 1]]
        scenarios:
          blocked_fire_lane: {dwell_s: 5}
"""


def _options(folder: Path) -> ServiceOptions:
    (folder / "streams.yaml").write_text(CONFIG, encoding="utf-8")
    return load_options(folder / "streams.yaml", env={})


def _opened(fence_id: str, scenario_id: str) -> FenceEvent:
    seen = Sighting(1, Box(0.1, 0.1, 0.2, 0.2), ("vehicle",), "learned:vehicle", 0.9, 0)
    return FenceEvent(
        EventKind.OPENED,
        Reason.DWELL_REACHED,
        "gate",
        fence_id,
        scenario_id,
        violation=5 * SECOND_NS,
        seq=1,
        media_ns=5 * SECOND_NS,
        wall_ns=START_WALL_NS,
        since_ns=0,
        sightings=(seen,),
    )


def test_only_cases_that_nothing_watches_end(tmp_path: Path) -> None:
    options = _options(tmp_path)
    directory = directory_of(options)
    store = SqlStore(f"sqlite:///{tmp_path}/cases.db")
    writer = Writer(directory, Topics("kerbwatch", "linzi"), "evidence")
    clock = FakeClock()
    intake = Intake(store, writer, EvidenceFolder(tmp_path / "evidence", directory), clock)
    events = (
        _opened("lane", "blocked_fire_lane"),
        _opened("lane", "street_vending"),
        _opened("old-fence", "blocked_fire_lane"),
    )
    intake.receive(Batch("gate", 0, START_WALL_NS, events, {"old-fence": "{}"}))

    retire_unwatched(store, intake, options, clock)

    ended = {case.key[1:]: case.close_reason for case in store.cases() if not case.is_open}
    still_open = [case.key[1:] for case in store.cases() if case.is_open]
    assert still_open == [("lane", "blocked_fire_lane")]
    assert ended == {
        ("lane", "street_vending"): "no_longer_watched",
        ("old-fence", "blocked_fire_lane"): "no_longer_watched",
    }
    assert {case.state for case in store.cases() if not case.is_open} == {CaseState.CLOSED}
    marks = {mark.fence_id: mark.codec for mark in store.checkpoints("gate")}
    assert decode_state(marks["old-fence"]) == FenceState()
    assert retire_unwatched(store, intake, options, clock) == ()
    store.close()


def test_the_case_of_a_camera_ends_with_the_camera_alone(tmp_path: Path) -> None:
    """Of one that is still configured it stays, whatever became of its fences."""
    options = _options(tmp_path)
    directory = directory_of(options)
    store = SqlStore(f"sqlite:///{tmp_path}/cases.db")
    clock = FakeClock()
    evidence = EvidenceFolder(tmp_path / "evidence", directory)
    intake = Intake(store, Writer(directory, Topics("kerbwatch", "linzi")), evidence, clock)
    for camera_id in ("gate", "gone"):
        intake.camera_status(camera_id, CameraState.OFFLINE, clock.wall_ns())
    clock.pass_s(61)
    assert len(intake.tend()) == 2

    retire_unwatched(store, intake, options, clock)

    assert {case.camera_id: case.close_reason for case in store.cases()} == {
        "gate": None,
        "gone": "no_longer_watched",
    }
    assert store.checkpoints("gone") == ()
    store.close()
