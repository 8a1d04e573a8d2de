"""What is answered to a request that cannot be done: status, code, and why in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from alerts.commands import Refusal, RefusalCode
from alerts.texts import Language, load_texts

ERROR_SCHEMA = "kerbwatch.error/1"

_C = RefusalCode

STATUS: Mapping[RefusalCode, int] = MappingProxyType(
    {
        _C.MALFORMED: 422,
        _C.UNKNOWN_VERB: 404,
        _C.UNKNOWN_ACTOR: 403,
        _C.NOT_YOU: 403,
        _C.UNKNOWN_CASE: 404,
        _C.UNKNOWN_PLACE: 422,
        _C.REQUEST_ID_REUSED: 409,
        _C.NOT_YOURS: 403,
        _C.NOT_ALLOWED: 403,
        _C.WRONG_STATE: 409,
        _C.STALE_VERSION: 409,
        _C.SUPERSEDED: 409,
        _C.ALREADY_OPEN: 409,
        _C.NEEDS_WORDS: 422,
        _C.NEEDS_WORDS_OR_PICTURE: 422,
        _C.NEEDS_UNTIL: 422,
        _C.UNTIL_PAST: 422,
        _C.UNTIL_TOO_FAR: 422,
        _C.EXTENSION_USED: 409,
        _C.NO_UNTIL: 422,
        _C.NOTHING_TO_LIFT: 409,
        _C.NO_PICTURE: 422,
        _C.NO_SUCH_PICTURE: 422,
        _C.PICTURE_UNKEPT: 503,
    }
)
"""The HTTP status of each refusal."""

OWN: Mapping[str, int] = MappingProxyType(
    {
        "no_json": 400,
        "no_request_id": 400,
        "no_token": 401,
        "bad_token": 401,
        "expired_token": 401,
        "no_path": 404,
        "unknown_picture": 404,
        "bad_method": 405,
        "too_slow": 408,
        "too_big": 413,
        "bad_media": 415,
        "bad_query": 422,
        "bad_picture": 422,
        "too_many_failures": 429,
        "failed": 500,
        "store_away": 503,
    }
)
"""Codes that only this way in has, with their status."""


class RestError(Exception):
    """A request that cannot be done. ``code`` is of :data:`OWN` or a refusal's."""

    def __init__(
        self,
        status: int,
        code: str,
        text: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.text = text
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        return {"schema": ERROR_SCHEMA, "code": self.code, "text": dict(self.text)}


def own_error(code: str, headers: Mapping[str, str] | None = None, **values: object) -> RestError:
    """One of :data:`OWN`."""
    texts = {it.value: load_texts("kerbwatch.rest", it) for it in Language}
    text = {it: catalogue(f"error.{code}", **values) for it, catalogue in texts.items()}
    return RestError(OWN[code], code, text, headers)


def refused(refusal: Refusal) -> RestError:
    """A refusal that answers no command."""
    text = {it.value: refusal.text(it) for it in Language}
    return RestError(STATUS[refusal.code], refusal.code.value, text)
