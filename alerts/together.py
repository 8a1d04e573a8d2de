"""Work of several threads that is cheaper done together: whoever comes first does it for all."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class _Job(Generic[Item, Result]):
    item: Item
    result: tuple[Result] | None = None
    alone: bool = False


class Together(Generic[Item, Result]):
    """``work`` gets the items that wait, in order, and gives a result for each, under ``lock``.

    One that fails must spoil it for nobody else: if ``work`` raises for several items, every
    thread tries with its own alone. At most ``most`` go together.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        lock: threading.Lock,
        most: int = 32,
    ) -> None:
        self._work = work
        self._lock = lock
        self._most = most
        self._waiting: deque[_Job[Item, Result]] = deque()

    def do(self, item: Item) -> Result:
        """The result for this item, once the work that it was part of is done."""
        job: _Job[Item, Result] = _Job(item)
        self._waiting.append(job)
        with self._lock:
            result = job.result or self._do(job)
        return result[0]

    def _do(self, mine: _Job[Item, Result]) -> tuple[Result]:
        jobs = [mine] if mine.alone else self._with_others(mine)
        try:
            results = self._work([job.item for job in jobs])
        except Exception:
            if len(jobs) == 1:
                raise
            for job in jobs:
                job.alone = True
            return self._do(mine)
        for job, result in zip(jobs, results, strict=True):
            job.result = (result,)
        return (results[-1],)  # its own is the last

    def _with_others(self, mine: _Job[Item, Result]) -> list[_Job[Item, Result]]:
        """Those that wait, the own one among them, even if another thread took it and broke off."""
        jobs: list[_Job[Item, Result]] = []
        while self._waiting and len(jobs) < self._most - 1:
            job = self._waiting.popleft()
            if job.result is None and not job.alone and job is not mine:
                jobs.append(job)
        return [*jobs, mine]
