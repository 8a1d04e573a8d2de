"""``kerbwatch models fetch``: a published model, checked against its card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.bar import progress
from kerbwatch.cli.chosen import card_named
from kerbwatch.cli.speak import TEXT, AsJson, clear_failures, say, say_json

_MB = 1_000_000


def fetch(
    name: Annotated[str, typer.Argument(help=TEXT("help.model_name"))],
    folder: Annotated[Path, typer.Option("--dir", help=TEXT("help.fetch_dir"))] = Path("models"),
    as_json: AsJson = False,
) -> None:
    """Fetch the file that a card names; once it is there, nothing is sent for."""
    with clear_failures(as_json=as_json), progress() as moved:
        from kerbwatch.wire.fetching import fetch_model  # noqa: PLC0415

        card = card_named(name, folder, as_json=as_json)

        def on_bytes(done: int, of: int) -> None:
            moved(TEXT("fetch.megabytes"), done // _MB, of // _MB)

        path, fetched = fetch_model(card, folder, on_bytes)
    if as_json:
        facts = {"source": card.source, "licence": card.licence, "sha256": card.sha256}
        say_json({"ok": True, "name": name, "path": str(path), "fetched": fetched, **facts})
    elif fetched:
        say(TEXT("fetch.done", name=name, path=path, licence=card.licence, source=card.source))
    else:
        say(TEXT("fetch.there", name=name, path=path))
