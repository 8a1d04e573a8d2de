"""YAML text into a tree of nodes: bounded, without tags, each key with its place.

ruamel.yaml scans and parses; the tree is built from its events without recursion, so that
neither depth nor an alias bomb can exhaust the process.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from kerbwatch.config.node import Entry, Mapping, Node, Scalar, Sequence
from kerbwatch.config.problem import ConfigError, Path, Problem, dotted, phrase
from kerbwatch.config.scalars import resolve
from kerbwatch.config.shown import safe

MAX_DEPTH = 32
MAX_NODES = 200_000
"""Nodes of one file, counted as often as aliases repeat them."""

_KNOWN_ERRORS = (
    ("found character '\\t'", "tab"),
    ("that cannot start any token", "bad_start"),
    ("mapping values are not allowed", "colon"),
    ("could not find expected ':'", "no_colon"),
    ("expected ',' or", "unclosed"),
    ("found unexpected end of stream", "quote"),
    ("expected <block end>", "indent"),
)


def parse_yaml(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """The tree, or ``None`` for a file without content, and the problems so far.

    Raises ``ConfigError`` where the text is no YAML, or more than it may be.
    """
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        raise ConfigError([*builder.problems, _syntax_problem(error, file)]) from None
    except (YAMLError, ValueError, ArithmeticError):
        # The scanner's own way to fail on escapes such as \UFFFFFFFF.
        raise ConfigError([*builder.problems, _unreadable(file, *builder.reached)]) from None
    return builder.root, builder.problems


def _syntax_problem(error: MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    told = str(error.problem or "")
    # The parser's own words may quote the file, and with it a secret: ours do not.
    kind = next((kind for words, kind in _KNOWN_ERRORS if words in told), None)
    if kind is None:
        return _unreadable(file, line, column)
    return Problem(
        file, line, column, "",
        phrase("what.syntax"), phrase(f"syntax.{kind}_got"), phrase(f"syntax.{kind}_expected"),
    )  # fmt: skip


def _unreadable(file: str, line: int, column: int) -> Problem:
    return Problem(
        file, line, column, "",
        phrase("what.syntax"), phrase("syntax.other_got"), phrase("syntax.other_expected"),
    )  # fmt: skip


@dataclass(slots=True)
class _Open:
    """A collection that has begun and not yet ended."""

    line: int
    column: int
    anchor: str | None
    is_mapping: bool
    children: list[Node] = field(default_factory=list)

    @property
    def expects_key(self) -> bool:
        return self.is_mapping and len(self.children) % 2 == 0

    def close(self) -> Node:
        weight = 1 + sum(child.weight for child in self.children)
        depth = 1 + max((child.depth for child in self.children), default=0)
        if not self.is_mapping:
            return Sequence(self.line, self.column, tuple(self.children), weight, depth)
        pairs = zip(self.children[::2], self.children[1::2], strict=True)
        # A key that is no plain text was reported; its value cannot be reached.
        entries = tuple(Entry(key, value) for key, value in pairs if isinstance(key, Scalar))
        return Mapping(self.line, self.column, entries, weight, depth)


class _Builder:
    """Events in, one tree out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.reached = (1, 1)
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._documents = 0
        self._weight = 0

    def take(self, event: Event) -> None:
        self.reached = line, column = _place(event)
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise ConfigError([*self.problems, self._problem("documents")])
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._refuse_tag(event)
            is_mapping = isinstance(event, MappingStartEvent)
            self._open.append(_Open(line, column, event.anchor, is_mapping))
            if len(self._open) > MAX_DEPTH:
                raise self._too_much("depth", MAX_DEPTH)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            ended = self._open.pop()
            self._add(ended.close(), ended.anchor)
        elif isinstance(event, ScalarEvent):
            self._refuse_tag(event)
            self._add(self._scalar(event), event.anchor)
        elif isinstance(event, AliasEvent):
            self._add(self._aliased(event), None)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        self._weight += 1
        if self._weight > MAX_NODES:
            raise self._too_much("nodes", MAX_NODES)
        if len(self._open) + node.depth > MAX_DEPTH + 1:
            raise self._too_much("depth", MAX_DEPTH)
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if parent.expects_key and not isinstance(node, Scalar):
            self.reached = (node.line, node.column)
            self.problems.append(self._problem("complex_key"))
        parent.children.append(node)

    def _too_much(self, kind: str, limit: int) -> ConfigError:
        return ConfigError([*self.problems, self._problem(kind, limit=limit)])

    def _scalar(self, event: ScalarEvent) -> Scalar:
        line, column = _place(event)
        raw = str(event.value)
        if (whole := without_surrogates(raw)) != raw:
            self.problems.append(self._problem("surrogate"))
            raw = whole
        return Scalar(line, column, raw, resolve(raw) if event.style is None else raw)

    def _aliased(self, event: AliasEvent) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            # Its name is not shown: it may be a password that begins with "*".
            self.problems.append(self._problem("alias"))
            return Scalar(*_place(event), "", None)
        self._weight += node.weight
        return node

    def _refuse_tag(self, event: MappingStartEvent | SequenceStartEvent | ScalarEvent) -> None:
        if event.tag is not None:
            self.problems.append(self._problem("tag"))

    def _problem(self, kind: str, **values: object) -> Problem:
        return Problem(
            self.file, *self.reached, dotted(self._path()),
            phrase(f"what.{kind}"),
            phrase(f"syntax.{kind}_got"),
            phrase(f"syntax.{kind}_expected", **values),
        )  # fmt: skip

    def _path(self) -> Path:
        path: list[str | int] = []
        for collection in self._open:
            if not collection.is_mapping:
                path.append(len(collection.children))
            elif not collection.expects_key and isinstance(collection.children[-1], Scalar):
                path.append(safe(collection.children[-1].raw))
        return tuple(path)


def without_surrogates(text: str) -> str:
    """The text with half characters, which no file or terminal takes, replaced."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def _place(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
