from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from detector.sources.errors import Fault
from detector.sources.timeline import CLOCK_RESTARTED, JUMP_FORWARD


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_and_gap_reason_has_a_sentence(language: str) -> None:
    file = resources.files("detector.sources") / "texts" / f"{language}.toml"
    texts = tomllib.loads(file.read_text(encoding="utf-8"))
    assert set(texts["fault"]) == set(Fault)
    assert set(texts["gap"]) == {JUMP_FORWARD, CLOCK_RESTARTED}
    assert all(sentence for table in texts.values() for sentence in table.values())
