"""``make commands``: 10,000 hostile commands; the last line is JSON, the status is 1 on failure."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.hostile.round import Round


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = Round(Path(folder), chosen.seed).run(chosen.count)
    sys.stdout.write(outcome.as_line() + "\n")
    return int(outcome.failed)


if __name__ == "__main__":
    sys.exit(main())
