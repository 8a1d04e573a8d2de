"""Keeps a line to the broker: connects, watches, connects again with back-off."""

from __future__ import annotations

import threading
from collections.abc import Callable

from alerts.health import ServiceState
from alerts.link import Acked, Connected, Heard, Link, Lost, Signal
from alerts.messages import Message, Writer
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from alerts.outage import Outage
from fences.clock import Clock

_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 15.0


class Publisher:
    """Tells ``on_signal`` of every connection, loss and PUBACK, from its own threads.

    The client id is fixed per site: a broker that has not yet noticed that an old line is
    dead gives it up when the new one comes, so its last will cannot come late.
    """

    def __init__(
        self,
        address: MqttAddress,
        writer: Writer,
        clock: Clock,
        on_signal: Callable[[Signal], None],
        version: str,
    ) -> None:
        self._address = address
        self._writer = writer
        self._clock = clock
        self._on_signal = on_signal
        self._version = version
        self._stopping = threading.Event()
        self._session: Session | None = None
        self._thread = threading.Thread(target=self._run, name="mqtt-publisher", daemon=True)
        self._outage = Outage("broker", clock, host=address.host, port=address.port)
        self.problem: str | None = None

    def start(self) -> None:
        """Begin to connect. Returns at once; a broker that is away is not an error."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is connected or trying to be."""
        return self._thread.is_alive()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Disconnect, without a last will, and end."""
        self._stopping.set()
        session = self._session
        if session is not None:
            session.close(self._clock, timeout_s / 2)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        wait_s = _FIRST_WAIT_S
        while not self._stopping.is_set():
            if self._connect_once():
                wait_s = _FIRST_WAIT_S
            self._clock.wait(self._stopping, wait_s)
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)

    def _connect_once(self) -> bool:
        """One connection from beginning to end; whether it came to stand."""
        try:
            session = self._open()
        except (OSError, ValueError) as error:
            self._note(str(error))
            return False
        self._note(None)
        self._on_signal(Connected(session))
        topics = self._writer.topics
        session.subscribe(topics.status, topics.all_cases, topics.all_commands)
        while not self._clock.wait(session.ended, 1.0):
            if self._stopping.is_set():
                session.close(self._clock)
        self._on_signal(Lost(session))
        session.close(self._clock)
        if not self._stopping.is_set():
            self._note("connection lost")
        return True

    def _open(self) -> Session:
        session = Session(
            self._address,
            f"kerbwatch-{self._writer.directory.site.id}",
            will=self._will(),
            on_ack=self._acked,
            on_message=lambda link, *what: self._on_signal(Heard(link, *what)),
        )
        self._session = session
        session.open(self._clock)
        return session

    def _will(self) -> Message:
        return self._writer.status(ServiceState.OFFLINE, self._version, self._clock.wall_ns())

    def _acked(self, link: Link, ticket: int) -> None:
        """Only a broker that takes messages is back: a deaf one lets us connect for ever."""
        self._outage.back("publisher")
        self._on_signal(Acked(link, ticket))

    def _note(self, problem: str | None) -> None:
        if problem is not None:
            self._outage.lost("publisher", problem)
        self.problem = problem
