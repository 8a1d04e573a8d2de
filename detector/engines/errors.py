"""What is told when a model cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class ModelError(Exception):
    """One sentence on what is wrong with a model, where, what was expected and what to do."""

    def __init__(self, what: str, *, where: Path, got: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}: got {got}, expected {expected}; {remedy}")
        self.what = what
        self.where = where
        self.got = got
        self.expected = expected
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """It may be raised in one process and told in another."""
        return _made, (self.what, self.where, self.got, self.expected, self.remedy)


def _made(what: str, where: Path, got: str, expected: str, remedy: str) -> ModelError:
    return ModelError(what, where=where, got=got, expected=expected, remedy=remedy)
