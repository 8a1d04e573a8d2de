"""The tree as plain values: variables filled in, duplicate keys found."""

from __future__ import annotations

from collections.abc import Mapping as EnvMapping
from dataclasses import dataclass, field

from kerbwatch.config.environment import expand
from kerbwatch.config.node import Mapping, Node, Plain, Scalar, Sequence, locate
from kerbwatch.config.problem import Path, Phrase, Problem, dotted, phrase
from kerbwatch.config.shown import got, safe

Value = Plain | list["Value"] | dict[str, "Value"]


@dataclass(slots=True)
class Document:
    """A file's tree and its values.

    ``broken`` are paths whose value could not be made: nothing more is said about them.
    """

    file: str
    root: Node
    value: Value = None
    problems: list[Problem] = field(default_factory=list)
    broken: set[Path] = field(default_factory=set)

    def problem(
        self, path: Path, what: str, expected: Phrase, shown: Phrase | None = None
    ) -> Problem:
        """A problem at a path; what was got is read from the tree unless it is given."""
        place = locate(self.root, path)
        key = dotted(tuple(safe(part) if isinstance(part, str) else part for part in path))
        value = got(place.node, path) if shown is None else shown
        return Problem(
            self.file, place.line, place.column, key, phrase(f"what.{what}"), value, expected
        )


def read_values(root: Node, file: str, env: EnvMapping[str, str] | None) -> Document:
    """The document with all values; problems are collected in it.

    ``env`` fills in ``${NAME}``; ``None``: texts stay as they are.
    """
    document = Document(file, root)
    document.value = _Reader(document, env).read(root, ())
    return document


class _Reader:
    def __init__(self, document: Document, env: EnvMapping[str, str] | None) -> None:
        self._document = document
        self._env = env

    def read(self, node: Node, path: Path) -> Value:
        if isinstance(node, Mapping):
            return self._mapping(node, path)
        if isinstance(node, Sequence):
            return [self.read(item, (*path, number)) for number, item in enumerate(node.items)]
        return self._scalar(node, path)

    def _mapping(self, node: Mapping, path: Path) -> Value:
        values: dict[str, Value] = {}
        first: dict[str, Scalar] = {}
        for entry in node.entries:
            name = entry.key.raw
            before = first.setdefault(name, entry.key)
            if before is entry.key:
                values[name] = self.read(entry.value, (*path, name))
            else:
                self._duplicate((*path, name), entry.key, before)
        return values

    def _duplicate(self, path: Path, key: Scalar, before: Scalar) -> None:
        name = dotted((*path[:-1], safe(key.raw)))
        self._document.problems.append(
            Problem(
                self._document.file, key.line, key.column, name,
                phrase("what.duplicate_key"),
                phrase("got.second_time", line=before.line),
                phrase("expected.key_once"),
            )
        )  # fmt: skip

    def _scalar(self, node: Scalar, path: Path) -> Value:
        if self._env is None or not isinstance(node.value, str) or "${" not in node.value:
            return node.value
        expanded = expand(node.value, self._env)
        for name in expanded.missing:
            expected = phrase("expected.variable", name=safe(name))
            self._refuse(path, "no_variable", expected, phrase("got.unset"))
        if expanded.malformed:
            self._refuse(path, "variable_name", phrase("expected.variable_name"), None)
        return expanded.text

    def _refuse(self, path: Path, what: str, expected: Phrase, shown: Phrase | None) -> None:
        self._document.problems.append(self._document.problem(path, what, expected, shown))
        self._document.broken.add(path)


def text_at(value: Value, path: Path) -> str | None:
    """The text at a path of plain values, if there is one."""
    found = value_at(value, path)
    return found if isinstance(found, str) else None


def value_at(value: Value, path: Path) -> Value:
    """The value at a path of plain values, ``None`` if it leads nowhere."""
    for part in path:
        if isinstance(value, dict) and isinstance(part, str):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value
