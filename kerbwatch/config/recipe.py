"""Training recipes: what a model is trained on, from where, for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from detector.training.train import FIXED
from kerbwatch.config.card_schema import KnownLabel
from kerbwatch.config.fields import Expect, ModelName, Name, PathText, Share, StrictModel
from kerbwatch.config.load import open_document
from kerbwatch.config.problem import ConfigError, phrase
from kerbwatch.config.values import Document, value_at
from kerbwatch.config.verdict import validate

Count = Annotated[int, Field(ge=1, le=100_000), Expect("recipe_count")]
Side = Annotated[int, Field(ge=32, le=4096, multiple_of=32), Expect("recipe_side")]


class RecipeModel(StrictModel):
    """A recipe as written. ``settings`` are ultralytics' own, by its names."""

    name: ModelName
    base: Annotated[
        str, Field(pattern=r"^[^:]+\.(yaml|pt)$", max_length=1000), Expect("recipe_base")
    ]
    data: PathText
    epochs: Count
    labels: Annotated[dict[str, KnownLabel], Expect("labels")] = Field(default_factory=dict)
    side: Side = 640
    batch: Count = 16
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), Expect("recipe_seed")] = 0
    workers: Annotated[int, Field(ge=0, le=64), Expect("recipe_workers")] = 2
    device: Annotated[str, Field(pattern=r"^(cpu|cuda(:\d+)?|mps)$"), Expect("recipe_device")] | (
        None
    ) = None
    settings: Annotated[dict[str, str | int | float | bool], Expect("recipe_settings")] = Field(
        default_factory=dict
    )
    min_score: Annotated[float, Field(gt=0, le=1), Expect("positive_score")] = 0.25
    iou: Share = 0.6
    licence: Name = "AGPL-3.0"


def load_recipe(file: Path) -> RecipeModel:
    """Raises ``ConfigError`` with every problem of it."""
    document = open_document(file)
    model = validate(document, RecipeModel)
    _check_settings(document)
    if document.problems or model is None:
        raise ConfigError(document.problems)
    return model


def _check_settings(document: Document) -> None:
    settings = value_at(document.value, ("settings",))
    for name in settings if isinstance(settings, dict) else ():
        if name in FIXED:
            expected = phrase("expected.recipe_settings")
            problem = document.problem(("settings", name), "not_allowed", expected)
            document.problems.append(problem)
