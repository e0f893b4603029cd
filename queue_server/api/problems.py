"""Problem details (RFC 9457) for every error, the router's own included."""

from __future__ import annotations

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from queue_server import wire
from queue_server.hall.refusals import Refused
from queue_server.views import refusal_text

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
UNAVAILABLE = frozenset({"store_gone", "read_only", "too_busy"})
TITLES = {
    400: "Bad request",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not now",
    413: "Too large",
    415: "Not JSON",
    422: "Not usable",
    429: "Too many requests",
    500: "Our fault",
    503: "Not available",
}


class Unfit(Exception):
    """The request itself cannot be used: `status`, a `code`, and what is wrong and where."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers


def problem(
    status: int,
    code: str,
    detail: str,
    sentence: wire.Text | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem as an answer."""
    title = TITLES.get(status, "Problem")
    body = wire.Problem(f"/problems/{code}", title, status, detail, code, sentence or {})
    return Response(msgspec.json.encode(body), status, headers, MEDIA_TYPE)


async def refused(_: Request, error: Exception) -> Response:
    """A refusal of the hall: its code, and its sentence in every language."""
    assert isinstance(error, Refused)
    status = 503 if error.code in UNAVAILABLE else error.status
    return problem(status, error.code, str(error), refusal_text(error))


async def unfit(_: Request, error: Exception) -> Response:
    """A request that cannot be used."""
    assert isinstance(error, Unfit)
    return problem(error.status, error.code, error.detail, headers=error.headers)


async def http_error(_: Request, error: Exception) -> Response:
    """What the router refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)
    code = {404: "no_such_path", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, code, str(error.detail), headers=headers)


async def our_fault(request: Request, error: Exception) -> Response:
    """Something is broken here: logged whole, told plainly."""
    log.error("request failed", path=request.url.path, exc_info=error)
    return problem(500, "broken", "The server failed; it has been noted.")


HANDLERS = {Refused: refused, Unfit: unfit, HTTPException: http_error, Exception: our_fault}
"""For Starlette's ``exception_handlers``."""
