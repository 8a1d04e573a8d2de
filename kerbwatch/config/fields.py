"""The kinds of values that configuration knows, each with the words for what it expects."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from kerbwatch.config.problem import Path, Phrase, phrase


@dataclass(frozen=True, slots=True)
class Expect:
    """Names the phrase ``expected.<key>`` for a field; its bounds fill it in."""

    key: str


class StrictModel(BaseModel):
    """No unknown keys, no conversions, no values in pydantic's own messages."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64), Expect("id")]
Name = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^\P{Cc}*\S\P{Cc}*$"), Expect("name")
]
ModelName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100), Expect("model_name")
]
PathText = Annotated[
    str, Field(min_length=1, max_length=4096, pattern=r"^\P{Cc}+$"), Expect("path")
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), Expect("share")]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), Expect("score")]
Notified = Annotated[list[Id], Expect("notify")]
Hours = Annotated[list[str], Field(min_length=1), Expect("hours")]
Degree = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False), Expect("degree")]
LonLat = Annotated[list[Degree], Field(min_length=2, max_length=2), Expect("lonlat")]

_BOUNDS = {"ge": "low", "gt": "low", "le": "high", "min_length": "low", "max_length": "high"}
_BY_TYPE = {str: "text", bool: "bool", int: "whole_number", float: "number"}


def expectation(model: type[BaseModel], path: Path) -> Phrase:
    """What the schema expects at a path, in words; of what it does not know, the parent's."""
    current: Any = model
    expected = phrase("expected.mapping")
    for part in path:
        inner = _inside(current, part)
        if inner is None:
            break
        current, metadata = inner
        expected = _in_words(current, metadata) or expected
    return expected


def known_keys(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """The keys of the mapping at a path, in the order of the schema."""
    current: Any = model
    for part in path:
        inner = _inside(current, part)
        if inner is None:
            return ()
        current = inner[0]
    return tuple(current.model_fields) if _is_model(current) else ()


def _inside(current: Any, part: str | int) -> tuple[Any, list[Any]] | None:
    """Type and metadata of what stands under a key or an index."""
    if _is_model(current):
        info = current.model_fields.get(part)
        if info is None:
            return None
        bare, metadata = bare_type(info.annotation)
        return bare, [*_flat(info.metadata), *metadata]
    arguments = get_args(current)
    if get_origin(current) in {list, dict} and arguments:
        return bare_type(arguments[-1])
    return None


def bare_type(annotation: Any) -> tuple[Any, list[Any]]:
    """An annotation without ``| None`` and ``Annotated``, and the metadata of the latter."""
    metadata: list[Any] = []
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            metadata.extend(_flat(annotation.__metadata__))
            annotation = get_args(annotation)[0]
        elif origin in {Union, types.UnionType}:
            annotation = next(it for it in get_args(annotation) if it is not type(None))
        else:
            return annotation, metadata


def _flat(metadata: Any) -> list[Any]:
    return [
        inner
        for item in metadata
        for inner in (_flat(item.metadata) if isinstance(item, FieldInfo) else [item])
    ]


def _is_model(current: Any) -> bool:
    return isinstance(current, type) and issubclass(current, BaseModel)


def _in_words(current: Any, metadata: list[Any]) -> Phrase | None:
    key = next((item.key for item in metadata if isinstance(item, Expect)), None)
    if key is None:
        key = "mapping" if _is_model(current) else _BY_TYPE.get(current)
    return None if key is None else phrase(f"expected.{key}", **bounds(metadata))


def bounds(metadata: list[Any]) -> dict[str, object]:
    """The limits in a field's metadata, as ``low`` and ``high``."""
    found: dict[str, object] = {}
    for item in metadata:
        for attribute, name in _BOUNDS.items():
            value = getattr(item, attribute, None)
            if value is not None:
                found[name] = f"{value:.15g}" if isinstance(value, float) else value
    return found
