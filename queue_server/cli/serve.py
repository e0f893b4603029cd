"""Running the server: uvicorn with the board's own socket protocol, over a private or a given store."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from starlette.routing import BaseRoute
from uvicorn.loops.auto import auto_loop_factory

from queue_server.app import Site, build
from queue_server.config import HallFileErrors, ServerSettings, read_hall, read_settings
from queue_server.config.faults import SettingsErrors
from queue_server.hall.commands import Ask
from queue_server.hall.plan import Plan
from queue_server.hall.refusals import Refused
from queue_server.hall.register import PublishPlan
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store

T = TypeVar("T")

COLLECT_AFTER = 20_000
"""New objects after which Python looks for cycles among them: more than 64 requests have in flight."""


def run_loop(serving: Coroutine[Any, Any, T]) -> T:
    """Run a server to its end, on uvloop where there is one.

    The records of a hall are trees and need no garbage collector; requests in flight seldom make
    cycles. Collecting as often as Python does by itself took a quarter of the time of issuing.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(serving)


def server_for(site: Site, host: str, port: int, extra: Sequence[BaseRoute] = ()) -> uvicorn.Server:
    """The HTTP server of a site: no deflate (twice the CPU on boards), small frames, no access log."""
    return uvicorn.Server(
        uvicorn.Config(
            build(site, extra),
            host=host,
            port=port,
            ws="displays.sockets:FrameProtocol",
            ws_per_message_deflate=False,
            ws_max_size=65536,
            log_level="warning",
            access_log=False,
        )
    )


@asynccontextmanager
async def served(server: uvicorn.Server) -> AsyncIterator[asyncio.Task[None]]:
    """Serve while the block runs; the block may wait for the task, which ends at Ctrl-C."""
    running = asyncio.create_task(server.serve())
    while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn tells by a flag
        await asyncio.sleep(0.01)
    try:
        yield running
    finally:
        server.should_exit = True
        await running


async def publish(site: Site, plan: Plan) -> None:
    """Put a plan in force, if it is not already."""
    hall = site.halls[plan.hall]
    try:
        await hall.register.ask(Ask(at=hall.clock(), by="system", command=PublishPlan(plan)))
    except Refused as refusal:
        if refusal.code != "stale":
            raise


def run_server() -> int:
    """Run the server as the settings say; gives the exit status."""
    try:
        file = os.environ.get("YICHUANG_CONFIG")
        settings = read_settings(os.environ, Path(file) if file else None)
        plans = [read_hall(Path(hall)) for hall in settings.hall_files]
    except (SettingsErrors, HallFileErrors) as errors:
        print(errors, file=sys.stderr)
        return 1
    if not settings.embedded:
        run_loop(_serve(settings, settings.store_url.reveal(), plans))
        return 0
    store = EmbeddedStore(settings.store_directory, binary=settings.store_binary or None)
    url = store.start()
    try:
        run_loop(_serve(settings, url, plans))
    finally:
        store.stop()
    return 0


async def _serve(settings: ServerSettings, url: str, plans: list[Plan]) -> None:
    store = await Store.connect(url)
    site = Site(store, [plan.hall for plan in plans], settings.address)
    async with served(server_for(site, settings.bind, settings.port)) as running:
        for plan in plans:
            await publish(site, plan)
        print(f"一窗: {settings.address}", flush=True)
        await running
    await store.aclose()
