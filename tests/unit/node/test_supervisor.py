"""What becomes of a node that ends, with nodes that only pretend and a clock that is set."""

from __future__ import annotations

import json
import signal
import threading
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from fences.clock import SECOND_NS
from kerbwatch.node.book import QuarantineBook
from kerbwatch.node.line import Ended
from kerbwatch.node.supervisor import BACK_OFF_S, Supervisor

WALL_NS = 1_790_000_000 * SECOND_NS
REPORT = (
    "Fatal Python error: Segmentation fault\n\nStack (most recent call first):\n"
    '  File "decoder.py", line 3 in decode\n  File "whereabouts.py", line 9 in camera:gate-3\n'
)


@dataclass(frozen=True)
class Life:
    """How a pretended node goes: how long, how it ends, what report it leaves."""

    ran_s: float = 1.0
    code: int = -signal.SIGKILL
    ready: bool = True
    report: str | None = None
    stopping: bool = False
    error: OSError | None = None


@dataclass
class World:
    """Host and clock in one; ends with the last of its lives by an exit status of 0."""

    folder: Path
    lives: list[Life]
    stop_in_pause: int | None = None
    stopping: bool = False
    now_ns: int = 0
    pauses: list[float] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> Ended:
        life = self.lives.pop(0) if self.lives else Life(code=0)
        self.now_ns += round(life.ran_s * SECOND_NS)
        self.stopping = life.stopping
        if life.error is not None:
            raise life.error
        if life.report is not None:
            self.folder.mkdir(exist_ok=True)
            (self.folder / "crash.log").write_text(life.report)
        return Ended(life.code, life.ready, self.folder if life.ready else None)

    def pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        self.now_ns += round(seconds * SECOND_NS)
        return len(self.pauses) == self.stop_in_pause

    def wall_ns(self) -> int:
        return WALL_NS + self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wait(self, event: threading.Event, seconds: float) -> bool:
        raise NotImplementedError

    def tell(self, event: str, **fields: object) -> None:
        self.told.append({"event": event, **fields})

    def supervise(self, name: str = "node") -> int:
        return Supervisor(self, self, self.tell, name).run()

    def events(self) -> list[str]:
        return [one["event"] for one in self.told]

    def book(self) -> QuarantineBook:
        return QuarantineBook(self.folder)


def crash(ran_s: float = 1.0, report: str = REPORT, code: int = -signal.SIGSEGV) -> Life:
    return Life(ran_s, code, report=report)


@pytest.mark.parametrize("code", [1, 2])
def test_what_is_refused_at_the_start_is_final(tmp_path: Path, code: int) -> None:
    world = World(tmp_path, [Life(code=code, ready=False)])
    assert world.supervise() == code
    assert (world.pauses, world.told) == ([], [])


def test_once_it_has_watched_a_refusal_is_tried_again(tmp_path: Path) -> None:
    """The broker's port or the database may be gone for a moment."""
    world = World(tmp_path, [Life(), Life(code=1, ready=False), Life(code=2, ready=False), Life()])
    assert world.supervise() == 0
    assert len(world.pauses) == 4
    assert world.told[1]["how"] == "exit status 1"


@pytest.mark.parametrize("code", [-signal.SIGKILL, -signal.SIGSEGV])
def test_a_signal_is_answered_with_a_restart_even_at_the_start(tmp_path: Path, code: int) -> None:
    world = World(tmp_path, [Life(code=code, ready=False)])
    assert world.supervise() == 0
    assert world.events() == ["node_died"]


def test_a_node_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    none_left = OSError(11, "Resource temporarily unavailable")
    world = World(tmp_path, [Life(error=none_left), Life(error=none_left)])
    assert world.supervise() == 0
    assert world.events() == ["node_not_started"] * 2
    assert world.pauses[0] < world.pauses[1]


def test_each_death_is_told_with_how_and_when_it_comes_back(tmp_path: Path) -> None:
    world = World(tmp_path, [Life(ran_s=7.25)])
    world.supervise()
    (told,) = world.told
    assert (told["how"], told["ran_s"], told["camera"]) == ("SIGKILL", 7.2, None)
    assert told["restart_in_s"] == round(world.pauses[0], 1)


def test_waits_grow_to_a_minute_jittered_and_it_never_gives_up(tmp_path: Path) -> None:
    world = World(tmp_path, [Life() for _ in range(50)])
    world.supervise()
    longest = [BACK_OFF_S[min(number, len(BACK_OFF_S) - 1)] for number in range(50)]
    shares = [wait / most for wait, most in zip(world.pauses, longest, strict=True)]
    assert all(0.5 <= share <= 1 for share in shares)
    assert len(set(shares)) == 50
    assert max(world.pauses) > 50
    assert world.events() == ["node_died"] * 50


def test_two_nodes_do_not_wait_alike(tmp_path: Path) -> None:
    one, other = (World(tmp_path, [Life(), Life()]) for _ in range(2))
    one.supervise("host-a")
    other.supervise("host-b")
    assert not set(one.pauses) & set(other.pauses)


def test_what_ran_for_more_than_a_minute_comes_back_soon(tmp_path: Path) -> None:
    world = World(tmp_path, [*(Life() for _ in range(8)), Life(ran_s=61)])
    world.supervise()
    assert world.pauses[-2] >= 30
    assert world.pauses[-1] <= 1


