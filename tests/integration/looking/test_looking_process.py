"""A process beside the service sees what the service itself would, and is missed when it dies."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from detector.engines.errors import ModelError
from fences.box import Box
from fences.clock import SECOND_NS
from fences.observation import Observation
from kerbwatch.looking.eyes import CameraEyes, OwnEyes, Watched
from kerbwatch.looking.lent import CAN_LEND, LentEyes, LookBrokenError, LookingProcess
from kerbwatch.looking.words import PIXELS_BYTES, Begin
from kerbwatch.options import ModelsOptions
from kerbwatch.wire.backgrounds import BackgroundFolder
from tests.fences_kit import fence, rule
from tests.obstruction_kit import WIDE, Place

ROOT = Path(__file__).parents[3]
MODEL = "kerbwatch-street-480"
PLACE = Place((270, 480))
THING = Box(0.3, 0.4, 0.5, 0.7)
WATCHED = Watched("cam", (fence(rule(), polygon=WIDE),), is_live=True)

Start = Callable[..., LookingProcess]

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(not CAN_LEND, reason="needs Linux: memory shared by file descriptor"),
]


@pytest.fixture
def deaths() -> list[int]:
    return []


@pytest.fixture
def died() -> threading.Event:
    return threading.Event()


@pytest.fixture
def start(tmp_path: Path, deaths: list[int], died: threading.Event) -> Iterator[Start]:
    started: list[LookingProcess] = []

    def on_death(code: int) -> None:
        deaths.append(code)
        died.set()

    def go(*models: str) -> LookingProcess:
        begin = Begin(
            ModelsOptions(ROOT / "models", models),
            {},
            tmp_path / "backgrounds",
            tmp_path / "crash.log",
            logs_as_json=True,
        )
        started.append(LookingProcess(begin, on_death))
        started[-1].wait_ready()
        return started[-1]

    yield go
    for process in started:
        process.close()


def minute(eyes: CameraEyes) -> list[Observation]:
    """A thing is put down in the middle of a minute."""
    return [
        eyes.look(
            PLACE.draw(second, *([THING] if second > 20 else [])),
            second * SECOND_NS,
            second * SECOND_NS,
        )
        for second in range(0, 60, 2)
    ]


def test_lent_eyes_see_what_own_eyes_see(start: Start, tmp_path: Path) -> None:
    own = OwnEyes(WATCHED, (), BackgroundFolder(tmp_path / "own"))
    lent = LentEyes(start(), WATCHED, lambda _: None)
    assert lent.wanted_px == own.wanted_px
    expected = minute(own)
    assert minute(lent) == expected
    assert any(seen.detections for seen in expected)
    assert (lent.quiet, lent.trouble) == (own.quiet, own.trouble)


def test_lent_eyes_infer_with_the_model_and_tell_how_long_it_took(start: Start) -> None:
    took_s: list[float] = []
    lent = LentEyes(start(MODEL), WATCHED, took_s.append)
    for second in range(0, 6, 2):
        lent.look(PLACE.draw(0), second * SECOND_NS, second * SECOND_NS)
    assert len(took_s) == 1, "nothing changes, so the model is asked once"
    assert lent.skipped == 2
    assert 0 < lent.cost_ns < 60 * SECOND_NS


def test_what_was_saved_is_known_after_a_restart(start: Start) -> None:
    first = LentEyes(start(), WATCHED, lambda _: None)
    minute(first)
    first.save()
    second = LentEyes(start(), WATCHED, lambda _: None)
    seen = second.look(PLACE.draw(61, THING), 61 * SECOND_NS, 61 * SECOND_NS)
    assert seen.detections, "a new background would take the thing for the street"


def test_what_cannot_be_saved_is_told(start: Start, tmp_path: Path) -> None:
    lent = LentEyes(start(), WATCHED, lambda _: None)
    minute(lent)
    (tmp_path / "backgrounds").write_text("in the way")
    with pytest.raises(OSError, match="backgrounds"):
        lent.save()


def test_a_picture_that_is_too_large_for_the_shared_memory_is_sent(start: Start) -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    whole = np.broadcast_to(picture[:1, :1], (5000, PIXELS_BYTES // 14_000, 3))
    lent = LentEyes(start(), WATCHED, lambda _: None)
    seen = lent.look(np.ascontiguousarray(whole), SECOND_NS, SECOND_NS)
    assert seen.media_ns == SECOND_NS


def test_a_picture_that_breaks_a_look_ends_nothing(start: Start) -> None:
    lent = LentEyes(start(), WATCHED, lambda _: None)
    with pytest.raises(LookBrokenError, match="Traceback"):
        lent.look(np.zeros((0, 4, 3), np.uint8), 0, 0)
    assert lent.look(PLACE.draw(2), 2 * SECOND_NS, 2 * SECOND_NS).media_ns == 2 * SECOND_NS


def test_a_process_that_is_killed_is_told_of_and_asked_in_vain(
    start: Start, deaths: list[int], died: threading.Event
) -> None:
    process = start()
    lent = LentEyes(process, WATCHED, lambda _: None)
    os.kill(process.pid, signal.SIGKILL)
    assert died.wait(30)
    assert deaths == [-signal.SIGKILL]
    with pytest.raises(LookBrokenError, match="gone"):
        lent.look(PLACE.draw(0), 0, 0)


def test_a_process_that_is_closed_ends_without_a_word(start: Start, deaths: list[int]) -> None:
    process = start()
    process.close()
    assert deaths == []
    assert not Path(f"/proc/{process.pid}").exists()


def test_a_model_that_does_not_load_is_told_as_by_the_service_itself(
    start: Start, tmp_path: Path
) -> None:
    error = ModelError("w", where=tmp_path, got="g", expected="e", remedy="r")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.remedy) == (str(error), "r")
    with pytest.raises(ModelError, match="no-such-card"):
        start("no-such-card")
