"""Clips are written in turn, off the threads that read and look; none holds up another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from alerts.casebook import decide
from alerts.cases import Case, Clip
from alerts.errors import EvidenceError, StoreError
from alerts.evidence import Footage
from alerts.intake import Intake
from detector.sources.remux import Cut, Kept
from detector.sources.ring import Ring, Wanted
from fences.clock import SECOND_NS
from fences.event import EventKind
from kerbwatch.options import EvidenceOptions
from kerbwatch.wire.clips import MOST_WAITING, ClipWriter, Take
from tests.alerts_kit import CLIP, FakeClock, fence_event

DEADLINE_S = 10.0


def case(at_s: float = 60.0) -> Case:
    change = decide(None, fence_event(EventKind.OPENED, at_s, violation_s=at_s), ())
    assert change is not None
    return change.case


class FakeRing:
    """Has a clip of two seconds before every case, when the test says that it is ready."""

    def __init__(self, *, empty: bool = False, kept: bool = True, after_s: float = 2.0) -> None:
        self.empty = empty
        self.kept = kept
        self.after_s = after_s
        self.wanted: list[tuple[Wanted, tuple[int, int, int]]] = []
        self.forgotten: list[Wanted] = []
        self._media_ns = 0

    def want(
        self, media_ns: int, before_ns: int, after_ns: int, on_ready: Callable[[Wanted], None]
    ) -> Wanted | None:
        if self.empty:
            return None
        self._media_ns = media_ns
        wanted = Wanted(cast("Any", None), 0, 0, on_ready)
        self.wanted.append((wanted, (media_ns, before_ns, after_ns)))
        return wanted

    def ready(self) -> None:
        for wanted, _ in self.wanted:
            wanted.on_ready(wanted)
        self.wanted.clear()

    def take(self, wanted: Wanted) -> Cut | None:
        assert wanted not in self.forgotten
        kinds = cast("Any", SimpleNamespace(suffix="mp4"))
        last = round((2 + self.after_s) * 25) - 25
        packets = (Kept(b"", 0, 25, 0, True), Kept(b"", last, 25, 0, False))
        begin_ns = self._media_ns - 2 * SECOND_NS
        return Cut(kinds, Fraction(1, 25), packets, begin_ns) if self.kept else None

    def forget(self, wanted: Wanted) -> None:
        self.forgotten.append(wanted)


@dataclass
class FakeIntake:
    """Notes what is saved and told; ``broken``: the disk, ``away``: how often the store is."""

    saved: list[Footage] = field(default_factory=list)
    saved_of: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    tried: int = 0
    broken: bool = False
    away: int = 0
    hold: threading.Event | None = None
    news: threading.Condition = field(default_factory=threading.Condition)

    def save_clip(self, case: Case, footage: Footage) -> Clip:
        if self.hold is not None:
            assert self.hold.wait(DEADLINE_S)
        with self.news:
            self.saved.append(footage)
            self.saved_of.append(case.case_id)
            self.news.notify_all()
        if self.broken:
            self.broken = False
            raise EvidenceError("clip_write", path=Path("x.mp4"), problem="full")
        return CLIP

    def add_clip(self, case_id: str, clip: Clip) -> None:
        assert clip is CLIP
        with self.news:
            self.tried += 1
            self.news.notify_all()
            if self.away > 0:
                self.away -= 1
                raise StoreError("store_write", problem="locked")
            self.told.append(case_id)

    def wait_for(self, what: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(what, DEADLINE_S)


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
def writer(intake: FakeIntake) -> Iterator[ClipWriter]:
    made = ClipWriter(cast("Intake", intake), EvidenceOptions(), FakeClock())
    yield made
    made.close(DEADLINE_S)


def want(writer: ClipWriter, ring: FakeRing, *cases: Case) -> None:
    for one in cases:
        writer.want((Take(cast("Ring", ring), one.updated_media_ns),), one)


def test_a_clip_is_written_when_it_is_ready_and_its_case_told(
    writer: ClipWriter, intake: FakeIntake
) -> None:
    ring = FakeRing()
    writer.start()
    opened = case()
    want(writer, ring, opened)
    ((_, asked),) = ring.wanted
    assert asked == (opened.opened_media_ns, 10 * SECOND_NS, 10 * SECOND_NS)
    assert intake.saved == []
    ring.ready()
    intake.wait_for(lambda: intake.told == [opened.case_id])
    (footage,) = intake.saved
    assert footage.suffix == "mp4"
    assert footage.begin_wall_ns == opened.opened_wall_ns - 2 * SECOND_NS
    assert footage.duration_s == 4.0


def test_more_clips_than_may_wait_are_let_go_and_nobody_waits_for_them(
    writer: ClipWriter, intake: FakeIntake
) -> None:
    ring = FakeRing()
    cases = [case(60.0 + number) for number in range(MOST_WAITING + 3)]
    want(writer, ring, *cases)
    ring.ready()
    assert len(ring.forgotten) == 3
    writer.start()
    intake.wait_for(lambda: len(intake.told) == MOST_WAITING)
    assert intake.told == [one.case_id for one in cases[:MOST_WAITING]]


def test_a_slow_disk_holds_up_nobody_who_asks(writer: ClipWriter, intake: FakeIntake) -> None:
    """Were it otherwise, the asking would not come back before the disk does."""
    intake.hold = threading.Event()
    ring = FakeRing()
    writer.start()
    want(writer, ring, case(60), case(70))
    ring.ready()
    want(writer, ring, case(80))
    ring.ready()
    assert intake.saved == []
    intake.hold.set()
    intake.wait_for(lambda: len(intake.told) == 3)


def test_what_cannot_be_written_costs_its_case_the_clip_and_no_other(
    writer: ClipWriter, intake: FakeIntake
) -> None:
    intake.broken = True
    ring = FakeRing()
    writer.start()
    first, second = case(60), case(70)
    want(writer, ring, first, second)
    ring.ready()
    intake.wait_for(lambda: len(intake.saved) == 2 and bool(intake.told))
    assert intake.told == [second.case_id]


def test_while_the_store_is_away_clips_are_written_and_told_later(
    writer: ClipWriter, intake: FakeIntake
) -> None:
    intake.away = 4
    ring = FakeRing()
    writer.start()
    first, second = case(60), case(70)
    want(writer, ring, first, second)
    ring.ready()
    intake.wait_for(lambda: len(intake.told) == 2)
    assert intake.told == [first.case_id, second.case_id]
    assert intake.saved_of == intake.told, "once each"


def test_what_is_ready_when_the_service_ends_is_still_written(
    writer: ClipWriter, intake: FakeIntake
) -> None:
    ring = FakeRing()
    want(writer, ring, case())
    ring.ready()
    writer.start()
    writer.close(DEADLINE_S)
    assert len(intake.told) == 1


def test_a_clip_that_had_to_be_given_up_is_no_clip(writer: ClipWriter, intake: FakeIntake) -> None:
    ring = FakeRing(kept=False)
    want(writer, ring, case())
    ring.ready()
    writer.start()
    writer.close(DEADLINE_S)
    assert (intake.saved, intake.told) == ([], [])


def test_of_what_nothing_is_kept_there_is_no_clip(writer: ClipWriter, intake: FakeIntake) -> None:
    want(writer, FakeRing(empty=True), case())
    writer.start()
    writer.close(DEADLINE_S)
    assert (intake.saved, intake.told) == ([], [])


def test_where_no_clips_are_wanted_nothing_is_kept() -> None:
    options = EvidenceOptions(clip_before_ns=0, clip_after_ns=0)
    assert ClipWriter(cast("Intake", None), options, FakeClock()).ring() is None
    assert ClipWriter(cast("Intake", None), EvidenceOptions(), FakeClock()).ring() is not None


@pytest.mark.parametrize(
    ("main", "clip_s"),
    [
        (FakeRing(after_s=10), 12.0),
        (FakeRing(after_s=8.5), 10.5),
        (FakeRing(after_s=-1), 11.5),
        (FakeRing(kept=False), 11.5),
        (FakeRing(empty=True), 11.5),
    ],
    ids=["whole", "nearly whole", "ends before the case", "given up", "away"],
)
def test_of_two_streams_the_better_one_is_cut_unless_it_lacks_much_that_the_other_has(
    writer: ClipWriter, intake: FakeIntake, main: FakeRing, clip_s: float
) -> None:
    sub, opened = FakeRing(after_s=9.5), case()
    takes = (
        Take(cast("Ring", main), 5 * SECOND_NS),
        Take(cast("Ring", sub), opened.updated_media_ns),
    )
    writer.want(takes, opened)
    main.ready()
    sub.ready()
    writer.start()
    writer.close(DEADLINE_S)
    (footage,) = intake.saved
    assert footage.duration_s == pytest.approx(clip_s, abs=0.03)
    assert footage.begin_wall_ns == opened.opened_wall_ns - 2 * SECOND_NS


def test_a_clip_waits_for_both_streams(writer: ClipWriter, intake: FakeIntake) -> None:
    main, sub = FakeRing(), FakeRing()
    writer.want([Take(cast("Ring", ring), 0) for ring in (main, sub)], case())
    sub.ready()
    writer.start()
    assert intake.saved == []
    main.ready()
    intake.wait_for(lambda: len(intake.told) == 1)
