from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from alerts.cases import Case
from alerts.errors import EvidenceError, StoreError
from alerts.evidence import EvidenceFolder, Footage
from alerts.health import CameraState, CameraStatus
from alerts.intake import Batch, Intake
from alerts.registry import make_registry
from alerts.store.memory import MemoryStore, MemoryTransaction
from fences.event import EventKind, FenceEvent
from tests.alerts_kit import CLIP, DIRECTORY, TOPICS, WRITER, FakeClock, fence_event

PICTURE = np.full((60, 80, 3), 90, np.uint8)
OPENED = fence_event(EventKind.OPENED, 60)
CLEARED = fence_event(EventKind.CLEARED, 90)


def intake(store: MemoryStore, folder: Path) -> Intake:
    return Intake(store, WRITER, EvidenceFolder(folder, DIRECTORY), FakeClock())


def batch(*events: FenceEvent, picture: bool = True, mark: str = "{}") -> Batch:
    image = PICTURE if picture else None
    return Batch("gate-3", 5, 6, events, {"lane": mark}, image)


def test_a_batch_becomes_case_log_messages_checkpoint_and_picture(tmp_path: Path) -> None:
    store = MemoryStore()
    changes = intake(store, tmp_path).receive(batch(OPENED, mark='{"n":1}'))
    case = store.cases()[0]
    assert [change.case for change in changes] == [case]
    assert [line.version for line in store.history(case.case_id)] == [1]
    assert [row.message.topic for row in store.unsent(0, 9)] == [
        TOPICS.events,
        TOPICS.case(case.case_id),
        TOPICS.inbox("duty-east"),
        TOPICS.inbox("wenshao"),
    ]
    assert store.checkpoints("gate-3")[0].codec == '{"n":1}'
    assert case.picture is not None
    assert (tmp_path / case.picture).is_file()
    assert (tmp_path / case.picture.replace(".jpg", ".raw.jpg")).is_file()


