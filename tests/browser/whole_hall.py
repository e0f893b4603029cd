"""A whole hall: a store of its own that can die, and ``yichuang serve`` in front of it: real processes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from queue_server.store.logs import Store
from tests.faults.audit import Audit
from tests.faults.processes import START, ServerProcess, grant_tokens, hall_file
from tests.store.servers import KEEP, Server, free_ports
from tests.waiting import wait_for

HALL = "whole"


def apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Do something in a loop of its own: Playwright keeps one running in the tests' thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class WholeHall:
    """The running hall; its store may be killed or frozen while its server lives."""

    def __init__(self, store: Server, server: ServerProcess) -> None:
        self.store = store
        self.server = server

    def url(self) -> str:
        """The page of kiosk 1."""
        return f"{self.server.base}/kiosk/{HALL}#token=kiosk&kiosk=k1"

    def board_url(self) -> str:
        """The page of a board."""
        return f"{self.server.base}/halls/{HALL}/board"

    def ask(self, who: str, path: str, body: Any = None) -> httpx.Response:
        """Post once, whatever comes."""
        headers = {"authorization": f"Bearer {who}", "idempotency-key": uuid.uuid4().hex}
        url = f"{self.server.base}/api/halls/{HALL}/{path}"
        return httpx.post(url, json=body or {}, headers=headers, timeout=20)

    def have_somebody_called(self) -> None:
        """Window 1 has called a visitor, so that a board has something to show."""
        window = self.audit().day.windows[1]
        acts = [] if window.clerk else [("clerk1", "windows/1/claim"), ("clerk1", "windows/1/open")]
        if not window.present:
            acts.append(("clerk1", "windows/1/call-next"))
            assert self.ask("kiosk", "tickets", {"category": "A"}).is_success
        for who, path in acts:
            answer = self.ask(who, path)
            assert answer.is_success, answer.text

    def audit(self) -> Audit:
        """The hall as the store has it, which is as it must be."""

        async def read() -> Audit:
            async with aclosing(await Store.connect(self.store.url)) as store:
                return await Audit.of(store, HALL)

        audit: Audit = apart(read())
        audit.check_day()
        return audit

    def is_ready(self) -> bool:
        """Whether the server serves."""
        assert self.server.running, self.server.last_words()
        try:
            return httpx.get(f"{self.server.base}/readyz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def whole_hall(place: Path) -> Iterator[WholeHall]:
    """The hall, started; all of it is gone afterwards."""
    store = Server(place / "store", {**KEEP, "port": str(free_ports(1)[0])})
    server = ServerProcess("server", store.url, [hall_file(place, HALL)], place)
    try:
        store.start()
        apart(grant_tokens(store.url, [HALL]))
        server.start()
        hall = WholeHall(store, server)
        wait_for(hall.is_ready, START)
        yield hall
    finally:
        server.kill()
        store.kill()
