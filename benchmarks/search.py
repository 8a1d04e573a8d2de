"""The largest number that still passes, found with few tries."""

from __future__ import annotations

from collections.abc import Callable

FINE = 0.05
"""The search ends when it knows the limit this exactly, as a share of it."""


def largest(passes: Callable[[int], bool], first: int, most: int) -> int:
    """The largest number up to ``most`` that passes, 0 if not even 1 does.

    Doubles from ``first`` while it passes, then halves the span between the last that passed
    and the first that failed. Assumes that what fails once fails for all that are larger.
    """
    good, bad, tried = 0, most + 1, first
    while good < tried < bad:
        if passes(tried):
            good = tried
            tried = min(2 * tried, most)
        else:
            bad = tried
    while bad - good > max(1, round(good * FINE)):
        middle = (good + bad) // 2
        if passes(middle):
            good = middle
        else:
            bad = middle
    return good
