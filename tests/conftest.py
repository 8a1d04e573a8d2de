"""What every test may use, and the rule that nothing is skipped where all is required."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.testing
from hypothesis import HealthCheck, settings
from typer.main import get_command

from benchmarks.postgres import NoPostgresError, PostgresServer, new_server
from tests.order import LONG

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("KERBWATCH_REQUIRE_ALL") == "1"

# How long an example takes says how busy the machine is: Hypothesis would fail a test whose example
# was held up for 200 ms, or whose first text cost a table of all characters on a slow day.
settings.register_profile("kerbwatch", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# What decides whether a change lands draws the same examples each time; by hand, new ones.
settings.register_profile("lands", settings.get_profile("kerbwatch"), derandomize=True)
settings.load_profile("lands" if REQUIRE_ALL else "kerbwatch")

# Typer's runner builds all commands anew for each call, most of what a short one costs.
vars(typer.testing)["_get_command"] = cache(get_command)


def pytest_configure(config: pytest.Config) -> None:
    """Files are given out as they stand; pytest-xdist would take those of one long test last."""
    config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first."""
    rank = {ROOT / file: place for place, file in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path, len(LONG)))


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Real models, clips and pictures; they are not part of the project."""
    path = Path(os.environ.get("KERBWATCH_SHARED", ROOT.parent / "shared"))
    if not (path / "footage" / "truth.json").is_file():
        pytest.skip(f"needs the shared models and footage (KERBWATCH_SHARED), looked in {path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real server; ``database()`` makes a new database in it."""
    try:
        server = new_server()
    except NoPostgresError as error:
        pytest.skip(str(error))
    yield server
    server.remove()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With KERBWATCH_REQUIRE_ALL=1 a skip is a failure that names what was missing."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where nothing may be: {report.longrepr}"
    return report
