"""``${NAME}`` in texts: what it stands for, and which names are missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

_VARIABLE = re.compile(r"\$(?P<escaped>\$)?\{(?P<name>[^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LOGIN = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*://[^/?#]*$")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text with its variables filled in; ``missing`` and ``malformed`` could not be."""

    text: str
    missing: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()


def expand(text: str, env: Mapping[str, str]) -> Expanded:
    """Fill in every ``${NAME}``; ``$${NAME}`` stands for itself.

    Within the login part of an address (``rtsp://user:${PASSWORD}@host``) a value is
    percent-encoded, so that a password may hold ``@``, ``/`` and ``:``.
    """
    missing: list[str] = []
    malformed: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match["name"]
        if match["escaped"]:
            return match[0][1:]
        if not _NAME.fullmatch(name):
            malformed.append(name)
        elif name not in env:
            missing.append(name)
        elif _in_login(text, match):
            return quote(env[name], safe="")
        else:
            return env[name]
        return ""

    return Expanded(_VARIABLE.sub(value, text), tuple(missing), tuple(malformed))


def _in_login(text: str, match: re.Match[str]) -> bool:
    """Whether the variable stands between ``://`` and ``@``."""
    before, after = text[: match.start()], text[match.end() :]
    host = re.split(r"[/?#]", _VARIABLE.sub("", after))[0]
    return bool(_LOGIN.match(_VARIABLE.sub("", before))) and "@" in host
