"""Opening, peak and end of a case are pictured, and it never keeps more than one peak."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alerts.cases import Case
from alerts.counter import Counter
from alerts.errors import StoreError
from alerts.evidence import EvidenceFolder
from alerts.files import EvidenceFile
from alerts.intake import Batch, Intake
from alerts.keeping import Keeping
from alerts.peak import is_worse, peak_of
from alerts.proof import files_named, prove
from alerts.retention import NO_BUDGETS, Kept
from alerts.store.memory import MemoryStore, MemoryTransaction
from alerts.verbs import Verb
from fences.event import EventKind, FenceEvent, Reason
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event, order

PICTURE = np.full((60, 80, 3), 90, np.uint8)
OPENED = fence_event(EventKind.OPENED, 60, occupied_share=0.2, clear_width_m=3.0)
CLEARED = fence_event(EventKind.CLEARED, 90)


class Place:
    """A case book in memory with a folder for evidence."""

    def __init__(self, folder: Path, store: MemoryStore | None = None) -> None:
        self.store = MemoryStore() if store is None else store
        self.folder = EvidenceFolder(folder, DIRECTORY)
        self.clock = FakeClock()
        self.keeping = Keeping(
            self.store, WRITER, folder, self.clock, NO_BUDGETS, room=lambda: 10**9
        )

    def see(self, event: FenceEvent) -> Case:
        intake = Intake(self.store, WRITER, self.folder, self.clock)
        intake.receive(Batch("gate-3", 0, 0, (event,), {}, PICTURE))
        return self.case

    def worse(self, seq: int, share: float) -> Case:
        return self.see(fence_event(EventKind.UPDATED, 60 + seq, seq=seq, occupied_share=share))

    @property
    def case(self) -> Case:
        (case,) = self.store.cases()
        return case

    @property
    def names(self) -> list[str]:
        """Of the pictures there are, without what all begin with."""
        self.clock.pass_s(61)
        self.keeping.tend()
        begin, case = self.case.case_id, self.case
        there = files_named(case.case_id, case.camera_id, self.folder)
        return sorted(path.rsplit("/", 1)[1].removeprefix(begin) for path in there)

    @property
    def findings(self) -> tuple[str, ...]:
        trail = self.store.trail(self.case.case_id)
        assert trail is not None
        return tuple(map(str, prove(trail, self.folder).findings))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_opening_is_the_worst_until_it_gets_worse(place: Place) -> None:
    case = place.see(OPENED)
    assert case.peak is not None
    assert (case.peak.picture, case.peak.occupied_share) == (case.picture, 0.2)
    assert place.names == [".jpg", ".raw.jpg"]
    assert place.worse(2, 0.15).peak == case.peak, "less is no peak"
    assert place.worse(3, 0.205).peak == case.peak, "nor is what nobody can see"
    assert place.findings == ()


def test_opening_peak_and_end_are_there_raw_and_annotated_each_with_its_hash(place: Place) -> None:
    place.see(OPENED)
    place.worse(2, 0.6)
    case = place.see(CLEARED)
    assert case.peak is not None
    shown = (case.picture, case.peak.picture, case.after_picture)
    ends = [(path or "").split(".")[-2] for path in shown]
    assert ends[1:] == ["peak", "after"]
    assert len(place.names) == 6
    trail = place.store.trail(case.case_id)
    assert trail is not None
    sealed = {file.path for one in trail.entries if one.seal for file in one.seal.files}
    assert sealed == {
        path for one in shown if one for path in (one, one.replace(".jpg", ".raw.jpg"))
    }
    assert place.findings == ()


def test_a_worse_moment_takes_the_place_of_the_peak_before(place: Place) -> None:
    place.see(OPENED)
    for seq in range(2, 9):
        place.worse(seq, 0.1 * seq)
    assert [name for name in place.names if "peak" in name] == _names_of(place.case)
    assert len(place.names) == 4
    assert place.findings == (), "those that went are told to be gone"


def _names_of(case: Case) -> list[str]:
    assert case.peak is not None
    paths = [file.path.rsplit("/", 1)[1] for file in case.peak.files]
    return [path.removeprefix(case.case_id) for path in paths]


def test_a_reopened_case_keeps_one_peak_that_of_the_worst_opening(place: Place) -> None:
    place.see(OPENED)
    worst = place.worse(2, 0.6).peak
    place.see(CLEARED)
    again = fence_event(EventKind.OPENED, 300, violation_s=300, occupied_share=0.3)
    case = place.see(again)
    assert (case.peak, len([name for name in place.names if "peak" in name])) == (worst, 2)
    more = fence_event(EventKind.UPDATED, 320, violation_s=300, occupied_share=0.9)
    case = place.see(more)
    assert case.peak != worst
    assert [name for name in place.names if "peak" in name] == _names_of(case)
    assert place.findings == ()


def test_what_is_held_keeps_every_peak(place: Place) -> None:
    case = place.see(OPENED)
    place.worse(2, 0.5)
    assert place.keeping.hold(case.case_id, "centre", "诉讼") is not None
    place.worse(3, 0.7)
    assert len([name for name in place.names if "peak" in name]) == 4
    assert place.findings == ()


def test_a_peak_that_was_removed_is_not_drawn_again_for_less(place: Place) -> None:
    place.see(OPENED)
    case = place.worse(2, 0.6)
    assert case.peak is not None
    wall_ns = case.updated_wall_ns
    gone = tuple(
        Kept(file.path, case.case_id, file.sha256, file.size_bytes, wall_ns, is_open=True)
        for file in case.peak.files
    )
    assert place.keeping.remove(gone) == 2
    assert (place.case.peak, place.findings) == (replace(case.peak, files=()), ())
    assert place.worse(3, 0.5).peak == replace(case.peak, files=())
    again = place.worse(4, 0.8).peak
    assert again is not None
    assert again.picture is not None


@pytest.mark.parametrize("reason", [Reason.HOURS_ENDED, Reason.NO_LONGER_WATCHED])
def test_a_case_that_ends_because_nobody_looks_any_more_has_no_picture_of_a_clear_place(
    place: Place, reason: Reason
) -> None:
    place.see(OPENED)
    assert place.see(replace(CLEARED, reason=reason)).after_picture is None
    assert place.names == [".jpg", ".raw.jpg"]


class BreakingStore(MemoryStore):
    """Refuses the commit while ``broken``."""

    broken = False

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        with super().write() as transaction:
            yield transaction
            if self.broken:
                raise StoreError("store_write", problem="killed")


@pytest.mark.parametrize("last", [replace(OPENED, kind=EventKind.UPDATED, seq=2), CLEARED])
def test_killed_between_picture_and_commit_the_same_event_ends_in_the_same_files(
    tmp_path: Path, last: FenceEvent
) -> None:
    """Also where somebody has written another version of the case in the meantime."""
    last = replace(last, occupied_share=0.9)
    store = BreakingStore()
    place = Place(tmp_path, store)
    case = place.see(OPENED)
    store.broken = True
    with pytest.raises(StoreError):
        place.see(last)
    store.broken = False
    assert len(place.names) == 4
    note = order(case, Verb.NOTE, "duty-east", words="在路上")
    assert Counter(store, WRITER, place.folder, place.clock).take(note).done
    place.see(last)
    assert len(place.names) == 4
    assert place.findings == ()


@pytest.mark.parametrize(
    ("was", "now", "worse"),
    [
        ((0.2, 3.0, 1), (0.3, 3.0, 1), True),
        ((0.3, 3.0, 1), (0.2, 1.0, 5), False),
        ((0.2, 3.0, 1), (0.205, 1.0, 1), True),
        ((0.2, 3.0, 1), (0.2, 3.5, 9), False),
        ((0.2, 3.0, 1), (0.2, 3.05, 2), True),
        ((None, None, 1), (None, None, 2), True),
        ((None, None, 2), (None, None, 2), False),
        ((0.2, None, 2), (None, 1.0, 2), False),
    ],
)
def test_worse_is_more_taken_then_less_left_then_more_things(
    was: tuple[float | None, float | None, int],
    now: tuple[float | None, float | None, int],
    *,
    worse: bool,
) -> None:
    assert is_worse(_event(*now), peak_of(_event(*was), (), is_opening=False)) is worse


def _event(share: float | None, width_m: float | None, things: int) -> FenceEvent:
    event = fence_event(EventKind.UPDATED, 70, occupied_share=share, clear_width_m=width_m)
    return replace(event, sightings=event.sightings * things)


def test_the_picture_of_a_peak_is_the_annotated_one() -> None:
    files = (EvidenceFile("a/x.raw.jpg", "", 1), EvidenceFile("a/x.jpg", "", 1))
    assert peak_of(OPENED, files, is_opening=True).picture == "a/x.jpg"
