from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
import structlog

from alerts.casebook import decide
from alerts.cases import Case
from alerts.errors import StoreError
from alerts.health import CameraState, CameraStatus
from alerts.link import Acked, Connected, Heard, Lost
from alerts.messages import Message
from alerts.outbox import Drainer, DrainOptions
from alerts.store.memory import MemoryStore
from fences.event import EventKind
from tests.alerts_kit import START_WALL_NS, TOPICS, WRITER, FakeClock, FakeLink, fence_event


@dataclass
class Rig:
    """A drainer in the hands of the test, which plays the broker."""

    window: int = 100
    mark_s: float = 0.0
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        options = DrainOptions(version="1", window=self.window, mark_s=self.mark_s)
        self.drainer = Drainer(self.store, WRITER, self.clock, options)

    def connect(self) -> FakeLink:
        link = FakeLink()
        self.drainer.post(Connected(link))
        self.drainer.step()
        return link

    def ack(self, link: FakeLink, *tickets: int) -> None:
        for ticket in tickets or range(1, len(link.sent) + 1):
            self.drainer.post(Acked(link, ticket))
        self.drainer.step()

    def put(self, *messages: Message) -> None:
        with self.store.write() as transaction:
            for message in messages:
                transaction.add_message(message, self.clock.wall_ns())

    def put_case(self) -> Case:
        change = decide(None, fence_event(EventKind.OPENED, 60), ())
        assert change is not None
        with self.store.write() as transaction:
            transaction.put_case(change.case)
        return change.case


def note(number: int) -> Message:
    return Message("t/events", f"{number}")


def state(number: int, topic: str = "t/case") -> Message:
    return Message(topic, f"{number}", retained=True)


def payloads(link: FakeLink) -> list[str]:
    """What was sent, without our own status."""
    return [m.payload for m in link.sent if m.topic != TOPICS.status]


def statuses(link: FakeLink) -> list[str]:
    return [json.loads(m.payload)["state"] for m in link.sent if m.topic == TOPICS.status]


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


def test_stopping_drains_what_is_left_and_says_stopped_last() -> None:
    rig = Rig(window=2)
    rig.put(*(note(number) for number in range(5)))
    link = AckingLink(rig.drainer)
    rig.drainer.post(Connected(link))
    rig.drainer.stop(4.0)
    rig.drainer.run()
    assert payloads(link) == ["0", "1", "2", "3", "4"]
    assert statuses(link) == ["online", "stopped"]
    assert rig.store.queue().depth == 0


def test_stopping_with_the_broker_away_returns_at_once_and_keeps_the_queue() -> None:
    rig = Rig()
    rig.put(note(1))
    rig.drainer.stop(4.0)
    rig.drainer.run()
    assert rig.clock.monotonic_ns() < 1_000_000_000
    assert rig.store.queue().depth == 1


def test_stopping_on_a_line_that_never_answers_ends_in_time() -> None:
    rig = Rig()
    rig.put(note(1))
    rig.connect()
    rig.drainer.stop(4.0)
    rig.drainer.run()
    assert 3.0 < rig.clock.monotonic_ns() / 1e9 <= 4.3
    assert rig.store.queue().depth == 1


def test_a_store_that_fails_for_a_moment_costs_no_acknowledgement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.put(note(1))
    link = rig.connect()
    with monkeypatch.context() as broken:
        broken.setattr(rig.store, "mark_sent", failing)
        with pytest.raises(StoreError):
            rig.ack(link, 1, 2)
    rig.drainer.step()
    assert rig.store.queue().depth == 0


def test_a_store_that_keeps_failing_is_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.put(note(1))
    rig.connect()
    monkeypatch.setattr(rig.store, "unsent", failing)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            rig.drainer._step_or_log()
    assert [(one["event"], one["problem"]) for one in logs] == [
        ("store_away", str(StoreError("store_write", problem="disk full")))
    ]


def test_a_line_is_given_up_when_the_truth_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.put(note(1))
    link = FakeLink()
    rig.drainer.post(Connected(link))
    with monkeypatch.context() as broken:
        broken.setattr(rig.store, "truth", failing)
        with pytest.raises(StoreError):
            rig.drainer.step()
    assert link.dropped
    assert payloads(rig.connect()) == ["1"]


def failing(*_: object) -> None:
    raise StoreError("store_write", problem="disk full")


@dataclass(eq=False)
class AckingLink(FakeLink):
    """Acknowledges everything at once."""

    drainer: Drainer = field(kw_only=True)

    def __init__(self, drainer: Drainer) -> None:
        super().__init__()
        self.drainer = drainer

    def send(self, message: Message) -> int:
        ticket = super().send(message)
        self.drainer.post(Acked(self, ticket))
        return ticket
