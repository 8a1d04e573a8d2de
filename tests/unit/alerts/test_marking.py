"""What was acknowledged is marked in ranges: few statements, and exactly those rows."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from alerts.store.statements import runs_of


@given(st.sets(st.integers(1, 40)))
def test_ranges_hold_the_same_numbers_and_no_two_touch(ids: set[int]) -> None:
    runs = runs_of(ids)
    assert [n for first, last in runs for n in range(first, last + 1)] == sorted(ids)
    assert all(later[0] - earlier[1] > 1 for earlier, later in pairwise(runs))
