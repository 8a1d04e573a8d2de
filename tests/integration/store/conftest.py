"""A store in a file and one at a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alerts.store.sql import SqlStore
from tests.store_kit import Place


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    makers: dict[str, Callable[[], str]] = {
        "sqlite": lambda: f"sqlite:///{tmp_path / 'kerbwatch.db'}",
        "postgresql": lambda: request.getfixturevalue("postgres").database(),
    }
    return Place(makers[request.param](), tmp_path)


@pytest.fixture
def used(place: Place) -> Iterator[SqlStore]:
    """Somebody has the store open."""
    store = SqlStore(place.url)
    with store.write() as transaction:
        transaction.next_seq()
    yield store
    store.close()
