"""Every path there is, and what it does."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, Response

from alerts.answers import Answer
from kerbwatch.rest import described
from kerbwatch.rest.errors import STATUS, own_error
from kerbwatch.rest.filters import Filters
from kerbwatch.rest.front import AtFront, Front, Person
from kerbwatch.rest.reading import Sent, read_sent
from kerbwatch.version import VERSION

API = "/api/v1"
Id = Annotated[str, Path(max_length=255)]
Verb = Annotated[str, Path(max_length=32)]
Body = Annotated[Sent, Depends(read_sent)]
Asked = Annotated[Filters, Query()]

health = APIRouter()
api = APIRouter(prefix=API)


@health.get("/healthz", responses=described.HEALTH)
def healthy(front: AtFront) -> JSONResponse:
    """Whether this process lives and its store answers; for whoever watches over it."""
    front.office.work.store.next_held()
    return JSONResponse({"state": "ok", "version": VERSION})


@api.get("/cases", responses=described.PAGE)
def list_cases(person: Person, front: AtFront, filters: Asked) -> JSONResponse:
    """Cases that you may see, the newest first; without filters the open ones."""
    return JSONResponse(front.office.page(person, filters.wanted(), filters.limit))


@api.get("/cases/{case_id}", responses=described.WHOLE)
def show_case(person: Person, front: AtFront, case_id: Id) -> JSONResponse:
    """One case with its log, what is overdue, and what you may do with it now."""
    case = front.office.case(person, case_id)
    pictures = list(front.gallery.paths(case))
    return JSONResponse({**front.office.whole(person, case), "pictures": pictures})


@api.get("/cases/{case_id}/pictures/{name}", responses=described.PICTURE)
def picture(person: Person, front: AtFront, case_id: Id, name: Id) -> Response:
    """A picture of the case; faces and plates are covered unless your role may see them."""
    case = front.office.case(person, case_id)
    data = front.gallery.picture(case, name, person)
    if data is None:
        raise own_error("unknown_picture")
    return Response(data, media_type="image/jpeg")


@api.post("/cases/{case_id}/{verb}", **described.COMMAND)
def act(person: Person, front: AtFront, case_id: Id, verb: Verb, sent: Body) -> JSONResponse:
    """Do something with a case: the same body, rules and answer as over MQTT."""
    return _answered(front, front.office.command(person, case_id, verb, sent), 200)


@api.post("/reports", **described.REPORT)
def report(person: Person, front: AtFront, sent: Body) -> JSONResponse:
    """Open a case where no camera has seen anything yet."""
    return _answered(front, front.office.report(person, sent), 201)


def _answered(front: Front, answer: Answer, done: int) -> JSONResponse:
    """The very message that goes to ``result/…``, with the status of its code."""
    body = json.loads(front.office.work.writer.result(answer).payload)
    return JSONResponse(body, done if answer.refusal is None else STATUS[answer.refusal.code])
