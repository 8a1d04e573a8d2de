"""``kerbwatch evidence verify``: every kind of tampering is told, on a file and at a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from alerts.counter import Counter
from alerts.store.engine import connect
from alerts.store.migration import migrate_to
from alerts.store.patience import IMMEDIATE
from alerts.store.sql import SqlStore
from alerts.verbs import Verb
from kerbwatch.cli.app import app
from tests.alerts_kit import WRITER, FakeClock, order
from tests.evidence_kit import fill, folder_of
from tests.store_kit import CONFIG, NEXT, Place


def verify(place: Place, *arguments: str) -> tuple[int, Any]:
    config = place.folder / "streams.yaml"
    config.write_text(CONFIG.format(url=place.url), encoding="utf-8")
    whole = ["evidence", "verify", *arguments, "-c", str(config), "--json"]
    done = CliRunner().invoke(app, whole)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def kinds(said: Any) -> list[str]:
    return [finding["kind"] for case in said["cases"] for finding in case["findings"]]


def test_what_was_written_is_as_it_was_written(place: Place) -> None:
    case_id = fill(place)
    code, said = verify(place, case_id)
    (case,) = said["cases"]
    assert (code, said["ok"], case["findings"]) == (0, True, [])
    assert (case["entries"], case["files"], case["chained_from"]) == (5, 4, 1)
    assert len(case["head"]) == 64
    assert verify(place, "--all")[0] == 0


SWAPPED_IDS = """UPDATE case_log SET id = CASE version WHEN 2 THEN -3 ELSE -2 END
    WHERE version IN (2, 3)"""
BACK = "UPDATE case_log SET id = -id WHERE id < 0"
ADDED = """INSERT INTO case_log (case_id, version, state, actor, reason, wall_ns, media_ns, sha256)
    SELECT case_id, 6, state, actor, reason, wall_ns, media_ns, sha256
    FROM case_log WHERE version = 5"""
UNSEALED = "UPDATE case_log SET sha256 = NULL, case_sha256 = NULL, files = NULL"


@pytest.mark.parametrize(
    ("harms", "found"),
    [
        (["UPDATE case_log SET actor = 'somebody' WHERE version = 2"], ["changed"]),
        (["UPDATE case_log SET words = 'x' WHERE version = 4"], ["changed"]),
        (["UPDATE case_log SET wall_ns = wall_ns + 1 WHERE version = 1"], ["changed"]),
        (["UPDATE case_log SET event_id = 'other' WHERE version = 1"], ["changed"]),
        (["UPDATE case_log SET files = '[]' WHERE version = 4"], ["changed", "file_added"]),
        (["UPDATE case_log SET files = 'no json' WHERE version = 4"], ["changed", "file_added"]),
        (["DELETE FROM case_log WHERE version = 3"], ["removed"]),
        (["DELETE FROM case_log WHERE version = 5"], ["removed"]),
        (["DELETE FROM case_log WHERE version = 1"], ["removed", "file_added", "file_added"]),
        ([SWAPPED_IDS, BACK], ["order"]),
        ([ADDED], ["added", "changed"]),
        (["UPDATE cases SET close_reason = 'verified'"], ["case"]),
        (["UPDATE cases SET labels = '[]'"], ["case"]),
        (["UPDATE cases SET log_sha256 = NULL"], ["head"]),
        (
            ["DELETE FROM case_log WHERE version = 5", "UPDATE cases SET version = 4"],
            ["head", "case"],
        ),
        ([UNSEALED + " WHERE version = 5"], ["unsealed"]),
        ([UNSEALED, "UPDATE cases SET log_sha256 = NULL"], ["unsealed"] * 5),
    ],
)
def test_what_was_done_to_log_or_case_is_told(
    place: Place, harms: list[str], found: list[str]
) -> None:
    case_id = fill(place)
    for harm in harms:
        place.run(harm)
    code, said = verify(place, case_id)
    assert (code, sorted(kinds(said))) == (int(bool(found)), sorted(found))


def _edit(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


@pytest.mark.parametrize("pattern", ["*Z-??????.jpg", "*.raw.jpg", "*.mp4", "*.????????????.jpg"])
@pytest.mark.parametrize(
    ("harm", "found"), [(_edit, "file_changed"), (Path.unlink, "file_missing")]
)
def test_an_edited_and_a_missing_picture_or_clip_are_told(
    place: Place, harm: Callable[[Path], None], pattern: str, found: str
) -> None:
    fill(place)
    (file,) = folder_of(place).root.rglob(pattern)
    harm(file)
    code, said = verify(place, "--all")
    assert (code, kinds(said)) == (1, [found])
    assert file.name in said["cases"][0]["findings"][0]["text"]


def test_a_picture_that_was_put_beside_the_others_is_told(place: Place) -> None:
    case_id = fill(place)
    (raw,) = folder_of(place).root.rglob("*.raw.jpg")
    raw.with_name(f"{case_id}.v9.jpg").write_bytes(b"x")
    code, said = verify(place, case_id)
    assert (code, kinds(said)) == (1, ["file_added"])


def test_a_case_that_is_gone_altogether_is_told(place: Place) -> None:
    fill(place)
    place.take_in(NEXT)
    for table in ("case_log", "evidence_files"):
        first = "(SELECT case_id FROM cases WHERE ordinal = 1)"
        place.run(f"DELETE FROM {table} WHERE case_id = {first}")
    place.run("DELETE FROM cases WHERE ordinal = 1")
    code, said = verify(place, "--all")
    assert (code, kinds(said), len(said["lost"])) == (1, [], 1)


def test_what_an_earlier_version_wrote_is_not_taken_for_tampered(place: Place) -> None:
    """A store of the version before: its entries have no hashes, and the next ones have."""
    case_id = fill(place)
    place.run(UNSEALED)
    place.run("UPDATE cases SET log_sha256 = NULL")
    place.run("INSERT INTO meta (name, value) SELECT 'sealed_after', max(id) FROM case_log")
    code, said = verify(place, case_id)
    assert (code, said["cases"][0]["chained_from"]) == (0, None)
    store = SqlStore(place.url)
    case = store.case(case_id)
    assert case is not None
    reopen = order(case, Verb.REOPEN, "centre", words="又堆上了", request_id="r-2")
    assert Counter(store, WRITER, folder_of(place), FakeClock()).take(reopen).done
    store.close()
    code, said = verify(place, case_id)
    assert (code, said["cases"][0]["chained_from"], kinds(said)) == (0, 6, [])
    place.run("UPDATE case_log SET actor = 'x' WHERE version = 6")
    assert kinds(verify(place, case_id)[1]) == ["changed"]


def test_the_migration_marks_the_last_entry_that_has_no_hash(place: Place) -> None:
    fill(place)
    engine = connect(place.url)
    with engine.begin() as connection:
        last = connection.execute(text("SELECT max(id) FROM case_log")).scalar_one()
        connection.execute(text("DROP TABLE alembic_version"))
        for made_later in ("INDEX ix_cases_storm", "TABLE silences", "TABLE calm"):
            connection.execute(text(f"DROP {made_later}"))
        connection.execute(text("DROP TABLE evidence_files"))
        for table, names in (
            ("cases", ("log_sha256", "storm", "held_by", "peak")),
            ("case_log", ("files", "case_sha256", "sha256")),
        ):
            for name in names:
                connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {name}"))
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        before = revision_before()
        connection.execute(text(f"INSERT INTO alembic_version VALUES ('{before}')"))
    with engine.connect().execution_options(**{IMMEDIATE: True}) as connection, connection.begin():
        migrate_to(connection)
        mark = connection.execute(text("SELECT value FROM meta WHERE name = 'sealed_after'"))
        assert mark.scalar_one() == last
    engine.dispose()
    assert verify(place, "--all")[0] == 0


def revision_before() -> str:
    from alerts.store.migration import revisions  # noqa: PLC0415

    known = revisions()
    return known[known.index("0008") - 1]


def test_one_case_or_all_must_be_asked_for(place: Place) -> None:
    assert verify(place)[0] == 2
    assert verify(place, "x", "--all")[0] == 2
