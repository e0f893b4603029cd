"""Problem details (RFC 9457) for every error, the router's own included."""

from __future__ import annotations

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from queue_server import wire
from queue_server.hall.refusals import NotKnown, NotNow, Refused, TooOften
from queue_server.store.logs import StoreRefused, Unanswered
from queue_server.views import refusal_text

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
UNAVAILABLE = frozenset({"store_gone", "read_only"})
"""Refusals that say nothing about the request: the hall cannot answer now, whoever asks."""
RETRY_AFTER = "1"
TITLES = {
    400: "Bad request",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Not now",
    413: "Too large",
    415: "Not JSON",
    422: "Not usable",
    426: "A socket is here",
    429: "Too many requests",
    431: "Too large",
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
    kept = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(problem_body(status, code, detail, sentence), status, kept | (headers or {}), MEDIA_TYPE)


def problem_body(status: int, code: str, detail: str, sentence: wire.Text | None = None) -> bytes:
    """A problem's JSON."""
    title = TITLES.get(status, "Problem")
    return msgspec.json.encode(wire.Problem(f"/problems/{code}", title, status, detail, code, sentence or {}))


def told(error: Refused | Unfit) -> Response:
    """A refusal as a problem: the hall's own with its sentence in every language."""
    if isinstance(error, Unfit):
        return problem(error.status, error.code, error.detail, headers=error.headers)
    if error.code in UNAVAILABLE:
        return problem(503, error.code, str(error), refusal_text(error), {"retry-after": RETRY_AFTER})
    headers = {}
    if isinstance(error, TooOften):
        headers["retry-after"] = str(error.facts.get("seconds", RETRY_AFTER))
    if isinstance(error, NotKnown):
        headers["www-authenticate"] = "Bearer"
    return problem(error.status, error.code, str(error), refusal_text(error), headers)


async def refused(_: Request, error: Exception) -> Response:
    """What the hall refuses, or the request itself."""
    assert isinstance(error, Refused | Unfit)
    return told(error)


async def http_error(_: Request, error: Exception) -> Response:
    """What the router refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)
    code = {404: "no_such_path", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, code, str(error.detail), headers=headers)


async def gone(_: Request, error: Exception) -> Response:
    """The client left in the middle of its own request: nobody reads this, and nothing is broken."""
    return problem(400, "client_gone", "the connection ended before the body did")


async def our_fault(request: Request, error: Exception) -> Response:
    """Something is broken here: logged whole, told plainly."""
    log.error("request failed", path=request.url.path, exc_info=error)
    return problem(500, "broken", "The server failed; it has been noted.")


async def store_gone(_: Request, error: Exception) -> Response:
    """The store was asked something beside the log and did not answer, or would not do it."""
    log.warning("store asked in vain", error=str(error))
    return told(NotNow("store_gone"))


HANDLERS = {
    Unanswered: store_gone,
    StoreRefused: store_gone,
    Refused: refused,
    Unfit: refused,
    HTTPException: http_error,
    ClientDisconnect: gone,
    Exception: our_fault,
}
"""For Starlette's ``exception_handlers``."""
