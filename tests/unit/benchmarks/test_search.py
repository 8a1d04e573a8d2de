"""The search for the largest number that passes."""

from __future__ import annotations

import pytest

from benchmarks.search import FINE, largest


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 20, 99, 100, 101, 333])
def test_it_finds_the_limit_within_its_promise_in_few_tries(limit: int) -> None:
    tried: list[int] = []

    def passes(count: int) -> bool:
        tried.append(count)
        return count <= limit

    found = largest(passes, 1, 1000)
    assert limit - max(1, round(limit * FINE)) < found <= limit
    assert len(tried) <= 18
    assert len(set(tried)) == len(tried)


def test_nothing_passes_and_everything_passes() -> None:
    assert largest(lambda _: False, 1, 1000) == 0
    assert largest(lambda _: True, 1, 40) == 40
