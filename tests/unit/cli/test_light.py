"""A command loads what it needs: what it does not, people would wait for all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "cv2", "shapely", "sqlalchemy", "pydantic", "rich", "structlog", "asyncio")


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("kerbwatch.cli.app", HEAVY),
        ("kerbwatch.wire.casework", ("rich", "structlog")),
        ("kerbwatch.wire.broker", ("cv2", "sqlalchemy", "rich", "structlog")),
    ],
)
def test_what_only_others_need_is_not_loaded(module: str, spared: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print(*sorted(set({spared!r}) & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []
