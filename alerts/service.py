"""The alert service of one process: store, intake, drainer, publisher, embedded broker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.announcer import Announcer
from alerts.casebook import DEFAULT_POLICY, CasePolicy, Notice
from alerts.clerks import make_clerks
from alerts.discovery import Discovery
from alerts.errors import StoreError
from alerts.evidence import EvidenceFolder
from alerts.health import QueueStats
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
from alerts.reception import Reception
from alerts.registry import Registry
from alerts.retention import NO_BUDGETS, Budgets
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
    ``discovery``: Home Assistant is shown everything; None: nothing, and what it was shown goes.
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
    budgets: Budgets = NO_BUDGETS
    discovery: Discovery | None = None


@dataclass(frozen=True, slots=True)
class _Threads:
    """Of a started service. ``push``: None where nobody has channels."""

    drain: threading.Thread
    tend: threading.Thread
    push: threading.Thread | None

    @property
    def all(self) -> tuple[threading.Thread, ...]:
        return (self.drain, self.tend) if self.push is None else (self.drain, self.tend, self.push)


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
        outage = Outage("store", clock)  # one for all: it is lost once, whoever misses it
        drain = DrainOptions(version=options.version, heartbeat_s=options.heartbeat_s)
        announcer = Announcer(self.store, self._writer, clock, options.discovery)
        self._drainer = Drainer(self.store, self._writer, clock, drain, outage, announcer)
        self._postman = self._make_postman(channels, outage)
        registry = Registry(Keeper(self.store), outage, self._wake, on_notice)
        evidence = EvidenceFolder(options.evidence_dir, directory)
        clerks = make_clerks(
            self.store, self._writer, evidence, clock, options.policy, registry, options.budgets
        )
        self._clerks = clerks
        self.intake, self.counter = clerks.intake, clerks.counter
        self.aftercare, self.deadlines = clerks.aftercare, clerks.deadlines
        self.commands = CommandPost(
            self.counter, self.topics, clock, Reception(self.counter, evidence)
        )
        self._threads = self._make_threads()
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
        for thread in self._threads.all:
            thread.start()
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
        threads = self._threads
        if threads.tend.is_alive():  # what it still writes is drained with the rest
            threads.tend.join(timeout_s * 0.1)
        self._drainer.stop(timeout_s * 0.6)
        if self._postman is not None and threads.push is not None and threads.push.is_alive():
            self._postman.stop(timeout_s * 0.2)
            threads.push.join(timeout_s * 0.2)
            self._postman.finish()
        if threads.drain.is_alive():
            threads.drain.join(timeout_s * 0.7)
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
        publisher = self._publisher
        if publisher is None or not (publisher.running and self.commands.running):
            return False
        return all(thread.is_alive() for thread in self._threads.all)

    def queue(self) -> QueueStats:
        """What waits to be acknowledged by the broker."""
        return self.store.queue()

    def _wake(self) -> None:
        self._drainer.wake()
        if self._postman is not None:
            self._postman.wake()

    def _make_postman(
        self, channels: Mapping[str, Sequence[Channel]] | None, outage: Outage
    ) -> Postman | None:
        if not channels:
            return None
        options = self.options
        pictures = Pictures(options.evidence_dir, options.push_picture_bytes)
        return Postman(self.store, channels, pictures, self._clock, options.patience, outage)

    def _make_threads(self) -> _Threads:
        def thread(name: str, run: Callable[[], None]) -> threading.Thread:
            return threading.Thread(target=run, name=name, daemon=True)

        push = None if self._postman is None else thread("push", self._postman.run)
        return _Threads(thread("outbox", self._drainer.run), thread("health", self._tend), push)

    def _tend(self) -> None:
        while not self._clock.wait(self._stopping, _TEND_S):
            with suppress(StoreError):  # the intake has said so; what is due comes again
                self._clerks.tend()

    def _heard(self, signal: Signal) -> None:
        if not (isinstance(signal, Heard) and self.commands.take(signal)):
            self._drainer.post(signal)

    def _address(self) -> MqttAddress:
        if self.options.mqtt is not None:
            return self.options.mqtt
        self._broker = EmbeddedBroker(port=self.options.embedded_port)
        port = self._broker.start()
        return replace(MqttAddress(self._broker.host, port), base=self.options.base)
