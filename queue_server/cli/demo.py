"""The demo: a private store, the server, the demo hall, a virtual printer, and a few simulated visitors."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from printers import pages as printer_pages
from printers.virtual import VirtualPrinter
from queue_server.access.principals import CLERK, FLOOR, KIOSK, MANAGER, new_token, token_hash
from queue_server.app import Site
from queue_server.cli.serve import publish, run_loop, served, server_for
from queue_server.demo import demo_plan
from queue_server.hall.commands import Ask
from queue_server.hall.plan import Plan
from queue_server.hall.register import Grant, GrantToken
from queue_server.locale import translate
from queue_server.reactions.printing import Printing
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store

VISITOR_WINDOWS = (9, 12)
"""Windows that simulated clerks work at; the others are free for whoever tries the console."""
RANDOM = random.SystemRandom()
PACE = (2.0, 6.0)
"""Seconds between two acts of the simulated visitors and clerks, least and most."""


def run_demo(directory: Path, port: int, visitors: bool) -> int:
    """Run the demo until Ctrl-C; gives the exit status."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            print(f"The demo is running already (port {port} of this machine is in use).", file=sys.stderr)
            return 1
    directory.mkdir(parents=True, exist_ok=True)
    store = EmbeddedStore(directory / "store")
    url = store.start()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            run_loop(_demo(directory, url, port, visitors))
    finally:
        store.stop()
    print("一窗: the demo has ended; what was issued is kept.")
    return 0


async def _demo(directory: Path, url: str, port: int, visitors: bool) -> None:
    address = f"http://127.0.0.1:{port}"
    store = await Store.connect(url)
    async with VirtualPrinter(directory / "slips", name="demo") as printer:
        plan = demo_plan(time.time_ns() // 1_000_000, f"127.0.0.1:{printer.address[1]}")
        site = Site(store, [plan.hall], address)
        site.react_with(lambda hall: Printing(hall, site.public_url))
        pages = printer_pages.routes(printer, site.assets.url, translate, ZoneInfo(plan.timezone))
        async with served(server_for(site, "127.0.0.1", port, pages)) as running:
            await publish(site, plan)
            tokens = await _grant(site, plan)
            _tell(directory, address, plan, tokens)
            crowd = asyncio.create_task(_crowd(address, plan, tokens)) if visitors else None
            await running
            if crowd is not None:
                crowd.cancel()
    await store.aclose()


async def _grant(site: Site, plan: Plan) -> dict[str, str]:
    """Fresh tokens for the demo's people and devices; they are in the demo's file and nowhere else."""
    hall = site.halls[plan.hall]
    grants = {f"kiosk:{k.id}": Grant(f"device:{k.id}", k.id, KIOSK) for k in plan.kiosks}
    grants |= {
        f"window:{w.number}": Grant(f"staff:{w.number:04}", f"{w.number}号窗口", CLERK, (w.number,))
        for w in plan.windows
    }
    grants |= {
        "floor": Grant("staff:floor", "导办", FLOOR),
        "manager": Grant("staff:manager", "值班经理", MANAGER),
    }
    tokens = {}
    for name, grant in grants.items():
        tokens[name] = new_token()
        command = GrantToken(token_hash(tokens[name]), grant)
        await hall.register.ask(Ask(at=hall.clock(), by="system", command=command))
    return tokens


def _tell(directory: Path, address: str, plan: Plan, tokens: Mapping[str, str]) -> None:
    """Print where everything is, and write it for scripts into a file that only its owner reads."""
    kiosk = f"{address}/kiosk/{plan.hall}#token={tokens[f'kiosk:{plan.kiosks[0].id}']}"
    board = f"{address}/halls/{plan.hall}/board"
    file = directory / "demo.json"
    told = {
        "hall": plan.hall,
        "address": address,
        "kiosk": kiosk,
        "board": board,
        "slips": f"{address}/printer",
        "tokens": dict(tokens),
    }
    writing = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(writing, "w", encoding="utf-8") as out:
        json.dump(told, out, ensure_ascii=False, indent=2)
    file.chmod(0o600)
    print("一窗: the demo hall is open. Everything here is fictitious and only on this machine.\n")
    print(f"  kiosk    {kiosk}")
    print(f"  board    {board}")
    print(f"  slips    {address}/printer")
    print(f"  scripts  {file.absolute()}\n")
    print("Ctrl-C ends it.", flush=True)


# --- a few visitors --------------------------------------------------------------------------


async def _crowd(address: str, plan: Plan, tokens: Mapping[str, str]) -> None:
    async with (
        httpx.AsyncClient(base_url=f"{address}/api/halls/{plan.hall}") as client,
        asyncio.TaskGroup() as all,
    ):
        all.create_task(_arrive(client, plan, tokens[f"kiosk:{plan.kiosks[-1].id}"]))
        for window in VISITOR_WINDOWS:
            all.create_task(_work(client, window, tokens[f"window:{window}"]))


async def _post(client: httpx.AsyncClient, token: str, path: str, body: object = None) -> dict[str, object]:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": new_token()}
    try:
        answer = await client.post(path, json=body or {}, headers=headers)
    except httpx.TransportError:
        return {}
    found: dict[str, object] = answer.json()
    return found if answer.is_success else {}


async def _arrive(client: httpx.AsyncClient, plan: Plan, token: str) -> None:
    while True:
        category = RANDOM.choice(plan.categories).letter
        await _post(client, token, "/tickets", {"category": category})
        await asyncio.sleep(RANDOM.uniform(*PACE))


async def _work(client: httpx.AsyncClient, window: int, token: str) -> None:
    await _post(client, token, f"/windows/{window}/claim", {"take_over": True, "leftover": "continue"})
    await _post(client, token, f"/windows/{window}/open")
    while True:
        called = await _post(client, token, f"/windows/{window}/call-next")
        await asyncio.sleep(RANDOM.uniform(*PACE))
        ticket = called.get("ticket")
        if ticket:
            await _post(client, token, f"/tickets/{ticket}/start")
            await asyncio.sleep(RANDOM.uniform(*PACE))
            await _post(client, token, f"/tickets/{ticket}/finish")
