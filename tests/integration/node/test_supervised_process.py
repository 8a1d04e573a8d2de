"""A real supervisor with real nodes: crashed, killed, orphaned, deaf, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kerbwatch.clock import SystemClock
from kerbwatch.node.book import QuarantineBook
from tests.e2e.kit import camera, fence, streams, street_clip

ROOT = Path(__file__).parents[3]
CLOCK = SystemClock()
DEADLINE_S = 30.0
STOP_S = 5.0

pytestmark = pytest.mark.timeout(60)


@dataclass
class Run:
    """A supervisor whose node is ``crasher.py`` in a mode."""

    process: subprocess.Popen[str]
    folder: Path

    def journal(self, word: str) -> list[int]:
        """Process ids of the nodes that said the word."""
        path = self.folder / "journal"
        lines = path.read_text().splitlines() if path.exists() else []
        return [int(line.split()[-1]) for line in lines if line.startswith(word + " ")]

    def log(self) -> str:
        return (self.folder / "log").read_text()


def await_(holds: Callable[[], bool], what: str, within_s: float = DEADLINE_S) -> None:
    until_ns = CLOCK.monotonic_ns() + int(within_s * 1e9)
    while not holds():
        if CLOCK.monotonic_ns() > until_ns:
            pytest.fail(f"waited {within_s} s for {what}")
        CLOCK.wait(threading.Event(), 0.02)


def lives(pid: int) -> bool:
    """Whether a process, not ours, runs; one that nobody has buried yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    runs: list[Run] = []

    def begin(mode: str) -> Run:
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, Path(__file__).with_name("crasher.py"), tmp_path, mode],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        runs.append(Run(process, tmp_path))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()


def test_a_camera_whose_decoder_crashes_is_left_out_and_the_others_are_watched(
    start: Callable[[str], Run],
) -> None:
    run = start("crashes")
    await_(lambda: bool(run.journal("held")), "the camera to be left out")
    nodes = run.journal("watching")
    assert len(set(nodes)) == 4, "it took three of them"
    assert run.journal("held") == nodes[-1:]
    assert list(QuarantineBook(run.folder).read()) == ["gate-3"]
    run.process.terminate()
    assert run.process.wait(STOP_S) == 0
    assert run.log().count("'how': 'SIGSEGV'") == 3
    assert run.log().count("camera_quarantined") == 1
    assert "in camera:gate-3" in (run.folder / "last-crash.log").read_text()


def test_a_node_that_is_killed_comes_back_and_nobody_is_blamed(
    start: Callable[[str], Run],
) -> None:
    run = start("watches")
    await_(lambda: len(run.journal("watching")) == 1, "the first node")
    os.kill(run.journal("watching")[0], signal.SIGKILL)
    await_(lambda: len(run.journal("watching")) == 2, "the second node")
    run.process.terminate()
    assert run.process.wait(STOP_S) == 0
    assert "'how': 'SIGKILL'" in run.log()
    assert QuarantineBook(run.folder).read() == {}


@pytest.mark.parametrize("mode", ["watches", "deaf", "starts for ever"])
def test_with_its_supervisor_killed_the_node_is_gone_too(
    start: Callable[[str], Run], mode: str
) -> None:
    run = start(mode)
    word = "starting" if mode == "starts for ever" else "watching"
    await_(lambda: bool(run.journal(word)), "the node")
    (node,) = run.journal(word)
    assert lives(node)
    run.process.kill()
    run.process.wait()
    await_(lambda: not lives(node), "the node to end", STOP_S)


def test_a_node_that_does_not_hear_is_killed_within_5_s(start: Callable[[str], Run]) -> None:
    run = start("deaf")
    await_(lambda: bool(run.journal("watching")), "the node")
    run.process.terminate()
    assert run.process.wait(STOP_S + 1) == -signal.SIGKILL
    assert "while it was to stop" in run.log()
    assert not lives(run.journal("watching")[0])


def test_while_it_is_still_starting_a_signal_ends_both_as_it_would_one(
    start: Callable[[str], Run],
) -> None:
    run = start("starts for ever")
    await_(lambda: bool(run.journal("starting")), "the node")
    run.process.terminate()
    assert run.process.wait(STOP_S) == -signal.SIGTERM
    assert run.log() == ""


def test_between_two_nodes_it_stops_at_once(start: Callable[[str], Run]) -> None:
    run = start("dies")
    await_(lambda: run.log().count("node_died") == 3, "longer pauses")
    run.process.terminate()
    assert run.process.wait(STOP_S) == 0
    assert "node_not_restarted" in run.log()


@pytest.mark.parametrize(
    ("mode", "code", "said"), [("refuses", 2, ""), ("raises", 1, "on purpose")]
)
def test_what_ends_by_itself_at_the_start_ends_the_supervisor_alike(
    start: Callable[[str], Run], mode: str, code: int, said: str
) -> None:
    run = start(mode)
    assert run.process.wait(DEADLINE_S) == code
    assert said in run.log()
    assert "node_died" not in run.log()


@pytest.mark.parametrize("where", ["reading", "looking"])
def test_in_the_real_service_the_camera_is_blamed_wherever_its_decoder_aborts(
    tmp_path: Path, where: str
) -> None:
    """In the thread that reads it, and in one of those that look at all of them."""
    clip = street_clip(tmp_path / "clip.avi", (20, False))
    watched = [camera("cam", clip, [fence()]), camera("mad", tmp_path / "mad.avi", [fence()])]
    config = streams(tmp_path, watched, mqtt={"embedded_port": 0})
    script = Path(__file__).with_name("mad_service.py")
    with subprocess.Popen(
        [sys.executable, script, config, where],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = next((one for one in process.stdout if one.startswith("node_died")), "")
        process.kill()
    assert "'how': 'SIGABRT'" in told
    assert "'camera': 'mad'" in told
