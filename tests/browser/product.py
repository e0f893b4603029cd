"""The product itself for browser tests: the real server in a thread, a clerk at it, cuts and restarts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, TypeVar

from queue_server.hall.plan import Plan
from tests.api.hall import Served, served

T = TypeVar("T")


class Product:
    """A served hall whose loop runs in a thread of its own; `do` runs a coroutine there."""

    def __init__(
        self,
        store_url: str,
        hall_id: str,
        plan: Plan | None = None,
        others: Mapping[str, Plan] = MappingProxyType({}),
    ) -> None:
        self.store_url, self.hall_id, self.plan, self.others = store_url, hall_id, plan, others
        self.hall: Served | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._over = asyncio.Event()
        self._serving: Future[None] | None = None

    @property
    def base(self) -> str:
        assert self.hall is not None
        return self.hall.base

    def do(self, acting: Coroutine[Any, Any, T], timeout: float = 60) -> T:
        return asyncio.run_coroutine_threadsafe(acting, self._loop).result(timeout)

    def start(self) -> Served:
        ready: Future[Served] = Future()

        async def serve() -> None:
            over = asyncio.Event()
            self._over = over
            async with served(self.store_url, self.hall_id, self.plan, self.others) as hall:
                ready.set_result(hall)
                await over.wait()

        self._serving = asyncio.run_coroutine_threadsafe(serve(), self._loop)

        def failed(done: Future[None]) -> None:
            if not ready.done():
                ready.set_exception(_why(done))

        self._serving.add_done_callback(failed)
        self.hall = ready.result(60)
        return self.hall

    def stop(self) -> None:
        if self._serving is not None:
            self._loop.call_soon_threadsafe(self._over.set)
            self._serving.result(60)
            self._serving = None

    def end(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def _why(done: Future[None]) -> BaseException:
    return done.exception() or RuntimeError("the server ended before it served")


@contextmanager
def product(
    store_url: str,
    hall_id: str,
    plan: Plan | None = None,
    others: Mapping[str, Plan] = MappingProxyType({}),
) -> Iterator[Product]:
    running = Product(store_url, hall_id, plan, others)
    try:
        running.start()
        yield running
    finally:
        running.end()
