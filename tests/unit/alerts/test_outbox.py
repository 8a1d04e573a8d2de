from __future__ import annotations

import json

import pytest

from alerts.cases import Case
from alerts.health import CameraState, CameraStatus
from alerts.link import Acked, Heard, Lost
from alerts.messages import Message
from tests.alerts_kit import START_WALL_NS, TOPICS, WRITER, FakeLink
from tests.outbox_kit import Rig, note, payloads, state, statuses


def test_messages_go_out_in_the_order_in_which_they_were_written() -> None:
    rig = Rig()
    rig.put(*(note(number) for number in range(20)))
    assert payloads(rig.connect()) == [str(number) for number in range(20)]


def test_a_message_is_marked_only_once_it_is_acknowledged() -> None:
    rig = Rig()
    rig.put(note(1), note(2))
    link = rig.connect()
    assert rig.store.queue().depth == 2
    rig.ack(link, 2)
    assert [row.message for row in rig.store.unsent(0, 10)] == [note(2)]
    rig.ack(link, 1, 3)
    assert rig.store.queue().depth == 0


def test_no_more_than_the_window_is_in_flight() -> None:
    rig = Rig(window=5)
    rig.put(*(note(number) for number in range(20)))
    link = rig.connect()
    assert len(link.sent) == 5
    rig.drainer.step()
    assert len(link.sent) == 5
    rig.ack(link, 1, 2)
    assert len(link.sent) == 7


def test_acknowledgements_alone_are_no_reason_to_ask_the_store() -> None:
    rig = Rig()
    rig.put(note(1))
    link = rig.connect()
    rig.put(note(2))
    rig.drainer.post(Acked(link, 1))
    rig.drainer.step(look=False)
    assert payloads(link) == ["1"]
    rig.drainer.step(look=True)
    assert payloads(link) == ["1", "2"]


def test_what_did_not_fit_into_the_window_follows_without_anybody_ringing() -> None:
    rig = Rig(window=2)
    rig.put(*(note(number) for number in range(4)))
    link = rig.connect()
    for ticket in range(1, 6):
        rig.drainer.post(Acked(link, ticket))
        rig.drainer.step(look=False)
    assert payloads(link) == ["0", "1", "2", "3"]


def test_what_was_in_flight_goes_out_again_in_order_on_the_next_line() -> None:
    rig = Rig()
    rig.put(*(note(number) for number in range(6)))
    first = rig.connect()
    rig.ack(first, 1, 2, 3)  # our status and the first two
    rig.drainer.post(Lost(first))
    rig.put(note(6))
    assert payloads(rig.connect()) == ["2", "3", "4", "5", "6"]


def test_many_are_marked_at_once_and_none_waits_for_long() -> None:
    rig = Rig(window=8, mark_s=0.05)
    rig.put(*(note(number) for number in range(6)))
    link = rig.connect()
    rig.ack(link, 1, 2)
    assert rig.store.queue().depth == 6, "others are on their way: one commit for all"
    rig.clock.pass_s(0.06)
    rig.drainer.step()
    assert rig.store.queue().depth == 5, "but not for long"
    rig.ack(link, 3)
    assert rig.store.queue().depth == 5
    rig.ack(link, 4)
    assert rig.store.queue().depth == 3, "a quarter of the window is enough"
    rig.ack(link, 5, 6)
    assert rig.store.queue().depth == 1
    rig.ack(link, 7)
    assert rig.store.queue().depth == 0, "nothing else is on its way"


def test_an_acknowledgement_of_an_old_line_counts_for_nothing() -> None:
    rig = Rig()
    rig.put(note(1))
    old = rig.connect()
    new = rig.connect()
    rig.ack(old, 2)
    assert rig.store.queue().depth == 1
    rig.ack(new, 2)
    assert rig.store.queue().depth == 0


def test_a_line_that_breaks_while_sending_loses_nothing() -> None:
    rig = Rig()
    link = rig.connect()
    link.broken = True
    rig.put(note(1), note(2))
    rig.drainer.step()
    assert payloads(rig.connect()) == ["1", "2"]


