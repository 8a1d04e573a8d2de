"""What a handed-out case says of itself: the same for its page and for programs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from alerts.cases import CAMERA
from alerts.chain import Entry, Trail
from alerts.messages import Writer
from alerts.parts import Parts
from alerts.payloads import CaseBody
from alerts.proof import Proof
from alerts.texts import Language

SCHEMA = "kerbwatch.handout/1"


@dataclass(frozen=True, slots=True)
class Told:
    """The case as messages have it, its log line by line, and what came of looking it over."""

    case: CaseBody
    log: tuple[dict[str, Any], ...]
    verify: dict[str, Any]


def told_of(trail: Trail, proof: Proof, writer: Writer) -> Told:
    parts = Parts(writer.directory, writer.picture_base)
    ordered = sorted(trail.entries, key=lambda entry: entry.transition.version)
    return Told(
        writer.case_body(trail.case),
        tuple(_line(entry, parts) for entry in ordered),
        _verified(proof),
    )


def _line(entry: Entry, parts: Parts) -> dict[str, Any]:
    it, seal = entry.transition, entry.seal
    person = parts.who(it.actor)
    return {
        "version": it.version,
        "at": parts.time(it.wall_ns)[0],
        "state": it.state.value,
        "by": it.actor,
        "name": None if person is None else person["name"],
        "by_camera": it.actor == CAMERA,
        "reason": it.reason,
        "words": it.words,
        "picture": parts.located(it.picture),
        "until": parts.maybe_time(it.until_wall_ns)[0],
        "files": [] if seal is None else [asdict(file) for file in seal.files],
        "case_sha256": None if seal is None else seal.case_sha256,
        "sha256": None if seal is None else seal.sha256,
    }


def _verified(proof: Proof) -> dict[str, Any]:
    return {
        "ok": not proof.findings,
        "head": proof.head,
        "chained_from": proof.sealed_from,
        "findings": list(_findings(proof)),
    }


def _findings(proof: Proof) -> Iterator[dict[str, Any]]:
    for finding in proof.findings:
        texts = {language.value: finding.text(language) for language in Language}
        yield {"kind": finding.key.removeprefix("proof_"), "text": texts}