def test_told_to_stop_it_returns_what_the_node_returned(tmp_path: Path) -> None:
    for code in (0, 1, -signal.SIGTERM):
        world = World(tmp_path, [Life(code=code, stopping=True)])
        assert world.supervise() == code
        assert world.pauses == []
    assert world.told == []


def test_a_node_that_dies_while_it_is_to_stop_is_told_and_not_brought_back(tmp_path: Path) -> None:
    world = World(tmp_path, [Life(code=-signal.SIGKILL, stopping=True)])
    assert world.supervise() == -signal.SIGKILL
    assert [(one["event"], one["how"]) for one in world.told] == [("node_died", "SIGKILL")]


def test_told_to_stop_between_two_nodes_it_starts_no_other(tmp_path: Path) -> None:
    world = World(tmp_path, [Life(), Life(), Life()], stop_in_pause=2)
    assert world.supervise() == 0
    assert len(world.lives) == 1
    assert world.events()[-1] == "node_not_restarted"


def test_the_third_crash_within_ten_minutes_quarantines_the_camera_once(tmp_path: Path) -> None:
    world = World(tmp_path / "node", [crash(), crash(), crash()])
    assert world.supervise() == 0
    assert world.events() == ["node_died", "node_died", "camera_quarantined", "node_died"]
    told = world.told[2]
    assert (told["camera"], told["crashes"], told["minutes"], told["times"]) == ("gate-3", 3, 10, 1)
    (held,) = world.book().read().values()
    assert (held.camera_id, held.times) == ("gate-3", 1)
    assert world.pauses[-1] <= 1, "with its cause gone the node comes back at once"
    assert world.told[-1]["camera"] == "gate-3"


def test_ten_minutes_are_of_running(tmp_path: Path) -> None:
    """Waits between do not count, what the node ran does."""
    slow = World(tmp_path / "slow", [crash(ran_s=301) for _ in range(9)])
    slow.supervise()
    assert "camera_quarantined" not in slow.events()
    others = [Life() for _ in range(30)]
    waited = World(tmp_path / "waited", [crash(), *others, crash(), *others, crash()])
    waited.supervise()
    assert waited.now_ns > 2000 * SECOND_NS
    assert waited.events().count("camera_quarantined") == 1


def test_on_parole_one_crash_is_enough_and_the_next_quarantine_is_longer(tmp_path: Path) -> None:
    world = World(tmp_path / "node", [crash(), crash(), crash(), crash(ran_s=660)])
    world.supervise()
    assert world.book().read()["gate-3"].times == 2
    told = [one for one in world.told if one["event"] == "camera_quarantined"]
    assert [(one["crashes"], one["minutes"]) for one in told] == [(3, 10), (1, 20)]


def test_the_quarantine_survives_the_supervisor(tmp_path: Path) -> None:
    first = World(tmp_path / "node", [crash(), crash(), crash()])
    first.supervise()
    again = World(tmp_path / "node", [crash(ran_s=660)])
    again.supervise()
    assert again.book().read()["gate-3"].times == 2


@pytest.mark.parametrize(
    "life",
    [
        crash(report="Fatal Python error: Aborted\n\n", code=-signal.SIGABRT),
        crash(report=""),
        crash(code=-signal.SIGKILL),
        crash(code=1),
        Life(code=-signal.SIGSEGV, ready=False, report=REPORT),
    ],
    ids=["a library's thread", "no report", "killed", "an exit", "before it recorded"],
)
def test_without_a_crash_that_names_a_camera_nobody_is_blamed(tmp_path: Path, life: Life) -> None:
    world = World(tmp_path / "node", [Life(), *(life for _ in range(5))])
    world.supervise()
    assert set(world.events()) == {"node_died"}
    assert world.book().read() == {}


def test_the_last_crash_s_report_is_kept_and_counts_only_once(tmp_path: Path) -> None:
    world = World(tmp_path / "node", [crash(), Life(code=-signal.SIGSEGV)])
    world.supervise()
    assert (tmp_path / "node" / "last-crash.log").read_text() == REPORT
    assert [one.get("camera") for one in world.told if one["event"] == "node_died"] == [
        "gate-3",
        None,
    ]
    assert "crash_unread" in world.events(), "the second left no report"


def test_a_bad_quarantine_file_is_told_set_aside_and_ends_nobody(tmp_path: Path) -> None:
    (tmp_path / "quarantine.json").write_text("{")
    world = World(tmp_path, [crash(), crash(), crash()])
    assert world.supervise() == 0
    assert world.events().count("quarantine_unreadable") == 1
    assert (tmp_path / "quarantine.bad").read_text() == "{"
    assert list(json.loads((tmp_path / "quarantine.json").read_text())["cameras"]) == ["gate-3"]


def test_a_file_that_cannot_be_written_is_told_and_ends_nobody(tmp_path: Path) -> None:
    world = World(tmp_path, [crash() for _ in range(4)])
    (tmp_path / "quarantine.lock").mkdir()
    assert world.supervise() == 0
    assert world.events().count("quarantine_unwritten") == 1
    waits = [one["restart_in_s"] for one in world.told if one["event"] == "node_died"]
    assert all(first < second for first, second in pairwise(waits))
