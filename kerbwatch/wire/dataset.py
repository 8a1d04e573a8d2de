"""The pictures of a data set in YOLO's format, and the boxes that are marked in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from detector.scoring.looks import Marked
from detector.sources.folder import SUFFIXES
from fences.box import Box
from kerbwatch.config.dataset import DataSet
from kerbwatch.errors import DataError

_BOX_VALUES = 4
_OUTLINE_VALUES = 6
_SLACK = 0.01
"""How far a value may lie above 1, as rounding leaves it."""


def marked_pictures(data: DataSet, split: str, labels: Mapping[int, str]) -> list[Marked]:
    """Every picture of a split with the boxes whose class has a label, in order of the paths.

    Raises ``DataError``: no such split, no pictures, a label file that cannot be read.
    """
    return [Marked(path, tuple(_things(path, data, labels))) for path in pictures(data, split)]


def pictures(data: DataSet, split: str) -> list[Path]:
    """The files of a split. Raises ``DataError`` where there is none."""
    if split not in data.splits:
        known = ", ".join(data.splits) or "-"
        raise DataError("dataset.no_split", path=data.file, split=split, known=known)
    found = sorted({file for entry in data.splits[split] for file in _files(data, entry)})
    if not found:
        raise DataError("dataset.empty", path=data.file, split=split)
    return found


def labels_file(picture: Path) -> Path:
    """``a/images/b.jpg`` has ``a/labels/b.txt``; without ``images``, it lies beside."""
    before, between, after = str(picture).rpartition(f"{os.sep}images{os.sep}")
    if between:
        picture = Path(before, "labels", after)
    return picture.with_suffix(".txt")


def _files(data: DataSet, entry: str) -> Iterator[Path]:
    """An entry is a folder, a list of pictures in a .txt, or one picture."""
    path = data.root / entry
    if not path.exists() and entry.startswith("../"):
        path = data.root / entry.removeprefix("../")  # as Roboflow writes it
    if path.is_dir():
        yield from (it for it in path.rglob("*") if it.suffix.lower() in SUFFIXES)
    elif path.is_file() and path.suffix.lower() == ".txt":
        yield from _listed(path, data)
    elif path.is_file():
        yield path
    else:
        raise DataError("dataset.no_folder", path=data.file, entry=path)


def _listed(file: Path, data: DataSet) -> Iterator[Path]:
    for number, line in enumerate(_text(file).splitlines(), 1):
        name = line.strip()
        if not name:
            continue
        path = next((it for it in (file.parent / name, data.root / name) if it.is_file()), None)
        if path is None:
            raise DataError("dataset.no_picture", where=f"{file}:{number}", name=name)
        yield Path(os.path.normpath(path))


def _things(picture: Path, data: DataSet, labels: Mapping[int, str]) -> Iterator[tuple[str, Box]]:
    file = labels_file(picture)
    if not file.is_file():  # nothing is marked in it
        return
    for number, line in enumerate(_text(file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            index, box = _thing(line)
        except ValueError:
            raise DataError("dataset.bad_line", where=f"{file}:{number}", got=line[:60]) from None
        if index not in data.classes:
            known = ", ".join(map(str, sorted(data.classes)[:20]))
            raise DataError("dataset.no_class", where=f"{file}:{number}", got=index, known=known)
        if index in labels:
            yield labels[index], box


def _thing(line: str) -> tuple[int, Box]:
    """Class and box of a line: centre and size, or the corners of an outline around it."""
    index, *values = (float(column) for column in line.split())
    if not index.is_integer() or not all(0 <= value <= 1 + _SLACK for value in values):
        raise ValueError(line)
    if len(values) == _BOX_VALUES:
        x, y, width, height = values
        values = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    elif len(values) < _OUTLINE_VALUES or len(values) % 2:
        raise ValueError(line)
    x_values, y_values = values[::2], values[1::2]
    return int(index), Box(min(x_values), min(y_values), max(x_values), max(y_values))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DataError("dataset.no_text", path=file) from None
