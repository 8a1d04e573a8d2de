"""One transaction: what it writes is gathered and sent in few statements, at its end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import Executable

from alerts.cases import Case, CaseKey, Transition
from alerts.chain import Seal
from alerts.duty.quiet import KeptSilence, Silence
from alerts.health import CameraStatus
from alerts.messages import Message
from alerts.pushing.letters import Letter
from alerts.store import deliveries, kept, rows, statements
from alerts.store.direct import Direct, Row
from alerts.store.expected import expected, place_of
from alerts.store.port import Checkpoint, Held, Remembered
from alerts.store.reads import Reads
from alerts.store.statements import Writes


class SqlTransaction:
    """:class:`alerts.store.port.Transaction` in one of a database; :meth:`flush` is its end.

    Reads see what was written before them: from memory where that is enough, else everything
    is sent to the database first.
    """

    def __init__(self, direct: Direct, writes: Writes) -> None:
        self._direct = direct
        self._writes = writes
        self._counters: dict[str, int] | None = None
        self._newest: dict[CaseKey, Case | None] = {}
        self._ordinals: dict[str, int] = {}  # of cases that are in the database
        self._heads: dict[str, str | None] = {}
        self._new: dict[str, Row] = {}
        self._changed: dict[str, Row] = {}
        self._put_cases: dict[str, Case] = {}
        self._lines: list[Row] = []
        self._told: list[Transition] = []
        self._steps: list[Row] = []
        self._held: list[Row] = []
        self._silences: tuple[KeptSilence, ...] | None = None
        self._events: set[str] = set()
        self._absent: set[str] = set()
        self._messages: list[Row] = []
        self._letters: list[Row] = []
        self._answers: dict[str, Remembered] = {}
        self._checkpoints: dict[tuple[str, str], Row] = {}
        self._cameras: dict[str, Row] = {}
        self._files: dict[str, Row] = {}
        self._counted = False
        self._calm: str | None = None
        self._calmed = False

    def expect(self, reads: Collection[Reads]) -> None:
        events = {key for one in reads for key in one.events}
        places = {key for one in reads for key in one.places}
        cases = {case_id for one in reads for case_id in one.cases}
        if not (events or places or cases):
            return
        found = expected(self._direct, events, places, cases)
        self._counters = {row["name"]: row["value"] for row in found.counters}
        self._silences = tuple(map(rows.row_to_silence, found.silences))
        self._absent = events - found.events
        self._heads |= dict.fromkeys(cases) | found.heads
        self._newest |= dict.fromkeys(places)
        for row in found.newest:
            case = self._read(row)
            self._newest[case.key] = case

    def last_case(self, key: CaseKey) -> Case | None:
        if key not in self._newest:
            if any(case.key == key for case in self._pending()):
                self.flush()
            self._newest[key] = self._one(statements.NEWEST_CASE, place_of(key))
        return self._newest[key]

    def case(self, case_id: str) -> Case | None:
        if case_id in self._put_cases:
            return self._put_cases[case_id]
        return self._one(statements.CASE, {"case_id": case_id})

    def history(self, case_id: str) -> tuple[Transition, ...]:
        found = self._direct.rows(statements.HISTORY, {"case_id": case_id})
        written = (line for line in self._told if line.case_id == case_id)
        return (*map(rows.row_to_transition, found), *written)

    def steps(self, case_id: str) -> frozenset[str]:
        found = self._direct.rows(statements.STEPS, {"case_id": case_id})
        written = (row for row in self._steps if row["case_id"] == case_id)
        return frozenset(row["key"] for row in (*found, *written))

    def add_step(self, key: str, case_id: str, wall_ns: int) -> None:
        self._steps.append({"key": key, "case_id": case_id, "wall_ns": wall_ns})

    def hold(self, held: Held) -> None:
        self._held.append(rows.held_to_row(held))

    def take_held(self, now_wall_ns: int) -> tuple[Held, ...]:
        if self._held:
            self.flush()
        now = {"now_wall_ns": now_wall_ns}
        found = self._direct.rows(statements.DUE_HELD, now)
        if found:
            self._direct.run(statements.DROP_HELD, now)
        return tuple(map(rows.row_to_held, found))

    def running_silences(self) -> tuple[KeptSilence, ...]:
        if self._silences is None:
            found = self._direct.rows(statements.RUNNING_SILENCES)
            self._silences = tuple(map(rows.row_to_silence, found))
        return self._silences

    def add_silence(self, silence: Silence) -> KeptSilence:
        kept = KeptSilence(self._count("silence"), silence)
        self._direct.run(statements.ADD_SILENCE, rows.silence_to_row(kept))
        self._silences = None
        return kept

    def end_silence(self, number: int, wall_ns: int, lifted_by: str | None = None) -> None:
        over: Row = {"which": number, "over_wall_ns": wall_ns, "lifted_by": lifted_by}
        self._direct.run(statements.END_SILENCE, over)
        self._silences = None

    def open_cases(self, camera_id: str) -> tuple[Case, ...]:
        self.flush()
        found = self._direct.rows(statements.OPEN_CASES, {"camera_id": camera_id})
        return tuple(map(self._read, found))

    def cases_of_storm(self, key: str) -> tuple[Case, ...]:
        self.flush()
        found = self._direct.rows(statements.CASES_OF_STORM, {"storm": key})
        return tuple(map(self._read, found))

    def calm(self) -> str | None:
        if self._calm is None:
            self._calm = self._direct.value(statements.CALM)
        return self._calm

    def put_calm(self, codec: str) -> None:
        self._calm, self._calmed = codec, True

    def has_event(self, event_key: str) -> bool:
        if event_key in self._events:
            return True
        if event_key in self._absent:
            return False
        return self._direct.row(statements.EVENT, {"event_id": event_key}) is not None

    def next_seq(self) -> int:
        return self._count("seq")

    def put_case(self, case: Case) -> None:
        if any(one.key == case.key and one.case_id != case.case_id for one in self._pending()):
            self.flush()  # the one before must be closed when another is opened there
        known = self._newest.pop(case.key, None)
        if known is not None and known.case_id == case.case_id:
            self._newest[case.key] = case  # the newest before, and now
        row = rows.case_to_row(case) | {"log_sha256": self.head(case.case_id)}
        if case.case_id in self._ordinals:
            self._changed[case.case_id] = row | {"ordinal": self._ordinals[case.case_id]}
        else:
            before = self._new.get(case.case_id)
            # should the case be there all the same, the number is left unused
            row["ordinal"] = self._count("ordinal") if before is None else before["ordinal"]
            self._new[case.case_id] = row
        self._put_cases[case.case_id] = case

    def head(self, case_id: str) -> str | None:
        if case_id not in self._heads:
            self._heads[case_id] = self._direct.value(statements.HEAD, {"case_id": case_id})
        return self._heads[case_id]

    def add_transition(self, transition: Transition, seal: Seal | None = None) -> None:
        self._lines.append(rows.transition_to_row(transition) | rows.seal_to_row(seal))
        self._told.append(transition)
        if seal is not None:
            self._heads[transition.case_id] = seal.sha256
            pending = self._new if transition.case_id in self._new else self._changed
            pending[transition.case_id]["log_sha256"] = seal.sha256
            self._files |= {one.path: kept.row_of(one, transition) for one in seal.files}
        if transition.event_id is not None:
            self._events.add(transition.event_id)
            self._absent.discard(transition.event_id)

    def add_message(self, message: Message, wall_ns: int) -> None:
        row = {
            "topic": message.topic,
            "payload": message.payload,
            "retained": message.retained,
            "wall_ns": wall_ns,
            "superseded": False,
        }
        self._messages.append(row)

    def add_letter(self, letter: Letter, wall_ns: int) -> None:
        self._letters.append(deliveries.new_row(letter, wall_ns))

    def remembered(self, request_id: str) -> Remembered | None:
        if request_id in self._answers:
            return self._answers[request_id]
        row = self._direct.row(statements.ANSWER, {"request_id": request_id})
        return None if row is None else rows.row_to_answer(row)

    def remember(self, answer: Remembered) -> None:
        self._answers[answer.request_id] = answer

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        self._checkpoints[checkpoint.camera_id, checkpoint.fence_id] = {
            "camera_id": checkpoint.camera_id,
            "fence_id": checkpoint.fence_id,
            "codec": checkpoint.codec,
            "media_ns": checkpoint.media_ns,
            "wall_ns": checkpoint.wall_ns,
        }

    def put_camera(self, status: CameraStatus) -> None:
        self._cameras[status.camera_id] = {
            "camera_id": status.camera_id,
            "state": status.state.value,
            "since_wall_ns": status.since_wall_ns,
            "reason": status.reason,
            "until_wall_ns": status.until_wall_ns,
        }

    def flush(self, *, commit: bool = False) -> None:
        """Send what has been gathered, cases before the lines of their log."""
        with self._direct.at_once(commit=commit):
            self._send_all()
        self._ordinals |= {case_id: row["ordinal"] for case_id, row in self._new.items()}
        self._new, self._changed, self._put_cases = {}, {}, {}
        self._lines, self._messages, self._letters, self._answers = [], [], [], {}
        self._told, self._steps, self._held = [], [], []
        self._events, self._checkpoints, self._cameras = set(), {}, {}
        self._files = {}
        self._counted = self._calmed = False

    def _send_all(self) -> None:
        send = self._direct.write_each
        send(self._writes.case, list(self._new.values()))
        send(self._writes.changed_case, _with_known_ids(self._changed))
        send(self._writes.line, self._lines)
        send(self._writes.evidence, list(self._files.values()))
        send(self._writes.step, self._steps)
        send(self._writes.held, self._held)
        send(self._writes.message, self._messages)  # in order: their ids grow with it
        send(self._writes.letter, self._letters)
        send(self._writes.answer, [asdict(one) for one in self._answers.values()])
        send(self._writes.checkpoint, list(self._checkpoints.values()))
        send(self._writes.camera, list(self._cameras.values()))
        if self._calmed:
            send(self._writes.calm, [{"name": "storms", "codec": self._calm}])
        if self._counted and self._counters is not None:
            counters = [{"name": name, "value": n} for name, n in sorted(self._counters.items())]
            send(self._writes.counter, counters)

    def _pending(self) -> Collection[Case]:
        return self._put_cases.values()

    def _count(self, name: str) -> int:
        """Read once, written once, however often it is used; nobody else writes meanwhile."""
        if self._counters is None:
            found = self._direct.rows(statements.COUNTERS)
            self._counters = {row["name"]: row["value"] for row in found}
        value = self._counters.get(name, 0) + 1
        self._counters[name] = value
        self._counted = True
        return value

    def _one(self, statement: Executable, values: Row) -> Case | None:
        row = self._direct.row(statement, values)
        return None if row is None else self._read(row)

    def _read(self, row: Row) -> Case:
        case = rows.row_to_case(row)
        self._ordinals[case.case_id] = row["ordinal"]
        self._heads.setdefault(case.case_id, row["log_sha256"])
        return case


def _with_known_ids(changed: dict[str, Row]) -> list[Row]:
    return [row | {"known_case_id": case_id} for case_id, row in changed.items()]
