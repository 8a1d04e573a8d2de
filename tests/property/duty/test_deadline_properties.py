"""Whatever happens to a case and to the clock, nothing is told twice, too early, or left out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.duty.budget import Budget, Unit
from alerts.duty.calendar import make_calendar
from alerts.duty.deadlines import StepKind, agenda, next_step
from alerts.duty.deal import Deal, Extension, Terms
from alerts.duty.local import MINUTE_NS
from alerts.duty.rota import Rota, Team, make_shift

CALENDAR = make_calendar(["Mon-Sun 08:00-18:00"], "Asia/Shanghai")
ROTA = Rota(
    (Team("day", "day", ("a", "b"), (make_shift("Mon-Sun 08:00-20:00", ["a"]),)),),
    zone="Asia/Shanghai",
)
LADDER = (("p",), ("day",), ("c",), ("d",))
START = 1_790_000_000 * 10**9
budgets = st.builds(
    Budget, st.integers(1, 300), st.sampled_from([Unit.MINUTE, Unit.WORKING_MINUTE])
)
terms = st.builds(
    Terms,
    accept=st.none() | budgets,
    handle=st.none() | budgets,
    remind=st.just(()) | st.tuples(budgets) | st.tuples(budgets, budgets),
    again=st.none() | budgets,
)
moments = st.integers(0, 3000).map(lambda minute: START + minute * MINUTE_NS)


@st.composite
def lives(draw: st.DrawFn) -> list[Deal]:
    """The facts of a case as they become known, one after the other."""
    deal = Deal("c", 1, START)
    seen = [deal]
    begin, end = sorted((draw(moments), draw(moments)))
    accepted, handled = sorted((draw(moments), draw(moments)))
    facts: list[dict[str, object]] = [
        {"accepted_wall_ns": accepted, "holder": "p"},
        {"extension": Extension(begin, draw(moments))},
        {"suspended": ((begin, None),)},
        {"suspended": ((begin, end),)},
        {"handled_wall_ns": handled},
        {"handled_wall_ns": None},
        {"is_finished": True},
    ]
    for fact in facts:
        if draw(st.booleans()):
            deal = replace(deal, **fact)  # type: ignore[arg-type]
            seen.append(deal)
    return seen


@settings(deadline=None)
@given(life=lives(), terms=terms, clock=st.lists(moments, min_size=1, max_size=12))
def test_nothing_is_told_twice_however_the_clock_is_stepped(
    life: list[Deal], terms: Terms, clock: list[int]
) -> None:
    """Each look is that of a service just started: all it has are facts and keys."""
    fired: list[str] = []
    for number, now in enumerate(clock):
        facts = life[min(number, len(life) - 1)]
        for _ in range(30):
            deal = replace(facts, fired=frozenset(fired))
            step = next_step(deal, terms, LADDER, CALENDAR, ROTA, now)
            if step is None:
                break
            assert step.planned.at_wall_ns <= now
            assert not deal.is_finished
            assert not deal.is_suspended
            assert step.told.people
            fired.append(step.key)
        else:
            raise AssertionError("it never ends")
    assert len(fired) == len(set(fired))
    rungs = [int(key.rpartition(".")[2]) for key in fired if ".escalate." in key]
    assert rungs == sorted(rungs)


@settings(deadline=None)
@given(life=lives(), terms=terms, looks=st.lists(moments, max_size=8), last=moments)
def test_looking_often_or_once_tells_the_same_deadlines_and_reaches_the_same_rung(
    life: list[Deal], terms: Terms, looks: list[int], last: int
) -> None:
    """But for reminders, which are of no use once the deadline has passed."""
    everybody = Rota(zone="Asia/Shanghai")

    def keys(moments: list[int]) -> set[str]:
        deal = life[-1]
        for now in moments:
            while step := next_step(deal, terms, LADDER, CALENDAR, everybody, now):
                deal = replace(deal, fired=deal.fired | {step.key})
        return {key for key in deal.fired if ".remind." not in key}

    assert keys([*sorted(it for it in looks if it <= last), last]) == keys([last])


@settings(deadline=None)
@given(life=lives(), terms=terms)
def test_what_is_planned_is_in_order_and_a_reminder_before_its_deadline(
    life: list[Deal], terms: Terms
) -> None:
    plans = agenda(life[-1], terms, len(LADDER), CALENDAR)
    assert [it.at_wall_ns for it in plans] == sorted(it.at_wall_ns for it in plans)
    assert len({it.key for it in plans}) == len(plans)
    reminders = [it for it in plans if it.kind is StepKind.REMIND]
    assert all(it.at_wall_ns < it.due_wall_ns for it in reminders)
