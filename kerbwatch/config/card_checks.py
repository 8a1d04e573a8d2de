"""What the keys of a model card have to do with each other."""

from __future__ import annotations

from collections.abc import Collection

from kerbwatch.config.problem import phrase
from kerbwatch.config.shown import one_of
from kerbwatch.config.values import Document, text_at, value_at


def check_card(document: Document, before: Collection[str]) -> None:
    """Add what is wrong between the keys; ``before`` are the names that are taken."""
    if text_at(document.value, ("name",)) in before:
        expected = phrase("expected.repeated_card")
        document.problems.append(document.problem(("name",), "repeated_card", expected))
    classes = value_at(document.value, ("classes",))
    if not isinstance(classes, list) or ("classes",) in document.broken:
        return
    names = [name for name in classes if isinstance(name, str)]
    if len(set(names)) < len(names):
        got = phrase("got.classes", count=len(names), different=len(set(names)))
        expected = phrase("expected.classes")
        document.problems.append(document.problem(("classes",), "classes", expected, got))
    for key in ("labels", "on_trial", "prompts"):
        _check_classes(document, key, names)
    for name in set(_keys(document, "labels")) & set(_keys(document, "on_trial")):
        got, expected = phrase("got.names", names=name), phrase("expected.on_trial")
        document.problems.append(document.problem(("on_trial", name), "repeated", expected, got))


def _check_classes(document: Document, key: str, names: list[str]) -> None:
    for name in _keys(document, key):
        if name not in names:
            got, expected = phrase("got.names", names=name), one_of(name, names)
            document.problems.append(document.problem((key, name), "unknown_class", expected, got))


def _keys(document: Document, key: str) -> tuple[str, ...]:
    mapping = value_at(document.value, (key,))
    return tuple(mapping) if isinstance(mapping, dict) else ()
