"""Listens on a recipient's inbox topic."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from alerts.inbox import Bulletin, InboxReader, Push, Unreadable
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from alerts.topics import Topics
from fences.clock import Clock

_RETRY_S = 1.0


class InboxListener:
    """What one recipient gets, live. Iterate over it; :meth:`stop` ends the iteration.

    ``connected`` is set while the line stands: what is pushed from then on is not missed.
    ``problem`` tells why the line does not stand, None if it does.
    """

    def __init__(
        self, address: MqttAddress, topics: Topics, recipient_id: str, clock: Clock
    ) -> None:
        self._address = address
        self._topic = topics.inbox(recipient_id)
        self._clock = clock
        self._reader = InboxReader()
        self._items: queue.SimpleQueue[Push | Bulletin | Unreadable | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mqtt-inbox", daemon=True)
        self.connected = threading.Event()
        self.problem: str | None = None

    def start(self) -> None:
        """Connect in the background, again and again if need be."""
        self._thread.start()

    def stop(self) -> None:
        """End the iteration and the connection."""
        self._stopping.set()
        self._items.put(None)
        self._thread.join(5.0)

    def __iter__(self) -> Iterator[Push | Bulletin | Unreadable]:
        while (item := self._items.get()) is not None:
            yield item

    def get(self, timeout_s: float) -> Push | Bulletin | Unreadable | None:
        """The next message, or None if there is none in that time."""
        try:
            return self._items.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except (OSError, ValueError) as error:
                self.problem = str(error)
            self.connected.clear()
            self._clock.wait(self._stopping, _RETRY_S)

    def _listen(self) -> None:
        session = Session(
            self._address,
            client_id="",  # the broker names us: two windows may watch the same inbox
            on_message=self._heard,
            on_subscribed=self._subscribed,
        )
        session.open(self._clock)
        session.subscribe(self._topic)
        while not self._clock.wait(session.ended, 0.2):
            if self._stopping.is_set():
                session.close(self._clock)
        session.close(self._clock)
        self.problem = "connection lost"

    def _subscribed(self) -> None:
        self.problem = None
        self.connected.set()

    def _heard(self, _session: Session, topic: str, payload: bytes, _retained: bool) -> None:
        if topic != self._topic:
            return  # not asked for; a broker that sends it is not our problem
        item = self._reader.read(topic, payload)
        if item is not None:
            self._items.put(item)
