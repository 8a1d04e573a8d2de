"""A drainer in the hands of a test, and what it has sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from alerts.casebook import decide
from alerts.cases import Case
from alerts.link import Acked, Connected
from alerts.messages import Message
from alerts.outbox import Drainer, DrainOptions
from alerts.store.memory import MemoryStore
from fences.event import EventKind
from tests.alerts_kit import TOPICS, WRITER, FakeClock, FakeLink, fence_event


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
