"""Texts that tell values apart, the same in every process."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass


def plain(value: object) -> str:
    """A text that is the same for equal values: sets are put in order, which ``repr`` does not."""
    if is_dataclass(value) and not isinstance(value, type):
        held = (f"{it.name}={plain(getattr(value, it.name))}" for it in fields(value))
        return f"{type(value).__name__}({', '.join(held)})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(sorted(f"{plain(k)}: {plain(v)}" for k, v in value.items())) + "}"
    if isinstance(value, AbstractSet):
        return "{" + ", ".join(sorted(plain(it) for it in value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain(it) for it in value) + "]"
    return f"{type(value).__name__}:{value}"
