"""The alert service of one process: store, intake, drainer, publisher, embedded broker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

from alerts.aftercare import Aftercare
from alerts.casebook import DEFAULT_POLICY, CasePolicy, Notice
from alerts.counter import Counter
from alerts.deadlines import Deadlines
from alerts.errors import StoreError
from alerts.evidence import EvidenceFolder
from alerts.health import QueueStats
from alerts.intake import Intake
from alerts.keeper import Keeper
from alerts.link import Heard, Signal
from alerts.messages import Writer
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.broker import EmbeddedBroker
from alerts.mqtt.commands import CommandPost
from alerts.mqtt.publisher import Publisher
from alerts.outage import Outage
from alerts.outbox import Drainer, DrainOptions
from alerts.place import Directory
from alerts.pushing.channel import Channel
from alerts.pushing.course import Patience
from alerts.pushing.letters import NO_PUSH, PushPlan
from alerts.pushing.pictures import Pictures
from alerts.pushing.postman import DEFAULT_PATIENCE, Postman
from alerts.store.port import Store
from alerts.store.sql import SqlStore
from alerts.topics import Topics
from fences.clock import Clock

_TEND_S = 1.0  # between looks at which cameras have been unwell for long enough


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """``mqtt`` None: an embedded broker on loopback, ``embedded_port`` 0 takes a free port.

    ``picture_base`` goes before a picture's relative path in messages: a folder or a URL;
    None: the evidence folder. ``version`` is the program's own. ``pushing`` says who has channels
    and what they read, ``patience`` how often it is tried; ``push_picture_bytes`` bounds pictures.
    """

    store_url: str
    evidence_dir: Path
    version: str
    mqtt: MqttAddress | None = None
    base: str = "kerbwatch"
    embedded_port: int = 0
    picture_base: str | None = None
    policy: CasePolicy = DEFAULT_POLICY
    heartbeat_s: float = 30.0
    pushing: PushPlan = NO_PUSH
    patience: Patience = DEFAULT_PATIENCE
    push_picture_bytes: int = 1_000_000


class _Told(TypedDict):
    """What everybody who writes cases is given."""

    on_change: Callable[[], None]
    on_notice: Callable[[Notice], None]
    keeper: Keeper


class AlertService:
    """Open with a database that works, else ``StoreError``; then :meth:`start`, :meth:`stop`.

    ``on_notice`` gets what people are told of cases, from the threads that brought it.
    ``channels`` are those of recipients who are pushed to beside MQTT, the first one first.
    ``intake`` and ``counter`` are ready from the beginning: what comes in before ``start`` waits
    on disk.
    """

    def __init__(
        self,
        options: AlertOptions,
        directory: Directory,
        clock: Clock,
        store: Store | None = None,
        on_notice: Callable[[Notice], None] = lambda _: None,
        channels: Mapping[str, Sequence[Channel]] | None = None,
    ) -> None:
        base = options.base if options.mqtt is None else options.mqtt.base
        self.options = options
        self.topics = Topics(base, directory.site.id)
        self.store: Store = SqlStore(options.store_url) if store is None else store
        picture_base = options.picture_base or options.evidence_dir.as_posix()
        self._writer = Writer(directory, self.topics, picture_base, options.pushing)
        self._clock = clock
        drain = DrainOptions(version=options.version, heartbeat_s=options.heartbeat_s)
        outage = Outage("store", clock)  # one for all: it is lost once, whoever misses it
        self._drainer = Drainer(self.store, self._writer, clock, drain, outage)
        evidence = EvidenceFolder(options.evidence_dir, directory)
        self._postman: Postman | None = None
        if channels:
            pictures = Pictures(options.evidence_dir, options.push_picture_bytes)
            self._postman = Postman(self.store, channels, pictures, clock, options.patience, outage)
        told: _Told = {
            "on_change": self._wake,
            "on_notice": on_notice,
            "keeper": Keeper(self.store),
        }
        self.intake = Intake(
            self.store,
            self._writer,
            evidence,
            clock,
            policy=options.policy,
            outage=outage,
            **told,
        )
        self.counter = Counter(self.store, self._writer, evidence, clock, **told)
        self.aftercare = Aftercare(
            self.store,
            self._writer,
            clock,
            self.intake.heard,
            policy=options.policy,
            evidence=evidence,
            looks=self.intake.looks,
            outage=outage,
            **told,
        )
        self.deadlines = Deadlines(self.store, self._writer, clock, outage=outage, **told)
        self.commands = CommandPost(self.counter, self.topics, clock)
        self._drain_thread = threading.Thread(target=self._drainer.run, name="outbox", daemon=True)
        self._push_thread = threading.Thread(target=self._push, name="push", daemon=True)
        self._tend_thread = threading.Thread(target=self._tend, name="health", daemon=True)
        self._stopping = threading.Event()
        self._broker: EmbeddedBroker | None = None
        self._publisher: Publisher | None = None
        self._left: QueueStats | None = None

    def start(self) -> MqttAddress:
        """Start telling people; returns where the broker is.

        A broker that is away is waited for. Raises ``BrokerError`` if the embedded one
        cannot listen.
        """
        address = self._address()
        self._publisher = Publisher(
            address, self._writer, self._clock, self._heard, self.options.version
        )
        self.commands.start()
        self._drain_thread.start()
        self._tend_thread.start()
        if self._postman is not None:
            self._push_thread.start()
        self._publisher.start()
        return address

    def overloaded(self, factor: float) -> None:
        """For the service's own status: looks are further apart by this factor; 1: not at all."""
        self._drainer.overloaded(factor)

    def stop(self, timeout_s: float = 4.0) -> QueueStats:
        """Drain, say ``stopped``, disconnect, close; within about ``timeout_s`` in any case.

        What could not be sent stays in the store. Returns how much that is; raises
        ``StoreError``, with everything ended all the same, if the store does not say.
        """
        if self._left is not None:
            return self._left
        self._stopping.set()
        self.commands.stop(timeout_s * 0.1)
        self._drainer.stop(timeout_s * 0.6)
        if self._postman is not None and self._push_thread.is_alive():
            self._postman.stop(timeout_s * 0.2)
            self._push_thread.join(timeout_s * 0.2)
            self._postman.finish()
        if self._tend_thread.is_alive():
            self._tend_thread.join(timeout_s * 0.1)
        if self._drain_thread.is_alive():
            self._drain_thread.join(timeout_s * 0.7)
        if self._publisher is not None:
            self._publisher.stop(timeout_s * 0.2)
        try:
            self._left = self.store.queue()
        finally:
            if self._broker is not None:
                self._broker.stop()
            self.store.close()
        return self._left

    @property
    def mqtt_problem(self) -> str | None:
        """Why there is no connection to the broker; None if there is one."""
        return None if self._publisher is None else self._publisher.problem

    @property
    def running(self) -> bool:
        """Whether what :meth:`start` started is still there; False after :meth:`stop`."""
        threads = [self._drain_thread, self._tend_thread]
        if self._postman is not None:
            threads.append(self._push_thread)
        publisher = self._publisher
        if publisher is None or not (publisher.running and self.commands.running):
            return False
        return all(thread.is_alive() for thread in threads)

    def queue(self) -> QueueStats:
        """What waits to be acknowledged by the broker."""
        return self.store.queue()

    def _wake(self) -> None:
        self._drainer.wake()
        if self._postman is not None:
            self._postman.wake()

    def _push(self) -> None:
        if self._postman is not None:
            self._postman.run()

    def _tend(self) -> None:
        while not self._clock.wait(self._stopping, _TEND_S):
            with suppress(StoreError):  # the intake has said so; what is due comes again
                self.intake.tend()
                self.aftercare.tend()
                self.deadlines.tend()

    def _heard(self, signal: Signal) -> None:
        if not (isinstance(signal, Heard) and self.commands.take(signal)):
            self._drainer.post(signal)

    def _address(self) -> MqttAddress:
        if self.options.mqtt is not None:
            return self.options.mqtt
        self._broker = EmbeddedBroker(port=self.options.embedded_port)
        port = self._broker.start()
        return replace(MqttAddress(self._broker.host, port), base=self.options.base)
