"""Work of several threads that is cheaper done together: whoever comes first does it for all."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class _Job(Generic[Item, Result]):
    """``turn``: set once there is a result, or once its thread is to work itself."""

    item: Item
    result: tuple[Result] | None = None
    alone: bool = False
    turn: threading.Event = field(default_factory=threading.Event)


class Together(Generic[Item, Result]):
    """``work`` gets the items that wait, in order, and gives a result for each.

    It never runs twice at once. One that fails must spoil it for nobody else: if ``work`` raises
    for several items, every thread tries with its own alone. At most ``most`` go together. Whoever
    works waits for as many as went together the last time, at most ``gather_s``: threads that hand
    in one item after the other come again at once, and one that comes alone waits for nobody.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        most: int = 32,
        gather_s: float = 0.002,
    ) -> None:
        self._work = work
        self._most = most
        self._gather_s = gather_s
        self._came = threading.Condition()
        self._waiting: deque[_Job[Item, Result]] = deque()
        self._busy = False
        self._last = 1  # how many went together
        self._wanted = 0  # how many are waited for

    def do(self, item: Item) -> Result:
        """The result for this item, once the work that it was part of is done."""
        job: _Job[Item, Result] = _Job(item)
        with self._came:
            self._waiting.append(job)
            works, self._busy = not self._busy, True
            if self._wanted and len(self._waiting) >= self._wanted:
                self._came.notify()
        if not works:
            self._wait_for(job)
            if job.result is not None:
                return job.result[0]
        try:
            return self._do(job)[0]
        finally:
            self._pass_on()

    def _wait_for(self, job: _Job[Item, Result]) -> None:
        try:
            job.turn.wait()
        except BaseException:  # as by Ctrl-C
            with self._came:
                if job in self._waiting:
                    self._waiting.remove(job)
                if job.turn.is_set() and job.result is None:
                    self._pass_on()
            raise

    def _do(self, mine: _Job[Item, Result]) -> tuple[Result]:
        """Work for those that wait; the own job is the first of them."""
        jobs = self._taken(mine)
        try:
            results = self._work([job.item for job in jobs])
        except Exception:
            if len(jobs) == 1:
                raise
            self._put_back(jobs)
            return self._do(mine)
        except BaseException:  # its thread is to end: the others work by themselves
            self._put_back(jobs[1:])
            raise
        for job, result in zip(jobs, results, strict=True):
            job.result = (result,)
            job.turn.set()
        return (results[0],)

    def _taken(self, mine: _Job[Item, Result]) -> list[_Job[Item, Result]]:
        with self._came:
            if mine.alone:
                self._waiting.remove(mine)
                return [mine]
            if len(self._waiting) < self._last:
                self._wanted = self._last
                self._came.wait(self._gather_s)
                self._wanted = 0
            jobs = [job for job in self._waiting if not job.alone][: self._most]
            self._waiting = deque(job for job in self._waiting if job not in jobs)
            self._last = len(jobs)
        return jobs

    def _put_back(self, jobs: Sequence[_Job[Item, Result]]) -> None:
        """Each for itself, before all others."""
        with self._came:
            for job in reversed(jobs):
                job.alone = True
                self._waiting.appendleft(job)

    def _pass_on(self) -> None:
        """The next one that waits works; with nobody there, whoever comes next."""
        with self._came:
            if self._waiting:
                self._waiting[0].turn.set()
            else:
                self._busy = False
