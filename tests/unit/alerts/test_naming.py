"""Names of evidence say whose they are, and names of others say nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.cases import CaseState, Verification
from alerts.evidence import EvidenceFolder, Footage, Moment
from alerts.naming import is_part, name_in, part_of
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, fence_event, new_case
from tests.evidence_kit import IMAGE


def test_every_file_that_is_written_is_read_as_its_case(tmp_path: Path) -> None:
    folder, event = EvidenceFolder(tmp_path, DIRECTORY), fence_event(EventKind.UPDATED, 70)
    first = new_case()
    parts = []

    def film(path: Path) -> None:
        parts.append(path.name)
        path.write_bytes(b"film")

    for case in (
        first,
        replace(first, version=9, verification=Verification.WAITING),
        replace(first, version=12, state=CaseState.REOPENED),
    ):
        for moment in Moment:
            folder.save(case, event, IMAGE, moment)
        folder.save_look(case, IMAGE)
        for suffix in ("mp4", "mkv"):
            folder.save_clip(case, Footage(suffix, 0, 1.0, film))
    folder.put(folder.path_of(first.case_id, "gate-3", 0, b"x"), IMAGE)
    folder.put(folder.path_of("r-1", "gate-3", 0, b"x"), IMAGE)
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert len(names) == 3 * 6 + 4 + 2
    assert {name_in(name) for name in names} == {first.case_id, "r-1"}
    assert not any(map(is_part, names))
    assert len(parts) == 6
    assert all(map(is_part, parts))


@pytest.mark.parametrize(
    "name", ["photo.jpg", "r-1.0123456789.jpg", "a-0a1b2c.photo.jpg", "a-0a1b2c.txt", ".part"]
)
def test_other_names_are_of_nobody(name: str) -> None:
    assert name_in(name) is None
    assert not is_part(name)


def test_a_file_that_is_being_written_lies_beside_its_own_name() -> None:
    assert part_of(Path("a/b.jpg")) == Path("a/.b.jpg.part")
