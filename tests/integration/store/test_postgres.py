"""What only a store at a server can get wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import event, func, select

from alerts.casebook import decide
from alerts.errors import StoreError
from alerts.messages import Message
from alerts.store import postgres
from alerts.store.direct import Statements
from alerts.store.engine import open_engine
from alerts.store.line import Line
from alerts.store.postgres import NAME, WRITER_LOCK
from alerts.store.reads import Reads
from alerts.store.sql import SqlStore
from benchmarks.postgres import PostgresServer
from fences.event import EventKind
from tests.alerts_kit import fence_event

WRITERS, ROUNDS = 4, 25
SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "1min",
    "synchronous_commit": "on",
    "application_name": NAME,
}


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    made = SqlStore(url)
    yield made
    made.close()


def test_nodes_that_write_at_once_number_without_gaps_and_in_the_order_of_their_commits(
    url: str, store: SqlStore
) -> None:
    """A reader that has seen a number never finds a lower one that was not there before."""
    stores = [SqlStore(url) for _ in range(WRITERS)]
    done = threading.Event()

    def write(one: SqlStore) -> None:
        for _ in range(ROUNDS):
            with one.write() as transaction:
                transaction.add_message(Message("t", str(transaction.next_seq())), 1)
                transaction.add_message(Message("t", "-"), 1)

    def read() -> list[int]:
        seen: list[int] = []
        while not done.is_set() or len(seen) < 2 * WRITERS * ROUNDS:
            seen += [row.id for row in store.unsent(seen[-1] if seen else 0, 7)]
        return seen

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read)
        writers = [pool.submit(write, one) for one in stores]
        for writer in writers:
            writer.result(60)
        done.set()
        assert len(reader.result(60)) == 2 * WRITERS * ROUNDS
    payloads = [row.message.payload for row in store.unsent(0, 999)]
    numbers = [int(payload) for payload in payloads if payload != "-"]
    assert numbers == list(range(1, WRITERS * ROUNDS + 1))
    for one in stores:
        one.close()


def test_two_that_start_at_once_migrate_once(url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        for made in [pool.submit(open_engine, url) for _ in range(3)]:
            made.result(60).dispose()


def test_a_server_that_is_away_is_an_error_and_back_it_is_used_again(
    postgres: PostgresServer, store: SqlStore
) -> None:
    with store.write() as transaction:
        transaction.add_message(Message("t", "before"), 1)
    postgres.stop()
    try:
        with pytest.raises(StoreError, match="could not be written"):
            store.unsent(0, 9)
        with pytest.raises(StoreError), store.write():
            pass
    finally:
        postgres.start()
    assert [row.message.payload for row in store.unsent(0, 9)] == ["before"]
    with store.write() as transaction:
        assert transaction.next_seq() == 1


def test_a_server_that_was_restarted_unnoticed_costs_no_transaction(
    postgres: PostgresServer, store: SqlStore
) -> None:
    """The lines that are kept are looked at before the next transaction goes over them."""
    with store.write() as transaction:
        transaction.add_message(Message("t", "before"), 1)
    assert len(store.unsent(0, 9)) == 1
    postgres.stop()
    postgres.start()
    assert len(store.unsent(0, 9)) == 1
    store.mark_sent([1], 2)
    with store.write() as transaction:
        transaction.add_message(Message("t", "after"), 1)
    assert [row.message.payload for row in store.unsent(0, 9)] == ["after"]


def test_what_is_too_long_for_its_column_is_refused_and_not_cut(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="too long"), store.write() as transaction:
        transaction.add_message(Message("t" * 600, ""), 1)
    assert store.queue().depth == 0


def test_a_line_that_breaks_within_a_transaction_leaves_nothing(url: str, store: SqlStore) -> None:
    def write() -> None:
        with store.write() as transaction:
            transaction.add_message(Message("t", "lost"), 1)
            with psycopg.connect(url, autocommit=True) as other:
                kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                others = "pid <> pg_backend_pid() AND datname = current_database()"
                other.execute(f"{kill} WHERE {others}")
            transaction.add_message(Message("t", "lost"), 1)

    with pytest.raises(StoreError):
        write()
    assert store.queue().depth == 0, "and the same store goes on"


def test_a_line_that_breaks_as_it_is_opened_is_opened_anew(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows that it is closed, and asking what has come over it meanwhile is an error."""
    engine = open_engine(url)
    line = Line(engine, Statements(engine.dialect))
    with monkeypatch.context() as killed:
        kill = "SELECT pg_terminate_backend(pg_backend_pid())"
        killed.setattr(postgres, "by_keys", lambda driver: driver.execute(kill))
        with pytest.raises(psycopg.OperationalError), line.transaction():
            pass
    with line.transaction() as direct:
        assert direct.value(select(func.pg_backend_pid())) > 0
    line.close()
    engine.dispose()


