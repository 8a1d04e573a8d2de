"""Whatever people, cameras and time do to a case, in whatever order and however often."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.aftercare import Aftercare
from alerts.answers import Answer
from alerts.cases import NEXT, Case, Transition
from alerts.commands import RefusalCode
from alerts.counter import Counter
from alerts.evidence import EvidenceFolder
from alerts.health import CameraState
from alerts.intake import Batch, Intake
from alerts.people import Role
from alerts.reports import Report
from alerts.store.memory import MemoryStore
from alerts.verbs import LONGEST_NS, MAY, Verb, verbs_for
from fences.clock import SECOND_NS
from fences.event import EventKind, Reason
from tests.alerts_kit import DIRECTORY, PERSON, START_WALL_NS, WRITER, FakeClock, fence_event, order

UNTIL_NS = START_WALL_NS + 20 * 3600 * SECOND_NS
MERE = {Reason.DWELL_REACHED, Reason.MORE_OCCUPANTS, Reason.GROWN}
DONE = set(Verb) - {Verb.SILENCE, Verb.SNOOZE, Verb.LIFT}
PEOPLE = ["duty-east", "wenshao", "other-estate", "centre", "nobody"]

events = st.builds(
    fence_event,
    kind=st.sampled_from(EventKind),
    at_s=st.integers(0, 2000),
    violation_s=st.integers(0, 3).map(lambda number: number * 200.0),
    seq=st.integers(1, 4),
)
commands = st.tuples(
    st.sampled_from(Verb),
    st.sampled_from(PEOPLE),
    st.sampled_from([None, None, None, 1, 2, 3]),
    st.sampled_from(["r-1", "r-2", None, None, None]),
)
steps = st.one_of(
    events,
    commands,
    st.sampled_from(["report", "blind", "well"]),
    st.integers(1, 2000),
)


@dataclass
class World:
    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    answers: dict[tuple[Any, ...], Answer] = field(default_factory=dict)
    requests: int = 0
    seen: dict[tuple[str, int], Case] = field(default_factory=dict)

    def __post_init__(self) -> None:
        evidence = EvidenceFolder(self.folder, DIRECTORY)
        self.intake = Intake(self.store, WRITER, evidence, self.clock)
        self.counter = Counter(self.store, WRITER, evidence, self.clock)
        self.aftercare = Aftercare(self.store, WRITER, self.clock, self.intake.heard)

    def take(self, step: Any) -> None:
        self._take(step)
        self.seen |= {(case.case_id, case.version): case for case in self.store.cases()}

    def judge(
        self, answer: Answer, case: Case | None, version: int, log: tuple[Transition, ...]
    ) -> None:
        """Obeyed is what was decided upon the case as it is; sightings alone refuse nothing."""
        code = None if answer.refusal is None else answer.refusal.code
        if case is None or case.case_id != answer.case_id:
            return
        known = self.seen.get((case.case_id, version))
        if code is None:
            assert known is None or _facts(known) == _facts(case)
            assert not any(it.reason in DONE for it in log if it.version > version)
        mere = all(it.reason in MERE for it in log if it.version > version)
        if mere and version <= case.version and case.cleared_wall_ns is None:
            states = {it.state for it in log if it.version >= version}
            assert code is not RefusalCode.STALE_VERSION or len(states) > 1

    def _take(self, step: Any) -> None:
        if isinstance(step, int):
            self.clock.pass_s(step)
            self.aftercare.tend()
        elif step in {"blind", "well"}:
            state = CameraState.ONLINE if step == "well" else CameraState.COVERED
            self.intake.camera_status("gate-3", state, self.clock.wall_ns())
        elif isinstance(step, tuple):
            self.command(*step)
        elif step == "report":
            self.requests += 1
            at_ns = self.clock.wall_ns()
            place = ("gate-3", "lane", "blocked_fire_lane")
            self.counter.take(Report(*place, "wenshao", f"n-{self.requests}", at_ns, "有垃圾"))
        else:
            self.intake.receive(Batch("gate-3", 0, 0, (step,)))

    def command(self, verb: Verb, actor: str, version: int | None, request: str | None) -> None:
        cases = self.store.cases()
        self.requests += 1
        request_id = request or f"c-{self.requests}"
        command = order(
            cases[-1] if cases else "none",
            verb,
            actor,
            version=version,
            request_id=request_id,
            at_wall_ns=self.clock.wall_ns(),
            until_wall_ns=UNTIL_NS if verb in LONGEST_NS else None,
        )
        before = self.store.cases()
        log = self.store.history(command.case_id)
        answer = self.counter.take(command)
        if version is not None and answer.at_wall_ns == command.at_wall_ns:
            self.judge(answer, before[-1] if before else None, version, log)
        said = (command.case_id, verb, actor, version)
        known = self.answers.get((request_id, *said))
        if known is not None:
            assert answer == known
            assert self.store.cases() == before
        elif (
            actor in DIRECTORY.recipients
            and answer.at_wall_ns == command.at_wall_ns
            and not _is_of_another(answer)
        ):
            self.answers.setdefault((request_id, *said), answer)
        if not answer.done:
            assert self.store.cases() == before


def _facts(case: Case) -> tuple[object, ...]:
    """What somebody decides upon."""
    done = (case.state, case.accepted_by, case.handled_by, case.verification, case.close_reason)
    until = (case.extended_until_wall_ns, case.suspended_until_wall_ns)
    return (*done, *until, case.cleared_wall_ns, case.accepted_wall_ns, case.handled_wall_ns)


def _is_of_another(answer: Answer) -> bool:
    """The id belongs to another request, whose answer is kept; this refusal is not."""
    return answer.refusal is not None and answer.refusal.code is RefusalCode.REQUEST_ID_REUSED


def play(told: list[Any], folder: Path) -> World:
    world = World(folder)
    for step in told:
        world.take(step)
    return world


SAME_ID = [(Verb.ACCEPT, actor, None, "r-1") for actor in ("duty-east", "wenshao")]


@settings(deadline=None, max_examples=60)
@given(st.lists(steps, max_size=25))
@example([fence_event(EventKind.OPENED, 0, violation_s=0.0), *SAME_ID, 1, SAME_ID[1]])
def test_versions_grow_by_one_and_states_follow_the_table(told: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        world = play(told, Path(folder))
    for case in world.store.cases():
        log = world.store.history(case.case_id)
        assert [line.version for line in log] == list(range(1, len(log) + 1))
        assert (log[-1].version, log[-1].state) == (case.version, case.state)
        for before, line in pairwise(log):
            assert line.state in {before.state, *NEXT[before.state]}
            by = DIRECTORY.recipients.get(line.actor)
            if by is not None and line.reason != "reported":
                assert before.state in MAY[by.role][Verb(line.reason)]


@settings(deadline=None, max_examples=60)
@given(st.lists(steps, max_size=25))
def test_one_case_is_open_at_most_and_finished_ones_can_only_be_reopened(told: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        world = play(told, Path(folder))
    assert sum(case.is_open for case in world.store.cases()) <= 1
    for case in world.store.cases():
        for person in PERSON.values():
            verbs = set(verbs_for(case, person))
            assert case.is_open or verbs <= {Verb.REOPEN}
        assert (case.close_reason is None) == case.is_open


@settings(deadline=None, max_examples=60)
@given(st.lists(steps, max_size=25))
def test_what_time_has_done_is_not_done_again_also_after_a_restart(told: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        world = play(told, Path(folder))
        world.aftercare.tend()
        before, messages = world.store.cases(), world.store.unsent(0, 10_000)
        assert world.aftercare.tend() == ()
        again = Intake(world.store, WRITER, EvidenceFolder(Path(folder), DIRECTORY), world.clock)
        assert Aftercare(world.store, WRITER, world.clock, again.heard).tend() == ()
    assert (world.store.cases(), world.store.unsent(0, 10_000)) == (before, messages)


def test_the_roles_of_this_world_are_all_roles_of_people() -> None:
    assert set(PERSON) == set(Role) - {Role.CAMERA}
