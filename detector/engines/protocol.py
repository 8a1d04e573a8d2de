"""What every engine does."""

from __future__ import annotations

from typing import Protocol

from detector.cards import ModelCard
from detector.frame import Image
from fences.box import Box
from fences.observation import Detection


class Engine(Protocol):
    """A model that is loaded and ready. Safe to call from many threads at once."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def runs_on(self) -> str:
        """Library and device, for people: ``OpenVINO CPU``."""
        ...

    def infer(self, image: Image, within: Box | None = None) -> tuple[Detection, ...]:
        """Everything the model sees in one picture, highest score first.

        ``within``, 0-1 of the picture, is where things are asked for: a model that takes any size
        looks at little more than that, at the same scale; others look at all of it.

        ``image`` is height x width x 3, BGR, 0-255. Labels are Kerbwatch's own, by the card;
        scores are 0-1 and at least the card's ``min_score``; boxes are in 0-1 of the picture
        and may reach outside it. Raises ``ValueError`` for another kind of array and
        ``ModelError`` if the output does not fit the card.
        """
        ...

    def close(self) -> None:
        """Release the model. Safe to call twice; ``infer`` raises ``RuntimeError`` after it."""
        ...
