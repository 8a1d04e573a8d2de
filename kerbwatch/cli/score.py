"""``kerbwatch models score``: how well a model finds what people marked in pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerbwatch.cli.bar import progress
from kerbwatch.cli.chosen import bundled_model, model_named
from kerbwatch.cli.speak import MISUSED, TEXT, AsJson, clear_failures, give_up, say, say_json

if TYPE_CHECKING:
    from kerbwatch.wire.scoring import ScoreRequest, Scores

_WIDTH = 14


def score(  # noqa: PLR0917  # every parameter is an option of the command
    data: Annotated[Path, typer.Option(help=TEXT("help.data"))],
    name: Annotated[str | None, typer.Argument(help=TEXT("help.model_name"))] = None,
    bundled: Annotated[bool, typer.Option("--bundled", help=TEXT("help.bundled"))] = False,
    beside: Annotated[list[str] | None, typer.Option(help=TEXT("help.beside"))] = None,
    labels: Annotated[str | None, typer.Option(help=TEXT("help.labels"))] = None,
    split: Annotated[str, typer.Option(help=TEXT("help.split"))] = "val",
    names: Annotated[Path | None, typer.Option(help=TEXT("help.names"))] = None,
    out: Annotated[Path | None, typer.Option(help=TEXT("help.sheets"))] = None,
    folder: Annotated[Path, typer.Option("--dir", help=TEXT("help.models_dir"))] = Path("models"),
    as_json: AsJson = False,
) -> None:
    """Print average precision per label, and write sheets of the worst errors."""
    if bundled == (name is not None):
        give_up(TEXT("score.one_model"), MISUSED, as_json=as_json)
    with clear_failures(as_json=as_json), progress() as moved:
        from kerbwatch.config.dataset import SPLITS  # noqa: PLC0415
        from kerbwatch.wire.scoring import score_models  # noqa: PLC0415

        if split not in SPLITS:
            give_up(
                TEXT("score.split", got=split, known=", ".join(SPLITS)), MISUSED, as_json=as_json
            )
        chosen = bundled_model() if name is None else model_named(name, folder, as_json=as_json)
        others = [model_named(other, folder, as_json=as_json) for other in beside or ()]
        request = request_of(data, split, names, labels, out)
        scores = score_models(request, chosen, others, moved)
    if as_json:
        say_json(_object(scores, data, split))
    else:
        table(scores)


def request_of(
    data: Path, split: str, names: Path | None, labels: str | None, out: Path | None
) -> ScoreRequest:
    """What to measure on. Raises ``ConfigError``."""
    from kerbwatch.config.cards import bundled_models  # noqa: PLC0415
    from kerbwatch.config.dataset import load_dataset, load_names  # noqa: PLC0415
    from kerbwatch.wire.scoring import ScoreRequest  # noqa: PLC0415

    return ScoreRequest(
        data=load_dataset(data),
        split=split,
        names=load_names(names or bundled_models() / "labels" / "names.yaml"),
        wanted=tuple(it.strip() for it in labels.split(",") if it.strip()) if labels else (),
        sheets=out,
    )


def _object(scores: Scores, data: Path, split: str) -> dict[str, Any]:
    return {
        "ok": True,
        "data": str(data),
        "split": split,
        "pictures": scores.pictures,
        **scores.model.as_object(),
        "beside": [other.as_object() for other in scores.beside],
        "left_out": scores.left_out,
        "unmarked": scores.unmarked,
        "sheets": [str(path) for path in scores.sheets],
    }


def table(scores: Scores) -> None:
    """Average precision per label, one model beside the other."""
    models = (scores.model, *scores.beside)
    say(TEXT("score.head", pictures=scores.pictures))
    widths = [max(_WIDTH, len(model.name)) for model in models]
    cells = [model.name.rjust(width) for model, width in zip(models, widths, strict=True)]
    say("  ".join([" " * _WIDTH, " " * 7, *cells]))
    for label, own in scores.model.per_label.items():
        cells = []
        for model, width in zip(models, widths, strict=True):
            found = model.per_label.get(label)
            text = "-" if found is None else f"{found.ap50:.3f} / {found.ap50_95:.3f}"
            cells.append(text.rjust(width))
        say("  ".join([label.ljust(_WIDTH), str(own.boxes).rjust(7), *cells]))
    for label, own in scores.model.per_label.items():
        if own.best is not None:
            best = own.best
            shares = {"precision": 100 * best.precision, "recall": 100 * best.recall}
            say(TEXT("score.best", label=label, score=best.score, **shares))
    if scores.left_out:
        say(TEXT("score.left_out", names=", ".join(scores.left_out)))
    if scores.unmarked:
        say(TEXT("score.unmarked", labels=", ".join(scores.unmarked)))
    for path in scores.sheets:
        say(TEXT("score.sheet", path=path))
