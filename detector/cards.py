"""What a model is: its file, how it is fed, how its output reads, what its classes mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Layout(StrEnum):
    """How raw output becomes boxes. N is the number of candidates, C of classes.

    ``yolox``: [1, N, 5 + C], cxcywh relative to the grid, sizes as logarithms, objectness.
    ``yolov5``: [1, N, 5 + C], cxcywh in input pixels, objectness.
    ``yolov8``: [1, 4 + C, N], cxcywh in input pixels, no objectness.
    ``end2end``: [1, N, 6], xyxy in input pixels, score, class; suppression already done.
    """

    YOLOX = "yolox"
    YOLOV5 = "yolov5"
    YOLOV8 = "yolov8"
    END2END = "end2end"


class Placement(StrEnum):
    """Where the picture lies in the letterbox."""

    TOP_LEFT = "top_left"
    CENTRE = "centre"


class Channels(StrEnum):
    """Order of the colour channels that the model was trained on."""

    BGR = "bgr"
    RGB = "rgb"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model as its card in ``models/`` describes it.

    ``input_hw`` in pixels; ``pixel_scale`` multiplies 0-255 values; ``classes`` are the
    model's own names by index, ``labels`` what each means here (``None``: not used), and
    ``on_trial`` the same for those that are measured but not believed yet: they are never
    watched with; empty: none are on trial. ``prompts`` are the words that an open-vocabulary
    model is asked for, class by class; empty: its classes are its own. ``source`` is where
    the file is published, ``engine`` which library runs it. ``min_score`` is the lowest score
    worth looking at, ``iou`` the overlap at which two boxes of one label are the same thing.
    """

    name: str
    file: str
    layout: Layout
    input_hw: tuple[int, int]
    channels: Channels
    pixel_scale: float
    placement: Placement
    pad_value: int
    classes: tuple[str, ...]
    labels: tuple[str | None, ...]
    min_score: float
    iou: float
    licence: str
    origin: str
    sha256: str | None = None
    on_trial: tuple[str | None, ...] = ()
    prompts: tuple[str, ...] = ()
    source: str | None = None
    engine: str = "auto"

    @property
    def sees_people(self) -> bool:
        return "person" in self.labels

    def with_trials(self) -> ModelCard:
        """The same model with the labels on trial in use, to be measured."""
        if not self.on_trial:
            return self
        pairs = zip(self.labels, self.on_trial, strict=True)
        return replace(self, labels=tuple(used or tried for used, tried in pairs), on_trial=())
