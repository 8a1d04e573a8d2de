"""Which scenes may be tuned on, and which only measure."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from replay.accuracy.seeds import FIRST_VALIDATION_SEED, ClipSet, seeds
from replay.scenes import CONDITIONS

ROOT = Path(__file__).resolve().parents[4]


def every_seed(clip_set: ClipSet, count: int) -> list[int]:
    return [
        seed
        for condition in CONDITIONS
        for positive in (True, False)
        for seed in seeds(clip_set, condition, count, positive=positive)
    ]


def test_no_seed_is_in_both_sets_and_none_is_used_twice() -> None:
    tuning = every_seed(ClipSet.TUNING, 35)
    validation = every_seed(ClipSet.VALIDATION, 500)
    assert max(tuning) < FIRST_VALIDATION_SEED <= min(validation)
    assert len(set(tuning)) == len(tuning)
    assert len(set(validation)) == len(validation)


def test_asking_for_more_clips_keeps_the_first_ones() -> None:
    few = seeds(ClipSet.VALIDATION, "fog", 3, positive=True)
    assert seeds(ClipSet.VALIDATION, "fog", 5, positive=True)[:3] == few


@pytest.mark.parametrize(
    ("condition", "count", "expected"),
    [("hail", 1, "expected one of day"), ("day", 36, "expected 0 to 35"), ("day", -1, "0 to 35")],
)
def test_what_there_is_not_is_refused(condition: str, count: int, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        seeds(ClipSet.TUNING, condition, count, positive=True)


def test_no_test_renders_a_scene_of_the_validation_set() -> None:
    """Every number that is given to ``make_scene`` in a test is a seed for tuning."""
    found = [
        (path.name, argument.value)
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "make_scene"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    ]
    assert found
    assert [one for one in found if one[1] >= FIRST_VALIDATION_SEED] == []
