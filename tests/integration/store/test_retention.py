"""Evidence goes when its time is over: told first, verified still, held ones kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from alerts.evidence import EvidenceFolder
from alerts.intake import Batch, Intake
from alerts.keeping import Keeping
from alerts.proof import prove
from alerts.retention import Budget, Budgets, Kind
from alerts.store.memory import MemoryStore
from alerts.store.migration import revisions
from alerts.store.port import Store
from alerts.store.sql import SqlStore
from fences.clock import SECOND_NS
from fences.event import EventKind
from kerbwatch.cli.app import app
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event
from tests.evidence_kit import IMAGE, fill, folder_of
from tests.store_kit import CONFIG, NEXT, OPENED, Place

DAY_NS = 86_400 * SECOND_NS
OFTEN = replace(Budgets(), of={Kind.PICTURES: Budget(keep_ns=DAY_NS)})


@contextmanager
def keeping(
    place: Place, budgets: Budgets, *, days: float = 0, room: int = 10**12
) -> Iterator[Any]:
    store, clock = SqlStore(place.url), FakeClock()
    clock.pass_s(days * 86_400)
    root = folder_of(place).root
    yield Keeping(store, WRITER, root, clock, budgets, room=lambda: room), store
    store.close()


def proven(store: Store, place: Place, case_id: str) -> tuple[str, ...]:
    trail = store.trail(case_id)
    assert trail is not None
    return tuple(str(one) for one in prove(trail, folder_of(place)).findings)


def names(place: Place) -> list[str]:
    return sorted(path.suffix for path in folder_of(place).root.rglob("*") if path.is_file())


def test_old_pictures_go_with_a_line_in_the_log_and_the_case_is_still_proven(place: Place) -> None:
    case_id = fill(place)
    with keeping(place, OFTEN, days=0.5) as (keeper, store):
        assert keeper.tend() == 0
    with keeping(place, OFTEN, days=2) as (keeper, store):
        assert [it.case_id for it in keeper.due()] == [case_id] * 3
        assert keeper.tend() == 3
        case = store.case(case_id)
        assert (case.picture, case.clip is not None, case.version) == (None, True, 6)
        assert store.history(case_id)[-1].reason == "evidence_removed"
        assert proven(store, place, case_id) == ()
        assert keeper.tend() == 0, "once a minute"
    assert names(place) == [".mp4"]


def test_what_is_held_stays_until_it_is_released(place: Place) -> None:
    case_id = fill(place)
    with keeping(place, OFTEN, days=2) as (keeper, store):
        assert keeper.hold(case_id, "centre", "诉讼").case.held_by == "centre"
        assert keeper.hold(case_id, "centre", "诉讼") is None
        assert keeper.tend() == 0
        line = store.history(case_id)[-1]
        assert (line.actor, line.reason, line.words) == ("centre", "evidence_hold", "诉讼")
        assert keeper.release(case_id, "duty-east", "结束").case.held_by is None
        assert keeper.release(case_id, "duty-east", "结束") is None
        assert keeper.remove(keeper.due()) == 3
        assert proven(store, place, case_id) == ()


def test_a_case_that_is_held_after_it_was_looked_at_loses_nothing(place: Place) -> None:
    case_id = fill(place)
    with keeping(place, OFTEN, days=2) as (keeper, _):
        chosen = keeper.due()
        keeper.hold(case_id, "centre", "诉讼")
        assert keeper.remove(chosen) == 0
    assert len(names(place)) == 4


def test_killed_between_log_and_disk_the_file_goes_at_the_next_run(place: Place) -> None:
    case_id = fill(place)
    with keeping(place, OFTEN, days=2) as (keeper, store):
        keeper._sweep = lambda: 0  # killed
        keeper.remove(keeper.due())
        assert len(names(place)) == 4
        assert proven(store, place, case_id) == (), "told, and not yet gone"
    with keeping(place, OFTEN, days=2) as (keeper, store):
        keeper.tend()
        assert names(place) == [".mp4"]
        assert store.removed_evidence(9) == ()


def open_another(place: Place) -> None:
    store = SqlStore(place.url)
    intake = Intake(store, WRITER, folder_of(place), FakeClock())
    intake.receive(Batch("gate-3", 0, 0, (NEXT,), {}, IMAGE))
    store.close()


def test_a_full_disk_takes_finished_cases_first_and_open_ones_only_then(place: Place) -> None:
    fill(place)
    open_another(place)
    with keeping(place, Budgets({}, 1000), room=999) as (keeper, store):
        assert [it.is_open for it in keeper.due()] == [False]
        usage = store.evidence_usage()
        assert usage.bytes_of(None) == usage.bytes_of(Kind.PICTURES) + usage.bytes_of(Kind.CLIPS)
    with keeping(place, Budgets({}, 10**9), room=0) as (keeper, store):
        assert [it.is_open for it in keeper.due()] == [False] * 4 + [True] * 2
        assert keeper.tend() == 6
        assert store.evidence_usage().bytes_of(None) == 0
        (closed, opened) = store.cases()
        assert proven(store, place, closed.case_id) == proven(store, place, opened.case_id) == ()
        assert (opened.is_open, opened.picture) == (True, None)


def test_both_stores_tell_the_same_of_files(tmp_path: Path) -> None:
    told = []
    for store in (MemoryStore(), SqlStore(f"sqlite:///{tmp_path / 'k.db'}")):
        folder, clock = EvidenceFolder(tmp_path, DIRECTORY), FakeClock()
        intake = Intake(store, WRITER, folder, clock)
        cleared = fence_event(EventKind.CLEARED, 90)
        intake.receive(Batch("gate-3", 0, 0, (OPENED, cleared), {}, IMAGE))
        intake.receive(Batch("gate-3", 0, 0, (NEXT,), {}, IMAGE))
        clock.pass_s(60)
        keeper = Keeping(store, WRITER, tmp_path, clock, Budgets(), room=lambda: 0)
        first = store.oldest_evidence(Kind.PICTURES, 9)
        keeper.hold(first[0].case_id, "centre", "x")
        held = store.oldest_evidence(Kind.PICTURES, 9)
        keeper.release(first[0].case_id, "centre", "x")
        keeper.remove(first[:1])
        paths = [*(it.path for it in first), "gate-3/x.jpg"]
        known = store.known_evidence(paths)
        told.append(
            (first, held, store.oldest_evidence(Kind.PICTURES, 9), store.removed_evidence(9), known)
        )
        assert (len(first), len(held), len(told[-1][2])) == (6, 2, 5)
        assert set(paths) - known == {first[0].path, "gate-3/x.jpg"}, "forgotten, and never there"
        assert store.known_evidence([]) == frozenset()
        store.close()
    assert told[0] == told[1]


def test_the_table_of_files_is_made_from_the_log_of_an_older_store(place: Place) -> None:
    case_id = fill(place)
    with keeping(place, OFTEN, days=2) as (keeper, store):
        keeper.remove(keeper.due())
        before = store.oldest_evidence(Kind.CLIPS, 9)
    place.run("DROP TABLE evidence_files")
    place.run("ALTER TABLE cases DROP COLUMN held_by")
    place.run("ALTER TABLE cases RENAME COLUMN peak TO later")
    known = revisions()
    place.run(f"UPDATE alembic_version SET version_num = '{known[known.index('0010') - 1]}'")
    store = SqlStore(place.url)
    assert store.oldest_evidence(Kind.CLIPS, 9) == before
    assert store.oldest_evidence(Kind.PICTURES, 9) == ()
    assert len(store.removed_evidence(9)) == 3
    place.run("UPDATE cases SET peak = later")  # which no case of an older store has
    assert proven(store, place, case_id) == ()
    store.close()


def run(place: Place, *arguments: str, more: str = "") -> tuple[int, Any]:
    config = place.folder / "streams.yaml"
    people = "recipients: [{id: wenshao, role: property}, {id: duty-east, role: officer}]\n"
    config.write_text(CONFIG.format(url=place.url) + people + more, encoding="utf-8")
    whole = ["evidence", *arguments, "-c", str(config), "--json"]
    done = CliRunner().invoke(app, whole)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def test_the_command_line_holds_releases_and_prunes(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path / 'kerbwatch.db'}", tmp_path)
    case_id = fill(place)
    by = ("--as", "duty-east", "--words", "诉讼")
    assert run(place, "hold", case_id, "--as", "wenshao", "-m", "x")[0] == 1
    assert run(place, "hold", case_id, "--as", "duty-east", "-m", " ")[0] == 2
    assert run(place, "hold", case_id, *by)[0] == 0
    assert run(place, "hold", case_id, *by)[0] == 1
    more = "retention: {clips: {days: 0.01}, pictures: {gb: 0.001}}\n"
    assert run(place, "prune", more=more)[1]["files"] == 0
    assert run(place, "release", case_id, *by)[0] == 0
    code, said = run(place, "prune", "--dry-run", more=more)
    assert (code, said["files"]) == (0, 1)
    assert said["paths"][0].endswith(".mp4")
    assert ".mp4" in names(place)
    assert run(place, "prune", more=more)[1]["files"] == 1
    assert ".mp4" not in names(place)
    assert run(place, "verify", case_id)[0] == 0


def test_without_room_and_with_nothing_to_remove_it_is_told_until_there_is_room(
    place: Place,
) -> None:
    with keeping(place, Budgets({}, 1000), room=0) as (keeper, _):
        keeper.tend()
        assert keeper._watch._disk._missing == {"keeping"}
        keeper._room = lambda: 1000
        keeper._clock.pass_s(61)
        keeper.tend()
        assert keeper._watch._disk._missing == set()
