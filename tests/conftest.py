"""What every test may use, and the rule that nothing is skipped where all is required."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from benchmarks.postgres import NoPostgresError, PostgresServer, new_server

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("KERBWATCH_REQUIRE_ALL") == "1"

# What decides whether a change lands draws the same examples each time; by hand, new ones.
settings.register_profile("lands", derandomize=True)
if REQUIRE_ALL:
    settings.load_profile("lands")


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
