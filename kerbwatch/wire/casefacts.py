"""A case with all that is told of it beside its state: deadlines, silences, log and verbs."""

from __future__ import annotations

from typing import Any

from alerts.cases import Case, Transition
from alerts.duty.quiet import KeptSilence
from alerts.verbs import verbs_for
from kerbwatch.wire.casework import CaseWork


def case_content(work: CaseWork, case: Case, who: str | None) -> dict[str, Any]:
    """``case`` as in the messages, its facts and ``log``; of a recipient, ``verbs`` too."""
    lines = [_line(work, line) for line in work.store.history(case.case_id)]
    body = work.writer.case_body(case)
    content: dict[str, Any] = {"case": body, **facts_of(work, case), "log": lines}
    if who is not None:
        content["verbs"] = list(verbs_for(case, work.directory.recipients[who]))
    return content


def facts_of(work: CaseWork, case: Case) -> dict[str, Any]:
    """``overdue``: the deadlines that have passed; ``silences``: those that hold for it now."""
    now_ns = work.clock.wall_ns()
    deadlines = {"accept": case.accept_due_wall_ns, "handle": case.handle_due_wall_ns}
    subject = work.directory.duty.subject(*case.key, case.opened_wall_ns)
    return {
        "overdue": [name for name, due in deadlines.items() if due is not None and due < now_ns],
        "silences": [
            silence_object(work, kept)
            for kept in work.store.silences(running=True)
            if now_ns < kept.silence.until_wall_ns
            and kept.silence.covers(case.case_id, subject)
            and case.is_open
        ],
    }


def silence_object(work: CaseWork, kept: KeptSilence) -> dict[str, Any]:
    """A silence or snooze for machines."""
    it = kept.silence
    return {
        "number": kept.number,
        "kind": "silence" if it.recipient is None else "snooze",
        "camera": it.camera_id,
        "fence": it.fence_id,
        "scenario": it.scenario_id,
        "case_id": it.case_id,
        "recipient": it.recipient,
        "author": it.author,
        "reason": it.reason,
        "from": work.told(it.from_wall_ns),
        "until": work.told(it.until_wall_ns),
        "over": None if kept.over_wall_ns is None else work.told(kept.over_wall_ns),
        "lifted_by": kept.lifted_by,
    }


def _line(work: CaseWork, line: Transition) -> dict[str, Any]:
    return {
        "version": line.version,
        "at": work.told(line.wall_ns),
        "state": line.state.value,
        "actor": line.actor,
        "reason": line.reason,
        "words": line.words,
        "picture": line.picture,
        "until": None if line.until_wall_ns is None else work.told(line.until_wall_ns),
    }
