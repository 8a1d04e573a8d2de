"""JSON text into the same tree of nodes as YAML, each with its place."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from kerbwatch.config.node import Entry, Mapping, Node, Scalar, Sequence
from kerbwatch.config.problem import ConfigError, Problem, phrase
from kerbwatch.config.syntax import MAX_DEPTH, without_surrogates

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\],:"]+')


def parse_json(text: str, file: str) -> Node:
    """The tree of a JSON text.

    Raises ``ConfigError``: no JSON, or nested deeper than anything written by hand.
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError([_syntax(file, error.lineno, error.colno)]) from None
    except (RecursionError, ValueError):  # the latter: a number of thousands of digits
        raise ConfigError([_syntax(file, 1, 1)]) from None
    return _Reader(text, file).node(0)


def _syntax(file: str, line: int, column: int) -> Problem:
    return Problem(
        file, line, column, "",
        phrase("what.json_syntax"), phrase("syntax.json_got"), phrase("syntax.json_expected"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    line: int
    column: int


class _Reader:
    """Reads text that is known to be JSON: only its nesting can still be wrong."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._tokens = self._scan(text)

    def _scan(self, text: str) -> Iterator[_Token]:
        for match in _TOKEN.finditer(text):
            line = bisect_right(self._starts, match.start())
            yield _Token(match[0], line, match.start() - self._starts[line - 1] + 1)

    def node(self, depth: int) -> Node:
        token = next(self._tokens)
        return self._value(token, depth)

    def _value(self, token: _Token, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ConfigError([_syntax(self._file, token.line, token.column)])
        if token.text == "{":
            return self._object(token, depth)
        if token.text == "[":
            items = tuple(self._value(inner, depth + 1) for inner in self._until("]"))
            return Sequence(token.line, token.column, items, len(items), depth)
        return _scalar(token)

    def _object(self, token: _Token, depth: int) -> Mapping:
        entries = tuple(Entry(_scalar(key), self.node(depth + 1)) for key in self._until("}"))
        return Mapping(token.line, token.column, entries, len(entries), depth)

    def _until(self, end: str) -> Iterator[_Token]:
        for token in self._tokens:
            if token.text == end:
                return
            yield token


def _scalar(token: _Token) -> Scalar:
    value = json.loads(token.text)
    if isinstance(value, str):
        value = without_surrogates(value)
    return Scalar(token.line, token.column, str(value), value)
