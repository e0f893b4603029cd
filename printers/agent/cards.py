"""The identity cards of a kiosk: read while its page asks, and handed to that page alone.

The page opens a WebSocket on this computer's own loopback. While it says that a visitor stands before a
matter that requires a card, the reader is asked for one; of a card only the number is taken, it goes to the
page once and is kept nowhere. The page of another site cannot open the socket: its `Origin` is refused.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from http import HTTPStatus

import msgspec
import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from printers.address import Serial
from printers.agent import sam
from printers.lines import Line, LineDown
from printers.serial_line import open_serial

log = structlog.get_logger()

LOOK = 0.3
"""Seconds between two looks for a card: the module wants a quarter of one."""
ANSWERS = 2.0
"""Seconds within which the module answers; reading a card takes it one."""
TRIES = 3
CONNECT, WRITE = 3.0, 1.0
AGAIN = 2.0
"""Seconds until a reader that is gone is looked for again."""
LOOPBACK = "127.0.0.1"


class Look(msgspec.Struct, frozen=True, tag="look"):
    """The page says: a visitor is asked for a card (`on`), or not any more."""

    on: bool


class Card(msgspec.Struct, frozen=True, tag="card"):
    """The agent says: this card lies on the reader; "" is one that cannot be read."""

    number: str


class Reading(msgspec.Struct, frozen=True, tag="reader"):
    """The agent says whether the reader is there."""

    there: bool


class Cards:
    """One reader, and the page that may ask it for cards."""

    def __init__(self, reader: Serial, origin: str) -> None:
        self._reader = reader
        self._origin = origin
        self._there: bool | None = None
        self._turn = asyncio.Lock()
        """One page at a time: a reload opens a new socket before the old one has ended."""

    async def open(self, port: int) -> Server:
        """Listen on the loopback until the server is closed."""
        return await serve(self._page, LOOPBACK, port, process_request=self._let_in, max_size=256)

    def _let_in(self, page: ServerConnection, request: Request) -> Response | None:
        origin = request.headers.get("Origin", "")
        if origin == self._origin:
            return None
        log.warning("a page of another site asked for cards", origin=origin[:80])
        return page.respond(HTTPStatus.FORBIDDEN, "not this page\n")

    async def _page(self, page: ServerConnection) -> None:
        looking: asyncio.Task[None] | None = None
        try:
            async for text in page:
                asked = msgspec.json.decode(text, type=Look)
                if looking is not None:
                    looking.cancel()
                looking = asyncio.create_task(self._look(page)) if asked.on else None
        except msgspec.MsgspecError:
            await page.close(1007)
        except ConnectionClosed:
            pass
        finally:
            if looking is not None:
                looking.cancel()

    async def _look(self, page: ServerConnection) -> None:
        """Look for cards and hand each over, for as long as the page wants them."""
        async with self._turn:
            while True:
                try:
                    await self._read_for(page)
                except LineDown as trouble:
                    self._note(there=False, why=str(trouble))
                    await page.send(_said(Reading(there=False)))
                    await asyncio.sleep(AGAIN)

    async def _read_for(self, page: ServerConnection) -> None:
        async with AsyncExitStack() as closing:
            line = await open_serial(self._reader, CONNECT, WRITE)
            closing.push_async_callback(line.close)
            module = Module(line)
            while True:
                number = await module.card()
                if not self._there:
                    self._note(there=True)
                    await page.send(_said(Reading(there=True)))
                if number is not None:
                    await page.send(_said(Card(number)))
                await asyncio.sleep(LOOK)

    def _note(self, *, there: bool, why: str = "") -> None:
        """A reader going down is said once, and its coming back once."""
        if there is not self._there:
            self._there = there
            (log.info if there else log.warning)("card reader", there=there, why=why)


def _said(message: msgspec.Struct) -> str:
    return msgspec.json.encode(message).decode()


class Module:
    """A SAM module at the end of a line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def card(self) -> str | None:
        """The number of the card that has been laid down; None without one, "" for an unreadable one."""
        found = await self._ask(sam.FIND)
        if found.status != sam.FOUND:
            return None
        chosen = await self._ask(sam.SELECT)
        read = await self._ask(sam.READ) if chosen.status == sam.DONE else chosen
        if read.status != sam.DONE:
            return ""
        try:
            return sam.number_in(read.data)
        except sam.Unreadable as trouble:
            log.info("unreadable card", why=str(trouble))  # which part, never what it says
            return ""

    async def _ask(self, asked: bytes) -> sam.Answer:
        """What the module answers; asked again when it cannot be understood."""
        for _ in range(TRIES):
            said = await self._once(asked)
            if isinstance(said, sam.Answer):
                return said
        raise LineDown("the card reader cannot be understood")

    async def _once(self, asked: bytes) -> sam.Answer | sam.Broken:
        frames = sam.Frames()  # what came too late for the last question is no answer to this one
        await self._line.write(sam.command(asked))
        loop = asyncio.get_running_loop()
        until = loop.time() + ANSWERS
        while (left := until - loop.time()) > 0:
            for said in frames.feed(await self._line.read(left)):
                return said
        raise LineDown("the card reader does not answer")
