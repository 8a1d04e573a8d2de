"""Runs a peer in its own interpreter and reads what it found."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.setting import MODEL, ROOT, Setting
from kerbwatch.config.cards import load_card

_LIMIT_S = 1800.0


class PeerFailedError(RuntimeError):
    """A peer broke down: its figure would be none of its own."""


def command(setting: Setting, module: str, *arguments: str | Path) -> list[str]:
    name = f"benchmarks.peers.{module}"
    return [setting.peer_python, "-m", name, *(str(it) for it in arguments)]


def run_peer(setting: Setting, module: str, *arguments: str | Path) -> dict[str, Any]:
    """What the peer printed; ``{"absent": …}`` where something that it needs is missing.

    Raises ``PeerFailedError`` with the end of what it said.
    """
    try:
        done = subprocess.run(  # noqa: S603
            command(setting, module, *arguments),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT_S,
        )
    except FileNotFoundError:
        return {"absent": "its interpreter"}
    if done.returncode != 0:
        raise PeerFailedError(f"{module} ended with {done.returncode}: {done.stderr[-800:]}")
    return answer(done.stdout)


def answer(output: str) -> dict[str, Any]:
    """The last line, which is JSON; libraries may have chatted before it."""
    found: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return found


def write_job(
    folder: Path,
    urls: Sequence[str],
    polygons: Sequence[Sequence[Any]],
    *,
    every_s: float,
    seconds: float,
) -> Path:
    """Write what the script is to do: the same model, score and interval that Kerbwatch has."""
    card = load_card(ROOT / "models" / f"{MODEL}.card.yaml")
    job = {
        "model": str(ROOT / "models" / card.file),
        "input_px": card.input_hw[0],
        "score": card.min_score,
        "every_s": every_s,
        "seconds": seconds,
        "cameras": [
            {"url": url, "polygons": shapes} for url, shapes in zip(urls, polygons, strict=True)
        ],
    }
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path
