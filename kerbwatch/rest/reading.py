"""Takes the body of a request in: bounded in size and time, believed in nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from alerts.report_orders import MAX_REPORT_BYTES
from kerbwatch.rest.errors import own_error

MAX_PICTURE_BYTES = 10_000_000
"""A picture that is sent along may be as big as this."""

_FRAME_BYTES = 4096
"""What multipart puts around its parts."""

PATIENCE_S = 30.0
"""A body that has not come after so long is not waited for."""

JSON, FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Sent:
    """A body: the JSON, unread, and the picture that came with it."""

    payload: bytes
    picture: bytes | None = None


async def read_sent(request: Request) -> Sent:
    """The body of a request. Raises ``RestError``."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(PATIENCE_S):
            if kind == JSON:
                chunks = [chunk async for chunk in _bounded(request, MAX_REPORT_BYTES)]
                return Sent(b"".join(chunks))
            if kind == FORM:
                return await _form(request)
    except TimeoutError:
        raise own_error("too_slow", {"Connection": "close"}, seconds=f"{PATIENCE_S:g}") from None
    except ClientDisconnect:
        raise own_error("no_json") from None  # nobody is there to read it
    raise own_error("bad_media")


async def _bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    taken = 0
    told = request.headers.get("content-length", "0")
    if told.isdecimal() and int(told) > limit:
        raise own_error("too_big", {"Connection": "close"}, limit=limit)
    async for chunk in request.stream():
        taken += len(chunk)
        if taken > limit:
            raise own_error("too_big", {"Connection": "close"}, limit=limit)
        yield chunk


async def _form(request: Request) -> Sent:
    limit = MAX_PICTURE_BYTES + MAX_REPORT_BYTES + _FRAME_BYTES
    parser = MultiPartParser(
        request.headers,
        _bounded(request, limit),
        max_files=2,
        max_fields=1,
        max_part_size=MAX_REPORT_BYTES,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeError):  # also a boundary that is not there
        raise own_error("bad_media") from None
    try:
        return await _parts(form)
    finally:
        await form.close()


async def _parts(form: FormData) -> Sent:
    parts = dict(form.multi_items())
    if len(parts) != len(form.multi_items()) or not parts.keys() <= {"body", "picture"}:
        raise own_error("bad_media")
    body, picture = parts.get("body"), parts.get("picture")
    if body is None or isinstance(picture, str):
        raise own_error("bad_media")
    payload = (
        await body.read(MAX_REPORT_BYTES + 1) if isinstance(body, UploadFile) else body.encode()
    )
    if len(payload) > MAX_REPORT_BYTES:
        raise own_error("too_big", limit=MAX_REPORT_BYTES)
    data = None if picture is None else await picture.read(MAX_PICTURE_BYTES + 1)
    if data is not None and len(data) > MAX_PICTURE_BYTES:
        raise own_error("too_big", limit=MAX_PICTURE_BYTES)
    return Sent(payload, data)
