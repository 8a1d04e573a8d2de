"""What an unquoted YAML word means: the core schema of YAML 1.2, bounded.

So ``no``, ``on`` and ``12:30`` stay text, and ``0o17`` is the only way to write octal.
"""

from __future__ import annotations

import re

from kerbwatch.config.node import Plain

_WORDS: dict[str, Plain] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INT = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_OCTAL = re.compile(r"0o[0-7]{1,20}", re.ASCII)
_HEX = re.compile(r"0x[0-9a-fA-F]{1,15}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,4})?")
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def resolve(text: str) -> Plain:
    """The value of a plain scalar; what is nothing else is text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text
