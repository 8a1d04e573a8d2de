"""What a killed process left is swept up, and nothing that a case may ever ask for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.errors import StoreError
from alerts.keeping import Keeping
from alerts.leftovers import OLD_NS, Leftovers
from alerts.proof import prove
from alerts.retention import NO_BUDGETS, Budget, Budgets, Kind
from alerts.store.sql import SqlStore
from fences.clock import SECOND_NS
from tests.alerts_kit import START_WALL_NS, WRITER, FakeClock
from tests.evidence_kit import fill, folder_of
from tests.store_kit import Place

HOUR_S = OLD_NS // SECOND_NS
BEFORE_S = -2 * HOUR_S


@pytest.fixture
def store(place: Place) -> Iterator[SqlStore]:
    store = SqlStore(place.url)
    yield store
    store.close()


def day_of(place: Place) -> Path:
    return next(folder_of(place).root.glob("gate-3/*"))


def put(place: Place, name: str, at_s: float = BEFORE_S) -> Path:
    """A file that was written so long after the start of the tests' time."""
    path = day_of(place) / name
    path.write_bytes(b"whatever")
    return at(path, at_s)


def at(path: Path, at_s: float) -> Path:
    wall_ns = START_WALL_NS + round(at_s * SECOND_NS)
    os.utime(path, ns=(wall_ns, wall_ns))
    return path


def sweep(
    store: SqlStore, place: Place, clock: FakeClock | None = None, budgets: Budgets = NO_BUDGETS
) -> Leftovers:
    leftovers = Leftovers(store, folder_of(place).root, clock or FakeClock(), budgets)
    for _ in range(3):
        leftovers.tend()
    return leftovers


