"""Who asks, for every route and socket alike: a device's token, a ticket's secret, or a person's session.

For a server-rendered page: ``who = await principal_of(request, site, hall)``, then `must_enter`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from queue_server.access.limits import Allowance
from queue_server.access.principals import (
    ANYONE,
    HOLDER,
    NEWCOMER,
    Principal,
    Right,
    granted,
    may_enter,
    same,
    ticket_secret,
    token_hash,
)
from queue_server.access.sessions import SESSION, Sessions
from queue_server.api.cookies import cookie_name
from queue_server.api.problems import Unfit
from queue_server.config import Webhook
from queue_server.desk.hall import Hall
from queue_server.desk.past_cases import Rows
from queue_server.hall.refusals import NotNow, NotYours, Unknown
from queue_server.reactions.post import Post
from queue_server.store.logs import StoreRefused, Unanswered

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Halls(Protocol):
    """What the API needs of the server it runs in."""

    public_url: str
    halls: dict[str, Hall]
    allowance: Allowance
    webhooks: tuple[Webhook, ...]
    posts: dict[str, Post]
    rows: Rows | None

    def hall(self, id: str) -> Hall | None:
        """A hall that is live here."""
        ...

    def sessions(self, id: str) -> Sessions:
        """The people of a hall that is live here."""
        ...


class Identity(NamedTuple):
    """Who asks, and with which session's token ("" without one)."""

    principal: Principal
    session: str = ""


def found_hall(halls: Halls, id: str) -> Hall:
    """The hall of a path; refuses ``unknown_hall``."""
    hall = halls.hall(id)
    if hall is None:
        raise Unknown("unknown_hall")
    return hall


async def principal_of(connection: HTTPConnection, halls: Halls, hall: Hall, used: bool = True) -> Principal:
    """Who asks; nobody's token is refused, no token is anyone. `used`: a sign that the person is there."""
    return (await identity_of(connection, halls, hall, used)).principal


async def identity_of(
    connection: HTTPConnection, halls: Halls, hall: Hall, used: bool = True, cookies: bool = True
) -> Identity:
    """Who asks and by which session.

    A cookie counts only where `cookies` are looked at, and for a change or a socket only from a page of
    this very site.
    """
    token = token_of(connection)
    if not token:
        token = connection.cookies.get(cookie_name(connection, hall.id), "") if cookies else ""
        if not token:
            return Identity(ANYONE)
        if not token.startswith(SESSION):
            raise bad_token()
        if connection.scope.get("method") not in READING:
            must_be_own_site(connection, halls, strict=True)
    if token.startswith(SESSION):
        with store_trouble():
            return Identity(await halls.sessions(hall.id).person(token, used), token)
    return Identity(_device_or_holder(token, hall))


def _device_or_holder(token: str, hall: Hall) -> Principal:
    ticket, dot, secret = token.partition(".")
    if dot:
        if same(secret, ticket_secret(hall.secret(ticket), ticket)):
            return Principal(id=f"ticket:{ticket}", name="", role=HOLDER, ticket=ticket)
    else:
        grant = hall.register.state.granted(token_hash(token), hall.clock())
        if grant is not None:
            return granted(grant)
    raise bad_token()


def must_enter(principal: Principal, right: Right) -> None:
    """Refuse whoever's role does not have this right; the one check for routes, sockets and pages."""
    if principal is ANYONE:
        raise no_token()
    if not may_enter(principal, right):
        raise NotYours("password_old" if principal.role == NEWCOMER else "not_allowed")


def must_be_own_site(connection: HTTPConnection, halls: Halls, strict: bool = False) -> None:
    """Refuse what a page of another site sends; `strict`: what does not say where it comes from, too.

    A browser always says so of a socket and of a change; other programs send no Origin.
    """
    origin = connection.headers.get("origin")
    if origin is None and not strict:
        return
    own = urlsplit(halls.public_url)
    mine = origin is not None and (
        origin == f"{own.scheme}://{own.netloc}"
        or urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower() != ""
    )
    if not mine:
        raise NotYours("other_site")


@contextmanager
def store_trouble() -> Iterator[None]:
    """A store that does not answer is told as the hall tells it."""
    try:
        yield
    except (Unanswered, StoreRefused) as trouble:
        raise NotNow("store_gone") from trouble


def no_token() -> Unfit:
    """Somebody who must be known sent no token."""
    return Unfit(401, "no_token", "send Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})


def bad_token() -> Unfit:
    """A token that nobody holds."""
    return Unfit(401, "bad_token", "this token is not known here", {"WWW-Authenticate": "Bearer"})


def token_of(connection: HTTPConnection) -> str:
    """The bearer token: in the header, or for a browser's socket in the offered subprotocols."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    offered: Any = connection.scope.get("subprotocols") or ()
    return next((p.removeprefix("bearer.") for p in offered if p.startswith("bearer.")), "")
