from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.sources.timeline import CLOCK_RESTARTED, JUMP_FORWARD, Timeline
from fences.clock import SECOND_NS
from fences.observation import Gap

STEP_NS = SECOND_NS // 25
STAMP = st.none() | st.integers(-(2**62), 2**62) | st.integers(0, 500)


def timeline(time_base: Fraction = Fraction(1, 25), start_ns: int = 0) -> Timeline:
    return Timeline(time_base, STEP_NS, start_ns=start_ns, jump_ns=3 * SECOND_NS)


def placed(line: Timeline, stamps: list[int | None]) -> list[int]:
    return [line.place(stamp, None)[0] for stamp in stamps]


def test_the_first_picture_is_at_the_start_whatever_its_stamp() -> None:
    assert placed(timeline(start_ns=7), [90_000, 90_001]) == [7, 7 + STEP_NS]


def test_a_day_of_29_97_pictures_a_second_drifts_by_less_than_a_nanosecond() -> None:
    line = timeline(Fraction(1001, 30_000))
    line.place(0, None)
    for hour in range(1, 25):
        index = hour * 108_000
        media_ns = line.place(index, None)[0]
        assert 0 <= Fraction(1001, 30_000) * SECOND_NS * index - media_ns < 1


def test_decoding_stamps_are_taken_where_presentation_stamps_are_swapped() -> None:
    line = timeline()
    stamps = [(1, 3), (4, 4), (6, 5), (5, 6), (7, 7), (9, 8), (8, 9), (10, 10), (12, 11)]
    times = [line.place(pts, dts)[0] // STEP_NS for pts, dts in stamps]
    assert times == [0, 3, 5, 5, 6, 7, 8, 9, 10]


def test_a_repeated_or_missing_stamp_moves_on_and_is_caught_up_with() -> None:
    assert placed(timeline(), [0, 1, 1, 2, None, 4]) == [
        0,
        STEP_NS,
        STEP_NS + STEP_NS // 2,
        2 * STEP_NS,
        3 * STEP_NS,
        4 * STEP_NS,
    ]


def test_a_leap_forward_is_a_gap() -> None:
    line = timeline()
    line.place(0, None)
    media_ns, gap = line.place(250, None)
    assert media_ns == 10 * SECOND_NS
    assert gap == Gap(0, 10 * SECOND_NS, JUMP_FORWARD)


@pytest.mark.parametrize("stamp", [-1000, 25 * 86_400 * 40])
def test_a_clock_set_back_or_away_goes_on_after_the_last_picture(stamp: int) -> None:
    line = timeline()
    placed(line, [0, 1, 2])
    media_ns, gap = line.place(stamp, None)
    assert media_ns == 3 * STEP_NS
    assert gap == Gap(2 * STEP_NS, 3 * STEP_NS, CLOCK_RESTARTED)
    assert line.place(stamp + 1, None) == (4 * STEP_NS, None)


@given(st.lists(st.tuples(STAMP, STAMP), min_size=1, max_size=60))
def test_media_time_strictly_grows_whatever_the_stamps(
    stamps: list[tuple[int | None, int | None]],
) -> None:
    line = timeline(start_ns=5)
    last_ns = None
    for pts, dts in stamps:
        media_ns, gap = line.place(pts, dts)
        if last_ns is None:
            assert (media_ns, gap) == (5, None)
        else:
            assert media_ns > last_ns
            assert gap is None or (gap.from_ns, gap.to_ns) == (last_ns, media_ns)
        last_ns = media_ns
        assert line.last_ns == media_ns < line.end_ns
