"""A short round of ``make chaos``, on both stores: everything goes wrong, nothing comes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from benchmarks.postgres import PostgresServer
from tests.conftest import ROOT

ZEROS = (
    "lost",
    "doubled",
    "unheard",
    "versions_broken",
    "retained_wrong",
    "deadlines_doubled",
    "answers_changed",
    "chain_broken",
    "unpushed",
    "disturbed",
    "untold",
    "health_wrong",
    "status_wrong",
    "commands_broken",
    "orphans",
    "crashes",
)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("store", "rounds"), [("sqlite", 4), ("postgresql", 2)])
def test_nothing_is_lost_and_nothing_doubled(
    store: str, rounds: int, request: pytest.FixtureRequest
) -> None:
    """Each round has a kill and another fault, which with this seed are all of SQLite's."""
    if shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") is None:
        pytest.skip("needs mosquitto: apt-get install mosquitto")
    if store == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        assert server.port
    short = ["--rounds", str(rounds), "--speed", "200", "--cameras", "45", "--seed", "16"]
    done = subprocess.run(
        [sys.executable, "-m", "chaos", "--store", store, *short],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert {name: said[name] for name in ZEROS} == dict.fromkeys(ZEROS, 0), done.stdout
    assert done.returncode == 0, done.stdout
    assert said["cases"] >= 20, "there was something to lose"
    assert said["letters"] >= 20
    assert said["health_cases"] >= 1
    assert said["commands"] >= 3 * (rounds > 2), "two rounds are over before anybody acts"
    assert said["faults"].pop("kill") == said["rounds"] == rounds
    assert set(said["faults"].values()) == {1}
    assert len(said["faults"]) == rounds
    assert (store == "postgresql") == ("postgres_restart" in said["faults"])
