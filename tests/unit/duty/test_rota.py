"""Who is on duty: shifts over midnight, hand-over, holidays, substitutes, gaps."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from alerts.duty.rota import Rota, Substitute, Team, make_shift

ZONE = "Asia/Shanghai"


def at(text: str, zone: str = ZONE) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 10**9


DAY_AND_NIGHT = Team(
    "east",
    "东片区",
    ("li", "wang", "zhao"),
    (
        make_shift("Mon-Fri 08:00-20:00", ["li"]),
        make_shift("Mon-Fri 20:00-08:00", ["wang"]),
        make_shift("Sat,Sun 09:00-18:00", ["zhao"]),
    ),
    (make_shift("Mon-Sun 00:00-24:00", ["zhao"]),),
)
ROTA = Rota((DAY_AND_NIGHT,), (), frozenset({date(2026, 10, 1)}), ZONE)


def test_a_shift_over_midnight_belongs_to_the_evening_on_which_it_begins() -> None:
    assert ROTA.on_duty("east", at("2026-09-21 19:59")) == ("li",)
    assert ROTA.on_duty("east", at("2026-09-21 20:00")) == ("wang",)
    assert ROTA.on_duty("east", at("2026-09-22 07:59")) == ("wang",)
    assert ROTA.on_duty("east", at("2026-09-26 07:59")) == ("wang",)  # Friday's night
    assert ROTA.on_duty("east", at("2026-09-26 08:00")) == ()


def test_the_next_hand_over_is_known() -> None:
    assert ROTA.next_change("east", at("2026-09-21 10:00")) == at("2026-09-21 20:00")
    assert ROTA.next_change("east", at("2026-09-25 20:00")) == at("2026-09-26 08:00")
    assert ROTA.next_change("li", at("2026-09-21 10:00")) is None


def test_on_a_holiday_its_own_shifts_begin_and_the_night_before_ends_as_ever() -> None:
    assert ROTA.on_duty("east", at("2026-10-01 07:00")) == ("zhao", "wang")
    assert ROTA.on_duty("east", at("2026-10-01 12:00")) == ("zhao",)
    assert ROTA.on_duty("east", at("2026-10-02 00:30")) == ()


def test_a_holiday_without_shifts_of_its_own_is_a_weekday_as_any() -> None:
    team = Team("east", "东片区", ("li",), (make_shift("Thu 08:00-20:00", ["li"]),))
    rota = Rota((team,), (), ROTA.holidays, ZONE)
    assert rota.on_duty("east", at("2026-10-01 12:00")) == ("li",)


def test_a_substitute_has_all_duties_of_the_absent_in_their_time() -> None:
    begin, end = at("2026-09-21 12:00"), at("2026-09-22 12:00")
    rota = Rota((DAY_AND_NIGHT,), (Substitute("li", "zhao", begin, end, "wang"),), zone=ZONE)
    assert rota.on_duty("east", begin - 1) == ("li",)
    assert rota.on_duty("east", begin) == ("zhao",)
    assert rota.on_duty("li", begin) == ("zhao",)
    assert rota.on_duty("east", end) == ("li",)
    assert rota.next_change("east", at("2026-09-21 10:00")) == begin
    assert rota.everybody("east", begin) == ("zhao", "wang")


def test_a_chain_of_substitutes_is_followed_and_two_may_swap() -> None:
    begin, end = at("2026-09-21 00:00"), at("2026-09-30 00:00")

    def sub(absent: str, stand_in: str) -> Substitute:
        return Substitute(absent, stand_in, begin, end, "boss")

    chain = Rota((), (sub("a", "b"), sub("b", "c")), zone=ZONE)
    assert chain.on_duty("a", begin) == ("c",)
    swap = Rota((), (sub("a", "b"), sub("b", "a")), zone=ZONE)
    assert swap.on_duty("a", begin) == ("b",)
    assert swap.on_duty("b", begin) == ("a",)


def test_every_gap_of_the_next_days_is_found() -> None:
    gaps = ROTA.gaps("east", at("2026-09-21 10:00"), 7)
    assert gaps == (
        (at("2026-09-26 08:00"), at("2026-09-26 09:00")),
        (at("2026-09-26 18:00"), at("2026-09-27 09:00")),
        (at("2026-09-27 18:00"), at("2026-09-28 08:00")),
    )


def test_a_team_without_shifts_is_always_on_duty_and_one_without_members_never() -> None:
    rota = Rota((Team("all", "全员", ("a", "b")), Team("none", "空", ())), zone=ZONE)
    now = at("2026-09-21 10:00")
    assert rota.on_duty("all", now) == ("a", "b")
    assert rota.gaps("all", now) == ()
    assert rota.gaps("none", now, 1) == ((now, at("2026-09-23 00:00")),)


def test_a_shift_is_there_in_the_hour_that_comes_twice() -> None:
    team = Team("n", "n", ("a",), (make_shift("Sat 22:00-02:30", ["a"]),))
    rota = Rota((team,), zone="Europe/Berlin")
    begin = at("2026-10-24 22:00", "Europe/Berlin")
    hours = [bool(rota.on_duty("n", begin + half * 1800 * 10**9)) for half in range(13)]
    # local 22:00 to 02:30, 02:30 to 03:00, back to 02:00 to 02:30 again
    assert hours == [True] * 9 + [False] + [True] + [False] * 2
