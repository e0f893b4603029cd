"""One API call as the handlers see it: who asks, of which hall, with which body and key."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request

from queue_server import wire
from queue_server.access.principals import ANYONE, PUBLIC, Principal, Right, See, may, may_sit
from queue_server.api.problems import Unfit
from queue_server.api.who import Halls, Identity, found_hall, identity_of, must_enter, no_token
from queue_server.desk.hall import Hall
from queue_server.hall.commands import Ask, Command
from queue_server.hall.day import Day
from queue_server.hall.model import Answer
from queue_server.hall.refusals import NotNow, NotYours

BODY_LIMIT = 64 * 1024
BODY_SECONDS = 20.0
"""How long a body may take to come in."""
KEY_LIMIT = 128
NUMBER = "[0-9]{1,12}"
"""What a query's number looks like."""
NOTHING: Mapping[str, str] = {}
AHEAD = 10_000
"""Entries that a log cannot grow by in the second for which a read waits."""

B = TypeVar("B", bound=msgspec.Struct)
T = TypeVar("T")


class Call:
    """One request to one hall."""

    def __init__(self, request: Request, halls: Halls) -> None:
        self.request = request
        self.halls = halls
        self.params = request.path_params
        self.hall = found_hall(halls, self.params["hall"])
        self.who = Identity(ANYONE)
        self.answer_headers: dict[str, str] = {}
        self.query: dict[str, str] = {}
        self._raw = b""
        self._at_least = 0

    @property
    def principal(self) -> Principal:
        """Who asks; nobody before the call was admitted."""
        return self.who.principal

    @property
    def address(self) -> str:
        """From where, as far as the proxy that is trusted says."""
        return self.request.client.host if self.request.client else ""

    @property
    def now(self) -> int:
        """The server's time in ms since the epoch."""
        return self.hall.clock()

    @property
    def at_least(self) -> int:
        """The least log sequence that a read must have seen (``?at_least=``)."""
        line = self.hall.day
        if line is not None and self._at_least > line.tail.seq + AHEAD:
            raise NotNow("too_busy")  # no wait would bring it
        return self._at_least

    async def admit(
        self, right: Right, reads: bool, keyed: bool = True, chooses: Mapping[str, str] = NOTHING
    ) -> None:
        """Before anything is looked at: a caller who must be known is, may do this, and says no more.

        A change has its idempotency key. `chooses` are the query parameters of a read, by what each must
        look like. A token has no place in a query, where proxies and logs would keep it; nor has anything
        else that is not understood.
        """
        if right is not See.SIGN_IN:  # whoever signs in anew may still carry what has ended
            # A tablet that lies somewhere looks for calls for help again and again: nobody is there for that.
            used = right is not See.HELP_CALLS or not reads
            cookies = right not in PUBLIC
            self.who = await identity_of(self.request, self.halls, self.hall, used, cookies)
        if right not in PUBLIC:
            must_enter(self.principal, right)
        if not reads and keyed:
            self._given_key()
        patterns = {"at_least": NUMBER, **chooses} if reads else {}
        for name, text in self.request.query_params.multi_items():
            if name not in patterns:
                raise Unfit(422, "bad_query", f"unknown query parameter {name[:40]!r}; tokens go in headers")
            if not re.fullmatch(patterns[name], text):
                raise Unfit(422, "bad_query", f"{name} must look like {patterns[name]}")
            self.query[name] = text
        self._at_least = int(self.query.get("at_least", "0"))

    @property
    def language(self) -> str:
        """The language asked for by ``Accept-Language``, zh without one."""
        wanted = self.request.headers.get("accept-language", "zh")[:2]
        return wanted if wanted in ("zh", "ko", "en") else "zh"

    async def body(self, kind: type[B], limit: int = BODY_LIMIT) -> B:
        """The body as this type, of at most `limit` bytes; says what is wrong and where."""
        content_type = self.request.headers.get("content-type", "application/json")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise Unfit(415, "not_json", "the body must be application/json")
        self._raw = await read_body(self.request, limit)
        try:
            return decoded(self._raw or b"{}", kind)
        except msgspec.ValidationError as error:
            said = str(error).replace(f"matching regex {wire.PLAIN!r}", "without control characters")
            raise Unfit(422, "bad_body", said) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unfit(400, "bad_json", str(error)) from None

    async def change(self, command: Command) -> Answer:
        """Have a command of the day decided, under the caller's idempotency key."""
        return await self.hall.ask(self._asking(command))

    async def change_and_look(self, command: Command, look: Callable[[Day, Answer], T]) -> T:
        """The same, answered by a look at the day with which the command landed."""
        return await self.hall.ask_and_look(self._asking(command), look)

    async def change_register(self, command: Command, of: Hall | None = None) -> Answer:
        """Have a command of the register decided, under the caller's idempotency key.

        In the register `of` another hall whoever asks is known with the hall they ask from.
        """
        ask = self._asking(command)
        if of is None or of is self.hall:
            return await self.hall.register.ask(ask)
        return await of.register.ask(msgspec.structs.replace(ask, by=f"{self.hall.id}/{ask.by}"))

    def must_be_allowed(self, command: Command) -> None:
        """Refuse whoever may not give this command; before anything is looked up for it."""
        if self.principal is ANYONE:
            raise no_token()
        if not may(self.principal, command):
            raise NotYours("not_allowed")

    def sign(self) -> None:
        """Whoever may sit at a window has shown a sign of life."""
        if may_sit(self.principal):
            self.hall.presence.sign(self.principal.id)

    def _asking(self, command: Command) -> Ask:
        self.must_be_allowed(command)
        self.sign()
        key, digest = self._key(type(command).__name__)
        return Ask(
            at=self.now,
            by=self.principal.id,
            command=command,
            key=key,
            digest=digest,
            role=self.principal.role,
        )

    def scope(self, command: str) -> str:
        """The caller's idempotency key for a command, as it is kept."""
        return self._key(command)[0]

    def _key(self, command: str) -> tuple[str, str]:
        given = self._given_key()
        scope = f"{self.hall.id}\n{self.principal.id}\n{command}\n{given}"
        asked = self.request.scope["path"].encode() + b"\n" + self._raw
        return _digest(scope.encode()), _digest(asked)

    def digest_of_key(self) -> str:
        """The caller's idempotency key as a name: the same for whoever sends this again, and only then."""
        return _digest(f"{self.principal.id}\n{self.request.scope['path']}\n{self._given_key()}".encode())

    def _given_key(self) -> str:
        keys = self.request.headers.getlist("idempotency-key")
        given = keys[0] if len(keys) == 1 else ""
        if not given or len(given) > KEY_LIMIT or not given.isascii() or not given.isprintable():
            raise Unfit(
                400,
                "no_key",
                f"send one Idempotency-Key: up to {KEY_LIMIT} printable ASCII characters, new for each act",
            )
        return given


def _digest(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=12).hexdigest()


def decoded(raw: bytes, kind: type[B]) -> B:
    """A body as its type. A number without a fraction is a whole one, however it is written (20.0)."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        if "got `float`" not in str(error):
            raise
        return msgspec.convert(_whole(msgspec.json.decode(raw)), kind)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The whole body, at most so many bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise Unfit(413, "too_large", f"a body may have at most {limit} bytes")
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > limit:
                    raise Unfit(413, "too_large", f"a body may have at most {limit} bytes")
    except TimeoutError:
        late = f"a body must be here within {BODY_SECONDS:g} s"
        raise Unfit(408, "too_slow", late, {"connection": "close"}) from None
    return body
