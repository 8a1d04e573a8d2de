"""Where amqtt needed help to be a broker that one can rely on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from alerts.link import LinkLostError
from alerts.messages import Message
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.broker import EmbeddedBroker
from alerts.mqtt.session import Session
from kerbwatch.clock import SystemClock

Listen = Callable[[int], Any]
CLOCK = SystemClock()


@pytest.fixture
def port() -> Iterator[int]:
    broker = EmbeddedBroker()
    yield broker.start()
    broker.stop()


class Client:
    """A session that remembers what it got and what was acknowledged."""

    def __init__(self, port: int, name: str, will: Message | None = None) -> None:
        self.acked: list[int] = []
        self.got: list[tuple[str, bytes, bool]] = []
        self.news = threading.Condition()
        self.subscribed = threading.Event()
        self.session = Session(
            MqttAddress("127.0.0.1", port),
            name,
            will=will,
            on_ack=lambda _, ticket: self._note(self.acked, ticket),
            on_message=lambda _, *what: self._note(self.got, what),
            on_subscribed=self.subscribed.set,
        )
        self.session.open(CLOCK)

    def _note(self, into: list[Any], what: Any) -> None:
        with self.news:
            into.append(what)
            self.news.notify_all()

    def wait(self, what: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(what, 15), (self.acked, self.got)

    def say(self, *messages: Message) -> None:
        tickets = [self.session.send(message) for message in messages]
        self.wait(lambda: set(self.acked) >= set(tickets))

    def listen(self, topic: str) -> None:
        self.session.subscribe(topic)
        assert self.subscribed.wait(15)


def test_a_retained_message_is_kept_replaced_and_cleared(port: int) -> None:
    speaker = Client(port, "speaker")
    speaker.say(
        Message("a", "1", retained=True),
        Message("a", "2", retained=True),
        Message("b", "1", retained=True),
        Message("b", "", retained=True),
        Message("end", "", retained=False),
    )
    late = Client(port, "late")
    late.listen("#")
    speaker.say(Message("end", "x"))
    late.wait(lambda: ("end", b"x", False) in late.got)
    assert [one for one in late.got if one[0] != "end"] == [("a", b"2", True)]
    for client in (speaker, late):
        client.session.close(CLOCK)


def test_nobody_gets_what_only_others_have_subscribed_to(port: int) -> None:
    speaker, nosy, modest = Client(port, "s"), Client(port, "n"), Client(port, "m")
    speaker.say(Message("secret", "1", retained=True))
    nosy.listen("#")
    newcomer = Client(port, "c")
    newcomer.listen("mine")
    speaker.say(Message("mine", "x"))
    newcomer.wait(lambda: bool(newcomer.got))
    assert newcomer.got == [("mine", b"x", False)]
    for client in (speaker, nosy, modest, newcomer):
        client.session.close(CLOCK)


def test_a_clean_goodbye_never_sends_the_last_will(ears: Listen) -> None:
    """Even if DISCONNECT and the end of the stream are there together when the broker looks."""
    broker = EmbeddedBroker()
    port = broker.start()
    ear = ears(port)
    polite = Client(port, "polite", Message("wills", "will of the polite"))
    busy, done = threading.Event(), threading.Event()

    def block() -> None:
        busy.set()
        done.wait(15)

    broker._loop.call_soon_threadsafe(block)
    assert busy.wait(15)
    polite.session.close(CLOCK)
    done.set()
    killed = Client(port, "killed", Message("wills", "will of the killed"))
    killed.session.drop()
    heard = ear.wait_for(lambda said: any("killed" in s.payload for s in said))
    assert [s.payload for s in heard] == ["will of the killed"]
    killed.session.close(CLOCK)
    broker.stop()


def test_a_thousand_messages_arrive_once_and_in_order(port: int, ears: Listen) -> None:
    ear = ears(port)
    client = Client(port, "many")
    client.say(*(Message("t", str(number)) for number in range(1000)))
    heard = ear.wait_for(lambda said: len(said) >= 1000)
    assert [int(s.payload) for s in heard] == list(range(1000))
    client.session.close(CLOCK)


def test_its_own_log_stays_quiet(port: int, ears: Listen, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ear = ears(port)
        client = Client(port, "x")
        client.say(Message("t", "1"))
        ear.wait_topics("t")
        client.session.drop()
        assert client.session.ended.wait(15)
        client.session.close(CLOCK)
    assert [record.name for record in caplog.records] == []


def test_stopping_it_ends_every_connection_and_frees_the_port() -> None:
    broker = EmbeddedBroker()
    port = broker.start()
    client = Client(port, "c")
    broker.stop()
    assert client.session.ended.wait(15)
    with pytest.raises(LinkLostError):
        client.session.send(Message("t", "1"))
    client.session.close(CLOCK)
    again = EmbeddedBroker(port=port)
    assert again.start() == port
    again.stop()
