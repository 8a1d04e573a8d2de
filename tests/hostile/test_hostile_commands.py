"""Hostile commands come to nothing; a short round, ``make commands`` has the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.broker import NoMosquittoError
from tests.hostile.commands import KINDS
from tests.hostile.round import Round


def test_hostile_commands_are_stopped_with_a_reason_and_change_nothing(tmp_path: Path) -> None:
    try:
        outcome = Round(tmp_path, 1).run(500)
    except NoMosquittoError as error:
        pytest.skip(str(error))
    assert not outcome.failed, outcome.as_line()
    assert outcome.kinds == dict.fromkeys(KINDS, 100)
    assert outcome.explained + outcome.repeated == 500
    codes = {"malformed", "unknown_verb", "unknown_actor", "unknown_case", "not_you", "not_yours"}
    codes |= {"unknown_place", "already_open"}
    codes |= {"not_allowed", "stale_version", "request_id_reused", "no_such_picture"}
    assert codes <= set(outcome.refused)
    assert {"too_big", "no_json", "no_request_id", "topic"} <= set(outcome.dropped)
    assert outcome.broker["unauthorised"], "the ACL lets nobody speak for another one"
    assert outcome.repeated, "the same request again gets the same answer"
    assert outcome.kept_back, "what the broker has kept comes to nothing either"
