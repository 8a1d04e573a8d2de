"""A short round of what ``make faults`` does for long."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.network import Outage
from tests.faults.plan import KINDS, Mischief, plan
from tests.integration.detector.conftest import need_gstreamer

_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(240)
def test_every_kind_of_fault_is_got_over_and_ends_no_case(tmp_path: Path) -> None:
    """In a network of its own where that is allowed; where not, it is said what was left out."""
    need_gstreamer()
    result, told = _one_of_each(tmp_path)
    assert result["recovered"] == result["faults"], told
    assert result["false_clears"] == 0
    assert result["thread_growth"] <= 2, "few readers are left behind"
    done, left_out = result["kinds"], result["left_out"]
    assert all(number == 1 for number in done.values())
    assert done.keys() | left_out.keys() == {str(kind) for kind in KINDS}
    assert all(left_out.values()), "nothing is left out without a reason"
    assert left_out.keys() <= {str(outage) for outage in Outage}


def _one_of_each(folder: Path) -> tuple[dict[str, Any], str]:
    command = [sys.executable, "-m", "tests.faults.run", "--each", "--out", str(folder)]
    done = subprocess.run(
        command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=230
    )
    told = done.stdout + done.stderr
    assert done.stdout, told
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result, told


def test_the_same_seed_breaks_the_same_things() -> None:
    assert plan(1, 200, 20, 5) == plan(1, 200, 20, 5) != plan(2, 200, 20, 5)
    drawn = plan(1, 200, 20, 5)
    assert {fault.kind for fault in drawn} == set(KINDS)
    assert all(fault.target < (5 if isinstance(fault.kind, Mischief) else 20) for fault in drawn)
