"""Judges what there is at the end against what the recordings imply. Pure, and of its own mind.

Openings and clearings are told from the log; people and time are believed there, for it is what
they did that decides whether the next visit joins a case, brings one back, or begins another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from chaos.ailing import NO_ILLS, Ills, wrong_health, wrong_status
from chaos.chained import broken_chain
from chaos.commanded import broken_commands
from chaos.facts import Facts, Row, Told
from chaos.hushed import disturbed, untold
from chaos.littered import orphaned
from chaos.model import Visit
from chaos.pushed import unpushed

REOPEN_WITHIN_NS = 300_000_000_000
"""How soon a visit must come after the place was seen to be clear, to be the same case."""

SIZES = frozenset({"cases", "health_cases", "letters", "dead_letters", "silences", "lifts"})
"""What of a verdict only says how much there was."""

_EDGE_NS = 1_000_000_000
"""So near to that, either is right."""

_FINISHED = {"closed", "rejected"}
_STEPS = ("remind_", "overdue_", "escalate_")


@dataclass
class Verdict:
    """How much there was, and how often each was broken; ``findings`` say where.

    All must be 0 but for :data:`SIZES`.
    """

    cases: int = 0
    health_cases: int = 0
    letters: int = 0
    dead_letters: int = 0
    silences: int = 0
    lifts: int = 0
    lost: int = 0
    doubled: int = 0
    unheard: int = 0
    versions_broken: int = 0
    retained_wrong: int = 0
    deadlines_doubled: int = 0
    answers_changed: int = 0
    chain_broken: int = 0
    unpushed: int = 0
    disturbed: int = 0
    untold: int = 0
    health_wrong: int = 0
    status_wrong: int = 0
    commands_broken: int = 0
    orphans: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """All of them, by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}

    @property
    def holds(self) -> bool:
        """Whether everything was as it must be."""
        return not any(value for name, value in self.counts.items() if name not in SIZES)

    def add(self, name: str, problems: Iterable[str]) -> None:
        """Count ``problems`` under ``name``."""
        found = list(problems)
        setattr(self, name, getattr(self, name) + len(found))
        self.findings += [f"{name}: {one}" for one in found]


def judge(facts: Facts, visits: Iterable[Visit], ills: Ills = NO_ILLS) -> Verdict:
    """Everything that can be wrong."""
    verdict = _sized(facts)
    by_camera: defaultdict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_camera[visit.camera_id].append(visit)
    camera_of = {str(row["case_id"]): str(row["camera_id"]) for row in facts.street}
    of_health = {row["case_id"] for row in facts.health}
    lines: defaultdict[str, list[Row]] = defaultdict(list)
    for row in facts.log:
        if row["case_id"] not in of_health:
            lines[camera_of.get(row["case_id"], "")].append(row)
    for camera_id in sorted({*by_camera, *lines}):
        place = _Place(by_camera[camera_id], verdict)
        place.follow(lines[camera_id])
    verdict.add("unheard", _unheard(facts))
    verdict.add("doubled", _retold([*facts.events, *facts.inboxes]))
    verdict.add("versions_broken", _broken_versions(facts))
    verdict.add("retained_wrong", _wrong_retained(facts))
    verdict.add("deadlines_doubled", _doubled_steps(facts))
    verdict.add("answers_changed", _changed_answers(facts.results))
    verdict.add("chain_broken", broken_chain(facts.cases, facts.log, facts.files))
    verdict.add("unpushed", unpushed(facts))
    verdict.add("disturbed", disturbed(facts))
    verdict.add("untold", untold(facts))
    verdict.add("health_wrong", wrong_health(facts, ills))
    verdict.add("status_wrong", wrong_status(facts, ills))
    verdict.add("commands_broken", broken_commands(facts))
    verdict.add("orphans", orphaned(facts))
    return verdict


def _sized(facts: Facts) -> Verdict:
    """How much there was."""
    return Verdict(
        cases=len(facts.cases),
        health_cases=len(facts.health),
        letters=len(facts.letters),
        dead_letters=sum(row["standing"] == "dead" for row in facts.letters),
        silences=len(facts.silences),
        lifts=sum(row["reason"] == "lift" for row in facts.log),
    )


