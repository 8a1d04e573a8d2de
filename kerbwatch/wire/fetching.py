"""Published models: fetched once, checked, and only then given their name."""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from detector.cards import ModelCard
from kerbwatch.errors import DataError

MOST_BYTES = 2 << 30
"""No model is larger; a server that sends on and on fills no disk."""

_TIMEOUT_S = 30.0
_CHUNK = 1 << 18
_ALLOWED = re.compile(r"https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/]|file:///")
OnBytes = Callable[[int, int], None]
"""Bytes there, and bytes in all (0: not told)."""


def fetch_model(
    card: ModelCard, folder: Path, on_bytes: OnBytes = lambda *_: None
) -> tuple[Path, bool]:
    """The card's file in ``folder``, and whether it had to be fetched.

    What an earlier call left unfinished is gone on with. Raises ``DataError``: no source or no
    sha256 in the card, no connection, another file than the card's; and ``OSError``.
    """
    if card.source is None or card.sha256 is None:
        missing = "source" if card.source is None else "sha256"
        raise DataError("fetch.no_source", name=card.name, missing=missing)
    target = folder / card.file
    if target.is_file() and sha256_of(target) == card.sha256:
        return target, False
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{card.file}.part"
    try:
        if not (part.is_file() and sha256_of(part) == card.sha256):
            _download(card.source, part, on_bytes)
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as why:
        problem = str(getattr(why, "reason", why)) or type(why).__name__
        raise DataError("fetch.broken_off", source=card.source, problem=problem) from why
    got = sha256_of(part)
    if got != card.sha256:
        part.unlink()
        raise DataError("fetch.wrong_hash", source=card.source, got=got, expected=card.sha256)
    part.replace(target)
    return target, True


def sha256_of(path: Path) -> str:
    """Hexadecimal, lower case."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(source: str, part: Path, on_bytes: OnBytes) -> None:
    have = part.stat().st_size if part.is_file() else 0
    try:
        answer = _opened(source, have)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            raise
        answer, have = _opened(source, 0), 0  # what is there is longer than the file
    with answer:
        if have and not _goes_on(answer, have):
            have = 0
        length = int(answer.headers.get("Content-Length") or 0)
        total = have + length if length else 0
        with part.open("ab" if have else "wb") as file:
            _copy(answer, file, have, total, lambda got: on_bytes(got, total))


def _opened(source: str, have: int) -> Any:
    _check(source)
    headers = {"User-Agent": "kerbwatch", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(source, headers=headers)  # noqa: S310  # checked above
    return urllib.request.build_opener(_Careful).open(request, timeout=_TIMEOUT_S)


def _goes_on(answer: Any, have: int) -> bool:
    """Whether it begins where we stopped; many servers begin anew."""
    begins = str(answer.headers.get("Content-Range", ""))
    return answer.status == http.HTTPStatus.PARTIAL_CONTENT and begins.startswith(f"bytes {have}-")


def _copy(
    answer: Any, file: IO[bytes], have: int, total: int, moved: Callable[[int], None]
) -> None:
    if total > MOST_BYTES:
        raise DataError("fetch.too_big", limit=MOST_BYTES >> 20)
    while chunk := answer.read(_CHUNK):
        have += len(chunk)
        if have > MOST_BYTES:
            raise DataError("fetch.too_big", limit=MOST_BYTES >> 20)
        file.write(chunk)
        moved(have)
    if have < total:
        raise ConnectionError(f"{have} of {total} bytes")


def _check(address: str) -> None:
    if not _ALLOWED.match(address):
        raise DataError("fetch.not_allowed", source=address)


class _Careful(urllib.request.HTTPRedirectHandler):
    """Goes where a server sends it, but never to an address that a card could not name."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        _check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
