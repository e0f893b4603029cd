"""A real server for API tests: uvicorn on a loopback port over a real store, with tokens for each role."""

from __future__ import annotations

import asyncio
import socket
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from msgspec.structs import replace
from starlette.applications import Starlette

from displays.voice_pack import Pack
from queue_server.access.limits import Allowance
from queue_server.access.principals import (
    BOARD,
    CLERK,
    FLOOR,
    KIOSK,
    MANAGER,
    PAD,
    PLATFORM,
    PRINTER,
    WINDOW,
    ticket_secret,
    token_hash,
)
from queue_server.app import AccessRules, Site, build
from queue_server.demo import demo_plan
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.plan import Plan
from queue_server.hall.refusals import Refused
from queue_server.hall.register import Grant, GrantToken, PublishPlan
from queue_server.store.chain import Tail
from queue_server.store.logs import Store
from tests.waiting import wait_until

TOKENS = {
    "kiosk": Grant("device:k1", "k1", KIOSK),
    "floor": Grant("staff:floor", "导办", FLOOR),
    "manager": Grant("staff:manager", "值班经理", MANAGER),
    "board": Grant("device:b1", "b1", BOARD),
    "window": Grant("device:w8", "w8", WINDOW),
    "printer": Grant("device:p1", "p1", PRINTER),
    "pad": Grant("device:r8", "r8", PAD, (8,)),
    "platform": Grant("device:province", "province", PLATFORM),
} | {f"clerk{n}": Grant(f"staff:{n}", f"窗口{n}", CLERK, (n,)) for n in (8, 9, 10, 11, 20)}


NO_LIMIT = AccessRules(tickets=Allowance(seconds=0))
"""Tests of other things take tickets as fast as they can."""


STARTS = 60.0
"""Seconds within which a server must be there: one that has a long day to read needs more than a few."""


def demo_with(printer: str = "", **rules: Any) -> Plan:
    """The demo hall of now, open at any hour, its slips on `printer`, without a voice; `rules` as given."""
    plan = demo_plan(time.time_ns() // 1_000_000, printer)
    windows = tuple(replace(window, zone="") for window in plan.windows)
    return replace(plan, windows=windows, rules=replace(plan.rules, **rules))


class Served:
    """A running hall and a client for it; `base` is its address."""

    def __init__(self, app: Starlette, site: Site, hall: str, client: httpx.AsyncClient, base: str) -> None:
        self.app = app
        self.site = site
        self.hall = hall
        self.client = client
        self.base = base

    async def post(self, who: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        """Post to a path of the hall as somebody ("" is anyone), with a fresh key unless one is given."""
        headers = {"idempotency-key": key or uuid.uuid4().hex}
        if who:
            headers["authorization"] = f"Bearer {who}"
        return await self.client.post(f"/api/halls/{self.hall}/{path}", json=body or {}, headers=headers)

    async def get(self, who: str, path: str = "") -> httpx.Response:
        """Get a path of the hall as somebody ("" is anyone)."""
        headers = {"authorization": f"Bearer {who}"} if who else {}
        return await self.client.get(f"/api/halls/{self.hall}{path}", headers=headers)

    def at(self, hall: str) -> Served:
        """The same server, as somebody of another of its halls sees it."""
        return Served(self.app, self.site, hall, self.client, self.base)

    @property
    def sockets(self) -> str:
        """Where the hall's sockets are."""
        return self.base.replace("http", "ws", 1) + f"/api/halls/{self.hall}"

    @property
    def day(self) -> Day:
        """The hall's day as it has landed."""
        return self.site.halls[self.hall].today().state

    @property
    def tail(self) -> Tail:
        """Where the day's log ends: it stands still while nothing changes."""
        return self.site.halls[self.hall].today().tail

    async def take(self, category: str = "D", **body: Any) -> str:
        """A visitor takes a ticket at a kiosk; gives its id."""
        answer = await self.post("kiosk", "tickets", {"category": category, **body})
        assert answer.status_code == 201, answer.text
        ticket: str = answer.json()["ticket"]
        return ticket

    def holder(self, ticket: str) -> str:
        """The token of whoever holds a ticket."""
        return f"{ticket}.{ticket_secret(self.site.halls[self.hall].secret(ticket), ticket)}"

    async def sit(self, window: int) -> str:
        """A clerk claims and opens a window; gives the clerk's token."""
        who = f"clerk{window}"
        for act in ("claim", "open"):
            answer = await self.post(who, f"windows/{window}/{act}")
            assert answer.status_code == 200, answer.text
        return who


@asynccontextmanager
async def served(
    store_url: str,
    hall: str,
    plan: Plan | None = None,
    others: Sequence[str] | Mapping[str, Plan] = (),
    rules: AccessRules | None = None,
    voice: Pack | None = None,
    port: int = 0,
) -> AsyncIterator[Served]:
    """Serve a hall (and `others`, under its plan or their own) on a loopback port while the block runs."""
    store = await Store.connect(store_url)
    site = Site(store, [hall, *others], "http://hall.test", rules or NO_LIMIT)
    if voice is not None:
        site.speak_with(voice)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    app = build(site)
    config = uvicorn.Config(
        app,
        http="queue_server.api.door:Door",
        ws="displays.sockets:FrameProtocol",
        ws_per_message_deflate=False,
        ws_max_size=65536,
        log_level="warning",
        access_log=False,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve([listener]))
    await wait_until(lambda: server.started or running.done(), STARTS)
    own = others if isinstance(others, Mapping) else {}
    for one in (hall, *others):
        await _furnish(site, one, own.get(one) or plan or demo_with())
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(base_url=base, timeout=30) as client:
            yield Served(app, site, hall, client, base)
    finally:
        server.should_exit = True
        await running
        await store.aclose()


async def _furnish(site: Site, id: str, plan: Plan) -> None:
    hall = site.halls[id]
    now = hall.clock()
    granted = [GrantToken(token_hash(token), grant) for token, grant in TOKENS.items()]
    for command in (PublishPlan(replace(plan, hall=id)), *granted):
        try:
            await hall.register.ask(Ask(at=now, by="system", command=command))
        except Refused as refusal:
            if refusal.code != "stale":  # another process of this hall has furnished it
                raise
    await wait_until(lambda: hall.day is not None and hall.day.tail.seq > 0)
