"""What a camera brings reaches the store in order, also when that has been away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest

from alerts.casebook import Change, decide
from alerts.cases import Case
from alerts.errors import StoreError
from alerts.health import CameraState
from alerts.intake import Batch, Intake
from alerts.looks import Looks
from detector.health.trouble import Trouble
from detector.stream import Taken
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent
from fences.guard import Guard
from fences.observation import Gap, Observation, Tick
from fences.state import FenceState, decode_state
from kerbwatch.looking.eyes import CameraEyes
from kerbwatch.wire.desk import BACKGROUND_NS, CHECKPOINT_NS, Desk
from tests.alerts_kit import fence_event

PICTURE = np.zeros((4, 4, 3), np.uint8)


@dataclass
class FakeIntake:
    """Remembers what it took; ``away`` is how many more batches it refuses."""

    away: int = 0
    taken: list[Batch] = field(default_factory=list)
    tried: int = 0
    last: Case | None = None
    looks: Looks = field(default_factory=Looks)

    def receive(self, batch: Batch) -> tuple[Change, ...]:
        self.tried += 1
        if self.away > 0:
            self.away -= 1
            raise StoreError("store_write", problem="locked")
        self.taken.append(batch)
        changes = []
        for one in batch.events:
            change = decide(self.last, one, ())
            if change is not None:
                self.last = change.case
                changes.append(change)
        return tuple(changes)

    @property
    def events(self) -> list[FenceEvent]:
        return [event for batch in self.taken for event in batch.events]


@dataclass
class FakeGuard:
    states: dict[str, FenceState] = field(default_factory=lambda: {"lane": FenceState()})


@dataclass
class FakeEyes:
    """Counts how often it was saved, and knows before which batch; ``broken``: the disk is full."""

    intake: FakeIntake
    trouble: Trouble | None = None
    saves: int = 0
    broken: bool = False
    before_batch: list[int] = field(default_factory=list)

    def save(self) -> None:
        self.saves += 1
        self.before_batch.append(len(self.intake.taken))
        if self.broken:
            raise OSError(28, "No space left on device")


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
def guard() -> FakeGuard:
    return FakeGuard()


@pytest.fixture
def eyes(intake: FakeIntake) -> FakeEyes:
    return FakeEyes(intake)


@pytest.fixture
def views() -> list[Trouble | None]:
    """What was the matter with the camera, look by look."""
    return []


@pytest.fixture
def begun() -> list[int]:
    """The versions at which cases have begun."""
    return []


@pytest.fixture
def desk(
    intake: FakeIntake,
    guard: FakeGuard,
    eyes: FakeEyes,
    views: list[Trouble | None],
    begun: list[int],
) -> Desk:
    return Desk(
        "gate-3",
        cast("Intake", intake),
        cast("Guard", guard),
        cast("CameraEyes", eyes),
        lambda trouble, _wall_ns: views.append(trouble),
        lambda case: begun.append(case.version),
    )


def event(at_s: float) -> FenceEvent:
    return fence_event(EventKind.OPENED, at_s, violation_s=at_s)


def look(at_s: float, *events: FenceEvent) -> Taken:
    """A look at ``at_s`` seconds after a day of media time."""
    media_ns = 86_400 * SECOND_NS + round(at_s * SECOND_NS)
    return Taken(Observation(media_ns, media_ns), events, lambda: PICTURE)


def test_an_event_is_handed_in_at_once_with_picture_and_state(
    desk: Desk, intake: FakeIntake, guard: FakeGuard
) -> None:
    desk.took(look(0))
    desk.took(look(1, event(1)))
    batch = intake.taken[-1]
    assert batch.events == (event(1),)
    assert batch.picture is PICTURE
    assert decode_state(batch.checkpoints["lane"]) == guard.states["lane"]


def test_a_better_picture_of_the_moment_is_taken_where_there_is_one(
    desk: Desk, intake: FakeIntake
) -> None:
    """For cases and for those who ask for a look; else what was seen."""
    better = {look(1).entry: np.ones((8, 8, 3), np.uint8)}
    by_time = {entry.wall_ns: it for entry, it in better.items() if isinstance(entry, Observation)}
    desk.better = by_time.get
    intake.looks.ask("gate-3", 1)
    desk.took(look(1, event(1)))
    desk.took(look(2, event(2)))
    (picture,) = better.values()
    assert [batch.picture is picture for batch in intake.taken] == [True, False]
    assert intake.taken[1].picture is PICTURE
    assert intake.looks.ask("gate-3", 2)[1] is picture


def test_without_events_nobody_decodes_a_better_picture(desk: Desk) -> None:
    asked: list[int] = []
    desk.better = asked.append
    for second in range(20):
        desk.took(look(second))
    assert asked == []


def test_a_look_that_somebody_asked_for_is_given_once(desk: Desk, intake: FakeIntake) -> None:
    desk.took(look(0))
    assert intake.looks.ask("gate-3", 1) == (False, None)
    assert intake.looks.wanted("gate-3")
    desk.took(look(1))
    assert not intake.looks.wanted("gate-3")
    ready, picture = intake.looks.ask("gate-3", 2)
    assert ready
    assert picture is PICTURE


def test_a_case_that_begins_or_is_reopened_is_told_of_once_it_is_kept(
    desk: Desk, intake: FakeIntake, begun: list[int]
) -> None:
    intake.away = 1
    desk.took(look(1, event(1)))
    assert begun == []
    desk.took(look(2, fence_event(EventKind.UPDATED, 2, violation_s=1)))
    assert begun == [1]
    desk.took(look(3, fence_event(EventKind.CLEARED, 3, violation_s=1)))
    desk.took(look(4, event(4)))
    assert begun == [1, 4]


def test_every_look_says_what_is_the_matter_with_the_camera(
    desk: Desk, eyes: FakeEyes, views: list[Trouble | None]
) -> None:
    desk.took(look(0))
    eyes.trouble = Trouble.COVERED
    desk.took(look(1))
    assert views == [None, Trouble.COVERED]


def test_without_events_only_a_checkpoint_is_handed_in_now_and_then(
    desk: Desk, intake: FakeIntake
) -> None:
    for tenth in range(200):
        desk.took(look(tenth / 10))
    times = [batch.media_ns for batch in intake.taken]
    assert np.diff(times).tolist() == [CHECKPOINT_NS] * 3
    assert intake.events == []


def test_a_gap_is_nothing_to_hand_in(desk: Desk, intake: FakeIntake) -> None:
    desk.took(Taken(Gap(0, 9 * SECOND_NS, "jump_forward"), (), None))
    desk.checkpoint()
    assert intake.tried == 0


def test_time_that_passes_unseen_is_handed_in_only_if_it_ends_something(
    desk: Desk, intake: FakeIntake, views: list[bool]
) -> None:
    desk.took(Taken(Tick(9 * SECOND_NS, 9 * SECOND_NS), (), None))
    assert intake.tried == 0
    desk.took(Taken(Tick(9 * SECOND_NS, 10 * SECOND_NS), (event(9),), None))
    (batch,) = intake.taken
    assert (batch.events, batch.media_ns, batch.wall_ns) == (
        (event(9),), 9 * SECOND_NS, 10 * SECOND_NS,
    )  # fmt: skip
    assert batch.picture is None
    assert views == []


def test_while_the_store_is_away_events_wait_and_keep_their_order(
    desk: Desk, intake: FakeIntake
) -> None:
    intake.away = 10
    for second in range(30):
        desk.took(look(second, *([event(second)] if second % 3 == 0 else [])))
    assert intake.away == 0
    desk.took(look(30))
    desk.took(look(40))
    assert intake.events == [event(second) for second in range(0, 30, 3)]
    assert len({id(one) for one in intake.taken}) == len(intake.taken)


def test_what_still_waits_when_the_service_ends_is_handed_in_last_of_all(
    desk: Desk, intake: FakeIntake
) -> None:
    intake.away = 3
    for second in (0, 1, 2):
        desk.took(look(second, event(second)))
    assert intake.taken == []
    desk.checkpoint()
    assert intake.events == [event(0), event(1), event(2)]
    assert intake.taken[-1].events == ()


def test_a_store_that_is_away_for_long_costs_old_pictures_but_no_event(
    desk: Desk, intake: FakeIntake
) -> None:
    intake.away = 10_000
    for second in range(2_000):
        desk.took(look(second, event(second)))
    assert sum(batch.picture is not None for batch in desk._waiting) <= 21
    intake.away = 0
    desk.took(look(2_000))
    desk.checkpoint()
    assert intake.events == [event(second) for second in range(2_000)]
    assert intake.events[-1] in intake.taken[-2].events + intake.taken[-3].events
    assert intake.taken[1_999].picture is not None, "the newest keep theirs"


def test_a_first_background_is_written_soon_and_later_ones_seldom(
    desk: Desk, eyes: FakeEyes
) -> None:
    """Soon: without one, a restart would take what stands there for the street."""
    at_s = []
    for second in range(301):
        before = eyes.saves
        desk.took(look(second))
        if eyes.saves > before:
            at_s.append(second)
    assert at_s[0] * SECOND_NS == CHECKPOINT_NS
    assert np.diff(at_s).max() * SECOND_NS == BACKGROUND_NS
    assert np.diff(at_s)[-1] * SECOND_NS == BACKGROUND_NS
    assert len(at_s) <= 9


def test_a_background_is_on_disk_before_the_state_that_goes_with_it(
    desk: Desk, intake: FakeIntake, eyes: FakeEyes
) -> None:
    """A kill between the two would leave a known thing without its empty place."""
    for second in range(7):
        desk.took(look(second))
    times = [(batch.media_ns - intake.taken[0].media_ns) // SECOND_NS for batch in intake.taken]
    assert times == [0, 5]
    assert eyes.before_batch == [1], "before the second batch, whose state is as old as it"
    desk.checkpoint()
    assert eyes.before_batch == [1, 2]


def test_what_happens_before_the_first_background_was_due_hastens_it(
    desk: Desk, eyes: FakeEyes
) -> None:
    desk.took(look(0))
    desk.took(look(2, event(2)))
    desk.took(look(3, event(3)))
    assert eyes.before_batch == [1], "once, and before the event is handed in"


def test_a_full_disk_for_backgrounds_stops_nothing(
    desk: Desk, intake: FakeIntake, eyes: FakeEyes
) -> None:
    eyes.broken = True
    for second in range(30):
        desk.took(look(second))
    desk.took(look(30, event(30)))
    assert eyes.saves > 1
    assert intake.events == [event(30)]


def test_every_trouble_that_pictures_tell_is_a_state_of_the_camera() -> None:
    known = set(CameraState) - {CameraState.ONLINE, CameraState.OFFLINE}
    assert {trouble.value for trouble in Trouble} == {state.value for state in known}