def test_a_lock_that_is_not_let_go_of_is_an_error_and_not_a_wait(url: str, store: SqlStore) -> None:
    @event.listens_for(store._engine, "connect")
    def _impatient(connection: psycopg.Connection, _entry: object) -> None:
        connection.execute("SET lock_timeout = '200ms'")
        connection.commit()

    store._engine.dispose()  # connections from now on
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [WRITER_LOCK])
        with pytest.raises(StoreError, match="lock timeout"), store.write():
            pass
        assert store.queue().depth == 0, "reading waits for nobody"
    with store.write() as transaction:
        assert transaction.next_seq() == 1


def test_every_connection_is_bounded_syncs_its_commits_and_tells_its_name(
    postgres: PostgresServer,
) -> None:
    url = postgres.database()
    name = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    engine = open_engine(url)
    with engine.connect() as connection:
        found = {key: connection.exec_driver_sql(f"SHOW {key}").scalar() for key in SETTINGS}
    engine.dispose()
    assert found == SETTINGS


def test_what_is_told_of_a_refused_login_holds_no_password(url: str) -> None:
    wrong = url.replace("of%20a%20test", "hunter2")
    with pytest.raises(StoreError, match="password authentication failed") as caught:
        SqlStore(wrong)
    told = f"{caught.value} {caught.value!r} {caught.value.__cause__}"
    assert "hunter2" not in told
    assert "kerbwatch:***@127.0.0.1" in told
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tail", ["?password=hunter2", "_absent?password=hunter2&sslmode=disable"])
def test_nor_does_that_of_a_password_in_the_query(url: str, tail: str) -> None:
    with pytest.raises(StoreError) as caught:
        SqlStore(url.replace("of%20a%20test", "x") + tail)
    assert "hunter2" not in str(caught.value)


@pytest.mark.timeout(30)
def test_a_server_that_never_answers_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(StoreError, match=f"127.0.0.1:{port}"):
            SqlStore(f"postgresql://k:x@127.0.0.1:{port}/k?connect_timeout=2")


def test_a_database_of_a_newer_program_is_refused(url: str) -> None:
    SqlStore(url).close()
    with psycopg.connect(url) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999, newer than this program"):
        SqlStore(url)


def test_the_database_itself_refuses_a_second_open_case(store: SqlStore) -> None:
    first = decide(None, fence_event(EventKind.OPENED, 60), ())
    second = decide(None, fence_event(EventKind.OPENED, 3600, violation_s=3600), ())
    assert first is not None
    assert second is not None
    with store.write() as transaction:
        transaction.put_case(first.case)
    with pytest.raises(StoreError, match="uq_cases_one_open"), store.write() as transaction:
        transaction.put_case(second.case)
    assert len(store.cases()) == 1


def test_cases_are_written_by_their_keys_and_never_by_reading_a_whole_table(url: str) -> None:
    """Planned while they were empty, statements would read all of a table once it has grown."""
    SqlStore(url).close()
    migrated = _whole_tables_read(url)
    store = SqlStore(url)
    reads = Reads(("none",), (("gate", "lane", "blocked_fire_lane"),), ("none",))
    for number in range(12):  # psycopg keeps the plan from the sixth time on
        opened = decide(None, fence_event(EventKind.OPENED, 60, fence_id=f"lane{number}"), ())
        assert opened is not None
        with store.write() as transaction:
            transaction.expect([reads])
            transaction.put_case(opened.case)
            transaction.add_transition(opened.transition)
            transaction.add_message(Message("t", ""), 1)
        with store.write() as transaction:
            assert transaction.last_case(opened.case.key) == opened.case
            transaction.put_case(replace(opened.case, version=2))
        store.mark_sent([row.id for row in store.unsent(0, 9)], 1)
    store.close()  # now the server counts what it did
    read = _whole_tables_read(url)
    grown = {name for name, count in read.items() if count > migrated[name]}
    assert grown <= {"meta", "alembic_version"}, "their few rows are read whole"


def _whole_tables_read(url: str) -> dict[str, int]:
    with psycopg.connect(url) as other:
        return dict(other.execute("SELECT relname, seq_scan FROM pg_stat_user_tables").fetchall())
