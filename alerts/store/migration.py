"""Brings a database forward, with Alembic: loaded only where there is something to bring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

__all__ = ["CommandError", "migrate_to", "revisions"]


def migrate_to(connection: Connection, revision: str = "head") -> None:
    """Bring a database forward, within the transaction that has begun."""
    config = _config()
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    command.upgrade(config, revision)


def revisions() -> tuple[str, ...]:
    """Every version that a database of this program can have, oldest first."""
    found = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    return tuple(reversed(found))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
