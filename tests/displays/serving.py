"""A real server on loopback for the tests of screens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette


@asynccontextmanager
async def served(app: Starlette, **settings: object) -> AsyncIterator[int]:
    """Serve an application on a free loopback port, as the product does; gives the port."""
    chosen: dict[str, object] = {"ws": "displays.sockets:FrameProtocol", "ws_per_message_deflate": False}
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="warning",
        lifespan="off",
        **(chosen | settings),  # type: ignore[arg-type]
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    ticking = asyncio.ensure_future(server.main_loop())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await ticking
        await server.shutdown()
