"""``make chaos``: break everything; the last line is JSON, the status is 1 if that did harm.

``python -m chaos --rounds 200 --seed 1 --store sqlite``
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.postgres import NoPostgresError
from chaos.broker import NoMosquittoError
from chaos.clock import now_s
from chaos.report import SPEED, Settings
from chaos.run import run

_MOST_FINDINGS = 40


def main() -> int:
    """The exit status: 0 all is well, 1 something was lost, 2 something is not installed."""
    parser = argparse.ArgumentParser(prog="chaos", description="Break everything.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, help="left out: another one each time")
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--cameras", type=int, default=200)
    parser.add_argument("--speed", type=float, default=SPEED)
    parser.add_argument("--out", type=Path, help="a new folder that is kept: store, logs")
    chosen = parser.parse_args()
    seed = round(now_s() * 1000) if chosen.seed is None else chosen.seed
    _tell(f"seed {seed}, {chosen.rounds} rounds on {chosen.store}")
    with ExitStack() as stack:
        folder = chosen.out or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(
            folder.resolve(),
            chosen.rounds,
            seed,
            chosen.store,
            chosen.cameras,
            _tell,
            chosen.speed,
        )
        try:
            outcome = run(settings)
        except (NoMosquittoError, NoPostgresError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
    for one in [*outcome.crashes, *outcome.verdict.findings[:_MOST_FINDINGS]]:
        _tell(one)
    sys.stdout.write(outcome.as_line() + "\n")
    return 0 if outcome.holds else 1


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
