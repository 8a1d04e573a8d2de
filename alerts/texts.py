"""Every text that people see, in Chinese and English, from catalogues.

A catalogue is a pair of files ``texts/zh.toml`` and ``texts/en.toml`` in a package; keys
are dotted, values are ``str.format`` templates.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib import resources


class Language(StrEnum):
    """The languages that every text exists in."""

    ZH = "zh"
    EN = "en"


class Texts:
    """One catalogue in one language: ``texts("case.opened", place="…")``."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self.messages = messages

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key`` with its values filled in. Raises ``KeyError`` if unknown."""
        return self.messages[key].format(**values)


@cache
def load_texts(package: str, language: Language) -> Texts:
    """The catalogue of ``package``, e.g. ``load_texts("alerts", Language.ZH)``."""
    file = resources.files(package) / "texts" / f"{language}.toml"
    return Texts(dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")))))


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
