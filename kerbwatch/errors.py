"""Errors of the wiring, told in the command line's languages."""

from __future__ import annotations


class RecordError(Exception):
    """Recorded observations that cannot be played; ``key`` names the text to tell."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values


class DataError(Exception):
    """Pictures, labels or models that cannot be worked with; ``key`` names the text to tell."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values


class StartError(Exception):
    """The service cannot start; ``key`` names the text to tell."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values
