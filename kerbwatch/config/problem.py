"""A problem in a file that somebody wrote: where, what, got, expected; in their language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.texts import Language, Texts, load_texts

Path = tuple[str | int, ...]
"""The way to a value: ``("cameras", 0, "fences", 1, "polygon")``."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of the catalogue's ``[config]`` section, with the values to fill in."""

    key: str
    values: tuple[tuple[str, object], ...] = ()

    def render(self, texts: Texts) -> str:
        """The phrase in the language of ``texts``; values that are phrases come along."""
        filled = {
            name: value.render(texts) if isinstance(value, Phrase) else value
            for name, value in self.values
        }
        return texts(f"config.{self.key}", **filled)


def phrase(key: str, **values: object) -> Phrase:
    """``Phrase`` with keyword arguments."""
    return Phrase(key, tuple(values.items()))


def dotted(path: Path) -> str:
    """``cameras[0].fences[1].polygon``; empty for the whole file."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``line`` and ``column`` count from 1; ``key`` is dotted.

    A value is at its key, an item of a list at itself. No field ever holds a secret.
    """

    file: str
    line: int
    column: int
    key: str
    what: Phrase
    got: Phrase
    expected: Phrase

    def text(self, language: Language) -> str:
        """Exactly one line: ``file:line:column key: what, got …, expected …``."""
        texts = load_texts("kerbwatch", language)
        return texts(
            "config.problem",
            file=one_line(self.file),
            line=self.line,
            column=self.column,
            place=self.key or texts("config.whole_file"),
            what=self.what.render(texts),
            got=self.got.render(texts),
            expected=self.expected.render(texts),
        )

    def to_json(self, language: Language) -> dict[str, str | int]:
        """For machines. ``code`` stays the same whatever the language."""
        texts = load_texts("kerbwatch", language)
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "key": self.key,
            "code": self.what.key.removeprefix("what."),
            "what": self.what.render(texts),
            "got": self.got.render(texts),
            "expected": self.expected.render(texts),
        }


class ConfigError(Exception):
    """A file cannot be used. ``problems`` has all that is wrong with it, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(problem.text(Language.EN) for problem in self.problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """As they stand in the file, each once."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda it: (it.file, it.line, it.column, it.key)))


def one_line(text: str) -> str:
    """The text with everything that would break or garble a line escaped."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
