"""Looks a case's evidence over: what was changed, taken out or put in since it was written.

Nothing here repairs. A finding is an :class:`EvidenceError`, none of them raised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from glob import escape

from alerts.chain import Entry, Trail, digest_of_case, entry_sha256
from alerts.errors import EvidenceError
from alerts.evidence import EvidenceFolder
from alerts.files import EvidenceFile


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of it. ``head``: the newest hash of the log; ``files``: those that should be there.

    ``sealed_from``: the first version whose entry is chained, 1 for all, None for none.
    """

    case_id: str
    entries: int
    files: tuple[EvidenceFile, ...]
    head: str | None
    sealed_from: int | None
    findings: tuple[EvidenceError, ...]


def prove(trail: Trail, folder: EvidenceFolder) -> Proof:
    """Look over log, case and files of one case."""
    sealed = (entry.transition.version for entry in trail.entries if entry.seal is not None)
    return Proof(
        trail.case.case_id,
        len(trail.entries),
        tuple(kept_files(trail).values()),
        trail.head,
        min(sealed, default=None),
        (*prove_log(trail), *_prove_files(trail, folder)),
    )


def prove_log(trail: Trail) -> tuple[EvidenceError, ...]:
    """Whether the log and the case are as they were written. Pure."""
    ordered = sorted(trail.entries, key=lambda entry: entry.transition.version)
    return (
        *_order(trail),
        *_gaps(trail, ordered),
        *_links(trail, ordered),
        *_end(trail, ordered),
    )


def kept_files(trail: Trail) -> dict[str, EvidenceFile]:
    """The files that the log says are there, by path; in cases from before the chain, the clip."""
    clip, known = trail.case.clip, dict[str, EvidenceFile]()
    if clip is not None:
        known[clip.path] = EvidenceFile(clip.path, clip.sha256, clip.size_bytes)
    for entry in sorted(trail.entries, key=lambda one: one.transition.version):
        for file in () if entry.seal is None else entry.seal.files:
            known[file.path] = file
    return {path: file for path, file in known.items() if not file.removed}


def removed_files(trail: Trail) -> frozenset[str]:
    """The paths of files that were taken away, as the log says."""
    told = {
        file.path
        for entry in trail.entries
        if entry.seal is not None
        for file in entry.seal.files
        if file.removed
    }
    return frozenset(told - kept_files(trail).keys())


def _order(trail: Trail) -> Iterator[EvidenceError]:
    versions = [entry.transition.version for entry in trail.entries]
    if versions != sorted(versions):
        yield EvidenceError("proof_order", case=trail.case.case_id)


def _gaps(trail: Trail, ordered: list[Entry]) -> Iterator[EvidenceError]:
    case, expected = trail.case, 1
    for entry in ordered:
        version = entry.transition.version
        if version > case.version:
            yield EvidenceError("proof_added", case=case.case_id, version=version)
        elif version > expected:
            yield _removed(case.case_id, expected, version - 1)
        expected = version + 1
    if expected <= case.version:
        yield _removed(case.case_id, expected, case.version)


def _removed(case_id: str, first: int, last: int) -> EvidenceError:
    which = f"{first}" if first == last else f"{first}-{last}"
    return EvidenceError("proof_removed", case=case_id, versions=which)


def _links(trail: Trail, ordered: list[Entry]) -> Iterator[EvidenceError]:
    """Every entry against its own hash, and so against the entry before it."""
    case_id = trail.case.case_id
    previous: str | None = None
    last = 0
    for entry in ordered:
        version = entry.transition.version
        follows, last = version == last + 1, version
        if entry.seal is None:
            if entry.must_be_sealed or previous is not None:
                yield EvidenceError("proof_unsealed", case=case_id, version=version)
            continue
        seal = entry.seal
        due = entry_sha256(previous, entry.transition, seal.files, seal.case_sha256)
        if due != seal.sha256 and follows:  # after one that is gone, nothing can be said
            yield EvidenceError("proof_changed", case=case_id, version=version)
        previous = seal.sha256


def _end(trail: Trail, ordered: list[Entry]) -> Iterator[EvidenceError]:
    """The case itself, against the entry of its version."""
    case = trail.case
    last = next((one for one in ordered if one.transition.version == case.version), None)
    if last is None:
        return
    if last.seal is None:
        if trail.head is not None and not last.must_be_sealed:
            yield EvidenceError("proof_unsealed", case=case.case_id, version=case.version)
        return
    if trail.head != last.seal.sha256:
        yield EvidenceError("proof_head", case=case.case_id, version=case.version)
    if digest_of_case(case) != last.seal.case_sha256:
        yield EvidenceError("proof_case", case=case.case_id, version=case.version)


def _prove_files(trail: Trail, folder: EvidenceFolder) -> Iterator[EvidenceError]:
    case, known = trail.case, kept_files(trail)
    for path, file in known.items():
        now = folder.file(path)
        if now is None:
            yield EvidenceError("proof_file_missing", case=case.case_id, path=path)
        elif now.sha256 != file.sha256:
            values = {"path": path, "was": file.sha256[:12], "now": now.sha256[:12]}
            yield EvidenceError("proof_file_changed", case=case.case_id, **values)
    gone = removed_files(trail)
    shown = (case.picture, case.after_picture)
    for path in (one for one in shown if one is not None and one not in {*known, *gone}):
        if folder.file(path) is None:
            yield EvidenceError("proof_file_missing", case=case.case_id, path=path)
    if all(entry.seal is not None for entry in trail.entries):
        for path in sorted(files_named(case.case_id, case.camera_id, folder) - known.keys() - gone):
            yield EvidenceError("proof_file_added", case=case.case_id, path=path)


def files_named(case_id: str, camera_id: str, folder: EvidenceFolder) -> set[str]:
    """The files of the folder that bear the name of a case."""
    pattern = f"{escape(camera_id)}/*/{escape(case_id)}.*"
    found = (path for path in folder.root.glob(pattern) if path.is_file())
    return {path.relative_to(folder.root).as_posix() for path in found}
