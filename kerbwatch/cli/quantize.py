"""``kerbwatch models quantize``: a model in eight bits, measured before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.bar import progress
from kerbwatch.cli.chosen import model_named
from kerbwatch.cli.score import request_of, table
from kerbwatch.cli.speak import TEXT, AsJson, clear_failures, say, say_json


def quantize(  # noqa: PLR0917  # every parameter is an option of the command
    name: Annotated[str, typer.Argument(help=TEXT("help.model_name"))],
    frames: Annotated[list[Path], typer.Option(help=TEXT("help.frames"))],
    data: Annotated[Path, typer.Option(help=TEXT("help.data"))],
    new_name: Annotated[str | None, typer.Option("--as", help=TEXT("help.quantize_as"))] = None,
    count: Annotated[int, typer.Option(min=1, help=TEXT("help.quantize_count"))] = 300,
    split: Annotated[str, typer.Option(help=TEXT("help.split"))] = "val",
    names: Annotated[Path | None, typer.Option(help=TEXT("help.names"))] = None,
    folder: Annotated[Path, typer.Option("--dir", help=TEXT("help.models_dir"))] = Path("models"),
    as_json: AsJson = False,
) -> None:
    """Write int8 weights and a card, and print average precision of both."""
    with clear_failures(as_json=as_json), progress() as moved:
        from kerbwatch.wire.quantizing import quantize_model  # noqa: PLC0415

        chosen = model_named(name, folder, as_json=as_json)
        request = request_of(data, split, names, None, None)
        target = new_name or f"{name}-int8"
        made = quantize_model(chosen, frames, count, request, target, folder, moved)
    if as_json:
        (after,) = made.scores.beside
        scores = {"before": made.scores.model.as_object(), "after": after.as_object()}
        facts = {"name": made.card.name, "file": str(made.path), "frames": made.frames}
        say_json({"ok": True, **facts, **scores})
    else:
        table(made.scores)
        say(TEXT("quantize.done", name=made.card.name, file=made.path, frames=made.frames))
