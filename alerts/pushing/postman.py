"""Takes letters out of the store, has them tried, and writes down what became of them."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence

import structlog

from alerts.errors import StoreError
from alerts.outage import Outage
from alerts.pushing.channel import NO_CHANNEL, Channel
from alerts.pushing.courier import Courier, Report
from alerts.pushing.course import Delivery, Patience, Standing, failed, sent
from alerts.pushing.pictures import Pictures
from alerts.store.port import Store
from fences.clock import SECOND_NS, Clock

_log = structlog.get_logger(__name__)
_PAGE = 200
_AT_ONCE = 20  # letters of one recipient that are handed out at the same time
_AILING = 3  # failures in a row after which a channel gets one try only
_TRY_S = 60.0  # a service may let its senders wait some seconds between two messages
_KEEP_DONE = 10_000
_PRUNE_S = 300.0

DEFAULT_PATIENCE = Patience()


class Postman:
    """Runs in one thread (:meth:`run`); ``channels`` are by recipient, the first one first.

    Nobody else changes deliveries, so what a courier has reported is written here, together.
    Until it is written nothing is tried again: a store that cannot be written must not make
    phones buzz every second.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Sequence[Channel]],
        pictures: Pictures,
        clock: Clock,
        patience: Patience = DEFAULT_PATIENCE,
        outage: Outage | None = None,
        try_s: float = _TRY_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self._patience = patience
        self._outage = outage or Outage("store", clock)
        self._reports: deque[Report] = deque()
        self._unwritten: dict[int, Delivery] = {}
        self._out: dict[int, str] = {}  # handed out: id -> recipient
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._pruned_ns = clock.monotonic_ns()
        couriers = {
            id(one): Courier(one, pictures, clock, self._report, try_s)
            for ones in channels.values()
            for one in ones
        }
        self._couriers = tuple(couriers.values())
        self._of = {who: [couriers[id(one)] for one in ones] for who, ones in channels.items()}
        self._ailing = {
            one: Outage("push", clock, channel=one.channel.name) for one in couriers.values()
        }

    def wake(self) -> None:
        """There may be something new."""
        self._bell.set()

    def run(self) -> None:
        """The thread's loop; ends after :meth:`stop`."""
        while not self._stopping.is_set():
            self._bell.clear()
            self.step_or_note()
            self._clock.wait(self._bell, 1.0)

    def stop(self, timeout_s: float) -> None:
        """End :meth:`run`, and write down what is being tried if it ends in that time.

        All else stays in the store and is tried after the next start.
        """
        self._stopping.set()
        self._bell.set()
        for courier in self._couriers:
            courier.drop_waiting()
        until_ns = self._clock.monotonic_ns() + round(timeout_s * SECOND_NS)
        for courier in self._couriers:
            courier.join(max(0.0, (until_ns - self._clock.monotonic_ns()) / SECOND_NS))

    def finish(self) -> None:
        """Write the last reports down, once :meth:`run` has ended."""
        try:
            self._settle()
        except StoreError as error:
            self._outage.lost("push", error)

    def step_or_note(self) -> None:
        """One :meth:`step`; a store that is away is noted, and what is known is kept for it."""
        try:
            self.step()
        except StoreError as error:
            self._outage.lost("push", error)
        else:
            self._outage.back("push")

    def step(self) -> None:
        """Write down what was reported, then hand out what is due. Raises ``StoreError``."""
        for courier in self._couriers:
            courier.check()
        self._settle()
        self._hand_out()
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._pruned_ns > _PRUNE_S * SECOND_NS:
            self._pruned_ns = now_ns
            self._store.prune_deliveries(_KEEP_DONE)

    def _report(self, report: Report) -> None:
        self._reports.append(report)
        self._bell.set()

    def _settle(self) -> None:
        while self._reports:
            self._take(self._reports.popleft())
        if self._unwritten:
            self._store.settle_deliveries(tuple(self._unwritten.values()))
            for delivery in self._unwritten.values():
                _say(delivery)
            self._out = {id_: who for id_, who in self._out.items() if id_ not in self._unwritten}
            self._unwritten = {}

    def _take(self, report: Report) -> None:
        delivery, courier, now_ns = report.delivery, report.courier, self._clock.wall_ns()
        name = courier.channel.name
        if report.problem is None:
            courier.failures = 0
            self._ailing[courier].back("push")
            self._unwritten[delivery.id] = sent(delivery, name, now_ns)
            return
        courier.failures += 1
        if courier.failures >= _AILING:
            self._ailing[courier].lost("push", report.problem)
        self._unwritten[delivery.id] = failed(
            delivery,
            len(self._of.get(delivery.letter.recipient_id, ())),
            name,
            report.problem,
            now_ns,
            self._patience,
            ailing=courier.failures >= _AILING,
        )

    def _hand_out(self) -> None:
        """Page by page; whoever has enough on the way already holds up no others."""
        now_ns = self._clock.wall_ns()
        back_ns = now_ns + self._patience.longest_wait_ns  # due later: the clock was set back
        after = 0
        while not self._stopping.is_set():
            load = Counter(self._out.values())
            busy = [who for who, count in load.items() if count >= _AT_ONCE]
            page = self._store.due_deliveries(now_ns, back_ns, after, _PAGE, busy)
            for delivery in page:
                after = delivery.id
                if delivery.id not in self._out and load[delivery.letter.recipient_id] < _AT_ONCE:
                    load[delivery.letter.recipient_id] += 1
                    self._hand(delivery, now_ns)
            if len(page) < _PAGE:
                return

    def _hand(self, delivery: Delivery, now_ns: int) -> None:
        couriers = self._of.get(delivery.letter.recipient_id, ())
        self._out[delivery.id] = delivery.letter.recipient_id
        if delivery.channel < len(couriers):
            couriers[delivery.channel].hand(delivery)
            return
        self._unwritten[delivery.id] = failed(  # the configuration has other channels now
            delivery, len(couriers), None, NO_CHANNEL, now_ns, self._patience
        )


def _say(delivery: Delivery) -> None:
    if delivery.standing is Standing.DEAD:
        _log.error(
            "push_dead",
            recipient=delivery.letter.recipient_id,
            case=delivery.letter.case_id,
            event_id=delivery.letter.event_id,
            channel=delivery.via,
            problem=delivery.problem,
        )
