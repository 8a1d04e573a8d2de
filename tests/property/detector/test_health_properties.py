"""Camera health is told in media time, however often the camera is looked at."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.health.trouble import Trouble
from tests.health_kit import Change, Looked, bagged, blurred, capped, pink

_TIMES_S = {
    Trouble.BLACK: (capped, 10, 2),
    Trouble.COVERED: (bagged, 10, 2),
    Trouble.BLURRED: (blurred, 60, 5),
    Trouble.CAST: (pink, 30, 5),
}


@pytest.mark.parametrize("trouble", _TIMES_S)
@settings(max_examples=5, deadline=None)
@given(every_s=st.floats(0.5, 8.0))
def test_the_look_rate_changes_nothing_by_more_than_two_looks(
    trouble: Trouble, every_s: float
) -> None:
    change: Change
    change, after_s, back_s = _TIMES_S[trouble]
    looked = Looked(every_s=every_s).during(50).during(100, change)
    begun_s = next(at for at in looked.blind_s if at >= 50)
    looked.during(40)
    (told_s, told), (ended_s, ended) = looked.told
    assert (told, ended) == (trouble, None)
    assert after_s <= told_s - begun_s + 1e-6 <= max(after_s + every_s, 2 * every_s) + 2e-6
    assert back_s <= ended_s - 150 + 1e-6 <= back_s + 3 * every_s
