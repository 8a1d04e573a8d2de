"""Working time, through weekends, holidays and every change of a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.duty.budget import Budget, Unit
from alerts.duty.calendar import Calendar, make_calendar
from alerts.duty.local import MINUTE_NS, local_minute, spans_of

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # leaps by half an hour
    "America/Santiago",  # leaps at midnight
    "Asia/Kathmandu",
]
HOURS = [
    ("Mon-Fri 08:30-12:00", "Mon-Fri 13:30-17:30"),
    ("Mon-Sun 00:00-24:00",),
    ("Mon-Fri 22:00-06:00",),
    ("Sun 01:00-04:00", "Wed 10:00-11:00"),
    ("Sat,Sun 23:00-03:30",),
]
FIRST = date(2026, 1, 1)
days = st.integers(0, 364).map(lambda number: FIRST + timedelta(days=number))
instants = st.integers(0, 365 * 24 * 60).map(
    lambda minute: (
        int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000_000 + minute * MINUTE_NS
    )
)
calendars = st.builds(
    make_calendar,
    hours=st.sampled_from(HOURS),
    zone=st.sampled_from(ZONES),
    holidays=st.frozensets(days, max_size=20),
    makeup=st.frozensets(days, max_size=5),
)
budgets = st.builds(
    Budget, st.integers(1, 40), st.sampled_from([Unit.WORKING_MINUTE, Unit.WORKING_HOUR])
) | st.builds(Budget, st.integers(1, 3), st.just(Unit.WORKING_DAY))
short = st.integers(1, 300)


@given(calendar=calendars, start=instants, budget=budgets, later=st.integers(0, 5000))
def test_who_starts_later_has_until_later(
    calendar: Calendar, start: int, budget: Budget, later: int
) -> None:
    first = calendar.deadline(start, budget)
    assert first <= calendar.deadline(start + later * MINUTE_NS, budget)
    assert first > start


@given(calendar=calendars, start=instants, first=short, second=short)
def test_two_budgets_after_each_other_are_their_sum(
    calendar: Calendar, start: int, first: int, second: int
) -> None:
    between = calendar.deadline(start, Budget(first, Unit.WORKING_MINUTE))
    end = calendar.deadline(between, Budget(second, Unit.WORKING_MINUTE))
    assert end == calendar.deadline(start, Budget(first + second, Unit.WORKING_MINUTE))


@given(calendar=calendars, start=instants, budget=budgets)
def test_a_deadline_is_never_outside_of_working_time_and_exactly_the_budget_away(
    calendar: Calendar, start: int, budget: Budget
) -> None:
    """The last moment before it is working time, so it is within a window or at its end."""
    end = calendar.deadline(start, budget)
    assert calendar.is_working(end - 1)
    assert calendar.between(start, end, working=True) == calendar.length_ns(budget)


def stepped(calendar: Calendar, at_ns: int, minutes: int) -> int:
    """The naive way: minute by minute."""
    while minutes:
        minutes -= calendar.is_working(at_ns)
        at_ns += MINUTE_NS
    return at_ns


@settings(max_examples=60, deadline=None)
@given(
    hours=st.sampled_from(HOURS[:3]),
    zone=st.sampled_from(ZONES),
    holidays=st.frozensets(days, max_size=20),
    start=instants,
    minutes=short,
)
def test_it_is_what_stepping_by_minutes_gives(
    hours: tuple[str, ...], zone: str, holidays: frozenset[date], start: int, minutes: int
) -> None:
    calendar = make_calendar(hours, zone, holidays)
    naive = stepped(calendar, start, minutes)
    assert calendar.deadline(start, Budget(minutes, Unit.WORKING_MINUTE)) == naive


@given(
    calendar=calendars,
    start=instants,
    budget=budgets,
    pauses=st.lists(
        st.tuples(st.integers(0, 5000), st.integers(0, 3000)).map(
            lambda it: (it[0] * MINUTE_NS, (it[0] + it[1]) * MINUTE_NS)
        ),
        max_size=3,
    ),
)
def test_pauses_do_not_count(
    calendar: Calendar, start: int, budget: Budget, pauses: list[tuple[int, int]]
) -> None:
    held = [(start + begin, start + end) for begin, end in pauses]
    end = calendar.deadline(start, budget, held)
    assert end >= calendar.deadline(start, budget)
    counted = calendar.between(start, end, working=True, pauses=held)
    assert counted == calendar.length_ns(budget)
    assert not any(begin < end - 1 < stop - 1 for begin, stop in held)


@given(day=days, zone=st.sampled_from(ZONES), start=st.integers(0, 1438), long=st.integers(1, 1440))
def test_the_spans_of_a_day_are_just_the_moments_that_its_clock_shows(
    day: date, zone: str, start: int, long: int
) -> None:
    end = min(start + long, 1440)
    for begin, stop in spans_of(day, start, end, zone):
        for moment in (begin, stop - 1):
            shown, minute = local_minute(moment, zone)
            assert shown == day
            assert start <= minute < end
