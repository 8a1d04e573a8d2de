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
    """``turn``: set once there is a result, or once its thread is to work itself (``leads``).

    ``gone``: nobody waits for it any more, it need not be done.
    """

    item: Item
    result: tuple[Result] | None = None
    alone: bool = False
    leads: bool = False
    gone: bool = False
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
            job.leads, self._busy = not self._busy, True
            if self._wanted and len(self._waiting) >= self._wanted:
                self._came.notify()
        try:
            if not job.leads:
                job.turn.wait()
            return self._do(job)[0] if job.result is None else job.result[0]
        finally:
            self._leave(job)

    def _leave(self, job: _Job[Item, Result]) -> None:
        """Its thread goes, maybe interrupted: it leaves nothing undone, and the work to others.

        The next one that waits works; with nobody there, whoever comes next.
        """
        with self._came:
            job.gone = True
            if job in self._waiting:
                self._waiting.remove(job)
            if not job.leads:
                return
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].turn.set()
            else:
                self._busy = False

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
                try:
                    self._came.wait(self._gather_s)
                finally:
                    self._wanted = 0
            jobs = [job for job in self._waiting if not job.alone][: self._most]
            self._waiting = deque(job for job in self._waiting if job not in jobs)
            self._last = len(jobs)
        return jobs

    def _put_back(self, jobs: Sequence[_Job[Item, Result]]) -> None:
        """Each for itself, before all others; but those that have gone meanwhile."""
        with self._came:
            for job in (it for it in reversed(jobs) if not it.gone):
                job.alone = True
                self._waiting.appendleft(job)
