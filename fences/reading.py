"""Plain JSON data back into the core's own types, exactly or not at all."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_Reader = Callable[[object], Any]


def read(kind: type[T], data: object) -> T:
    """A value of a dataclass out of the JSON form that ``dataclasses.asdict`` gives it.

    Raises ``ValueError`` (where, got, expected) for a missing or an unknown key and for a
    value of another type: a ``"5"`` is no 5, a 1 is no ``true``, and NaN is no number.
    """
    reader: _Reader = _reader(cast("Any", kind))
    return cast("T", reader(data))


def read_object(text: str) -> dict[str, Any]:
    """The JSON object of a text. Raises ``ValueError`` for anything else."""
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("got JSON that is nested too deep") from error
    if not isinstance(data, dict):
        raise _mismatch(data, "an object")
    return data


def _mismatch(value: object, expected: str) -> ValueError:
    return ValueError(f"got {value!r:.80}, expected {expected}")


@cache
def _reader(kind: Any) -> _Reader:
    """How a value of that type is read; worked out once per type."""
    if get_origin(kind) is UnionType:
        return _optional(next(arm for arm in get_args(kind) if arm is not NoneType))
    if get_origin(kind) is tuple:
        return _tuple_of(get_args(kind))
    if is_dataclass(kind):
        return _object_of(kind)
    if hasattr(kind, "_fields"):
        items = _tuple_of(tuple(get_type_hints(kind).values()))
        return lambda value: kind(*items(value))
    if issubclass(kind, Enum):
        return cast("_Reader", kind)
    return _SCALARS[cast("type", kind)]


def _optional(kind: Any) -> _Reader:
    inner = _reader(kind)
    return lambda value: None if value is None else inner(value)


def _tuple_of(kinds: tuple[Any, ...]) -> _Reader:
    if kinds[-1] is Ellipsis:
        each = _reader(kinds[0])
        return lambda value: tuple(each(item) for item in _list(value, "a list"))
    readers = [_reader(kind) for kind in kinds]
    return lambda value: tuple(
        inner(item)
        for inner, item in zip(
            readers, _list(value, f"a list of {len(readers)}", len(readers)), strict=True
        )
    )


def _list(value: object, expected: str, length: int | None = None) -> list[Any]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise _mismatch(value, expected)
    return value


def _object_of(kind: Any) -> _Reader:
    hints = get_type_hints(kind)
    readers = {item.name: _reader(hints[item.name]) for item in fields(kind)}

    def inner(value: object) -> Any:
        if not isinstance(value, dict) or value.keys() != readers.keys():
            raise _mismatch(value, f"an object with {', '.join(readers)}")
        return kind(**{name: _named(name, readers[name], value[name]) for name in readers})

    return inner


def _named(name: str, inner: _Reader, value: object) -> Any:
    try:
        return inner(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _whole(value: object) -> int:
    if type(value) is not int:
        raise _mismatch(value, "a whole number")
    return value


def _number(value: object) -> float:
    if type(value) not in (int, float):
        raise _mismatch(value, "a number")
    assert isinstance(value, int | float)
    try:
        number = float(value)
    except OverflowError as error:
        raise _mismatch(value, "a number of ordinary size") from error
    if not math.isfinite(number):
        raise _mismatch(value, "a finite number")
    return number


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _mismatch(value, "a text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _mismatch(value, "true or false")
    return value


_SCALARS: dict[type, _Reader] = {int: _whole, float: _number, str: _text, bool: _flag}
