"""No step of a deadline is told twice, whatever people, kills and the clock do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.duty.quiet import QuietHours
from alerts.errors import StoreError
from alerts.store.memory import MemoryStore, MemoryTransaction
from alerts.verbs import LONGEST_NS, Verb
from fences.clock import SECOND_NS
from fences.event import EventKind
from fences.hours import parse_hours
from tests.duty_kit import PLAN, DutyDesk

NIGHT = QuietHours("wenshao", parse_hours(("Mon-Sun 22:00-06:00",), "Asia/Shanghai"))
WORLD = replace(PLAN, quiet=(NIGHT,))
STEPS = ("remind_", "overdue_", "escalate_")

doings = st.one_of(
    st.integers(1, 90),  # minutes
    st.sampled_from(["see", "clear", "restart", "kill", "kill"]),
    st.sampled_from([-3600.0, 0.0, 3600.0]),
    st.tuples(st.sampled_from(Verb), st.sampled_from(["duty-east", "wenshao", "centre"])),
)


class KilledError(StoreError):
    """The process dies with its transaction."""

    def __init__(self) -> None:
        super().__init__("store_write", problem="killed")


class FragileStore(MemoryStore):
    """Dies before, or right after, the next commit of something; as a killed process."""

    dies = ""

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        how, self.dies = self.dies, ""
        with super().write() as transaction:
            yield transaction
            if how == "before":
                raise KilledError
        if how == "after":
            raise KilledError


def play(told: list[Any], folder: Path, dies: str) -> DutyDesk:
    store = FragileStore()
    desk = DutyDesk(folder, WORLD, store)
    desk.see()
    for doing in told:
        if doing == "kill":
            store.dies = dies
            continue
        try:
            take(desk, doing)
        except KilledError:
            desk.restart()
    store.dies = ""
    desk.deadlines.tend()
    return desk


def take(desk: DutyDesk, doing: Any) -> None:
    if isinstance(doing, float):
        desk.clock.step_s = doing
        desk.deadlines.tend()
    elif isinstance(doing, int):
        desk.clock.pass_s(doing * 60)
        desk.aftercare.tend()
        desk.deadlines.tend()
    elif isinstance(doing, tuple):
        verb, actor = doing
        until_ns = desk.clock.wall_ns() + 3 * 3600 * SECOND_NS if verb in LONGEST_NS else None
        desk.order(verb, actor, until_wall_ns=until_ns)
    elif doing == "restart":
        desk.restart()
    else:
        kind = EventKind.OPENED if doing == "see" else EventKind.CLEARED
        desk.see(kind, violation_s=60.0 + (desk.requests if doing == "see" else 0))


def told_steps(desk: DutyDesk, topic: str) -> Counter[str]:
    bodies = (body for body in desk.said(topic) if body["reason"].startswith(STEPS))
    return Counter(body["event_id"] for body in bodies)


@settings(deadline=None, max_examples=150)
@given(st.lists(doings, max_size=30), st.sampled_from(["before", "after"]))
def test_no_step_is_told_twice_and_each_that_is_kept_is_told(told: list[Any], dies: str) -> None:
    with TemporaryDirectory() as folder:
        desk = play(told, Path(folder), dies)
    events = told_steps(desk, "/events")
    kept = {key for case in desk.store.cases() for key in desk.store.steps(case.case_id)}
    assert set(events.values()) <= {1}
    assert set(events) == {key for key in kept if ".first." not in key}
    for recipient in ("duty-east", "wenshao", "centre"):
        assert set(told_steps(desk, f"inbox/{recipient}").values()) <= {1}
    seqs = [body["seq"] for body in desk.said("/events")]
    assert seqs == list(range(1, len(seqs) + 1))


@settings(deadline=None, max_examples=60)
@given(st.lists(doings, max_size=20))
def test_when_everything_is_over_nothing_is_held_and_nothing_more_is_due(told: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        desk = play(told, Path(folder), "before")
        desk.clock.step_s = 0.0
        desk.clock.pass_s(24 * 3600)
        for _ in range(3):
            desk.aftercare.tend()
            desk.deadlines.tend()
            desk.clock.pass_s(8 * 3600)
        depth = desk.store.queue().depth
        desk.clock.pass_s(60)
        assert desk.deadlines.tend() == ()
        desk.restart()
        assert desk.deadlines.tend() == ()
    assert desk.store.queue().depth == depth
