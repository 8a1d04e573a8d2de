"""A reader rests when it has read all that is there, until the next key frame, and never else."""

from __future__ import annotations

from fractions import Fraction

from detector.sources.rest import LEAST_S, MOST_S, RUSHED_S, Rest
from fences.clock import SECOND_NS
from tests.alerts_kit import FakeClock

BASE = Fraction(1, 25)
"""A stamp is the number of the picture."""

SOON_NS = SECOND_NS // 1000
TO_KEY_NS = 3 * SECOND_NS // 2


class Reader:
    """Reads pictures of a camera that gives 25 a second, each a little after it was taken."""

    def __init__(self, base: Fraction | None = BASE) -> None:
        self.clock = FakeClock()
        self.rest = Rest(self.clock, base)
        self.read = 0

    def pass_s(self, seconds: float) -> None:
        self.clock.pass_s(seconds)

    def packet(self, *, waited_s: float = 0.0005, to_key_ns: int | None = TO_KEY_NS) -> float:
        self.clock.pass_s(waited_s)
        self.read += 1
        return self.rest.length_s(self.read, round(waited_s * SECOND_NS), to_key_ns)

    def live(self, count: int) -> None:
        """Packets that come as they are taken."""
        for _ in range(count):
            self.packet(waited_s=0.04)


def test_who_has_read_all_rests_and_then_reads_on_until_all_is_read_again() -> None:
    reader = Reader()
    reader.live(20)
    assert reader.packet(waited_s=0.04) == MOST_S
    reader.pass_s(1.0)
    rests = [reader.packet() for _ in range(25)]
    assert rests[:22] == [0.0] * 22
    assert rests[-1] == MOST_S


def test_a_rest_ends_when_the_next_key_frame_is_due() -> None:
    reader = Reader()
    reader.live(20)
    assert reader.packet(waited_s=0.04, to_key_ns=SECOND_NS // 4) == 0.25
    assert reader.packet(waited_s=0.04, to_key_ns=round(LEAST_S * SECOND_NS) - 1) == 0.0
    assert reader.packet(waited_s=0.04, to_key_ns=-1) == 0.0


def test_where_nobody_knows_of_key_frames_rests_are_short() -> None:
    reader = Reader()
    reader.live(20)
    assert reader.packet(waited_s=0.04, to_key_ns=None) == RUSHED_S


def test_a_lag_that_no_wait_has_proven_for_ten_seconds_is_read_to_its_end() -> None:
    """What looked like the end of what is there may have been a busy machine."""
    reader = Reader()
    reader.live(20)
    for _ in range(11):
        reader.pass_s(1.0 - 25 * 0.0005)
        rests = [reader.packet() for _ in range(25)]
    assert rests == [0.0] * 25
    assert [reader.packet(waited_s=0.04) for _ in range(3)] == [0.0, 0.0, MOST_S]


def test_a_camera_whose_clock_was_set_is_rested_at_again() -> None:
    """It now seems to lag by a minute; reads that wait again and again show that it does not."""
    reader = Reader()
    reader.live(20)
    reader.packet()
    reader.pass_s(60.0)
    rests = [reader.packet(waited_s=0.04) for _ in range(10)]
    assert rests[0] == 0.0
    assert rests[-1] == MOST_S


def test_without_stamps_only_a_read_that_has_waited_tells() -> None:
    reader = Reader(None)
    assert reader.packet() == 0.0
    assert reader.packet(waited_s=0.04) == MOST_S


def test_on_a_busy_machine_too_a_reader_finds_its_rest_again() -> None:
    """Seen with 100 cameras: the server is late for good, and now and then a read for the lock."""
    reader = Reader()
    reader.live(20)
    reader.pass_s(3.0)
    waits_s = [0.079, 0.001, 0.06, 0.016, 0.048, 0.041, 0.037]
    rests = [reader.packet(waited_s=wait_s) for wait_s in waits_s]
    assert rests == [0.0] * 6 + [MOST_S]


def test_where_packets_come_in_clumps_a_reader_that_keeps_pace_with_them_rests() -> None:
    reader = Reader()
    reader.live(20)
    reader.pass_s(3.0)
    rests = [reader.packet(waited_s=0.001 if number % 10 else 0.391) for number in range(60)]
    assert rests[0] == 0.0
    assert MOST_S in rests


def test_who_is_behind_and_catches_up_reads_on() -> None:
    """Even where many a read takes long: the packets are there, and none is put off."""
    reader = Reader()
    reader.live(20)
    reader.pass_s(3.0)
    rests = [reader.packet(waited_s=0.03 if number % 3 else 0.01) for number in range(120)]
    assert rests == [0.0] * 120


def test_a_machine_that_stood_still_is_no_sign_that_all_is_read() -> None:
    reader = Reader()
    reader.live(20)
    reader.packet(to_key_ns=0)
    reader.pass_s(5.0)
    rests = [reader.packet() for _ in range(120)]
    assert rests == [0.0] * 120
