"""What a run of the benchmarks is given, and what every result says about it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_machine

ROOT = Path(__file__).resolve().parent.parent
MODEL = "kerbwatch-street-480"
"""The bundled model: ultralytics reads its layout too, so both sides run the same weights."""

Result = dict[str, Any]
"""What a benchmark found: the content of its JSON."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How to run. ``quick``: one short figure each, on drawn clips, without pass marks.

    ``peer_python`` is the interpreter that has what the peers need; ``shared`` the folder with
    real models and footage, ``None`` where there is none; ``work`` keeps clips between runs;
    ``counts``: numbers of cameras to measure instead of searching, for ``some``, ``busy``, ``sub``
    and the ``peer`` (see :mod:`benchmarks.cameras`); ``window_s``: how long each
    round is measured, ``None``: as long as the benchmark likes; ``load``: cameras of "full
    load", ``None``: as many as the cameras benchmark found. ``date`` is ISO, ``command`` what
    was typed.
    """

    quick: bool
    peer_python: str
    shared: Path | None
    work: Path
    results: Path
    date: str
    command: str
    counts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    window_s: float | None = None
    load: int | None = None


def write_result(setting: Setting, name: str, found: Result) -> Path:
    """Write ``NAME.json`` with what was found and what it was found on."""
    about = {
        "benchmark": name,
        "date": setting.date,
        "commit": commit(),
        "command": setting.command,
        "quick": setting.quick,
        "machine": describe_machine(),
    }
    setting.results.mkdir(parents=True, exist_ok=True)
    path = setting.results / f"{name}.json"
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(about | found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    part.replace(path)
    return path


def read_result(folder: Path, name: str) -> Result | None:
    """What an earlier run found, ``None`` where there was none."""
    path = folder / f"{name}.json"
    if not path.is_file():
        return None
    found: Result = json.loads(path.read_text(encoding="utf-8"))
    return found


def commit() -> str | None:
    """The short commit, with ``+`` if the tree differs from it; ``None`` outside of git."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or None if described.returncode == 0 else None
