"""What tells one clip's kept result from another's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from fences.clock import SECOND_NS
from replay.accuracy.keys import plain
from tests.unit.replay.accuracy.kit import clip, truth

ROOT = Path(__file__).resolve().parents[4]
CLIP = clip("one", Path("one.mp4"), truth(3.0))


def test_equal_clips_have_one_key_in_every_process() -> None:
    """Python orders a set of texts anew in each process; a kept result must not be lost by it."""
    code = (
        "from pathlib import Path\n"
        "from replay.accuracy.keys import plain\n"
        "from tests.unit.replay.accuracy.kit import clip, truth\n"
        "print(plain(clip('one', Path('one.mp4'), truth(3.0))))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2", "3")
    }
    assert told == {plain(CLIP)}


def test_any_change_of_a_clip_changes_its_key() -> None:
    changed = (
        replace(CLIP, every_ns=SECOND_NS),
        replace(CLIP, events=()),
        replace(CLIP, fences=(replace(CLIP.fences[0], see=frozenset()),)),
        replace(CLIP, media=Path("two.mp4")),
    )
    assert len({plain(it) for it in (CLIP, *changed)}) == 5
    assert plain({"a": 1}) != plain({"a": "1"})
