"""The model file itself: there, whole, the one that the card means."""

from __future__ import annotations

import hashlib
from pathlib import Path

from detector.cards import ModelCard
from detector.engines.errors import ModelError
from detector.engines.layouts import LayoutError


def check_file(card: ModelCard, path: Path) -> None:
    """Raises ``ModelError`` if the file is missing, empty or not the card's."""
    if not path.is_file() or path.stat().st_size == 0:
        raise ModelError(
            f"the file of model {card.name} cannot be loaded",
            where=path,
            got="an empty file" if path.is_file() else "no file",
            expected=card.file,
            remedy="put it into models.dir, or its folder into KERBWATCH_MODELS",
        )
    if card.sha256 is None:
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != card.sha256.lower():
        raise ModelError(
            f"this is not the file that the card {card.name} was written for",
            where=path,
            got=f"sha256 {digest}",
            expected=card.sha256,
            remedy="fetch the file again, or correct the card",
        )


def unreadable(card: ModelCard, path: Path, error: Exception) -> ModelError:
    """For a file that the library refuses; the end of what it says is the reason."""
    text = " ".join(str(error).split()).rpartition(": ")[2]
    return ModelError(
        f"the file of model {card.name} cannot be loaded",
        where=path,
        got=text[-200:] if text else type(error).__name__,
        expected="an ONNX or OpenVINO model",
        remedy="fetch or export the file again",
    )


def misfit(card: ModelCard, path: Path, error: LayoutError) -> ModelError:
    """For output that does not fit the card."""
    return ModelError(
        f"the output of model {card.name} does not fit its card",
        where=path,
        got=error.got,
        expected=error.expected,
        remedy="correct layout, input size or classes in the card, or use its own file",
    )


def check_input(card: ModelCard, path: Path, shapes: list[list[int | None]]) -> None:
    """Raises ``ModelError`` unless the only input takes [1, 3, H, W]; ``None`` is any size."""
    expected = [1, 3, *card.input_hw]
    fits = (
        len(shapes) == 1
        and len(shapes[0]) == len(expected)
        and all(have in (None, want) for have, want in zip(shapes[0], expected, strict=True))
    )
    if not fits:
        raise ModelError(
            f"the input of model {card.name} does not fit its card",
            where=path,
            got=" and ".join(str(shape) for shape in shapes) or "no input",
            expected=str(expected),
            remedy="correct input_hw in the card, or use its own file",
        )
