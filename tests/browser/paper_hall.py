"""The whole hall with two kiosks and a printer beside each, in a thread: real server, store and sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from msgspec.structs import replace

from printers.virtual import Manner, PrintedSlip, VirtualPrinter
from queue_server.access.principals import KIOSK, MANAGER, token_hash
from queue_server.app import Site, build
from queue_server.demo import demo_plan
from queue_server.hall import plan
from queue_server.hall.commands import Ask
from queue_server.hall.register import Grant, GrantToken, PublishPlan
from queue_server.reactions.printing import Printing
from queue_server.store.logs import Store
from tests.browser.phone_hall import PhoneHall
from tests.waiting import wait_for, wait_until

EAST, WEST = "一楼大厅东门", "一楼大厅西门"
GRANTS = {
    "kiosk1": Grant("device:k1", "k1", KIOSK),
    "kiosk2": Grant("device:k2", "k2", KIOSK),
    "manager": Grant("staff:manager", "值班经理", MANAGER),
}


class PaperHall(PhoneHall):
    """A running hall; `printers` are those of kiosk 1 and kiosk 2."""

    def __init__(self, store_url: str, hall: str, folder: Path, fallback: str = "") -> None:
        super().__init__(store_url, hall)
        self.printers = tuple(VirtualPrinter(folder / name, name=name) for name in ("p1", "p2"))
        self.fallback = fallback

    def plan(self) -> plan.Plan:
        agreed = demo_plan(time.time_ns() // 1_000_000)
        printers = tuple(
            plan.Printer(
                p.name,
                f"127.0.0.1:{p.address[1]}",
                text_mode="native",
                fallback=self.fallback if p.name == "p1" else "",
            )
            for p in self.printers
        )
        kiosks = (plan.Kiosk("k1", EAST, "p1"), plan.Kiosk("k2", WEST, "p2"))
        return replace(agreed, hall=self.hall, kiosks=kiosks, printers=printers)

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        store = await Store.connect(self.store_url)
        async with self.printers[0], self.printers[1]:
            site = Site(store, [self.hall], self.base)
            site.react_with(lambda hall: Printing(hall, self.base))
            config = uvicorn.Config(
                build(site), host="127.0.0.1", port=self.port, log_level="warning", access_log=False,
                timeout_graceful_shutdown=1,
            )  # fmt: skip
            self.server = uvicorn.Server(config)
            running = asyncio.create_task(self.server.serve())
            await wait_until(lambda: self.server.started or running.done(), 20)
            await self._furnish(site)
            await wait_until(lambda: self._watched(site), 20)
            self.started.set()
            await running
        await store.aclose()

    def _watched(self, site: Site) -> bool:
        """Both printers have been asked how they are: who prints is settled."""
        day = site.halls[self.hall].day
        return day is not None and len(day.state.printers) == 2

    async def _furnish(self, site: Site) -> None:
        hall = site.halls[self.hall]
        now = hall.clock()
        await hall.register.ask(Ask(at=now, by="system", command=PublishPlan(self.plan())))
        for token, grant in GRANTS.items():
            await hall.register.ask(Ask(at=now, by="system", command=GrantToken(token_hash(token), grant)))
        await wait_until(lambda: hall.day is not None and hall.day.tail.seq > 0, 20)
        self.site = site

    def misbehave(self, printer: int, *manners: Manner) -> None:
        """Let a printer (1 or 2) misbehave in these ways."""
        doing = self.printers[printer - 1].misbehave(*manners)
        asyncio.run_coroutine_threadsafe(doing, self.loop).result(5)

    def slips(self, printer: int, count: int) -> list[PrintedSlip]:
        """What came out of a printer, once there are so many."""
        found = self.printers[printer - 1].slips
        wait_for(lambda: len(found) >= count, 20)
        return list(found)

    def kiosk(self, number: int) -> str:
        """The address of a kiosk's page."""
        return f"{self.base}/kiosk/{self.hall}#token=kiosk{number}"

    def paper(self, number: str) -> str:
        """What the log says of a ticket's slip."""
        day = self.site.halls[self.hall].today().state
        return day.by_number(number).paper

    def printers_seen(self) -> list[dict[str, Any]]:
        """The printers as staff see them."""
        url = f"{self.base}/api/halls/{self.hall}/printers"
        answer = httpx.get(url, headers={"authorization": "Bearer manager"})
        found: list[dict[str, Any]] = answer.json()["printers"]
        return found


@contextmanager
def paper_hall(store_url: str, hall: str, folder: Path, fallback: str = "") -> Iterator[PaperHall]:
    running = PaperHall(store_url, hall, folder, fallback)
    running.start()
    try:
        yield running
    finally:
        running.stop()
