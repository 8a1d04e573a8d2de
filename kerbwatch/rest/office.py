"""Does what is asked for over REST, through the counter that all commands go through."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from alerts.answers import Answer, answer_to
from alerts.cases import Case
from alerts.commands import Command, Refusal, RefusalCode
from alerts.jpeg import MAX_SIDE_PX, is_fit_jpeg
from alerts.orders import MAX_BYTES, TOO_BIG, Place, Unusable, read_command
from alerts.people import Recipient
from alerts.reception import Reception
from alerts.report_orders import MAX_REPORT_BYTES, read_report
from alerts.reports import Report
from alerts.store.pages import Wanted
from alerts.topics import NEW_CASE, REPORT
from alerts.verbs import OWN_ONLY, is_others
from kerbwatch.rest.errors import own_error, refused
from kerbwatch.rest.reading import Sent
from kerbwatch.wire.casefacts import case_content
from kerbwatch.wire.casework import CaseWork


@dataclass(frozen=True, slots=True)
class Office:
    """Safe to call from many threads. Raises ``RestError`` and ``StoreError``."""

    work: CaseWork
    _decoding: Lock = field(default_factory=Lock)

    def command(self, person: Recipient, case_id: str, verb: str, sent: Sent) -> Answer:
        """Do what a command of the MQTT contract says."""
        place = Place(person.id, case_id, verb)
        read = read_command(place, sent.payload, self.work.clock.wall_ns())
        if isinstance(read, Unusable):
            raise self._unusable(read.kind, case_id, MAX_BYTES)
        if isinstance(read, Answer):
            return read
        if sent.picture is None:
            return self.work.counter.take(read)
        if read.picture is not None:
            return self._twice(read)
        case = self.work.store.case(case_id)
        if case is None:  # refused, and with nowhere to put a picture
            return self.work.counter.take(read)
        with self._decoding:
            return self._reception.act(read, case.camera_id, self._fit(sent.picture))

    def report(self, person: Recipient, sent: Sent) -> Answer:
        """Open a case, or say why not."""
        place = Place(person.id, NEW_CASE, REPORT)
        read = read_report(place, sent.payload, self.work.clock.wall_ns())
        if isinstance(read, Unusable):
            raise self._unusable(read.kind, NEW_CASE, MAX_REPORT_BYTES)
        if isinstance(read, Answer):
            return read
        if read.jpeg is not None and sent.picture is not None:
            return self._twice(read.report)
        jpeg = read.jpeg if sent.picture is None else self._fit(sent.picture)
        if jpeg is None:
            return self.work.counter.take(read.report)
        with self._decoding:
            return self._reception.take(read.report, jpeg)

    @property
    def _reception(self) -> Reception:
        return Reception(self.work.counter, self.work.evidence)

    def _fit(self, picture: bytes) -> bytes:
        """Looked at before anybody decodes it: a small file may be a picture of gigabytes."""
        if not is_fit_jpeg(picture):
            raise own_error("bad_picture", limit=MAX_SIDE_PX)
        return picture

    def _twice(self, asked: Command | Report) -> Answer:
        problem = {"problem": "picture: there are two, one in the body and one beside it"}
        return answer_to(asked, Refusal(RefusalCode.MALFORMED, problem))

    def page(self, person: Recipient, wanted: Wanted, limit: int) -> dict[str, Any]:
        """A page of the cases that this person may see."""
        if wanted.after is not None:
            last = self.work.store.case(wanted.after)
            if last is None or is_others(last, person):
                raise own_error("bad_query", name="cursor", expected="next")
        if person.role in OWN_ONLY:
            wanted = replace(wanted, recipients=wanted.recipients | {person.id})
        found = self.work.store.page(wanted, limit + 1)
        cases = [self.work.writer.case_body(case) for case in found[:limit]]
        more = found[limit - 1].case_id if len(found) > limit else None
        return {"schema": "kerbwatch.cases/1", "cases": cases, "next": more}

    def case(self, person: Recipient, case_id: str) -> Case:
        """The case, where this person may see it."""
        case = self.work.store.case(case_id)
        if case is None:
            raise refused(Refusal(RefusalCode.UNKNOWN_CASE, {"case_id": case_id}))
        if is_others(case, person):
            raise refused(Refusal(RefusalCode.NOT_YOURS))
        return case

    def whole(self, person: Recipient, case: Case) -> dict[str, Any]:
        """A case with its log; of the snoozes a team sees its own."""
        content = {"schema": "kerbwatch.case_file/1", **case_content(self.work, case, person.id)}
        if person.role in OWN_ONLY:
            content["silences"] = [
                one for one in content["silences"] if one["recipient"] in {None, person.id}
            ]
        return content

    def _unusable(self, kind: str, case_id: str, limit: int) -> Exception:
        if kind == TOO_BIG:
            return own_error("too_big", limit=limit)
        if kind in {"no_json", "no_request_id"}:
            return own_error(kind)
        return refused(Refusal(RefusalCode.UNKNOWN_CASE, {"case_id": case_id[:64]}))
