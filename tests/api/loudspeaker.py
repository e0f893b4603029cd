"""A loudspeaker for tests: a socket that says what it is told, and remembers what it said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.model import Answer
from queue_server.hall.plan import Plan, Serve, Voice
from tests.api.hall import Served, demo_with

ZONE = "hall"


def voiced(languages: tuple[str, ...] = ("zh",), twice: bool = False, **rules: Any) -> Plan:
    """A hall whose every window serves everybody and is heard in one zone."""
    plan = demo_with(**rules)
    windows = tuple(replace(w, zone=ZONE, serves=(Serve("*"),)) for w in plan.windows)
    return replace(plan, windows=windows, voice=Voice(languages, twice=twice))


class Heard(Protocol):
    """A hall whose sockets are somewhere."""

    @property
    def sockets(self) -> str:
        """Where they are."""
        ...


class Loudspeaker:
    """`ledger` is what a page remembers beyond its connections, `heard` the orders that it carried out."""

    def __init__(self, at_once: bool = True) -> None:
        self.at_once = at_once
        self.sound = "on"
        self.role = ""
        self.heard: list[dict[str, Any]] = []
        self.hushed: list[str] = []
        self.waiting: dict[str, Any] | None = None
        self.ledger: list[str] = []
        self.socket: ClientConnection | None = None

    @property
    def numbers(self) -> list[str]:
        """The numbers in the order in which they were heard."""
        return [order["number"] for order in self.heard]

    @asynccontextmanager
    async def on(self, hall: Heard, token: str = "board") -> AsyncIterator[None]:
        """Be connected to a hall's zone while the block runs."""
        url = f"{hall.sockets}/zones/{ZONE}/live"
        async with connect(url, additional_headers={"authorization": f"Bearer {token}"}) as self.socket:
            said = [{"id": id, "ago": 50} for id in self.ledger]
            await self.tell(type="here", sound=self.sound, said=said)
            listening = asyncio.create_task(self._listen(self.socket))
            try:
                yield
            finally:
                listening.cancel()
                self.waiting = None

    async def tell(self, **message: Any) -> None:
        """Tell the server something."""
        assert self.socket is not None
        await self.socket.send(json.dumps(message))

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                await self._obey(json.loads(text))
        except ConnectionClosed:
            self.role = ""

    async def _obey(self, order: dict[str, Any]) -> None:
        if order["type"] == "say" and order["id"] in self.ledger:
            await self.tell(type="done", id=order["id"], ago=50)
        elif order["type"] == "say":
            self.heard.append(order)
            self.waiting = order
            if self.at_once:
                await self.end()
        elif order["type"] == "hush":
            self.hushed.append(order["id"])
            self.waiting = None
        elif order["type"] in ("active", "standby"):
            self.role = order["type"]

    async def end(self, tell: bool = True) -> None:
        """What is being said has come to its end."""
        assert self.waiting is not None
        id, self.waiting = self.waiting["id"], None
        self.ledger.append(id)
        if tell:
            await self.tell(type="done", id=id, ago=0)


async def asked(hall: Served, by: str, command: do.Command) -> Answer:
    """Have a command decided as somebody."""
    live = hall.site.halls[hall.hall]
    return await live.ask(Ask(at=live.clock(), by=by, command=command))


async def seated(hall: Served, *windows: int) -> None:
    """A clerk sits at each window."""
    for window in windows:
        await asked(hall, f"staff:{window}", do.ClaimWindow(window=window, clerk=f"staff:{window}"))
        await asked(hall, f"staff:{window}", do.OpenWindow(window=window))


async def called(hall: Served, *windows: int, language: str = "zh") -> list[Answer]:
    """As many visitors as windows, called all at once."""
    for window in windows:
        ticket = f"t{window}-{hall.tail.seq}"
        await asked(hall, "device:k1", do.TakeTicket(ticket=ticket, category="D", language=language))
    calls = [asked(hall, f"staff:{window}", do.CallNext(window=window)) for window in windows]
    return list(await asyncio.gather(*calls))
