"""What every store must do: in memory, in a file, at a server."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from alerts.casebook import Change, decide
from alerts.cases import Case, CaseState, Verification
from alerts.health import CameraState, CameraStatus, QueueStats
from alerts.messages import Message
from alerts.store import Checkpoint, Remembered, Store
from fences.event import EventKind
from tests.alerts_kit import CLIP, fence_event


def opened(at_s: float = 60, fence_id: str = "lane") -> Change:
    event = fence_event(EventKind.OPENED, at_s, violation_s=at_s, fence_id=fence_id)
    change = decide(None, event, ("duty-east",))
    assert change is not None
    return change


def keep(store: Store, *changes: Change) -> None:
    for change in changes:
        with store.write() as transaction:
            transaction.put_case(change.case)
            transaction.add_transition(change.transition)


def send(store: Store, *messages: Message) -> None:
    with store.write() as transaction:
        for number, message in enumerate(messages):
            transaction.add_message(message, 100 + number)


def closed(case: Case) -> Change:
    change = decide(case, fence_event(EventKind.CLEARED, 90), ())
    assert change is not None
    return change


def test_a_case_comes_back_as_it_was_put(store: Store) -> None:
    case = opened().with_picture("x/y.jpg").case
    case = replace(case, occupied_share=0.1 + 0.2, clear_width_m=2.0, clip=CLIP)
    case = replace(
        case,
        accepted_by="wenshao",
        accepted_wall_ns=1,
        handled_by="wenshao",
        handled_wall_ns=2,
        after_picture="x/z.jpg",
        verification=Verification.SETTLING,
        extended_until_wall_ns=3,
        suspended_until_wall_ns=4,
        reported_by="duty-east",
        report="有垃圾",
    )
    bare = replace(opened(60, "strip").case, box=None, labels=(), recipients=())
    with store.write() as transaction:
        transaction.put_case(case)
        transaction.put_case(bare)
    assert store.case(case.case_id) == case
    assert store.cases() == (case, bare)
    assert store.case("unknown") is None


def test_a_newer_version_takes_the_place_of_the_older(store: Store) -> None:
    first = opened()
    last = closed(first.case)
    keep(store, first, last)
    assert store.cases() == (last.case,)
    assert [line.version for line in store.history(first.case.case_id)] == [1, 2]


def test_one_transaction_may_close_a_case_and_open_the_next_of_its_place(store: Store) -> None:
    first, second = opened(), opened(5000)
    key = first.case.key
    with store.write() as transaction:
        assert transaction.last_case(key) is None
        for change in (first, closed(first.case), second):
            transaction.put_case(change.case)
            transaction.add_transition(change.transition)
            assert transaction.last_case(key) == change.case
    third = opened(9000)
    with store.write() as transaction:
        last = transaction.last_case(key)
        assert last == second.case
        ended = decide(last, fence_event(EventKind.CLEARED, 5090, violation_s=5000), ())
        assert ended is not None
        transaction.put_case(ended.case)
        transaction.put_case(third.case)
        assert transaction.last_case(key) == third.case
    assert store.cases() == (closed(first.case).case, ended.case, third.case)


def test_a_line_of_the_log_comes_back_with_what_a_person_said(store: Store) -> None:
    first = opened()
    line = replace(first.transition, words="十分钟到\n", picture="a/b.jpg", until_wall_ns=9)
    keep(store, replace(first, transition=line))
    assert store.history(first.case.case_id) == (line,)


def test_cases_are_found_by_their_states_in_the_order_of_opening(store: Store) -> None:
    strip = opened(60, "strip").case
    handled = replace(opened().case, state=CaseState.HANDLED)
    with store.write() as transaction:
        transaction.put_case(strip)
        transaction.put_case(handled)
    assert store.cases_in({CaseState.HANDLED, CaseState.SUSPENDED}) == (handled,)
    assert store.cases_in({CaseState.HANDLED, CaseState.OPENED}) == (strip, handled)
    assert store.cases_in(set()) == ()


def test_open_cases_are_counted_by_camera_and_fence(store: Store) -> None:
    assert store.open_counts() == {}
    lane, strip = opened(60), opened(70, "strip")
    keep(store, lane, strip)
    assert store.open_counts() == {("gate-3", "lane"): 1, ("gate-3", "strip"): 1}
    keep(store, closed(lane.case))
    assert store.open_counts() == {("gate-3", "strip"): 1}


def test_an_answer_is_remembered_until_newer_ones_take_its_place(store: Store) -> None:
    answers = [Remembered(f"r-{number}", "d", '{"a": "中"}', number) for number in range(5)]
    for answer in answers:
        with store.write() as transaction:
            assert transaction.remembered(answer.request_id) is None
            transaction.remember(answer)
            assert transaction.remembered(answer.request_id) == answer
    assert store.forget_answers(keep=2) == 3
    assert store.forget_answers(keep=2) == 0
    with store.write() as transaction:
        kept = [transaction.remembered(answer.request_id) for answer in answers]
    assert kept == [None, None, None, *answers[3:]]


def test_an_answer_is_remembered_only_with_its_transaction(store: Store) -> None:
    def fail() -> None:
        with store.write() as transaction:
            transaction.remember(Remembered("r-1", "d", "{}", 1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.write() as transaction:
        assert transaction.remembered("r-1") is None


def test_the_newest_case_of_a_place_is_found_even_if_the_clock_went_back(store: Store) -> None:
    first = opened()
    event = fence_event(EventKind.OPENED, 60, wall_offset_s=-7200)
    second = decide(None, event, ())
    assert second is not None
    keep(store, first, closed(first.case))
    with store.write() as transaction:
        transaction.put_case(second.case)
        assert transaction.last_case(first.case.key) == second.case
    assert store.last_case(first.case.key) == second.case
    assert store.last_case(("gate-3", "lane", "other")) is None


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    change = opened()

    def fail() -> None:
        with store.write() as transaction:
            transaction.put_case(change.case)
            transaction.add_transition(change.transition)
            transaction.add_message(Message("t", "p"), 1)
            transaction.next_seq()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (store.cases(), store.queue().depth) == ((), 0)
    with store.write() as transaction:
        assert transaction.next_seq() == 1


def test_a_transaction_sees_what_it_has_written(store: Store) -> None:
    change = opened()
    assert change.transition.event_id is not None
    with store.write() as transaction:
        assert not transaction.has_event(change.transition.event_id)
        transaction.put_case(change.case)
        transaction.add_transition(change.transition)
        assert transaction.has_event(change.transition.event_id)
        assert transaction.last_case(change.case.key) == change.case
        assert transaction.case(change.case.case_id) == change.case
        assert transaction.case("unknown") is None


def test_numbers_grow_by_one_over_transactions(store: Store) -> None:
    numbers = []
    for _ in range(3):
        with store.write() as transaction:
            numbers += [transaction.next_seq(), transaction.next_seq()]
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_messages_wait_in_order_until_they_are_marked(store: Store) -> None:
    send(store, *(Message("t", str(number), number == 1) for number in range(5)))
    rows = store.unsent(0, 99)
    assert [row.message.payload for row in rows] == ["0", "1", "2", "3", "4"]
    assert [row.message.retained for row in rows] == [False, True, False, False, False]
    store.mark_sent([rows[1].id, rows[3].id], 7)
    assert [row.message.payload for row in store.unsent(0, 99)] == ["0", "2", "4"]
    assert [row.message.payload for row in store.unsent(rows[0].id, 1)] == ["2"]
    assert store.queue() == QueueStats(3, 100)


def test_an_empty_queue_has_no_oldest(store: Store) -> None:
    assert store.queue() == QueueStats(0, None)


def test_only_retained_messages_are_superseded_and_only_by_their_own_topic(store: Store) -> None:
    send(
        store,
        Message("a", "1", retained=True),
        Message("events", "1"),
        Message("b", "1", retained=True),
        Message("a", "2", retained=True),
        Message("events", "2"),
        Message("a", "", retained=True),
    )
    assert store.supersede_retained(9) == 2
    left = [(row.message.topic, row.message.payload) for row in store.unsent(0, 99)]
    assert left == [("events", "1"), ("b", "1"), ("events", "2"), ("a", "")]


def test_ids_are_never_used_again(store: Store) -> None:
    send(store, Message("t", "1"), Message("t", "2"))
    rows = store.unsent(0, 9)
    store.mark_sent([row.id for row in rows], 1)
    assert store.prune_sent(keep=0) == 2
    send(store, Message("t", "3"))
    assert store.unsent(0, 9)[0].id > rows[-1].id


def test_pruning_forgets_only_what_was_sent_and_keeps_the_newest(store: Store) -> None:
    send(store, *(Message("t", str(number)) for number in range(6)))
    ids = [row.id for row in store.unsent(0, 9)]
    store.mark_sent(ids[:5], 1)
    assert store.prune_sent(keep=2) == 3
    assert store.prune_sent(keep=2) == 0
    assert [row.message.payload for row in store.unsent(0, 9)] == ["5"]


def test_the_truth_is_open_cases_cameras_and_what_is_still_to_be_said(store: Store) -> None:
    keep(store, opened(), opened(60, "strip"))
    keep(store, closed(opened().case))
    status = CameraStatus("gate-3", CameraState.MOVED, 5, "reason", 9)
    with store.write() as transaction:
        transaction.put_camera(status)
        transaction.add_message(Message("a", "1", retained=True), 1)
        transaction.add_message(Message("b", "1"), 1)
    truth = store.truth()
    assert [case.fence_id for case in truth.open_cases] == ["strip"]
    assert truth.cameras == (status,)
    assert truth.pending_topics == {"a"}


def test_checkpoints_and_camera_states_are_the_last_ones(store: Store) -> None:
    for number in (1, 2):
        with store.write() as transaction:
            transaction.put_checkpoint(Checkpoint("a", "lane", f"{number}", number, number))
            transaction.put_checkpoint(Checkpoint("a", "Strip", "{}", 0, 0))
            transaction.put_checkpoint(Checkpoint("b", "lane", "{}", 0, 0))
            transaction.put_camera(CameraStatus("a", CameraState.ONLINE, number))
    assert [mark.fence_id for mark in store.checkpoints("a")] == ["Strip", "lane"]
    assert store.checkpoints("a")[1] == Checkpoint("a", "lane", "2", 2, 2)
    assert store.cameras() == (CameraStatus("a", CameraState.ONLINE, 2),)


def test_of_a_camera_its_own_state_is_read_alone(store: Store) -> None:
    status = CameraStatus("gate-2", CameraState.FROZEN, 5, "still", 9)
    with store.write() as transaction:
        for camera_id in ("gate-1", "gate-20", "Gate-2"):
            transaction.put_camera(CameraStatus(camera_id, CameraState.ONLINE, 1))
        transaction.put_camera(status)
    assert store.camera("gate-2") == status
    assert store.camera("gate") is None


def test_many_threads_may_write_at_once(store: Store) -> None:
    def write() -> None:
        for _ in range(20):
            with store.write() as transaction:
                transaction.add_message(Message("t", str(transaction.next_seq())), 1)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [int(row.message.payload) for row in store.unsent(0, 99)] == list(range(1, 81))
