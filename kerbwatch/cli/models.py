"""``kerbwatch models``: which models there are, how good they are, and how to get others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.fetch import fetch
from kerbwatch.cli.make import export, train
from kerbwatch.cli.quantize import quantize
from kerbwatch.cli.score import score
from kerbwatch.cli.speak import TEXT, AsJson, clear_failures, say, say_json

models = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@models.command("list", help=TEXT("help.models_list"))
def list_models(
    folder: Annotated[Path, typer.Option("--dir", help=TEXT("help.models_dir"))] = Path("models"),
    as_json: AsJson = False,
) -> None:
    """A line for every model card: what it sees, where its file is, whether it loads."""
    with clear_failures(as_json=as_json):
        from kerbwatch.wire.inventory import inventory  # noqa: PLC0415

        found = inventory(folder, os.environ)
    if as_json:
        say_json([model.as_object() for model in found])
        return
    if not found:
        say(TEXT("models.none", folder=folder))
    for model in found:
        say(TEXT(f"models.{model.state}", **model.as_object()))


models.command("fetch", help=TEXT("help.models_fetch"))(fetch)
models.command("score", help=TEXT("help.models_score"))(score)
models.command("train", help=TEXT("help.models_train"))(train)
models.command("export", help=TEXT("help.models_export"))(export)
models.command("quantize", help=TEXT("help.models_quantize"))(quantize)
