"""What a file says and where: a tree of values that know their line and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kerbwatch.config.problem import Path

Plain = None | bool | int | float | str
"""What a scalar can be."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """``raw`` is the text as written, ``value`` what it means. Positions count from 1."""

    line: int
    column: int
    raw: str
    value: Plain
    weight: int = 1
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """``weight`` counts the nodes, each as often as aliases repeat it, ``depth`` the levels."""

    line: int
    column: int
    entries: tuple[Entry, ...]
    weight: int
    depth: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """The same for a list."""

    line: int
    column: int
    items: tuple[Node, ...]
    weight: int
    depth: int


Node = Scalar | Mapping | Sequence


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path led: the position to show, and the value if the path led to one."""

    line: int
    column: int
    node: Node | None


def locate(root: Node, path: Path) -> Place:
    """The place of a path; where the path leads nowhere, the last place on the way.

    The position of an entry is that of its key: of a key given twice, the first.
    """
    place = Place(root.line, root.column, root)
    for part in path:
        step = _step(place.node, part)
        if step is None:
            return Place(place.line, place.column, None)
        place = step
    return place


def _step(node: Node | None, part: str | int) -> Place | None:
    if isinstance(node, Mapping):
        for entry in node.entries:
            if entry.key.raw == part:
                return Place(entry.key.line, entry.key.column, entry.value)
    if isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
        item = node.items[part]
        return Place(item.line, item.column, item)
    return None


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node below, with its path, in the order of the file."""
    yield path, node
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield from walk(entry.value, (*path, entry.key.raw))
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield from walk(item, (*path, number))
