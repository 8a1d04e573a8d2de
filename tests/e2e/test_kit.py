"""A command that is a fork is as one that was started by itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.kit import camera, fence, kerbwatch, streams, street_clip

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize(
    ("command", "lang"),
    [("--help", "en"), ("--nope", "zh"), ("check", "zh"), ("replay clip.avi", "en")],
)
def test_it_ends_and_says_the_same(tmp_path: Path, command: str, lang: str) -> None:
    clip = street_clip(tmp_path / "clip.avi", (1, False))
    streams(tmp_path, [camera("cam", clip, [fence()])])
    arguments = command.split()
    forked = kerbwatch(*arguments, cwd=tmp_path, lang=lang)
    assert forked == kerbwatch(*arguments, cwd=tmp_path, lang=lang, cold=True)
    assert forked.out + forked.err != ""


def test_one_that_takes_too_long_is_killed_and_the_next_one_is_well(tmp_path: Path) -> None:
    """An inbox waits for its broker, which is not there."""
    streams(tmp_path, [camera("cam", "clip.avi", [fence()])], mqtt={"url": "mqtt://127.0.0.1:1"})
    with pytest.raises(subprocess.TimeoutExpired):
        kerbwatch("inbox", "duty", cwd=tmp_path, timeout_s=1.0)
    assert kerbwatch("--version", cwd=tmp_path).code == 0
