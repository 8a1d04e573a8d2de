"""What a look costs: processor time, which other work on the machine does not change much."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from detector.cards import ModelCard
from detector.engines.protocol import Engine
from detector.frame import Image
from fences.box import Box
from fences.observation import Detection


@dataclass
class Meter:
    """Adds up processor time of this process, all its threads, by name; nanoseconds."""

    spent_ns: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Count what the block costs."""
        begun_ns = time.process_time_ns()
        try:
            yield
        finally:
            self.add(name, time.process_time_ns() - begun_ns)

    def add(self, name: str, cost_ns: int) -> None:
        self.spent_ns[name] = self.spent_ns.get(name, 0) + cost_ns


class SharedEngine:
    """An engine that looks once at a picture that several ask about.

    ``owed_ns``: what those would have spent who got a remembered answer; taken by
    :meth:`settle`, so that nobody's figures depend on who asks first.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._image: Image | None = None
        self._answer: tuple[Detection, ...] = ()
        self._cost_ns = 0
        self._owed_ns = 0

    @property
    def card(self) -> ModelCard:
        return self._engine.card

    @property
    def runs_on(self) -> str:
        return self._engine.runs_on

    def infer(self, image: Image, within: Box | None = None) -> tuple[Detection, ...]:
        if self._image is image:
            self._owed_ns += self._cost_ns
            return self._answer
        begun_ns = time.process_time_ns()
        self._answer = self._engine.infer(image, within)
        self._cost_ns = time.process_time_ns() - begun_ns
        self._image = image
        return self._answer

    def settle(self) -> int:
        """What is owed since the last time, nanoseconds."""
        owed_ns, self._owed_ns = self._owed_ns, 0
        return owed_ns

    def close(self) -> None:
        self._engine.close()
