"""Hostile commands come to nothing; a short round, ``make commands`` has the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.commands import KINDS
from tests.hostile.round import Round


@pytest.mark.parametrize("seed", [1, 2])
def test_hostile_commands_are_refused_with_a_reason_and_change_nothing(
    tmp_path: Path, seed: int
) -> None:
    outcome = Round(tmp_path, seed).run(500)
    assert not outcome.failed, outcome.as_line()
    assert outcome.kinds == dict.fromkeys(KINDS, 100)
    explained = sum(outcome.refused.values()) + sum(outcome.dropped.values()) + outcome.repeated
    assert explained == 500
    codes = {"malformed", "unknown_verb", "unknown_actor", "unknown_case", "not_you", "not_yours"}
    codes |= {"not_allowed", "stale_version", "request_id_reused", "no_such_picture"}
    assert codes <= set(outcome.refused)
    assert {"too_big", "retained", "no_json", "no_request_id", "topic"} <= set(outcome.dropped)
