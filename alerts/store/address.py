"""Addresses of databases: what they name, and how they are shown."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from alerts.errors import StoreError
from alerts.store import postgres


def parsed_url(url: str) -> URL:
    """With the driver that is used. Raises ``StoreError``."""
    try:
        return postgres.with_driver(make_url(url))
    except ArgumentError:
        # not even as a cause: what cannot be read may hold a password
        raise StoreError("store_open", url="store.url", problem="not a database URL") from None


def shown_url(url: str) -> str:
    """The URL without password and query, fit for logs. Raises ``StoreError``."""
    return parsed_url(url).set(query={}).render_as_string(hide_password=True)


def database_file(url: str) -> Path | None:
    """The file of a SQLite database; None in memory and at servers. Raises ``StoreError``."""
    parsed = parsed_url(url)
    named = parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}
    return Path(parsed.database or "") if named else None