class _Place:
    """One camera's fence, from line to line of the logs of all its cases."""

    def __init__(self, visits: list[Visit], verdict: Verdict) -> None:
        self._visits = visits
        self._verdict = verdict
        self._opened: set[int] = set()
        self._cleared: set[int] = set()
        self._standing: int | None = None  # the visit that the open case is about
        self._case_id: str | None = None
        self._state = "closed"
        self._clear_wall_ns: int | None = None

    def follow(self, lines: Iterable[Row]) -> None:
        """Every line, in the order in which they were written."""
        for line in lines:
            if line["actor"] == "camera" and line["reason"] == "dwell_reached":
                self._open(line)
            elif line["version"] == 1:
                self._verdict.add("doubled", [f"{line['case_id']} began with {line['reason']}"])
            elif line["actor"] == "camera" and line["reason"] == "place_clear":
                self._clear(line)
            elif line["reason"] in {"handle", "return", "still_there"}:
                self._clear_wall_ns = None
            self._case_id, self._state = line["case_id"], line["state"]
            if self._state in _FINISHED:
                self._standing = None
        self._left_standing(len(self._visits))
        for number, visit in enumerate(self._visits):
            if number not in self._opened:
                self._verdict.add("lost", [f"{visit.camera_id} since {visit.since_ns}: no case"])

    def _open(self, line: Row) -> None:
        number = self._visit_at(line["media_ns"], "opens_ns")
        if number is None or number in self._opened:
            why = "nothing stood there" if number is None else "the same visit again"
            self._verdict.add("doubled", [f"{line['case_id']} v{line['version']}: {why}"])
            return
        self._left_standing(number)
        self._opened.add(number)
        if not self._is_right(line, self._visits[number]):
            state, wall_ns = self._state, self._clear_wall_ns
            before = f"{self._case_id} was {state}, clear at {wall_ns}"
            self._verdict.add("doubled", [f"{line['case_id']} v{line['version']}: {before}"])
        self._standing, self._clear_wall_ns = number, None

    def _is_right(self, line: Row, visit: Visit) -> bool:
        """Whether it went into the case that it belongs to."""
        same = bool(line["case_id"] == self._case_id)
        if self._case_id is not None and self._state not in _FINISHED:
            return same
        begins = not same and bool(line["version"] == 1 and line["state"] == "opened")
        again = same and bool(line["state"] == "reopened")
        if self._state != "closed" or self._clear_wall_ns is None:
            return begins
        since_wall_ns = line["wall_ns"] - (line["media_ns"] - visit.since_ns)
        late_ns = since_wall_ns - self._clear_wall_ns - REOPEN_WITHIN_NS
        if abs(late_ns) < _EDGE_NS:
            return begins or again
        return again if line["wall_ns"] >= self._clear_wall_ns and late_ns <= 0 else begins

    def _clear(self, line: Row) -> None:
        number = self._visit_at(line["media_ns"], "clears_ns")
        if number is None or number in self._cleared:
            self._verdict.add("doubled", [f"{line['case_id']} v{line['version']}: cleared"])
            return
        self._cleared.add(number)
        self._standing, self._clear_wall_ns = None, line["wall_ns"]

    def _left_standing(self, before: int) -> None:
        """An open case of a visit that has long gone: its end was lost."""
        number = self._standing
        if number is not None and number < before and self._visits[number].clears_ns is not None:
            visit = self._visits[number]
            self._verdict.add("lost", [f"{visit.camera_id} since {visit.since_ns}: never cleared"])

    def _visit_at(self, media_ns: int, what: str) -> int | None:
        for number, visit in enumerate(self._visits):
            span = getattr(visit, what)
            if span is not None and span[0] <= media_ns <= span[1]:
                return number
        return None


def _unheard(facts: Facts) -> Iterator[str]:
    """Lines of the log that nobody was told of, and numbers that were never heard."""
    heard = {(told.case_id, told.version) for told in facts.events}
    ids = {told.event_id for told in facts.events}
    for line in facts.log:
        if (line["case_id"], line["version"]) not in heard:
            yield f"{line['case_id']} v{line['version']}"
        event_id = line["event_id"]
        if event_id is not None and event_id.rpartition("@")[0] not in ids:
            yield f"event {event_id}"
    for key in _keys(facts) - ids:
        yield f"step {key}"
    seqs = {told.seq for told in facts.events}
    yield from (f"seq {n}" for n in range(1, max(seqs, default=0) + 1) if n not in seqs)


def _retold(told: Iterable[Told]) -> Iterator[str]:
    """Repeats are harmless only while they are the same to the byte."""
    first: dict[tuple[str, str], str] = {}
    for one in told:
        if first.setdefault((one.recipient, one.event_id), one.digest) != one.digest:
            yield f"{one.recipient or 'events'}: {one.event_id} in two versions"


def _broken_versions(facts: Facts) -> Iterator[str]:
    versions: defaultdict[str, list[int]] = defaultdict(list)
    for line in facts.log:
        versions[line["case_id"]].append(line["version"])
    for row in facts.cases:
        found = versions.pop(row["case_id"], [])
        if found != list(range(1, row["version"] + 1)):
            yield f"{row['case_id']} is at {row['version']}, its log has {found}"
    yield from (f"{case_id} has a log and is not there" for case_id in versions)


def _wrong_retained(facts: Facts) -> Iterator[str]:
    is_open = {row["case_id"]: row["version"] for row in facts.cases if row["is_open"]}
    for case_id in sorted({*is_open, *facts.retained}):
        if is_open.get(case_id) != facts.retained.get(case_id):
            there, held = is_open.get(case_id), facts.retained.get(case_id)
            yield f"{case_id}: open at {there}, retained at {held}"


def _doubled_steps(facts: Facts) -> Iterator[str]:
    """By key in the store, by line in the log, and by message to each recipient."""
    keys = Counter(str(row["key"]) for row in facts.steps)
    yield from (f"{key} is kept {count} times" for key, count in keys.items() if count > 1)
    lines = Counter(row["case_id"] for row in facts.log if row["reason"].startswith(_STEPS))
    kept = Counter(row["case_id"] for row in facts.steps if row["key"] in _keys(facts))
    for case_id in sorted({*lines, *kept}):
        if lines[case_id] != kept[case_id]:
            yield f"{case_id}: {lines[case_id]} steps in its log, {kept[case_id]} keys"
    numbers: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for told in (*facts.events, *facts.inboxes):
        if told.event_id in keys:
            numbers[told.recipient, told.event_id].add(told.seq)
    yield from (f"{key} was told {len(it)} times" for key, it in numbers.items() if len(it) > 1)


def _keys(facts: Facts) -> set[str]:
    """Of steps that people are told of; ``first`` only says who was told at the beginning."""
    return {row["key"] for row in facts.steps if ".first." not in row["key"]}


def _changed_answers(results: Mapping[str, list[Row]]) -> Iterator[str]:
    for request, answers in results.items():
        if any(one["accepted"] for one in answers) and any(one != answers[0] for one in answers):
            yield f"{request} was answered in two ways"
