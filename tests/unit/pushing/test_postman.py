"""Letters out of the store, over channels that fail, hang and come back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from alerts.errors import StoreError
from alerts.pushing.channel import HANGS, NO_CHANNEL, Channel
from alerts.pushing.course import Delivery, Patience, Standing
from alerts.pushing.letters import Letter
from alerts.pushing.pictures import Pictures
from alerts.pushing.postman import Postman
from alerts.store.memory import MemoryStore
from fences.clock import SECOND_NS
from tests.alerts_kit import START_WALL_NS, FakeClock
from tests.push_kit import DEADLINE_S, FakeChannel, letter


class Store(MemoryStore):
    full = False

    def settle_deliveries(self, deliveries: Collection[Delivery]) -> None:
        if self.full:
            raise StoreError("store_write", problem="disk full")
        super().settle_deliveries(deliveries)


class Round:
    """A postman whose time the test lets pass."""

    def __init__(self, channels: Mapping[str, Sequence[Channel]], folder: Path = Path()) -> None:
        self.store, self.clock = Store(), FakeClock()
        self.channels = channels
        self.postman = self.begin(folder)

    def begin(self, folder: Path = Path()) -> Postman:
        patience = Patience(give_up_ns=1000 * SECOND_NS)
        pictures = Pictures(folder, 20_000)
        return Postman(self.store, self.channels, pictures, self.clock, patience)

    def post(self, *letters: Letter) -> None:
        with self.store.write() as transaction:
            for one in letters:
                transaction.add_letter(one, self.clock.wall_ns())

    def until(self, condition: Callable[[], bool]) -> None:
        """Steps without time passing until something holds."""
        pause = threading.Event()
        for _ in range(round(DEADLINE_S / 0.005)):
            self.postman.step_or_note()
            if condition():
                return
            pause.wait(0.005)
        raise AssertionError("it never came to hold")

    def in_minutes(self, condition: Callable[[], bool]) -> None:
        """Steps, a minute at a time, with room for real threads to end what they were given.

        One that has had too little of it counts as hung, and gets its letters again later.
        """
        room = threading.Event()
        for _ in range(40):
            self.clock.pass_s(61)
            for _ in range(20):
                self.postman.step_or_note()
                if condition():
                    return
                room.wait(0.005)
        raise AssertionError("it never came to hold")

    def standing(self, id_: int = 1) -> Delivery:
        everything = (*self.store.deliveries(1000), *self.store.deliveries(1000, done=True))
        return next(one for one in everything if one.id == id_)

    def is_sent(self, id_: int = 1) -> bool:
        return self.standing(id_).standing is Standing.SENT


def test_a_letter_arrives_once_and_is_marked() -> None:
    channel = FakeChannel()
    round_ = Round({"duty-east": [channel]})
    round_.post(letter())
    round_.until(round_.is_sent)
    round_.postman.step()
    assert channel.taken == [("标题 1", "内容", None)]
    assert round_.standing().via == "fake"


def test_after_three_tries_the_next_channel_takes_over() -> None:
    first, second = FakeChannel("first", problem="500"), FakeChannel("second")
    round_ = Round({"duty-east": [first, second]})
    round_.post(letter())
    for tries in (1, 2):
        round_.until(lambda tries=tries: round_.standing().tries == tries)  # type: ignore[misc]
        round_.clock.pass_s(30)
    round_.until(round_.is_sent)
    assert (first.tried, second.tried) == (3, 1)
    assert round_.standing().via == "second"


def test_a_channel_that_keeps_failing_is_reported_once_and_tried_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = FakeChannel("first", problem="500"), FakeChannel("second")
    round_ = Round({"duty-east": [first, second]})
    round_.post(letter(1))
    round_.until(lambda: round_.standing().tries == 1)
    round_.clock.pass_s(30)
    round_.until(lambda: round_.standing().tries == 2)
    round_.clock.pass_s(30)
    round_.until(round_.is_sent)
    round_.post(letter(2))
    round_.until(lambda: round_.is_sent(2))
    assert first.tried == 4
    first.problem = None
    round_.post(letter(3))
    round_.until(lambda: round_.is_sent(3))
    assert first.taken
    log = capsys.readouterr().out
    assert (log.count("push_away"), log.count("push_back")) == (1, 1)


def test_a_channel_that_hangs_holds_up_nobody_else_and_is_passed_over() -> None:
    hangs, mail, other = FakeChannel("hangs"), FakeChannel("mail"), FakeChannel("other")
    hangs.gate.clear()
    round_ = Round({"duty-east": [hangs, mail], "wenshao": [other]})
    round_.post(*(letter(n) for n in range(1, 31)), letter(31, "wenshao"))
    round_.until(lambda: round_.is_sent(31) and hangs.begun.is_set())
    round_.in_minutes(lambda: all(round_.is_sent(n) for n in range(2, 31)))  # it was before them
    threads = [one for one in threading.enumerate() if one.name == "push-hangs"]
    assert len(threads) == 1
    hangs.gate.set()
    threads[0].join(DEADLINE_S)
    assert len(mail.taken) >= 29


def test_what_hangs_is_told_as_such() -> None:
    hangs = FakeChannel("hangs")
    hangs.gate.clear()
    round_ = Round({"duty-east": [hangs]})
    round_.post(letter())
    round_.until(hangs.begun.is_set)
    round_.clock.pass_s(61)
    round_.until(lambda: round_.standing().tries == 1)
    assert round_.standing().problem == HANGS
    hangs.gate.set()


def test_when_all_have_failed_for_too_long_it_is_dead_and_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    round_ = Round({"duty-east": [FakeChannel("a", problem="no"), FakeChannel("b", problem="no")]})
    round_.post(letter())
    seen = 0

    def moved() -> bool:
        one = round_.standing()
        return (
            one.standing is Standing.DEAD or one.round * 100 + one.channel * 10 + one.tries > seen
        )

    while round_.standing().standing is Standing.WAITING:
        one = round_.standing()
        seen = one.round * 100 + one.channel * 10 + one.tries
        round_.clock.pass_s(max(0, (one.due_wall_ns - round_.clock.wall_ns()) / SECOND_NS))
        round_.until(moved)
    assert round_.store.push_stats().dead == 1
    assert "push_dead" in capsys.readouterr().out


def test_while_the_store_cannot_be_written_nothing_is_sent_again() -> None:
    channel = FakeChannel()
    round_ = Round({"duty-east": [channel]})
    round_.post(letter())
    round_.store.full = True
    round_.until(lambda: channel.tried == 1)
    for _ in range(20):
        round_.clock.pass_s(1)
        round_.postman.step_or_note()
    round_.store.full = False
    round_.until(round_.is_sent)
    assert channel.tried == 1


def test_what_was_not_delivered_is_taken_up_by_the_next_start() -> None:
    channel = FakeChannel(problem="no")
    round_ = Round({"duty-east": [channel]})
    round_.post(letter())
    round_.until(lambda: round_.standing().tries == 1)
    round_.postman.stop(1)
    channel.problem = None
    round_.postman = round_.begin()
    round_.clock.pass_s(10)
    round_.until(round_.is_sent)


def test_a_clock_that_was_set_back_holds_no_letter_up() -> None:
    channel = FakeChannel(problem="no")
    round_ = Round({"duty-east": [channel]})
    round_.clock.pass_s(7200)
    round_.post(letter())
    round_.until(lambda: round_.standing().tries == 1)
    channel.problem = None
    round_.clock.pass_s(-7200)
    assert round_.clock.wall_ns() == START_WALL_NS
    round_.until(round_.is_sent)


def test_a_recipient_who_has_no_channel_any_more_has_a_dead_letter() -> None:
    round_ = Round({"duty-east": [FakeChannel()]})
    round_.post(letter(1, "gone"))
    round_.until(lambda: round_.standing().standing is Standing.DEAD)
    assert round_.standing().problem == NO_CHANNEL


def test_a_picture_goes_along_made_smaller_and_none_costs_no_letter(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "big.jpg"), cv2.blur(noise, (9, 9)))
    cv2.imwrite(str(tmp_path / "small.jpg"), np.zeros((90, 160, 3), np.uint8))
    channel = FakeChannel()
    round_ = Round({"duty-east": [channel]}, tmp_path)
    round_.post(letter(1, picture="big.jpg"), letter(2, picture="small.jpg"))
    round_.post(letter(3, picture="absent.jpg"))
    round_.until(lambda: all(map(round_.is_sent, (1, 2, 3))))
    big, small, absent = (picture for _, _, picture in channel.taken)
    assert big is not None
    assert 0 < len(big) <= 20_000
    assert cv2.imdecode(np.frombuffer(big, np.uint8), cv2.IMREAD_COLOR) is not None
    assert small == (tmp_path / "small.jpg").read_bytes()
    assert absent is None
