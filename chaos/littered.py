"""What lies in the evidence folder and is of no case: a kill may leave it, a start sweeps it up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from chaos.facts import Facts


def orphaned(facts: Facts) -> Iterator[str]:
    """Files that no log names; one that a log tells to be gone may still wait for that."""
    named = {file["path"] for line in facts.log for file in json.loads(line["files"] or "[]")}
    yield from sorted(facts.files.keys() - named)


def age(evidence: Path) -> None:
    """Make all that is there old, as if nobody had written there for hours.

    What a kill leaves is swept up once nobody can be writing it any more; there is one service
    here, which has ended, and its clock is not the disk's.
    """
    for path in evidence.rglob("*"):
        os.utime(path, (0, 0))
