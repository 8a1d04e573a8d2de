"""``data.yaml`` of a data set in YOLO's format, and what its names of classes mean here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field

from kerbwatch.config.card_schema import ClassName, KnownLabel
from kerbwatch.config.fields import Expect, PathText, StrictModel
from kerbwatch.config.load import open_document
from kerbwatch.config.problem import ConfigError, phrase
from kerbwatch.config.values import Document, Value
from kerbwatch.config.verdict import validate

SPLITS = ("train", "val", "test")
Paths = Annotated[list[PathText], Field(min_length=1), Expect("split")]


class DataSetModel(StrictModel):
    """What Kerbwatch reads of ``data.yaml``; other tools keep keys of their own in it."""

    model_config = ConfigDict(extra="ignore")

    names: Annotated[dict[str, ClassName], Field(min_length=1), Expect("dataset_names")]
    path: Annotated[PathText, Expect("path")] | None = None
    train: Paths | None = None
    val: Paths | None = None
    test: Paths | None = None


class NamesModel(StrictModel):
    """Names of classes and the label that each means."""

    labels: Annotated[dict[str, KnownLabel], Field(min_length=1), Expect("labels")]


@dataclass(frozen=True, slots=True)
class DataSet:
    """``classes`` by their number in label files; ``splits`` as written, below ``root``."""

    file: Path
    root: Path
    classes: Mapping[int, str]
    splits: Mapping[str, tuple[str, ...]]


def load_dataset(file: Path) -> DataSet:
    """Raises ``ConfigError`` with every problem of it."""
    document = open_document(file)
    _same_form(document)
    model = validate(document, DataSetModel)
    if document.problems or model is None:
        raise ConfigError(document.problems)
    splits = {name: tuple(getattr(model, name) or ()) for name in SPLITS}
    classes = {int(number): name for number, name in model.names.items()}
    root = file.absolute().parent / (model.path or ".")
    return DataSet(file, root, classes, {name: paths for name, paths in splits.items() if paths})


def load_names(file: Path) -> dict[str, str]:
    """Label by ``plain`` name of a class. Raises ``ConfigError``."""
    document = open_document(file)
    model = validate(document, NamesModel)
    if document.problems or model is None:
        raise ConfigError(document.problems)
    return {plain(name): label for name, label in model.labels.items()}


def plain(name: str) -> str:
    """The form in which names are compared: ``Construction Waste`` is ``construction_waste``."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _same_form(document: Document) -> None:
    """Names as a mapping of numbers, splits as lists; both are allowed to be written either way."""
    if not isinstance(document.value, dict):
        return
    names = document.value.get("names")
    if isinstance(names, list):
        document.value["names"] = {str(number): name for number, name in enumerate(names)}
        _check_names(document, names)
    for key in names if isinstance(names, dict) else ():
        if not (key.isascii() and key.isdecimal()):
            expected = phrase("expected.dataset_names")
            problem = document.problem(("names", key), "malformed", expected)
            document.problems.append(problem)
    for split in SPLITS:
        if isinstance(document.value.get(split), str):
            document.value[split] = [document.value[split]]


def _check_names(document: Document, names: list[Value]) -> None:
    """Here, where a name's place in the file is still known."""
    for number, name in enumerate(names):
        if not isinstance(name, str):
            place = ("names", number)
            expected = phrase("expected.name")
            document.problems.append(document.problem(place, "wrong_type", expected))
            document.broken.add(("names",))
