"""From a model and recorded footage to a smaller model, measured before and after."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detector.cards import ModelCard
from detector.engines.select import open_engine
from detector.frame import Frame, Image
from detector.sources.folder import picture_files, read_picture
from detector.sources.recording import RecordingSource, recording_facts
from detector.training.quantize import quantize
from fences.clock import SECOND_NS
from kerbwatch.config.card_file import write_card
from kerbwatch.errors import DataError
from kerbwatch.wire.fetching import sha256_of
from kerbwatch.wire.scoring import OnPicture, ScoreRequest, Scores, score_models

SUFFIXES = frozenset({".onnx", ".xml"})


@dataclass(frozen=True, slots=True)
class Quantized:
    """The new model, and both measured on the same pictures: ``scores.beside`` is the new one."""

    card: ModelCard
    path: Path
    frames: int
    scores: Scores


def quantize_model(
    chosen: tuple[ModelCard, Path],
    footage: Sequence[Path],
    count: int,
    request: ScoreRequest,
    name: str,
    folder: Path,
    on_picture: OnPicture = lambda *_: None,
) -> Quantized:
    """Quantize with ``count`` frames of the footage, measure, and keep the model.

    Raises ``DataError``, ``SourceError``, ``ModelError`` and ``OSError``; then nothing is kept.
    """
    card, path = chosen
    if path.suffix.lower() not in SUFFIXES:
        raise DataError("quantize.not_onnx", path=path, name=card.name)
    if name == card.name:
        raise DataError("export.same_name", name=name)
    pictures = [it for source in footage for it in _frames(source, -(-count // len(footage)))]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{name}.") as part:
        made = Path(part) / f"{name}.xml"
        quantize(card, path, pictures, made)
        small = replace(
            card, name=name, file=made.name, engine="auto", source=None, sha256=sha256_of(made)
        )
        open_engine(small, made).close()
        scores = score_models(request, chosen, [(small, made)], on_picture)
        for suffix in (".bin", ".xml"):
            made.with_suffix(suffix).replace(folder / f"{name}{suffix}")
    write_card(small, folder, [f"{card.name} in int8, by NNCF on {len(pictures)} frames"])
    return Quantized(small, folder / made.name, len(pictures), scores)


def _frames(source: Path, count: int) -> Iterator[Image]:
    """Up to so many pictures of a recording or a folder, evenly spread."""
    if source.is_dir():
        files = picture_files(source)
        for file in files[:: max(1, len(files) // count)][:count]:
            picture = read_picture(file)
            if picture is None:
                raise DataError("dataset.undecodable", path=file)
            yield picture
        return
    step_ns = int((recording_facts(source).duration_s or 0) * SECOND_NS / count)
    due_ns = 0
    for item in RecordingSource(source):
        if isinstance(item, Frame) and item.media_ns >= due_ns and count > 0:
            yield item.image()
            count, due_ns = count - 1, due_ns + step_ns
