"""What a run of faults has shown, and by when a camera must be live again."""

from __future__ import annotations

from dataclasses import dataclass

from detector.sources.patience import LiveOptions
from tests.faults.line import Trouble
from tests.faults.plan import Planned
from tests.faults.service import EVERY_S
from tests.faults.street import KEY_S

_HUNG_S = 20.0
"""How long an opening may take before it is given up as hung."""

_SLACK_S = 4.0
"""For FFmpeg's look at a stream's first second, a key frame, the scrape, and a busy machine."""


@dataclass(frozen=True, slots=True)
class Result:
    """``recovered``: faults after which every camera was live in time; ``late`` tells the rest.

    ``rss_growth_late_mb``: what of the growth came in the second half; a leak grows in both.
    ``kinds``: how many of each; ``left_out``: what this machine does not allow, and why.
    """

    faults: int
    cameras: int
    recovered: int
    slowest_s: float
    false_clears: int
    rss_growth_mb: float
    rss_growth_late_mb: float
    thread_growth: int
    file_growth: int
    late: tuple[str, ...]
    kinds: dict[str, int]
    left_out: dict[str, str]


def allowed(fault: Planned) -> float:
    """By when a camera must be live: its loss noticed, its back-off waited, a stream begun.

    Delays double, so the one that is waited out is at most as long as all before it together,
    and one more: no longer than the trouble has lasted, or twice the first.
    """
    options = LiveOptions()
    noticed_s = options.read_s + EVERY_S + KEY_S
    backoff_s = min(options.pace.longest_s, max(2 * options.pace.first_s, 2 * fault.lasts_s))
    hung_s = _HUNG_S if fault.kind in (Trouble.FLIPPED, Trouble.TRUNCATED) else 0.0
    return noticed_s + backoff_s + hung_s + _SLACK_S
