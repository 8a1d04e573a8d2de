"""What a camera's address means, and how to speak of it without giving secrets away."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from detector.sources.errors import Fault, SourceError


class SourceKind(StrEnum):
    """The kinds of source that an address can name."""

    FILE = "file"
    FOLDER = "folder"
    RTSP = "rtsp"
    HTTP = "http"
    SNAPSHOT = "snapshot"


_SCHEMES = {
    "file": SourceKind.FILE,
    "rtsp": SourceKind.RTSP,
    "rtsps": SourceKind.RTSP,
    "http": SourceKind.HTTP,
    "https": SourceKind.HTTP,
    "snapshot+http": SourceKind.SNAPSHOT,
    "snapshot+https": SourceKind.SNAPSHOT,
}
_SNAPSHOT = "snapshot+"
_HIGHEST_PORT = 65_535
_EXPECTED = (
    "rtsp://, rtsps://, http(s):// or snapshot+http(s):// and a host, "
    "or the path of a file or folder"
)
_SECRET = re.compile(
    r"(?i)([?&;][^=&;]*(?:user|usr|login|pass|pwd|token|key|secret|auth|sig)[^=&;]*=)[^&;#]*"
)
_USER_INFO = re.compile(r"://.*@")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a source is. ``redacted`` may be shown to anybody, ``url`` holds the secrets.

    ``path`` is set for files and folders only; the ``url`` of a snapshot is HTTP's.
    """

    kind: SourceKind
    redacted: str
    url: str = field(repr=False)
    path: Path | None = None

    @property
    def is_live(self) -> bool:
        return self.kind not in (SourceKind.FILE, SourceKind.FOLDER)

    @property
    def is_stream(self) -> bool:
        """Whether packets come from it, of which clips can be cut."""
        return self.kind in (SourceKind.RTSP, SourceKind.HTTP)

    def __str__(self) -> str:
        return self.redacted


def parse_address(text: str, *, folder: Path = Path()) -> Address:
    """Read a URL or a path; relative paths start from ``folder``.

    A path that does not exist counts as a file: opening it tells. Raises ``SourceError``.
    """
    text = text.strip()
    if "\0" in text or not text:
        raise _bad(redact(text), "it is empty" if not text else "it holds a zero byte")
    scheme, separator, _ = text.partition("://")
    if not separator:
        return _local(Path(text), folder)
    kind = _SCHEMES.get(scheme.lower())
    if kind is None:
        near = difflib.get_close_matches(scheme.lower(), _SCHEMES, n=1)
        hint = f", did you mean {near[0]}://?" if near else ""
        raise _bad(redact(text), f"nothing here reads {scheme}://{hint}")
    if kind is SourceKind.FILE:
        return _local(Path(unquote(text.partition("://")[2])), folder)
    _check_host(text)
    url = text[len(_SNAPSHOT) :] if kind is SourceKind.SNAPSHOT else text
    return Address(kind, redact(text), url)


def redact(text: str) -> str:
    """``text`` with user names, passwords and tokens of its addresses replaced by ``***``.

    Everything up to the last ``@`` goes: a password may hold ``@``, ``/`` and ``#`` itself.
    """
    return _SECRET.sub(r"\1***", _USER_INFO.sub("://***@", text))


def _local(path: Path, folder: Path) -> Address:
    path = folder / path.expanduser()
    kind = SourceKind.FOLDER if path.is_dir() else SourceKind.FILE
    return Address(kind, str(path), str(path), path)


def _check_host(text: str) -> None:
    try:
        host, port = urlsplit(text).hostname, urlsplit(text).port
    except ValueError:
        what = (
            f"its host or port cannot be read (a port is 1 to {_HIGHEST_PORT}; "
            "@ / # ? in a password are written %40 %2F %23 %3F)"
        )
        raise _bad(redact(text), what) from None
    if not host:
        raise _bad(redact(text), "it names no host")
    if port == 0:
        raise _bad(redact(text), f"port 0 is none (a port is 1 to {_HIGHEST_PORT})")


def _bad(where: str, what: str) -> SourceError:
    return SourceError(
        Fault.BAD_ADDRESS,
        what,
        where=where or "(empty)",
        expected=_EXPECTED,
        remedy="correct the camera's url",
    )
