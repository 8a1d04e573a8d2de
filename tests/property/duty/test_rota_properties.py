"""Changes and gaps of a rota are just those that looking at every minute finds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.duty.local import MINUTE_NS
from alerts.duty.rota import Rota, Shift, Substitute, Team

START = round(datetime(2026, 3, 20, tzinfo=UTC).timestamp()) * 10**9
ids = st.sampled_from(["a", "b", "c"])
shifts = st.builds(
    lambda days, start, long, who: Shift(days, start, start + long, who),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 23).map(lambda hour: hour * 60),
    st.integers(1, 24).map(lambda hour: hour * 60),
    st.tuples(ids),
)
substitutes = st.builds(
    lambda absent, stand_in, begin, long: Substitute(
        absent, stand_in, START + begin * 3600 * 10**9, START + (begin + long) * 3600 * 10**9, "x"
    ),
    ids,
    ids,
    st.integers(0, 200),
    st.integers(1, 50),
)
rotas = st.builds(
    lambda week, holiday, subs, days, zone: Rota(
        (Team("t", "t", ("a", "b", "c"), week, holiday),), subs, days, zone
    ),
    st.tuples(shifts) | st.tuples(shifts, shifts, shifts),
    st.just(()) | st.tuples(shifts),
    st.just(()) | st.tuples(substitutes, substitutes),
    st.frozensets(st.integers(18, 31).map(lambda day: date(2026, 3, day)), max_size=3),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Santiago"]),
)


@settings(max_examples=60, deadline=None)
@given(rota=rotas, hours=st.integers(0, 200))
def test_between_now_and_the_next_change_nobody_comes_or_goes(rota: Rota, hours: int) -> None:
    now = START + hours * 3600 * 10**9
    on_duty = set(rota.on_duty("t", now))
    change = rota.next_change("t", now)
    end = now + timedelta(days=3) // timedelta(microseconds=1) * 1000 if change is None else change
    for at in range(now, min(end, now + 4 * 86_400 * 10**9), 30 * MINUTE_NS):
        assert set(rota.on_duty("t", at)) == on_duty
    if change is not None:
        assert set(rota.on_duty("t", change)) != on_duty


@settings(max_examples=60, deadline=None)
@given(rota=rotas, hours=st.integers(0, 200))
def test_gaps_are_where_nobody_is(rota: Rota, hours: int) -> None:
    now = START + hours * 3600 * 10**9
    gaps = rota.gaps("t", now, 7)
    for at in range(now, now + 7 * 86_400 * 10**9, 30 * MINUTE_NS):
        inside = any(begin <= at < end for begin, end in gaps)
        assert inside == (not rota.on_duty("t", at))
