"""What the alert side knows of itself, asked when somebody scrapes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from prometheus_client.core import Metric

from alerts.errors import StoreError
from alerts.health import QueueStats
from alerts.pushing.course import PushStats
from alerts.shortage import shortage_in
from alerts.store.port import Store
from fences.clock import Clock
from kerbwatch.metrics import declared as d
from kerbwatch.metrics.families import Families


@dataclass(frozen=True, slots=True)
class _Known:
    """The last answer of the store; ``queue`` None: it gave none."""

    queue: QueueStats | None
    cases: Counter[str]
    pushes: PushStats = field(default_factory=PushStats)
    disk_full: bool = False


class AlertCollector:
    """Asks the store once per scrape, and never twice at the same time.

    While one scrape waits for a database that does not answer, others get what is known, so
    threads do not pile up. ``mqtt_problem``: why there is no broker, None if there is one.
    ``scenarios`` are told also while no case is open.
    """

    def __init__(
        self,
        store: Store,
        mqtt_problem: Callable[[], str | None],
        scenarios: Collection[str],
        clock: Clock,
    ) -> None:
        self._store = store
        self._mqtt_problem = mqtt_problem
        self._scenarios = tuple(scenarios)
        self._clock = clock
        self._asking = threading.Lock()
        self._known = _Known(None, Counter())

    def collect(self) -> Iterator[Metric]:
        """What is known of outbox, cases and lines; without the store's while it is away."""
        families = Families(d.OF_ALERTS)
        known = self._ask()
        families.add(d.STORE_UP, float(known.queue is not None))
        families.add(d.BROKER_UP, float(self._mqtt_problem() is None))
        if known.queue is not None:
            families.add(d.OUTBOX_DEPTH, known.queue.depth)
            families.add(d.OUTBOX_OLDEST, known.queue.oldest_age_s(self._clock.wall_ns()))
            families.add(d.PUSH_WAITING, known.pushes.waiting)
            families.add(d.PUSH_OLDEST, known.pushes.oldest_age_s(self._clock.wall_ns()))
            families.add(d.PUSH_DEAD, known.pushes.dead)
            families.add(d.DISK_FULL, float(known.disk_full))
            for scenario in dict.fromkeys((*self._scenarios, *known.cases)):
                families.add(d.CASES_OPEN, known.cases[scenario], scenario)
        return iter(families)

    def _ask(self) -> _Known:
        if not self._asking.acquire(blocking=False):
            return self._known
        try:
            cases = self._store.truth().open_cases
            scenarios = Counter(it.scenario_id for it in cases)
            pushes, full = self._store.push_stats(), shortage_in(self._store) is not None
            self._known = _Known(self._store.queue(), scenarios, pushes, full)
        except StoreError:  # told by those who need it, and here by a 0
            self._known = _Known(None, Counter())
        finally:
            self._asking.release()
        return self._known
