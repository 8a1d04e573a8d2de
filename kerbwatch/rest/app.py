"""The REST interface as an ASGI application."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from alerts.errors import StoreError
from kerbwatch.rest import described
from kerbwatch.rest.errors import RestError, own_error
from kerbwatch.rest.filters import EXPECTED
from kerbwatch.rest.front import Front
from kerbwatch.rest.headers import Guarded
from kerbwatch.rest.paths import API, api, health
from kerbwatch.version import VERSION

_log = structlog.get_logger(__name__)


def make_app(front: Front) -> Guarded:
    """The whole application; it owns nothing of what it is given."""
    app = FastAPI(
        title="Kerbwatch",
        version=VERSION,
        description=described.ABOUT,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.front = front
    app.include_router(health)
    app.include_router(api)
    app.openapi = described.documented(app)  # type: ignore[method-assign]
    _errors(app)
    return Guarded(app)


def _told(error: RestError) -> JSONResponse:
    return JSONResponse(error.body, error.status, error.headers)


def _errors(app: FastAPI) -> None:
    """Every error in one form; what nobody thought of is logged whole, and told of as such."""

    @app.exception_handler(RestError)
    async def own(_: Request, error: RestError) -> JSONResponse:
        return _told(error)

    @app.exception_handler(RequestValidationError)
    async def parameter(_: Request, error: RequestValidationError) -> JSONResponse:
        place = [str(part) for part in error.errors()[0]["loc"]]
        name = place[1] if len(place) > 1 else place[0]
        known = ", ".join(EXPECTED)
        return _told(own_error("bad_query", name=name[:40], expected=EXPECTED.get(name, known)))

    @app.exception_handler(HTTPException)
    async def path(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: "no_path", 405: "bad_method"}.get(error.status_code, "no_json")
        return _told(own_error(code, error.headers))

    @app.exception_handler(StoreError)
    async def store(_: Request, error: StoreError) -> JSONResponse:
        _log.error("rest_store_away", problem=str(error))
        return _told(own_error("store_away", {"Retry-After": "5"}))

    @app.exception_handler(Exception)
    async def other(_: Request, error: Exception) -> JSONResponse:
        _log.error("rest_failed", exc_info=error)
        return _told(own_error("failed"))
