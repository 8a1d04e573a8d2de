"""What every request is answered with, and who is let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from alerts.counter import person_named
from alerts.people import Recipient
from kerbwatch.rest.errors import own_error
from kerbwatch.rest.gallery import Gallery
from kerbwatch.rest.office import Office
from kerbwatch.rest.tokens import Doorkeeper


@dataclass(frozen=True, slots=True)
class Front:
    """Of one application, in its ``state.front``."""

    office: Office
    gallery: Gallery
    doorkeeper: Doorkeeper


async def _front(request: Request) -> Front:
    front: Front = request.app.state.front
    return front


AtFront = Annotated[Front, Depends(_front)]
"""Handed in to whoever answers a request."""

_Given = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


_CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


async def _person(request: Request, front: AtFront, given: _Given) -> Recipient:
    """Whose token it is. Raises ``RestError``."""
    if given is None:
        raise own_error("no_token", {"WWW-Authenticate": "Bearer"})
    token = front.doorkeeper.known(given.credentials)
    work = front.office.work
    person = None if token is None else person_named(work.directory, token.recipient)
    if token is not None and person is not None:
        ended_wall_ns = front.doorkeeper.ended(token)
        if ended_wall_ns is not None:
            raise own_error("expired_token", _CHALLENGE, at=work.told(ended_wall_ns))
        return person
    client = "-" if request.client is None else request.client.host
    wait_s = front.doorkeeper.failed(client)
    if wait_s is not None:
        raise own_error("too_many_failures", {"Retry-After": str(wait_s)}, seconds=wait_s)
    raise own_error("bad_token", _CHALLENGE)


Person = Annotated[Recipient, Depends(_person)]
"""Whoever asks; without a good token nothing else of a request is looked at."""
