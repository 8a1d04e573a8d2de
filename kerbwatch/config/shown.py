"""How values appear in messages: short, on one line, without secrets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from kerbwatch.config.node import Mapping, Node, Scalar, Sequence
from kerbwatch.config.problem import Path, Phrase, one_line, phrase
from kerbwatch.options import redact_url

_LONGEST = 60
_SECRET_KEY = re.compile(r"pass|passwd|pwd|secret|token|credential|密码|口令", re.IGNORECASE)


def is_secret(path: Path) -> bool:
    """Whether a value at this path is never shown; a misspelt key may hide one as well."""
    if path[:1] == ("recipients",) and path[2:3] == ("push",):
        return True  # addresses with tokens and passwords
    return any(isinstance(part, str) and _SECRET_KEY.search(part) for part in path)


def safe(text: str) -> str:
    """The text redacted, shortened and on one line."""
    line = one_line(redact_url(text))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def got(node: Node | None, path: Path) -> Phrase:
    """What stands at a path, fit to be printed. Variables are shown by name only."""
    if node is None:
        return phrase("got.nothing")
    if isinstance(node, Mapping):
        return phrase("got.mapping", count=len(node.entries))
    if isinstance(node, Sequence):
        return phrase("got.list", count=len(node.items))
    return phrase("got.hidden") if is_secret(path) else _scalar(node)


def _scalar(node: Scalar) -> Phrase:
    if node.value is None:
        return phrase("got.empty")
    if isinstance(node.value, str):
        return phrase("got.text", text=safe(node.raw))
    return phrase("got.value", text=safe(node.raw))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    close = difflib.get_close_matches(name[:_LONGEST].lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def one_of(name: str | None, known: Iterable[str]) -> Phrase:
    """What was expected where only known names are: the nearest one, or all of them."""
    names = sorted(known)
    near = nearest(name, names) if name is not None else None
    if near is not None:
        return phrase("expected.nearest", name=near)
    if not names:
        return phrase("expected.none_known")
    return phrase("expected.one_of", names=", ".join(names))
