"""Weekly windows in local time, over midnight, the week's end and changes of the clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fences.hours import ALWAYS, parse_hours


def armed(windows: tuple[str, ...], local: str, zone: str = "Asia/Shanghai", fold: int = 0) -> bool:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return parse_hours(windows, zone).armed(round(moment.timestamp()) * 1_000_000_000)


@pytest.mark.parametrize(
    ("window", "local", "expected"),
    [  # 2026-09-21 is a Monday
        ("Mon-Fri 07:00-19:00", "2026-09-21T07:00", True),
        ("Mon-Fri 07:00-19:00", "2026-09-21T06:59:59", False),
        ("Mon-Fri 07:00-19:00", "2026-09-25T18:59:59", True),
        ("Mon-Fri 07:00-19:00", "2026-09-25T19:00", False),
        ("Mon-Fri 07:00-19:00", "2026-09-26T12:00", False),
        ("sat,SUN 22:00 - 06:00", "2026-09-26T23:00", True),
        ("sat,SUN 22:00 - 06:00", "2026-09-27T05:59", True),
        ("sat,SUN 22:00 - 06:00", "2026-09-28T05:59", True),  # Sunday's, on Monday
        ("sat,SUN 22:00 - 06:00", "2026-09-28T06:00", False),
        ("sat,SUN 22:00 - 06:00", "2026-09-26T05:00", False),
        ("Fri-Mon 10:00-11:00", "2026-09-28T10:30", True),
        ("Fri-Mon 10:00-11:00", "2026-09-24T10:30", False),
        ("Sun 00:00-24:00", "2026-09-27T23:59:59", True),
        ("Sun 00:00-24:00", "2026-09-28T00:00", False),
        ("Sun 24:00-02:00", "2026-09-28T01:00", True),
    ],
)
def test_windows(window: str, local: str, expected: bool) -> None:
    assert armed((window,), local) is expected


def test_windows_add_up_and_none_means_always() -> None:
    both = ("Mon 07:00-08:00", "Mon 09:00-10:00")
    assert [armed(both, f"2026-09-21T{hour:02}:30") for hour in (7, 8, 9)] == [True, False, True]
    assert ALWAYS.armed(0)
    assert parse_hours((), "Asia/Shanghai").armed(123)


def test_the_wall_clock_of_the_site_counts() -> None:
    assert armed(("Mon 07:00-08:00",), "2026-09-21T07:30", "Europe/Berlin")
    moment = datetime(2026, 9, 21, 7, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    wall_ns = round(moment.timestamp()) * 1_000_000_000
    assert not parse_hours(("Mon 07:00-08:00",), "Asia/Shanghai").armed(wall_ns)


def test_the_night_in_which_clocks_go_back_has_its_hour_twice() -> None:
    window = ("Sun 02:00-03:00",)
    assert armed(window, "2026-10-25T02:30", "Europe/Berlin", fold=0)
    assert armed(window, "2026-10-25T02:30", "Europe/Berlin", fold=1)
    assert not armed(window, "2026-10-25T03:00", "Europe/Berlin")


def test_the_night_in_which_clocks_go_forward_skips_its_hour() -> None:
    zone = ZoneInfo("Europe/Berlin")
    before = round(datetime(2026, 3, 29, 1, 59, 59, tzinfo=zone).timestamp())
    hours = parse_hours(("Sun 02:00-03:00",), "Europe/Berlin")
    assert not any(hours.armed((before + second) * 1_000_000_000) for second in range(0, 4000, 60))
    assert parse_hours(("Sun 01:00-04:00",), "Europe/Berlin").armed((before + 1) * 1_000_000_000)


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("whenever", "expected days and times"),
        ("Mon 7-19", "expected days and times"),
        ("Mon 07:00-07:00", "ends after it starts"),
        ("Mon 07:60-08:00", "from 00:00 to 24:00"),
        ("Mon 07:00-24:01", "from 00:00 to 24:00"),
        ("Mond 07:00-08:00", "expected days out of Mon"),
        ("Mon-Wed-Fri 07:00-08:00", "expected days out of Mon"),
        ("Mon- 07:00-08:00", "expected days out of Mon"),
    ],
)
def test_what_is_no_window_is_refused(window: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_hours((window,), "Asia/Shanghai")
