"""One API call as the handlers see it: who asks, of which hall, with which body and key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.requests import HTTPConnection, Request

from queue_server.access.principals import (
    ANYONE,
    HOLDER,
    Principal,
    may,
    principal_of,
    same,
    ticket_secret,
    token_hash,
)
from queue_server.api.problems import Unfit
from queue_server.desk.hall import Hall
from queue_server.hall.commands import Ask, Command
from queue_server.hall.day import Day
from queue_server.hall.model import Answer
from queue_server.hall.refusals import NotYours, Unknown

BODY_LIMIT = 64 * 1024
KEY_LIMIT = 128

B = TypeVar("B", bound=msgspec.Struct)
T = TypeVar("T")


class Halls(Protocol):
    """What the API needs of the server it runs in."""

    def hall(self, id: str) -> Hall | None:
        """A hall that is live here."""
        ...

    public_url: str


class Call:
    """One request to one hall."""

    def __init__(self, request: Request, halls: Halls) -> None:
        self.request = request
        self.halls = halls
        self.params = request.path_params
        self.hall = found_hall(halls, self.params["hall"])
        self.principal = principal(request, halls, self.hall)
        self._raw = b""

    @property
    def now(self) -> int:
        """The server's time in ms since the epoch."""
        return self.hall.clock()

    @property
    def at_least(self) -> int:
        """The least log sequence that a read must have seen (``?at_least=``)."""
        text = self.request.query_params.get("at_least", "0")
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise Unfit(422, "bad_query", "at_least must be a whole number of at most 12 digits")
        return int(text)

    @property
    def language(self) -> str:
        """The language asked for by ``Accept-Language``, zh without one."""
        wanted = self.request.headers.get("accept-language", "zh")[:2]
        return wanted if wanted in ("zh", "ko", "en") else "zh"

    async def body(self, kind: type[B]) -> B:
        """The body as this type; says what is wrong and where."""
        content_type = self.request.headers.get("content-type", "application/json")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise Unfit(415, "not_json", "the body must be application/json")
        self._raw = await read_body(self.request)
        try:
            return msgspec.json.decode(self._raw or b"{}", type=kind)
        except msgspec.ValidationError as error:
            raise Unfit(422, "bad_body", str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unfit(400, "bad_json", str(error)) from None

    async def change(self, command: Command) -> Answer:
        """Have a command of the day decided, under the caller's idempotency key."""
        return await self.hall.ask(self._asking(command))

    async def change_and_look(self, command: Command, look: Callable[[Day, Answer], T]) -> T:
        """The same, answered by a look at the day with which the command landed."""
        return await self.hall.ask_and_look(self._asking(command), look)

    async def change_register(self, command: Command) -> Answer:
        """Have a command of the register decided, under the caller's idempotency key."""
        return await self.hall.register.ask(self._asking(command))

    def _asking(self, command: Command) -> Ask:
        if self.principal is ANYONE:
            raise Unfit(401, "no_token", "send Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})
        if not may(self.principal, command):
            raise NotYours("not_allowed")
        key, digest = self._key(type(command).__name__)
        return Ask(
            at=self.now,
            by=self.principal.id,
            command=command,
            key=key,
            digest=digest,
            role=self.principal.role,
        )

    def _key(self, command: str) -> tuple[str, str]:
        given = self.request.headers.get("idempotency-key", "")
        if not given or len(given) > KEY_LIMIT or not given.isascii() or not given.isprintable():
            raise Unfit(
                400,
                "no_key",
                f"send Idempotency-Key: up to {KEY_LIMIT} printable ASCII characters, new for each act",
            )
        scope = f"{self.hall.id}\n{self.principal.id}\n{command}\n{given}"
        asked = self.request.scope["path"].encode() + b"\n" + self._raw
        return _digest(scope.encode()), _digest(asked)


def _digest(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=12).hexdigest()


async def read_body(request: Request) -> bytes:
    """The whole body, at most 64 KiB."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > BODY_LIMIT:
        raise Unfit(413, "too_large", f"a body may have at most {BODY_LIMIT} bytes")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_LIMIT:
            raise Unfit(413, "too_large", f"a body may have at most {BODY_LIMIT} bytes")
    return body


def found_hall(halls: Halls, id: str) -> Hall:
    """The hall of a path; refuses ``unknown_hall``."""
    hall = halls.hall(id)
    if hall is None:
        raise Unknown("unknown_hall")
    return hall


def principal(connection: HTTPConnection, halls: Halls, hall: Hall) -> Principal:
    """Who asks, by the token in the header; nobody's token is refused, no token is anyone."""
    token = token_of(connection)
    if not token:
        return ANYONE
    ticket, dot, secret = token.partition(".")
    if dot:
        if same(secret, ticket_secret(hall.secret(ticket), ticket)):
            return Principal(id=f"ticket:{ticket}", name="", role=HOLDER, ticket=ticket)
    else:
        grant = hall.register.state.grants.get(token_hash(token))
        if grant is not None:
            return principal_of(grant)
    raise Unfit(401, "bad_token", "this token is not known here", {"WWW-Authenticate": "Bearer"})


def token_of(connection: HTTPConnection) -> str:
    """The bearer token: in the header, or for a browser's socket in the offered subprotocols."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    offered: Any = connection.scope.get("subprotocols") or ()
    return next((p.removeprefix("bearer.") for p in offered if p.startswith("bearer.")), "")
