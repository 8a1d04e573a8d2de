"""Values against a schema: pydantic's errors as problems with a place and our own words."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kerbwatch.config.checks import timezones
from kerbwatch.config.fields import expectation, known_keys
from kerbwatch.config.node import locate
from kerbwatch.config.problem import Path, Phrase, Problem, phrase
from kerbwatch.config.shown import nearest, one_of, safe
from kerbwatch.config.values import Document

ModelT = TypeVar("ModelT", bound=BaseModel)

_WHAT = {
    "missing": "missing",
    "string_pattern_mismatch": "malformed",
    "literal_error": "not_allowed",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "finite_number": "out_of_range",
    "too_short": "too_few",
    "too_long": "too_many",
    "string_too_short": "malformed",
    "string_too_long": "malformed",
}
"""pydantic's error types; every other one is about the type of a value."""


_PAIRS = {
    "expected.point",
    "expected.measured",
    "expected.box",
    "expected.input_hw",
    "expected.lonlat",
}
"""Lists of a fixed length: another length is another form."""


def validate(document: Document, model: type[ModelT]) -> ModelT | None:
    """The document as a model, or ``None``; what is wrong is added to its problems."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    misspelt = _misspelt(model, details)
    for detail in details:
        path = detail["loc"]
        if _is_broken(document, path) or (detail["type"] == "missing" and path in misspelt):
            continue
        document.problems.append(_problem(document, model, detail))
    return None


def _misspelt(model: type[BaseModel], details: list[ErrorDetails]) -> set[Path]:
    """The keys that unknown ones were meant to be: they are not missing as well."""
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    return {
        (*path[:-1], near)
        for path in unknown
        if (near := nearest(str(path[-1]), known_keys(model, path[:-1]))) is not None
    }


def _is_broken(document: Document, path: Path) -> bool:
    return any(path[: len(broken)] == broken for broken in document.broken)


def _problem(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    path, kind = detail["loc"], detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(document, model, path)
    if kind == "kerbwatch":
        return _refused(document, path, detail["ctx"])
    what, expected = _WHAT.get(kind, "wrong_type"), expectation(model, path)
    if kind in {"too_short", "too_long"} and expected.key in _PAIRS:
        what = "malformed"
    if kind == "literal_error":
        expected = _nearest_literal(document, path, detail["ctx"]["expected"])
    if kind == "missing":
        return document.problem(path, what, expected, phrase("got.nothing"))
    return document.problem(path, what, expected)


def _nearest_literal(document: Document, path: Path, quoted: str) -> Phrase:
    names = [name.strip(" '") for name in quoted.replace(" or ", ", ").split(",")]
    node = locate(document.root, path).node
    return one_of(getattr(node, "raw", None), names)


def _unknown_key(document: Document, model: type[BaseModel], path: Path) -> Problem:
    name = str(path[-1])
    keys = known_keys(model, path[:-1])
    near = nearest(name, keys)
    names = ", ".join(keys)
    expected = phrase("expected.one_of", names=names)
    if near is not None:
        expected = phrase("expected.nearest", name=near)
    return document.problem(path, "unknown_key", expected, phrase("got.text", text=safe(name)))


def _refused(document: Document, path: Path, context: dict[str, object]) -> Problem:
    inside = context.get("inside")
    if isinstance(inside, int):
        path = (*path, inside)
    kind = str(context["kind"])
    got, expected = context["got"], phrase(f"expected.{kind}")
    if kind == "timezone":
        expected = _nearest_timezone(document, path, expected)
    return document.problem(path, kind, expected, got if isinstance(got, Phrase) else None)


def _nearest_timezone(document: Document, path: Path, otherwise: Phrase) -> Phrase:
    written = str(getattr(locate(document.root, path).node, "raw", ""))
    by_lower = {name.lower(): name for name in timezones()}
    near = nearest(written, by_lower)
    return phrase("expected.nearest", name=by_lower[near]) if near else otherwise
