"""What every store must keep of deadlines and of the night: in memory, in a file, at a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.casebook import Change, decide
from alerts.duty.quiet import KeptSilence, Silence
from alerts.errors import StoreError
from alerts.messages import Message
from alerts.store import Held, Store
from fences.event import EventKind
from tests.alerts_kit import fence_event


def opened(fence_id: str = "lane") -> Change:
    change = decide(None, fence_event(EventKind.OPENED, 60, fence_id=fence_id), ("duty-east",))
    assert change is not None
    return change


def keep(store: Store, change: Change) -> str:
    with store.write() as transaction:
        transaction.put_case(change.case)
        transaction.add_transition(change.transition)
    return change.case.case_id


def held(case_id: str, recipient: str, until_wall_ns: int, seq: int = 1) -> Held:
    message = Message(f"inbox/{recipient}", "中")
    return Held(case_id, recipient, "remind", message, seq, until_wall_ns)


def test_deadlines_of_a_case_come_back_as_they_were_put(store: Store) -> None:
    case = replace(opened().case, accept_due_wall_ns=2**62, handle_due_wall_ns=5)
    with store.write() as transaction:
        transaction.put_case(case)
    assert store.case(case.case_id) == case


def test_the_keys_of_steps_are_kept_by_case_and_seen_in_their_own_transaction(
    store: Store,
) -> None:
    first, second = keep(store, opened()), keep(store, opened("strip"))
    with store.write() as transaction:
        transaction.add_step("a.1.overdue.accept", first, 7)
        transaction.add_step("b.1.first.1", second, 8)
        assert transaction.steps(first) == {"a.1.overdue.accept"}
        transaction.add_step("a.1.escalate.1", first, 9)
    assert store.steps(first) == {"a.1.overdue.accept", "a.1.escalate.1"}
    assert store.steps(second) == {"b.1.first.1"}
    assert store.steps("unknown") == frozenset()
    with store.write() as transaction:
        assert transaction.steps(first) == store.steps(first)


def test_a_step_that_is_there_already_lets_nothing_of_its_transaction_through(
    store: Store,
) -> None:
    case_id = keep(store, opened())
    with store.write() as transaction:
        transaction.add_step("a.1.overdue.accept", case_id, 7)

    def tell_again() -> None:
        with store.write() as transaction:
            transaction.add_message(Message("t", "told twice"), 1)
            transaction.add_step("a.1.overdue.accept", case_id, 8)

    with pytest.raises(StoreError):
        tell_again()
    assert store.queue().depth == 0


def test_the_log_of_a_case_is_read_with_what_its_transaction_has_written(store: Store) -> None:
    change = opened()
    case_id = keep(store, change)
    following = replace(change.transition, version=2, event_id=None)
    with store.write() as transaction:
        transaction.add_transition(following)
        transaction.put_case(opened("strip").case)
        assert transaction.history(case_id) == (change.transition, following)
    assert store.history(case_id) == (change.transition, following)


def test_open_cases_are_named_with_their_versions_in_order(store: Store) -> None:
    strip, lane = opened("strip"), opened()
    keep(store, strip)
    keep(store, lane)
    assert store.open_versions() == ((strip.case.case_id, 1), (lane.case.case_id, 1))
    event = fence_event(EventKind.CLEARED, 90, fence_id="strip")
    ended = decide(strip.case, event, ())
    assert ended is not None
    keep(store, ended)
    assert store.open_versions() == ((lane.case.case_id, 1),)


def test_what_is_held_is_taken_once_when_its_time_has_come_in_order(store: Store) -> None:
    case_id = keep(store, opened())
    assert store.next_held() is None
    one, two, late = (held(case_id, *it) for it in (("b", 20, 7), ("a", 10, 8), ("a", 30, 9)))
    with store.write() as transaction:
        for it in (two, one, late):
            transaction.hold(it)
    assert store.next_held() == 10
    with store.write() as transaction:
        assert transaction.take_held(9) == ()
        assert transaction.take_held(20) == (one, two)
        assert transaction.take_held(20) == ()
    assert store.next_held() == 30
    with store.write() as transaction:
        transaction.hold(one)
        assert transaction.take_held(20) == (one,)
    assert store.next_held() == 30


def test_what_is_taken_stays_held_where_the_transaction_fails(store: Store) -> None:
    case_id = keep(store, opened())
    with store.write() as transaction:
        transaction.hold(held(case_id, "a", 10))

    def fail() -> None:
        with store.write() as transaction:
            assert transaction.take_held(10)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.next_held() == 10


def test_silences_are_numbered_kept_and_ended_once(store: Store) -> None:
    assert (store.silences(running=False), store.next_silence_end()) == ((), None)
    place = Silence(1, 90, "duty-east", "施工", camera_id="gate-3", fence_id="a", scenario_id="b")
    snooze = Silence(2, 50, "wenshao", recipient="wenshao", case_id="x")
    with store.write() as transaction:
        first = transaction.add_silence(place)
        second = transaction.add_silence(snooze)
        assert transaction.running_silences() == (first, second)
    assert (first, second) == (KeptSilence(1, place), KeptSilence(2, snooze))
    assert store.next_silence_end() == 50
    with store.write() as transaction:
        transaction.end_silence(2, 40, "wenshao")
        assert transaction.running_silences() == (first,)
    assert store.silences(running=True) == (first,)
    assert store.silences(running=False) == (first, KeptSilence(2, snooze, 40, "wenshao"))
    assert store.next_silence_end() == 90


def test_open_cases_of_a_camera_are_read_with_what_their_transaction_has_written(
    store: Store,
) -> None:
    keep(store, opened())
    other = replace(opened().case, case_id="other", camera_id="gate-4")
    with store.write() as transaction:
        transaction.put_case(other)
        transaction.put_case(opened("strip").case)
        found = transaction.open_cases("gate-3")
        assert [case.fence_id for case in found] == ["lane", "strip"]
        assert transaction.open_cases("gate-4") == (other,)
        assert transaction.open_cases("gate-5") == ()


def test_what_is_known_of_storms_and_their_cases_comes_back(store: Store) -> None:
    assert store.calm() is None
    lane, strip = (replace(opened(name).case, storm="storm.site.1") for name in ("lane", "strip"))
    with store.write() as transaction:
        assert transaction.calm() is None
        transaction.put_calm("{}")
        transaction.put_case(lane)
        transaction.put_case(strip)
        assert transaction.cases_of_storm("storm.site.1") == (lane, strip)
        assert transaction.calm() == "{}"
    with store.write() as transaction:
        assert transaction.calm() == "{}"
        transaction.put_calm("[]")
        assert transaction.cases_of_storm("storm.site.2") == ()
    assert store.calm() == "[]"
    assert store.case(lane.case_id) == lane
