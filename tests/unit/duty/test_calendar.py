"""The working calendar as a city's tables have it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.duty.budget import Budget, Unit, parse_budget
from alerts.duty.calendar import Calendar, make_calendar, parse_dates

SHANGHAI = make_calendar(
    zone="Asia/Shanghai",
    holidays=parse_dates("2026-10-01..2026-10-07"),
    makeup=parse_dates("2026-10-10"),  # a Saturday
)


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(moment.timestamp()) * 1_000_000_000


@pytest.mark.parametrize(
    ("start", "budget", "end"),
    [
        ("2026-09-21 09:00", "2工作时", "2026-09-21 11:00"),
        ("2026-09-21 11:00", "2 working h", "2026-09-21 14:30"),  # over lunch
        ("2026-09-21 08:30", "210 working min", "2026-09-21 12:00"),  # at the very end
        ("2026-09-21 22:00", "1 working h", "2026-09-22 09:30"),  # opened at night
        ("2026-09-21 15:00", "1工作日", "2026-09-22 15:00"),
        ("2026-09-25 15:00", "2 working d", "2026-09-29 15:00"),  # over a weekend
        ("2026-09-30 17:00", "1 working h", "2026-10-08 09:00"),  # over the National Day week
        ("2026-10-09 17:00", "1 working h", "2026-10-10 09:00"),  # Saturday, made up for
        ("2026-09-30 17:00", "24 h", "2026-10-01 17:00"),
        ("2026-09-30 17:00", "3天", "2026-10-03 17:00"),
        ("2026-09-30 17:00", "45 min", "2026-09-30 17:45"),
    ],
)
def test_a_deadline_is_where_people_expect_it(start: str, budget: str, end: str) -> None:
    assert SHANGHAI.deadline(at(start), parse_budget(budget)) == at(end)


def test_an_hour_that_comes_twice_counts_twice_and_one_leapt_over_not_at_all() -> None:
    nights = make_calendar(["Mon-Sun 00:00-06:00"], "Europe/Berlin")
    hours = Budget(4, Unit.WORKING_HOUR)
    zone = "Europe/Berlin"
    assert nights.deadline(at("2026-10-25 00:00", zone), hours) == at("2026-10-25 03:00", zone)
    assert nights.deadline(at("2026-03-29 00:00", zone), hours) == at("2026-03-29 05:00", zone)


def test_plain_days_are_24_hours_also_where_clocks_change() -> None:
    calendar = make_calendar(zone="Europe/Berlin")
    start = at("2026-10-24 12:00", "Europe/Berlin")
    assert calendar.deadline(start, parse_budget("1 d")) == start + 86_400 * 1_000_000_000


def test_a_make_up_day_wins_over_a_holiday() -> None:
    day = [date(2026, 10, 3)]
    calendar = make_calendar(zone="UTC", holidays=day, makeup=day)
    assert calendar.is_working(at("2026-10-03 09:00", "UTC"))


def test_windows_that_overlap_count_once() -> None:
    calendar = make_calendar(["Mon 08:00-12:00", "Mon 10:00-14:00"], "UTC")
    start = at("2026-09-21 08:00", "UTC")
    assert calendar.deadline(start, parse_budget("6 working h")) == at("2026-09-21 14:00", "UTC")
    assert calendar.day_ns == 6 * 3600 * 1_000_000_000


@pytest.mark.parametrize("text", ["", "soon", "0 h", "-1 h", "4", "61 d", "4 working", "1.5 h"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_budget(text)


@pytest.mark.parametrize("text", ["2026-13-01", "2026-10-07..2026-10-01", "2026-10-01..", "soon"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_dates(text)


@pytest.mark.parametrize("budget", Unit)
def test_a_budget_reads_as_it_is_written(budget: Unit) -> None:
    assert parse_budget(str(Budget(3, budget))) == Budget(3, budget)


def test_no_working_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="working hours"):
        make_calendar([], "UTC")


def test_no_length_is_refused() -> None:
    calendar: Calendar = SHANGHAI
    with pytest.raises(ValueError, match="more than 0"):
        calendar.after(at("2026-09-21 09:00"), 0, working=True)
