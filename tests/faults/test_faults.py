"""A short round of what ``make faults`` does for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.plan import KINDS, Mischief, plan
from tests.faults.run import one_of_each
from tests.integration.detector.conftest import need_gstreamer


@pytest.mark.timeout(240)
def test_every_kind_of_fault_is_got_over_and_ends_no_case(tmp_path: Path) -> None:
    need_gstreamer()
    told: list[str] = []
    result = one_of_each(tmp_path, told.append)
    assert result.recovered == result.faults == len(KINDS), told
    assert result.false_clears == 0
    assert result.thread_growth <= 2, "few readers are left behind"


def test_the_same_seed_breaks_the_same_things() -> None:
    assert plan(1, 200, 20, 5) == plan(1, 200, 20, 5) != plan(2, 200, 20, 5)
    drawn = plan(1, 200, 20, 5)
    assert {fault.kind for fault in drawn} == set(KINDS)
    assert all(fault.target < (5 if isinstance(fault.kind, Mischief) else 20) for fault in drawn)
