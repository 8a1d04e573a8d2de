"""Which evidence goes: never what is held, open ones last, oldest first, no more than needed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.retention import Budget, Budgets, Kept, Kind, Usage, choose

NOW = 1000

budgets = st.builds(Budget, st.none() | st.integers(0, 1000), st.none() | st.integers(0, 60))
kinds = st.dictionaries(st.sampled_from(Kind), budgets)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Kept, ...]:
    count = draw(st.integers(0, 12))
    return tuple(
        Kept(
            f"{number}.{draw(st.sampled_from(['jpg', 'mp4']))}",
            f"case-{number // 2}",
            "",
            draw(st.integers(1, 20)),
            draw(st.integers(0, NOW)),
            draw(st.booleans()),
            draw(st.integers(0, 3)) == 0,
        )
        for number in range(count)
    )


def usage(files: tuple[Kept, ...]) -> Usage:
    keys = {(it.kind, it.is_open) for it in files}
    return Usage(
        {key: sum(f.size_bytes for f in files if (f.kind, f.is_open) == key) for key in keys}
    )


@given(worlds(), kinds, st.integers(0, 60), st.integers(0, 60))
def test_what_is_held_stays_and_nothing_goes_twice(
    files: tuple[Kept, ...], of: dict[Kind, Budget], least: int, free: int
) -> None:
    gone = choose(files, usage(files), Budgets(of, least), NOW, free)
    assert len({it.path for it in gone}) == len(gone)
    assert set(gone) <= {it for it in files if not it.is_held}


@given(worlds(), st.sampled_from([Kind.PICTURES, Kind.CLIPS]), budgets)
def test_of_one_kind_open_ones_go_last_the_oldest_first_and_no_more_than_needed(
    files: tuple[Kept, ...], kind: Kind, budget: Budget
) -> None:
    gone = choose(files, usage(files), Budgets({kind: budget}), NOW, 0)
    own = [it for it in files if it.kind is kind]
    left = [it for it in own if it not in gone]
    may_go = [it for it in left if not it.is_held]
    assert all(it.kind is kind for it in gone)
    order = [(it.is_open, it.wall_ns) for it in gone]
    assert order == sorted(order)
    if gone and may_go:
        assert max(order) <= min((it.is_open, it.wall_ns) for it in may_go)
    size = sum(it.size_bytes for it in left)
    if budget.most_bytes is not None and may_go:
        assert size <= budget.most_bytes, "under the budget wherever that is possible"
    if budget.keep_ns is not None:
        old = [it for it in may_go if NOW - it.wall_ns > budget.keep_ns and not it.is_open]
        assert old == []
    if gone:
        last = gone[-1]
        needed = budget.most_bytes is not None and size + last.size_bytes > budget.most_bytes
        aged = budget.keep_ns is not None and NOW - last.wall_ns > budget.keep_ns
        assert needed or (aged and not last.is_open)


@given(worlds(), kinds, st.integers(0, 60), st.integers(0, 60))
def test_every_budget_is_kept_wherever_that_is_possible(
    files: tuple[Kept, ...], of: dict[Kind, Budget], least: int, free: int
) -> None:
    gone = choose(files, usage(files), Budgets(of, least), NOW, free)
    left = tuple(it for it in files if it not in gone)
    may_go = tuple(it for it in left if not it.is_held)
    for kind, budget in of.items():
        if budget.most_bytes is not None and usage(may_go).bytes_of(kind):
            assert usage(left).bytes_of(kind) <= budget.most_bytes
    freed = sum(it.size_bytes for it in gone)
    if may_go:
        assert free + freed >= least
    if not any(budget.most_bytes is not None for budget in of.values()) and free >= least:
        assert not any(it.is_open for it in gone), "open ones never go by age"
