"""``kerbwatch demo --seconds 60``: three cases open, reach a phone and are cleared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.kit import kerbwatch


@pytest.mark.timeout(420)
def test_the_demo_opens_delivers_and_clears_all_three_and_ends_by_itself(tmp_path: Path) -> None:
    """From nothing, offline; its last line is a JSON summary."""
    done = kerbwatch("demo", "--seconds", "60", cwd=tmp_path, timeout_s=400, cold=True)
    assert done.code == 0, done.out + done.err
    summary = json.loads(done.out.splitlines()[-1])
    assert summary["ok"] is True
    assert sorted(summary["scenarios"]) == [
        "blocked_fire_lane",
        "construction_waste",
        "street_vending",
    ]
    for told in summary["scenarios"].values():
        assert told["opened"] >= 1
        assert told["cleared"] >= 1
    assert summary["undelivered"] == 0
    pictures = [
        Path(line.split(": ", 1)[1]) for line in done.out.splitlines() if line.startswith("Picture")
    ]
    assert len(pictures) >= 3
    assert all(picture.is_file() for picture in pictures)
    assert "Traceback" not in done.err
