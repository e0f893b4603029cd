"""The whole hall for the phone page: the real server and store, in a thread that can stop and start again."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from msgspec.structs import replace

from queue_server.access.principals import CLERK, KIOSK, MANAGER, token_hash
from queue_server.app import Site, build
from queue_server.demo import demo_plan
from queue_server.hall.commands import Ask
from queue_server.hall.plan import Plan
from queue_server.hall.register import Grant, GrantToken, PublishPlan
from queue_server.store.logs import Store
from tests.waiting import wait_for, wait_until

GRANTS = {
    "kiosk": Grant("device:k1", "k1", KIOSK),
    "clerk": Grant("staff:8", "窗口8", CLERK, (8,)),
    "manager": Grant("staff:manager", "值班经理", MANAGER),
}


def plan_of(hall: str) -> Plan:
    """The demo hall in which one call is enough for a miss, and nothing waits for a voice."""
    plan = demo_plan(time.time_ns() // 1_000_000)
    rules = replace(plan.rules, calls_before_miss=1, miss_gap=0)
    windows = tuple(replace(window, zone="") for window in plan.windows)
    return replace(plan, hall=hall, rules=rules, windows=windows)


class PhoneHall:
    """A running hall. Window 8 of category D is open once somebody has sat down."""

    def __init__(self, store_url: str, hall: str) -> None:
        self.store_url = store_url
        self.hall = hall
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.paths: list[str] = []

    # --- the server ------------------------------------------------------------------

    def start(self) -> None:
        self.started = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.thread.start()
        wait_for(self.started.is_set, 20)

    async def _run(self) -> None:
        store = await Store.connect(self.store_url)
        site = self.site = Site(store, [self.hall], self.base)
        app = build(site)

        async def noting(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                self.paths.append(f"{scope['path']}?{scope['query_string'].decode()}")
            await app(scope, receive, send)

        config = uvicorn.Config(
            noting, host="127.0.0.1", port=self.port, log_level="warning", access_log=False,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        running = asyncio.create_task(self.server.serve())
        await wait_until(lambda: self.server.started or running.done(), 20)
        await self._furnish(site)
        self.started.set()
        await running
        await store.aclose()

    async def _furnish(self, site: Site) -> None:
        hall = site.halls[self.hall]
        now = hall.clock()
        if hall.register.state.plan is None:
            await hall.register.ask(Ask(at=now, by="system", command=PublishPlan(plan_of(self.hall))))
            for token, grant in GRANTS.items():
                command = GrantToken(token_hash(token), grant)
                await hall.register.ask(Ask(at=now, by="system", command=command))
        await wait_until(lambda: hall.day is not None and hall.day.tail.seq > 0, 20)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()

    # --- what people in it do ---------------------------------------------------------

    def post(self, who: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {who}", "idempotency-key": uuid.uuid4().hex}
        answer = httpx.post(f"{self.base}/api/halls/{self.hall}/{path}", json=body or {}, headers=headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def take(self, **wish: Any) -> dict[str, Any]:
        """A visitor takes a ticket; gives the receipt."""
        return self.post("kiosk", "tickets", {"category": "D"} | wish)

    def sit(self) -> None:
        """A clerk opens window 8."""
        self.post("clerk", "windows/8/claim")
        self.post("clerk", "windows/8/open")

    def call(self) -> dict[str, Any]:
        """Window 8 calls the next visitor."""
        return self.post("clerk", "windows/8/call-next")

    def act(self, receipt: dict[str, Any], act: str, body: Any = None) -> dict[str, Any]:
        """The clerk does something with a ticket."""
        return self.post("clerk", f"tickets/{receipt['ticket']}/{act}", body)

    def state(self, receipt: dict[str, Any]) -> tuple[str, str]:
        """State and end of a ticket as staff see them."""
        headers = {"authorization": "Bearer manager"}
        path = f"{self.base}/api/halls/{self.hall}/tickets/{receipt['ticket']}"
        found = httpx.get(path, headers=headers).json()
        return found["state"], found["end"]


@contextmanager
def phone_hall(store_url: str, hall: str) -> Iterator[PhoneHall]:
    running = PhoneHall(store_url, hall)
    running.start()
    try:
        yield running
    finally:
        if running.thread.is_alive():
            running.stop()