def test_half_files_go_once_they_are_old_and_are_told_as_a_number(
    place: Place, store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = fill(place)
    old = [put(place, f".{case_id}.jpg.part"), put(place, ".anything.mp4.part")]
    young = put(place, f".{case_id}.mp4.part", 60 - HOUR_S)
    before = sorted(day_of(place).iterdir())
    with caplog.at_level(logging.INFO, "alerts.leftovers"):
        sweep(store, place)
    assert sorted(day_of(place).iterdir()) == [path for path in before if path not in old]
    assert young.exists(), "somebody may be writing it"
    assert caplog.messages == ["evidence_leftovers: 2 half and 0 whole file(s) removed"]


def test_what_was_only_just_left_goes_an_hour_later_and_what_came_since_stays(
    place: Place, store: SqlStore
) -> None:
    case_id = fill(place)
    clock = FakeClock()
    left = put(place, f".{case_id}.jpg.part", -1)
    leftovers = sweep(store, place, clock)
    assert left.exists()
    own = put(place, f".{case_id}.mp4.part", 1)
    clock.pass_s(2 * HOUR_S)
    for _ in range(3):
        leftovers.tend()
    assert (left.exists(), own.exists()) == (False, True)


def test_a_clock_that_jumps_makes_nothing_old_that_was_written_since_the_start(
    place: Place, store: SqlStore
) -> None:
    case_id = fill(place)
    clock = FakeClock()
    leftovers = Leftovers(store, folder_of(place).root, clock, NO_BUDGETS)
    own = put(place, f".{case_id}.jpg.part", 1)
    clock.pass_s(5 * HOUR_S)
    leftovers.tend()
    assert own.exists()


ORPHANS = (".v9.jpg", ".v9.raw.jpg", ".0a1b2c.peak.jpg", ".v9.after.jpg", ".v9.mp4")


def test_whole_files_without_a_commit_go_and_what_the_log_names_stays(
    place: Place, store: SqlStore
) -> None:
    case_id = fill(place)
    there = [at(path, BEFORE_S) for path in day_of(place).iterdir()]
    orphans = [put(place, f"{case_id}{suffix}") for suffix in ORPHANS]
    sweep(store, place)
    assert [path for path in orphans if path.exists()] == []
    assert all(path.exists() for path in there)
    trail = store.trail(case_id)
    assert trail is not None
    assert prove(trail, folder_of(place)).findings == ()


def test_what_a_held_case_bears_the_name_of_stays(place: Place, store: SqlStore) -> None:
    case_id = fill(place)
    root, clock = folder_of(place).root, FakeClock()
    clock.pass_s(100)
    keeping = Keeping(store, WRITER, root, clock, NO_BUDGETS)
    keeping.hold(case_id, "centre", "诉讼")
    orphan = put(place, f"{case_id}.v9.jpg")
    sweep(store, place)
    assert orphan.exists()
    keeping.release(case_id, "centre", "结束")
    sweep(store, place)
    assert not orphan.exists()


STRANGERS = (
    "x.lane.blocked_fire_lane.20260921T141320Z-0a1b2c.jpg",  # of a store that was not put back
    "r-1.0123456789ab.jpg",  # of a report
)
OTHERS = ("photo.jpg", "README", ".hidden")


def test_what_is_of_no_case_here_is_told_and_left_alone(
    place: Place, store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = fill(place)
    others = [put(place, name) for name in (*STRANGERS, *OTHERS, f"{case_id}.photo.jpg")]
    with caplog.at_level(logging.INFO, "alerts.leftovers"):
        sweep(store, place)
    assert all(path.exists() for path in others)
    assert caplog.messages == ["evidence_strangers: 2 file(s) of no case in this store"]


@pytest.mark.parametrize("kind", [Kind.PICTURES, Kind.CLOSED])
def test_what_is_of_no_case_here_has_as_much_time_as_all_evidence(
    place: Place, store: SqlStore, kind: Kind
) -> None:
    fill(place)
    budgets = Budgets({kind: Budget(keep_ns=-(BEFORE_S - 1) * SECOND_NS)})
    kept = [put(place, name) for name in (*STRANGERS, *OTHERS)]
    sweep(store, place, budgets=budgets)
    assert all(path.exists() for path in kept)
    for path in kept:
        at(path, BEFORE_S - 2)
    sweep(store, place, budgets=budgets)
    assert [path.name for path in kept if path.exists()] == list(OTHERS)


def test_a_file_that_is_newer_than_its_log_may_be_of_a_log_that_is_elsewhere(
    place: Place, store: SqlStore
) -> None:
    """As after an old copy was put back over the store."""
    case_id = fill(place)
    clock = FakeClock()
    clock.pass_s(3 * HOUR_S)
    newer = put(place, f"{case_id}.v9.after.jpg", HOUR_S)
    sweep(store, place, clock)
    assert newer.exists()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE case_log SET files = 'x' WHERE version = 1",
        "UPDATE case_log SET sha256 = NULL, case_sha256 = NULL, files = NULL",
    ],
)
def test_a_log_that_does_not_know_its_files_makes_no_orphans(place: Place, harm: str) -> None:
    """It is damaged, or from before logs named them."""
    fill(place)
    there = [at(path, BEFORE_S) for path in day_of(place).iterdir()]
    place.run(harm)
    place.run("DELETE FROM evidence_files")
    store = SqlStore(place.url)
    sweep(store, place)
    store.close()
    assert all(path.exists() for path in there)


def test_a_link_leads_nowhere(place: Place, store: SqlStore, tmp_path: Path) -> None:
    fill(place)
    elsewhere = tmp_path / "elsewhere" / "day"
    elsewhere.mkdir(parents=True)
    part = elsewhere / ".x.jpg.part"
    part.touch()
    at(part, BEFORE_S)
    (folder_of(place).root / "linked").symlink_to(elsewhere.parent)
    sweep(store, place)
    assert part.exists()


def test_a_store_that_is_away_for_a_moment_costs_nothing(
    place: Place, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = fill(place)
    orphan = put(place, f"{case_id}.v9.jpg")
    leftovers = Leftovers(store, folder_of(place).root, FakeClock(), NO_BUDGETS)

    def away(_: object) -> frozenset[str]:
        raise StoreError("store_write", problem="away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "known_evidence", away)
        with pytest.raises(StoreError):
            leftovers.tend()
    assert orphan.exists()
    leftovers.tend()
    assert not orphan.exists()
