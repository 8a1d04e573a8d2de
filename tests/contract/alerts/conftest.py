"""The stores that the same contract holds for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alerts.store.memory import MemoryStore
from alerts.store.port import Store
from alerts.store.sql import SqlStore


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty one; SQLite's in a folder that is not there yet."""
    makers: dict[str, Callable[[], Store]] = {
        "memory": MemoryStore,
        "sqlite": lambda: SqlStore(f"sqlite:///{tmp_path / 'data' / 'kerbwatch.db'}"),
        "postgresql": lambda: SqlStore(request.getfixturevalue("postgres").database()),
    }
    made = makers[request.param]()
    yield made
    made.close()