def test_the_first_word_on_every_line_is_that_we_are_online() -> None:
    rig = Rig()
    rig.put(note(1))
    assert rig.connect().sent[0].topic == TOPICS.status
    assert statuses(rig.connect()) == ["online"]


def test_open_cases_and_cameras_are_told_again_on_every_line() -> None:
    rig = Rig()
    case = rig.put_case()
    status = CameraStatus("gate-3", CameraState.COVERED, START_WALL_NS)
    with rig.store.write() as transaction:
        transaction.put_camera(status)
    for _ in range(2):
        assert rig.connect().sent[1:] == [WRITER.camera(status), WRITER.case(case)]


def test_a_retained_state_that_a_newer_one_replaces_is_not_sent_but_every_event_is() -> None:
    rig = Rig()
    rig.put(note(1), state(1), note(2), state(2), state(9, "t/other"), note(3), state(3))
    assert payloads(rig.connect()) == ["1", "2", "9", "3", "3"]


def test_a_case_that_waits_in_the_outbox_is_not_told_twice() -> None:
    rig = Rig()
    case = rig.put_case()
    rig.put(note(1), WRITER.case(case))
    assert payloads(rig.connect()) == ["1", WRITER.case(case).payload]


def test_the_heartbeat_tells_depth_and_age() -> None:
    rig = Rig(window=1)
    rig.put(note(1))
    link = rig.connect()
    rig.clock.pass_s(29)
    rig.ack(link, 1)
    rig.clock.pass_s(2)
    rig.ack(link, 2)
    beat = json.loads(link.sent[-1].payload)
    assert (beat["state"], beat["queue_depth"], beat["overload"]) == ("online", 0, 1.0)
    assert len(statuses(link)) == 2
    first = json.loads(link.sent[0].payload)
    assert (first["queue_depth"], first["oldest_unsent_s"]) == (1, 0.0)


def test_the_heartbeat_tells_that_the_machine_has_too_much_to_do() -> None:
    rig = Rig()
    link = rig.connect()
    rig.drainer.overloaded(1.5625)
    rig.clock.pass_s(31)
    rig.ack(link, 1)
    assert json.loads(link.sent[-1].payload)["overload"] == 1.56


def test_a_line_on_which_nothing_is_acknowledged_is_cut() -> None:
    rig = Rig()
    rig.put(note(1))
    link = rig.connect()
    rig.clock.pass_s(31)
    rig.drainer.step()
    assert link.dropped
    assert payloads(rig.connect()) == ["1"]


def test_a_last_will_that_comes_late_is_answered_with_online() -> None:
    rig = Rig()
    link = rig.connect()
    rig.drainer.post(Heard(link, TOPICS.status, b'{"state":"offline"}', False))
    rig.drainer.step()
    assert statuses(link) == ["online", "online"]


def test_our_own_online_is_not_answered() -> None:
    rig = Rig()
    link = rig.connect()
    rig.drainer.post(Heard(link, TOPICS.status, link.sent[0].payload.encode(), False))
    rig.drainer.step()
    assert statuses(link) == ["online"]


def heard(case: Case, link: FakeLink, *, retained: bool = True) -> Heard:
    message = WRITER.case(case)
    return Heard(link, message.topic, message.payload.encode(), retained)


def test_a_retained_case_that_is_no_longer_open_is_cleared() -> None:
    rig = Rig()
    case = Rig().put_case()  # of a store that is gone
    link = rig.connect()
    rig.drainer.post(heard(case, link))
    rig.drainer.step()
    assert link.sent[-1] == Message(TOPICS.case(case.case_id), "", retained=True)


@pytest.mark.parametrize("what", ["open", "other camera", "no case", "echo"])
def test_a_retained_message_that_is_right_or_not_ours_is_left_alone(what: str) -> None:
    rig = Rig()
    case = rig.put_case() if what == "open" else Rig().put_case()
    link = rig.connect()
    sent = len(link.sent)
    signal = heard(case, link, retained=what != "echo")
    if what == "other camera":
        other = signal.payload.replace(b"gate-3", b"gate-4")
        signal = Heard(link, signal.topic, other, True)
    if what == "no case":
        signal = Heard(link, signal.topic, b"\xff not json", True)
    rig.drainer.post(signal)
    rig.drainer.step()
    assert len(link.sent) == sent