def test_a_batch_that_comes_again_changes_nothing(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = intake(store, tmp_path)
    entry.receive(batch(OPENED))
    before = (store.cases(), store.unsent(0, 99))
    assert entry.receive(batch(OPENED)) == ()
    assert intake(store, tmp_path).receive(batch(OPENED)) == ()
    assert (store.cases(), store.unsent(0, 99)) == before


def test_an_event_of_a_case_long_past_counts_no_second_time(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = intake(store, tmp_path)
    later = fence_event(EventKind.OPENED, 5000, violation_s=5000)
    for one in (OPENED, CLEARED, later, OPENED, CLEARED):
        entry.receive(batch(one))
    assert [(case.version, case.is_open) for case in store.cases()] == [(2, False), (1, True)]
    done = fence_event(EventKind.CLEARED, 5060, violation_s=5000)
    assert len(entry.receive(batch(done))) == 1
    assert entry.receive(batch(OPENED)) == ()
    assert len(store.cases()) == 2


def test_events_in_one_batch_are_one_case_with_one_picture(tmp_path: Path) -> None:
    store = MemoryStore()
    intake(store, tmp_path).receive(batch(OPENED, fence_event(EventKind.UPDATED, 61)))
    assert len(store.cases()) == 1
    assert len(list(tmp_path.rglob("*.jpg"))) == 2


def test_numbers_of_notices_have_no_gaps(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = intake(store, tmp_path)
    for one in (OPENED, OPENED, fence_event(EventKind.OPENED, 60, fence_id="strip"), CLEARED):
        entry.receive(batch(one))
    events = [r.message for r in store.unsent(0, 99) if r.message.topic == TOPICS.events]
    assert [json.loads(event.payload)["seq"] for event in events] == [1, 2, 3]


def test_a_reopened_case_keeps_its_first_picture_and_gets_another(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = intake(store, tmp_path)
    for one in (OPENED, CLEARED, fence_event(EventKind.OPENED, 300, violation_s=300)):
        entry.receive(batch(one))
    case_id = store.cases()[0].case_id
    names = sorted(path.name for path in tmp_path.rglob(f"{case_id}*.jpg"))
    opening = [name for name in names if ".raw." not in name and ".after." not in name]
    assert opening == [
        f"{case_id}.jpg",
        f"{case_id}.v3.jpg",
    ]


def test_a_batch_without_events_is_a_checkpoint(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = intake(store, tmp_path)
    assert entry.receive(batch(mark='{"dwell":39}')) == ()
    assert entry.load_checkpoints("gate-3")["lane"].codec == '{"dwell":39}'
    assert entry.load_checkpoints("other") == {}
    assert store.queue().depth == 0


def test_a_picture_that_cannot_be_written_does_not_stop_the_alert(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with caplog.at_level(logging.ERROR):
        intake(store, blocked).receive(batch(OPENED))
    assert store.cases()[0].picture is None
    assert store.queue().depth == 4
    assert "could not be written" in caplog.text


class BreakingStore(MemoryStore):
    """Fails at the commit as often as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = 1

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        with super().write() as transaction:
            yield transaction
            if self.failures:
                self.failures -= 1
                raise StoreError("store_write", problem="disk full")


def test_a_commit_that_fails_leaves_nothing_and_may_be_tried_again(tmp_path: Path) -> None:
    store = BreakingStore()
    entry = intake(store, tmp_path)
    with pytest.raises(StoreError):
        entry.receive(batch(OPENED))
    assert (store.cases(), store.queue().depth, store.checkpoints("gate-3")) == ((), 0, ())
    entry.receive(batch(OPENED))
    assert (len(store.cases()), store.queue().depth) == (1, 4)
    assert len(list(tmp_path.rglob("*.jpg"))) == 2, "the picture of the first try is the same file"


def test_the_drainer_is_woken_after_a_change_and_only_then(tmp_path: Path) -> None:
    woken: list[int] = []
    store = MemoryStore()
    entry = Intake(
        store,
        WRITER,
        EvidenceFolder(tmp_path, DIRECTORY),
        FakeClock(),
        registry=make_registry(
            store, FakeClock(), on_change=lambda: woken.append(store.queue().depth)
        ),
    )
    entry.receive(batch())
    assert woken == []
    entry.receive(batch(OPENED))
    assert woken == [4]


def test_a_camera_status_goes_out_once_per_change(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = intake(store, tmp_path)
    for state in (CameraState.ONLINE, CameraState.ONLINE, CameraState.OFFLINE):
        entry.camera_status("gate-3", state, 5, "reason")
    assert [json.loads(r.message.payload)["state"] for r in store.unsent(0, 9)] == [
        "online",
        "offline",
    ]
    assert [one.state for one in store.cameras()] == [CameraState.OFFLINE]


def test_a_camera_s_status_costs_no_look_at_the_others(tmp_path: Path) -> None:
    """A start with 1,600 cameras says 1,600 of them."""

    class OfOne(MemoryStore):
        def cameras(self) -> tuple[CameraStatus, ...]:
            raise AssertionError

    entry = intake(OfOne(), tmp_path)
    for _ in range(2):
        entry.camera_status("gate-3", CameraState.ONLINE, 5)


def begun(entry: Intake) -> Case:
    (change,) = entry.receive(batch(OPENED))
    return change.case


def footage(write: Callable[[Path], object]) -> Footage:
    def writes(path: Path) -> None:
        write(path)

    return Footage("mp4", 7, 20.5, writes)


def test_a_clip_is_written_whole_beside_the_picture_of_its_case(tmp_path: Path) -> None:
    entry = intake(MemoryStore(), tmp_path)
    case = begun(entry)
    clip = entry.save_clip(case, footage(lambda path: path.write_bytes(b"film")))
    assert case.picture is not None
    assert clip.path == case.picture.replace(".jpg", ".mp4")
    assert (tmp_path / clip.path).read_bytes() == b"film"
    assert (clip.size_bytes, clip.sha256) == (4, hashlib.sha256(b"film").hexdigest())
    assert (clip.begin_wall_ns, clip.duration_s) == (7, 20.5)
    assert list(tmp_path.rglob("*.part")) == []


def test_a_clip_that_breaks_off_leaves_nothing_of_it(tmp_path: Path) -> None:
    entry = intake(MemoryStore(), tmp_path)
    case = begun(entry)

    def full(path: Path) -> None:
        path.write_bytes(b"fi")
        raise OSError(28, "No space left on device")

    with pytest.raises(EvidenceError, match="No space left"):
        entry.save_clip(case, footage(full))
    assert [path.suffix for path in tmp_path.rglob("*.*")] == [".jpg", ".jpg"]


def test_a_clip_goes_into_its_case_and_is_told(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = intake(store, tmp_path)
    case = begun(entry)
    entry.receive(batch(CLEARED))
    sent = store.queue().depth
    change = entry.add_clip(case.case_id, CLIP)
    assert change is not None
    (kept,) = store.cases()
    assert (kept, kept.clip, kept.version, kept.is_open) == (change.case, CLIP, 3, False)
    assert [line.version for line in store.history(case.case_id)] == [1, 2, 3]
    event = json.loads(store.unsent(0, 99)[sent].message.payload)
    assert (event["kind"], event["seq"], event["case"]["clip"]["bytes"]) == ("update", 3, 5_000_000)


def test_a_clip_of_an_unknown_case_is_told_to_nobody(tmp_path: Path) -> None:
    store = MemoryStore()
    assert intake(store, tmp_path).add_clip("unknown", CLIP) is None
    assert store.queue().depth == 0
