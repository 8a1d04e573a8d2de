"""Models measured on pictures that people marked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from detector.cards import ModelCard
from detector.engines.protocol import Engine
from detector.engines.select import open_engine
from detector.scoring.looks import Look, Marked, score_looks
from detector.scoring.precision import LabelScore
from detector.scoring.sheet import write_sheet
from detector.sources.folder import read_picture
from kerbwatch.config.dataset import DataSet, plain
from kerbwatch.errors import DataError
from kerbwatch.wire.dataset import marked_pictures

FLOOR = 0.001
"""Average precision is about the whole curve: it looks far below a card's ``min_score``."""

MOST_SEEN = 300
"""Detections of one picture that count, the best first, as other tools have it."""

_AT_ONCE = 3
Candidate = tuple[ModelCard, Path]
OnPicture = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ModelScore:
    """One model on one data set, per label."""

    name: str
    per_label: Mapping[str, LabelScore]

    def as_object(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "model": self.name,
            "map50": _mean([it.ap50 for it in self.per_label.values()]),
            "map50_95": _mean([it.ap50_95 for it in self.per_label.values()]),
            "per_label": {label: _object(it) for label, it in self.per_label.items()},
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """The model that was asked for, those beside it, and what was not measured."""

    model: ModelScore
    beside: tuple[ModelScore, ...]
    pictures: int
    left_out: tuple[str, ...]
    unmarked: tuple[str, ...]
    sheets: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """``names`` maps plain names of classes to labels; no ``wanted`` means every label."""

    data: DataSet
    split: str
    names: Mapping[str, str]
    wanted: tuple[str, ...]
    sheets: Path | None


def score_models(
    request: ScoreRequest,
    chosen: Candidate,
    beside: Sequence[Candidate] = (),
    on_picture: OnPicture = lambda *_: None,
) -> Scores:
    """Measure a model, and others on the labels that they share with it.

    Raises ``DataError`` for a data set that cannot be used, ``ModelError``, and ``OSError``
    where the sheets cannot be written.
    """
    names = dict(request.names)
    for card, _ in (chosen, *beside):
        for name, label in zip(card.classes, card.with_trials().labels, strict=True):
            if label is not None:
                names.setdefault(plain(name), label)
                names.setdefault(label, label)
    classes = request.data.classes
    mapped = {at: names[plain(name)] for at, name in classes.items() if plain(name) in names}
    marked = marked_pictures(request.data, request.split, mapped)
    labels, unmarked = _labels(request, chosen[0], marked, set(mapped.values()))
    looks = list(_look(chosen, marked, on_picture))
    model = ModelScore(chosen[0].name, {it: score_looks(looks, it) for it in labels})
    sheets = _sheets(request.sheets, looks, labels, chosen[0])
    return Scores(
        model=model,
        beside=tuple(_beside(other, labels, marked, on_picture) for other in beside),
        pictures=len(marked),
        left_out=tuple(name for at, name in sorted(classes.items()) if at not in mapped),
        unmarked=unmarked,
        sheets=sheets,
    )


def _labels(
    request: ScoreRequest, card: ModelCard, marked: Sequence[Marked], named: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels to measure, in the model's order, and those of which nothing is marked."""
    sees = dict.fromkeys(label for label in card.with_trials().labels if label is not None)
    for label in request.wanted:
        if label not in sees:
            raise DataError("score.not_seen", label=label, model=card.name, known=", ".join(sees))
        if label not in named:
            known = ", ".join(sorted(named)) or "-"
            raise DataError("score.not_named", label=label, path=request.data.file, known=known)
    common = [it for it in sees if it in named and (not request.wanted or it in request.wanted)]
    there = {label for picture in marked for label, _ in picture.things}
    labels = tuple(label for label in common if label in there)
    if not labels:
        has = ", ".join(sorted(there)) or "-"
        raise DataError(
            "score.nothing_common",
            path=request.data.file, split=request.split, has=has, sees=", ".join(sees),
        )  # fmt: skip
    return labels, tuple(label for label in common if label not in there)


def _beside(
    other: Candidate, labels: Sequence[str], marked: Sequence[Marked], on_picture: OnPicture
) -> ModelScore:
    shared = [label for label in labels if label in other[0].with_trials().labels]
    looks = list(_look(other, marked, on_picture)) if shared else []
    return ModelScore(other[0].name, {label: score_looks(looks, label) for label in shared})


def _look(candidate: Candidate, marked: Sequence[Marked], on_picture: OnPicture) -> Iterator[Look]:
    """What the model sees in each picture; pictures are read while it is at others."""
    card, path = candidate
    low = replace(card.with_trials(), min_score=min(FLOOR, card.min_score))
    with (
        closing(open_engine(low, path)) as engine,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        seen = pool.map(lambda picture: _seen(engine, picture), marked)
        for number, look in enumerate(seen, 1):
            on_picture(card.name, number, len(marked))
            yield look


def _seen(engine: Engine, marked: Marked) -> Look:
    image = read_picture(marked.path)
    if image is None:
        raise DataError("dataset.undecodable", path=marked.path)
    return Look(marked, engine.infer(image)[:MOST_SEEN])


def _sheets(
    folder: Path | None, looks: Sequence[Look], labels: Sequence[str], card: ModelCard
) -> tuple[Path, ...]:
    if folder is None:
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    files = {label: folder / f"{card.name}-{label}.jpg" for label in labels}
    return tuple(
        file for label, file in files.items() if write_sheet(file, looks, label, card.min_score)
    )


def _object(score: LabelScore) -> dict[str, Any]:
    best = score.best
    return {
        "ap50": round(score.ap50, 4),
        "ap50_95": round(score.ap50_95, 4),
        "boxes": score.boxes,
        "best_score": None if best is None else round(best.score, 4),
        "precision": None if best is None else round(best.precision, 4),
        "recall": None if best is None else round(best.recall, 4),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
