"""The server under test, in a process of its own: the demo hall, with an endpoint that only decodes.

``python -m bench.server STORE_URL HALL...`` serves the demo hall under each of these ids, prints one line
of JSON when they are open, and ends when its standard input does. A day that is in the store goes on. With
``BENCH_PRINTER=host:port`` every ticket's slip is printed there.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.routing import Route

from bench.cores import SERVER_CORE
from queue_server import wire
from queue_server.access.limits import Allowance
from queue_server.access.principals import CLERK, KIOSK, new_token, token_hash
from queue_server.api.calls import Call
from queue_server.api.table import Operation, route
from queue_server.app import AccessRules, Site
from queue_server.cli.serve import publish, run_loop, served, server_for
from queue_server.demo import demo_plan
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.register import Grant, GrantToken
from queue_server.reactions.printing import Printing
from queue_server.store.logs import Store

HALL = "county"


class AtWindow(msgspec.Struct, frozen=True):
    """A clerk's window and token."""

    window: int
    token: str


class Served(msgspec.Struct, frozen=True):
    """Where the server is: its process, port, halls, and the tokens of a kiosk and of window 8's clerk.

    `clerks` are those of more windows, all serving the category of window 8, where they were asked for.
    """

    pid: int
    port: int
    halls: tuple[str, ...]
    kiosk: str
    clerk: str
    clerks: tuple[AtWindow, ...] = ()

    @property
    def base(self) -> str:
        """The address of the first hall's operations."""
        return f"http://127.0.0.1:{self.port}/api/halls/{self.halls[0]}"


@contextmanager
def serving(store_url: str, *halls: str, printer: str = "", clerks: int = 0) -> Iterator[Served]:
    """Serve the demo hall over a store, on a core of its own, while the block runs; print at `printer`.

    With `clerks` the hall has so many more windows of one category, each with a clerk.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.server", store_url, *(halls or (HALL,))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "BENCH_PRINTER": printer, "BENCH_CLERKS": str(clerks)},
    )
    os.sched_setaffinity(process.pid, SERVER_CORE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server ended with status {process.wait()}")
        yield msgspec.json.decode(line, type=Served)
    finally:
        process.stdin.close()
        process.wait(timeout=30)


async def decode(call: Call) -> wire.Nothing:
    """What issuing is compared with: the same request is let in and its body decoded, and that is all."""
    await call.body(wire.TakeTicket)
    return wire.Nothing()


def mount_decoding(app: Starlette, site: Site) -> None:
    """Put the comparison right behind ``/tickets``, so that the router looks equally long for both."""
    only = Operation("POST", "/bench/decode", decode, wire.TakeTicket, wire.Nothing, do.TakeTicket, 201)
    routes = app.router.routes
    tickets = next(i for i, r in enumerate(routes) if isinstance(r, Route) and r.path.endswith("}/tickets"))
    routes.insert(tickets + 1, route(only.path, {"POST": only}, site))


async def _serve(url: str, halls: Sequence[str]) -> None:
    store = await Store.connect(url)
    site = Site(store, halls, "https://queue.example.gov.cn", AccessRules(tickets=Allowance(seconds=0)))
    printer = os.environ.get("BENCH_PRINTER", "")
    if printer:
        site.react_with(lambda hall: Printing(hall, site.public_url))
    server = server_for(site, "127.0.0.1", 0)
    app = server.config.app
    assert isinstance(app, Starlette)
    mount_decoding(app, site)
    async with served(server):
        kiosk, clerk = new_token(), new_token()
        clerks = tuple(
            AtWindow(101 + n, new_token()) for n in range(int(os.environ.get("BENCH_CLERKS", "0")))
        )
        for id in halls:
            await _furnish(site, id, kiosk, (AtWindow(8, clerk), *clerks), printer)
        port = server.servers[0].sockets[0].getsockname()[1]
        told = Served(pid=os.getpid(), port=port, halls=tuple(halls), kiosk=kiosk, clerk=clerk, clerks=clerks)
        print(msgspec.json.encode(told).decode(), flush=True)
        await asyncio.to_thread(sys.stdin.read)
    await store.aclose()


async def _furnish(site: Site, id: str, kiosk: str, clerks: Sequence[AtWindow], printer: str) -> None:
    """Open a hall's day and let a kiosk and the clerks in."""
    hall = site.halls[id]
    plan = replace(demo_plan(hall.clock(), printer), hall=id)
    like = next(w for w in plan.windows if w.number == clerks[0].window)
    more = tuple(replace(like, number=clerk.window) for clerk in clerks[1:])
    await publish(site, replace(plan, windows=(*plan.windows, *more)))
    staff = [(c.token, Grant(f"staff:{c.window}", str(c.window), CLERK, (c.window,))) for c in clerks]
    for token, grant in [(kiosk, Grant("device:k1", "k1", KIOSK)), *staff]:
        command = GrantToken(token_hash(token), grant)
        await hall.register.ask(Ask(at=hall.clock(), by="system", command=command))
    while hall.day is None or not hall.day.tail.seq or (printer and not hall.day.state.printers):  # noqa: ASYNC110 - once, before anything is measured
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    run_loop(_serve(sys.argv[1], sys.argv[2:]))
