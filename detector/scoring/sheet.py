"""Sheets of the pictures that a model gets most wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from detector.frame import Image
from detector.scoring.looks import Look, as_rows
from detector.scoring.matching import matches
from detector.sources.folder import read_picture
from fences.box import Box

TILE = 320
"""Side of a tile in pixels."""

_COLUMNS = 4
_MOST = 24
_MISS_WEIGHS = 0.5
_BACKGROUND = 40
_QUALITY = 88
Colour = tuple[int, int, int]
RIGHT, FALSE, MISSED, FOUND = (60, 200, 60), (40, 40, 255), (0, 220, 255), (255, 255, 255)
"""Blue, green, red: detections that are right and false; marked boxes missed and found."""


@dataclass(frozen=True, slots=True)
class Errors:
    """One label in one picture; ``weight`` is how wrong it is, 0 where all is right."""

    path: Path
    drawn: tuple[tuple[Box, Colour, str], ...]
    weight: float


def find_errors(look: Look, label: str, min_score: float) -> Errors:
    """A false detection weighs its score, a missed box one half."""
    seen = look.seen_of(label, min_score)
    marked = [box for name, box in look.marked.things if name == label]
    matched = matches(as_rows(it.box for it in seen), as_rows(marked), (0.5,))[0]
    found = set(matched.tolist())
    drawn = [(box, FOUND if at in found else MISSED, "") for at, box in enumerate(marked)]
    drawn += [
        (it.box, FALSE if hit < 0 else RIGHT, f"{it.score:.2f}")
        for it, hit in zip(seen, matched, strict=True)
    ]
    false = sum(it.score for it, hit in zip(seen, matched, strict=True) if hit < 0)
    missed = len(marked) - len(found - {-1})
    return Errors(look.marked.path, tuple(drawn), false + _MISS_WEIGHS * missed)


def write_sheet(path: Path, looks: Sequence[Look], label: str, min_score: float) -> bool:
    """A JPEG of the 24 worst pictures, the worst first; ``False`` where nothing is wrong.

    The file is there whole or not at all. Raises ``OSError``.
    """
    every = [find_errors(look, label, min_score) for look in looks]
    worst = sorted((it for it in every if it.weight > 0), key=lambda it: -it.weight)[:_MOST]
    if not worst:
        return False
    tiles = [_tile(errors) for errors in worst]
    tiles += [np.full_like(tiles[0], _BACKGROUND)] * (-len(tiles) % _COLUMNS)
    lines = [np.hstack(tiles[at : at + _COLUMNS]) for at in range(0, len(tiles), _COLUMNS)]
    _, data = cv2.imencode(".jpg", np.vstack(lines), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data.tobytes())
    part.replace(path)
    return True


def _tile(errors: Errors) -> Image:
    tile = np.full((TILE, TILE, 3), _BACKGROUND, dtype=np.uint8)
    picture = read_picture(errors.path)
    if picture is None:  # it could be read a moment ago
        raise OSError(f"{errors.path} has gone")
    scale = TILE / max(picture.shape[:2])
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    tile[: size[1], : size[0]] = small
    for box, colour, text in errors.drawn:
        left, top, right, bottom = (
            round(share * size[axis % 2]) for axis, share in enumerate(box.xyxy)
        )
        cv2.rectangle(tile, (left, top), (right, bottom), colour, 2 if text else 1)
        at = (max(left, 0) + 3, max(top, 0) + 13)
        cv2.putText(tile, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)
    return tile
