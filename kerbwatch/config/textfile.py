"""Bytes of a file into text that is safe to parse."""

from __future__ import annotations

import codecs
from pathlib import Path

from kerbwatch.config.problem import ConfigError, Phrase, Problem, phrase

MAX_BYTES = 4 * 1024 * 1024
"""No file that a person writes comes near this."""

_ALLOWED_CONTROLS = frozenset("\t\n\r\x85")
_LAST_CONTROL = "\x9f"


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, a byte order mark of UTF-8 left off.

    Raises ``ConfigError``: absent, a folder, unreadable, too big, other encoding, binary.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError([_whole(path, "absent", phrase("got.nothing"))]) from None
    except OSError as error:
        reason = phrase("got.os_error", reason=error.strerror or type(error).__name__)
        raise ConfigError([_whole(path, "unreadable", reason)]) from None
    if len(data) > MAX_BYTES:
        raise ConfigError([_whole(path, "too_big", phrase("got.too_big"))])
    return _decoded(data, path)


def _decoded(data: bytes, path: Path) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ConfigError([_whole(path, "encoding", phrase("got.utf16"))])
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        got = phrase("got.byte", byte=f"0x{data[error.start]:02x}")
        raise ConfigError([_at_end_of(before, path, "encoding", got)]) from None
    for position, char in enumerate(text):
        if _is_binary(char):
            got = phrase("got.char", code=f"U+{ord(char):04X}")
            raise ConfigError([_at_end_of(text[:position], path, "binary", got)])
    return text


def _is_binary(char: str) -> bool:
    control = char < " " or "\x7f" <= char <= _LAST_CONTROL
    return (control and char not in _ALLOWED_CONTROLS) or char in "\ufffe\uffff"


def _whole(path: Path, kind: str, got: Phrase) -> Problem:
    return _at_end_of("", path, kind, got)


def _at_end_of(before: str, path: Path, kind: str, got: Phrase) -> Problem:
    lines = before.split("\n")
    return Problem(
        str(path), len(lines), len(lines[-1]) + 1, "",
        phrase(f"what.{kind}"), got, phrase(f"expected.{kind}"),
    )  # fmt: skip
