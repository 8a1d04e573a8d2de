"""What "on time" means, for Kerbwatch and for its peer alike.

A check of a camera is on time if the picture it looked at was looked at no later than the
camera's interval + 0.5 s after the previous check of that camera. The interval is the one that
holds then: 2 s while something happens, the idle interval where a service looks less often at
places where nothing happens. A check that did not take place counts as late: of a pause twice
as long as the interval, one check is late and one is missing. Before the first check of the
window and after the last one the window's ends count as checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SLACK_S = 0.5
ENOUGH = 0.99
"""The share of checks on time from which a number of cameras counts as watched."""


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Checks that were due, and how many of them were on time."""

    due: int
    on_time: int

    @property
    def share(self) -> float | None:
        return round(self.on_time / self.due, 4) if self.due else None


def by_times(
    times_s: Sequence[float], window_s: tuple[float, float], every_s: float
) -> Punctuality:
    """From the times of one camera's checks, in seconds of the window's own clock."""
    begin_s, end_s = window_s
    due = on_time = 0
    previous_s = begin_s
    for moment_s in (*sorted(at for at in times_s if begin_s <= at < end_s), end_s):
        pause_s = moment_s - previous_s
        is_end = moment_s == end_s
        if pause_s > every_s + SLACK_S:
            due += max(1, int(pause_s // every_s))
        elif not is_end:
            due += 1
            on_time += 1
        previous_s = moment_s
    return Punctuality(due, on_time)


def by_counts(looks: float, late: float, expected: float) -> Punctuality:
    """From what a service counts in the window: looks, and those of them that were late.

    ``expected``: the window over the interval that was wanted, which need not be a whole number;
    one look less may be a matter of where the window begins. More that are missing are late.
    """
    due = max(int(looks), int(expected) - 1)
    return Punctuality(due, max(0, int(looks - late)))


def together(all_of: Iterable[Punctuality]) -> Punctuality:
    """The sum over cameras."""
    held = list(all_of)
    return Punctuality(sum(one.due for one in held), sum(one.on_time for one in held))
