"""The rules of the house hold: lint, types, directions of imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.order import LONG

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
SOURCES = ("fences", "detector", "alerts", "replay", "kerbwatch", "benchmarks", "chaos")
LONGEST_FILE = 300


@pytest.mark.parametrize(
    "command",
    [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports",)],
    ids=" ".join,
)
def test_passes(command: tuple[str, ...]) -> None:
    """The tool has nothing to complain about in the whole tree."""
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_source_file_is_longer_than_one_sitting() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for folder in SOURCES
        for file in (ROOT / folder).rglob("*.py")
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_the_files_that_are_run_first_are_there() -> None:
    assert [file for file in LONG if not (ROOT / file).is_file()] == []


def test_the_command_line_loads_neither_torch_nor_the_engines() -> None:
    """``kerbwatch --help`` must be quick, and the service never loads torch."""
    code = (
        "import sys, kerbwatch.cli.app\n"
        "heavy = {'torch', 'openvino', 'onnxruntime', 'cv2', 'av', 'sqlalchemy', 'numpy'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
