"""Where reports and commands are taken that bring their picture with them."""

from __future__ import annotations

import logging
from dataclasses import replace

from alerts.answers import Answer, answer_to
from alerts.commands import Command, Refusal, RefusalCode
from alerts.counter import Counter
from alerts.errors import EvidenceError
from alerts.evidence import EvidenceFolder, decode_picture
from alerts.reports import Report

_log = logging.getLogger(__name__)


class Reception:
    """Puts the picture into the evidence folder, and then what is asked before the counter.

    Nothing is decoded or written of what is refused anyway, or that has been here.
    """

    def __init__(self, counter: Counter, evidence: EvidenceFolder) -> None:
        self._counter = counter
        self._evidence = evidence

    def take(self, report: Report, jpeg: bytes | None) -> Answer:
        """The answer, as of :meth:`Counter.take`; it may be handed in again, and counts once."""
        if jpeg is None:
            return self._counter.take(report)
        path = self._evidence.path_of(report.request_id, report.camera_id, report.at_wall_ns, jpeg)
        answer, written = self._shown(replace(report, picture=path), path, jpeg)
        if written and not answer.done:  # somebody else was quicker
            self._evidence.discard(path)
        return answer

    def act(self, command: Command, camera_id: str, jpeg: bytes) -> Answer:
        """The same of a command. What was written stays: another entry of the log may name it."""
        at_ns = command.at_wall_ns
        path = self._evidence.path_of(command.case_id, camera_id, at_ns, jpeg)
        return self._shown(replace(command, picture=path), path, jpeg)[0]

    def _shown(self, asked: Command | Report, path: str, jpeg: bytes) -> tuple[Answer, bool]:
        """The answer, and whether the picture was written."""
        if not self._counter.would_take(asked):
            return self._counter.take(asked), False
        refusal = self._keep(path, jpeg)
        if refusal is not None:
            return self._counter.refuse(answer_to(asked, refusal)), False
        return self._counter.take(asked), True

    def _keep(self, path: str, jpeg: bytes) -> Refusal | None:
        image = decode_picture(jpeg)
        if image is None:
            return Refusal(RefusalCode.MALFORMED, {"problem": "picture: cannot be decoded"})
        try:
            self._evidence.put(path, image)
        except EvidenceError as error:
            _log.error("%s", error)
            return Refusal(RefusalCode.PICTURE_UNKEPT)
        return None
