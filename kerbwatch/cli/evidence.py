"""``kerbwatch evidence``: whether it is what it was, and handed out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.cases_open import opened, the_case
from kerbwatch.cli.evidence_export import export
from kerbwatch.cli.evidence_keep import hold, prune, release
from kerbwatch.cli.settings import STREAMS, Config
from kerbwatch.cli.speak import FAILED, LANGUAGE, MISUSED, TEXT, AsJson, give_up, say, say_json

if TYPE_CHECKING:
    from alerts.errors import EvidenceError
    from alerts.proof import Proof
    from kerbwatch.wire.casework import CaseWork

evidence = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

evidence.command("export", help=TEXT("help.evidence_export"))(export)
evidence.command("hold", help=TEXT("help.evidence_hold"))(hold)
evidence.command("release", help=TEXT("help.evidence_release"))(release)
evidence.command("prune", help=TEXT("help.evidence_prune"))(prune)

CaseOrNone = Annotated[str | None, typer.Argument(metavar="CASE", help=TEXT("help.case"))]


@evidence.command("verify", help=TEXT("help.evidence_verify"))
def verify(
    case: CaseOrNone = None,
    every: Annotated[bool, typer.Option("--all", help=TEXT("help.evidence_all"))] = False,
    config: Config = STREAMS,
    as_json: AsJson = False,
) -> None:
    """Every finding is a line; with one the exit status is 1."""
    if (case is None) is not every:
        give_up(TEXT("evidence.which"), MISUSED, as_json=as_json)
    with opened(config, as_json=as_json) as work:
        if case is not None:
            ids = [the_case(work, case, as_json=as_json).case_id]
        else:
            ids = [one.case_id for one in work.store.cases()]
        proofs = list(_proofs(work, ids))
        lost = _lost(work) if every else []
    found = [*lost, *(finding for proof in proofs for finding in proof.findings)]
    if as_json:
        facts = [_facts(proof) for proof in proofs]
        say_json({"ok": not found, "cases": facts, "lost": [it.text(LANGUAGE) for it in lost]})
    else:
        _tell(proofs, found, every=every)
    if found:
        raise typer.Exit(FAILED)


def _proofs(work: CaseWork, ids: list[str]) -> Iterator[Proof]:
    from alerts.proof import prove  # noqa: PLC0415

    for case_id in ids:
        trail = work.store.trail(case_id)
        if trail is not None:
            yield prove(trail, work.evidence)


def _lost(work: CaseWork) -> list[EvidenceError]:
    from alerts.errors import EvidenceError  # noqa: PLC0415

    return [EvidenceError("proof_lost", number=number) for number in work.store.lost_ordinals()]


def _tell(proofs: list[Proof], found: list[EvidenceError], *, every: bool) -> None:
    for finding in found:
        say(finding.text(LANGUAGE))
    for proof in () if every else proofs:
        if proof.sealed_from is None:
            say(TEXT("evidence.unchained", case=proof.case_id))
        elif proof.sealed_from > 1:
            say(TEXT("evidence.chained_from", case=proof.case_id, version=proof.sealed_from))
        say(TEXT("evidence.head", head=proof.head or "-"))
    old = sum(proof.sealed_from != 1 for proof in proofs)
    if every and old:
        say(TEXT("evidence.older", count=old))
    counts = {
        "cases": len(proofs),
        "entries": sum(proof.entries for proof in proofs),
        "files": sum(len(proof.files) for proof in proofs),
    }
    say(TEXT("evidence.bad" if found else "evidence.good", findings=len(found), **counts))


def _facts(proof: Proof) -> dict[str, Any]:
    return {
        "case_id": proof.case_id,
        "ok": not proof.findings,
        "entries": proof.entries,
        "files": len(proof.files),
        "head": proof.head,
        "chained_from": proof.sealed_from,
        "findings": [
            {"kind": finding.key.removeprefix("proof_"), "text": finding.text(LANGUAGE)}
            for finding in proof.findings
        ],
    }
