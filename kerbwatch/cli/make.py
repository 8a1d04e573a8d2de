"""``kerbwatch models train`` and ``models export``: models of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.bar import progress
from kerbwatch.cli.chosen import model_named
from kerbwatch.cli.speak import TEXT, AsJson, clear_failures, note, say, say_json

_AP50, _AP50_95 = "metrics/mAP50(B)", "metrics/mAP50-95(B)"


def train(
    recipe: Annotated[Path, typer.Argument(help=TEXT("help.recipe"))],
    folder: Annotated[Path, typer.Option("--dir", help=TEXT("help.new_models"))] = Path("models"),
    runs: Annotated[Path, typer.Option(help=TEXT("help.runs"))] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Train, tell of every epoch, and write weights and card at the end."""
    with clear_failures(as_json=as_json), progress() as moved:
        from kerbwatch.config.cards import bundled_models  # noqa: PLC0415
        from kerbwatch.config.dataset import load_names  # noqa: PLC0415
        from kerbwatch.wire.training import train_model  # noqa: PLC0415

        def on_epoch(done: int, of: int, metrics: Mapping[str, float]) -> None:
            moved(TEXT("train.epochs"), done, of)
            scores = {"ap50": metrics.get(_AP50, 0.0), "ap50_95": metrics.get(_AP50_95, 0.0)}
            note(TEXT("train.epoch", done=done, of=of, **scores))

        names = load_names(bundled_models() / "labels" / "names.yaml")
        made = train_model(recipe, folder, runs, names, on_epoch)
    if as_json:
        files = {"card": str(made.card_file), "file": str(made.model_file)}
        say_json({"ok": True, "name": made.card.name, **files, "metrics": dict(made.metrics)})
    else:
        say(TEXT("train.done", name=made.card.name, card=made.card_file, file=made.model_file))


def export(
    name: Annotated[str, typer.Argument(help=TEXT("help.model_name"))],
    new_name: Annotated[str | None, typer.Option("--as", help=TEXT("help.export_as"))] = None,
    folder: Annotated[Path, typer.Option("--dir", help=TEXT("help.models_dir"))] = Path("models"),
    as_json: AsJson = False,
) -> None:
    """Write an ONNX file and its card beside the other models."""
    with clear_failures(as_json=as_json):
        from kerbwatch.wire.exporting import export_model  # noqa: PLC0415

        card, path = model_named(name, folder, as_json=as_json)
        made, file = export_model(card, path, new_name or f"{name}-onnx", folder)
    if as_json:
        say_json({"ok": True, "name": made.name, "file": str(file), "sha256": made.sha256})
    else:
        say(TEXT("export.done", name=made.name, file=file))
