"""Which ``streams.yaml`` a command goes by, and who is in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.speak import MISUSED, TEXT, give_up

if TYPE_CHECKING:
    from kerbwatch.options import ServiceOptions

STREAMS = Path("streams.yaml")
Config = Annotated[Path, typer.Option("-c", "--config", help=TEXT("help.config"))]


def read_settings(config: Path) -> ServiceOptions:
    """What the file says. Raises ``ConfigError``."""
    from kerbwatch.config.load import load_options  # noqa: PLC0415

    return load_options(config, env=os.environ)


def check_recipient(options: ServiceOptions, named: str, *, as_json: bool) -> None:
    """End the command where nobody has that name."""
    known = [one.id for one in options.recipients]
    if named not in known:
        message = TEXT("inbox.unknown", got=named, known=", ".join(known) or "-")
        give_up(message, MISUSED, as_json=as_json)
