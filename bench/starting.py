"""From the start of ``yichuang serve`` to its first ticket: the store of its own, the hall file, the day."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.cores import SERVER_CORE
from bench.figures import Row, row
from queue_server.access.principals import KIOSK, new_token, token_hash
from queue_server.config import read_hall
from queue_server.demo import COUNTY
from queue_server.hall.commands import Ask
from queue_server.hall.register import Grant, GrantToken, PublishPlan, Register, act, encode
from queue_server.store import keys
from queue_server.store.chain import GENESIS
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Landed, Store

PATIENCE = 30.0


def measure(runs: int = 5) -> list[Row]:
    """Start the server, take a ticket, stop it; the day goes on from run to run."""
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        hall = Path(place) / "hall.toml"
        hall.write_text(_always_open(COUNTY.read_text("utf-8")), "utf-8")
        token = _let_in(f"{place}/store", hall)
        times = [_first_ticket(f"{place}/store", hall, token) for _ in range(runs)]
    return [row("from process start to the first ticket", times, "s")]


def _always_open(text: str) -> str:
    """The county hall at any hour: it never closes, and has no cut-off."""
    for was, becomes in (
        ("[hours]\n", "[hours]\nalways = true\n"),
        ('cutoff_grace = "20 min"', 'cutoff_grace = "off"'),
    ):
        assert text.count(was) == 1, was
        text = text.replace(was, becomes)
    return text


def _let_in(directory: str, hall: Path) -> str:
    """Publish the hall and let a kiosk in; gives its token."""
    store, token = EmbeddedStore(directory), new_token()
    try:
        asyncio.run(_grant(store.start(), hall, token))
    finally:
        store.stop()
    return token


async def _grant(url: str, hall: Path, token: str) -> None:
    store, plan, register = await Store.connect(url), read_hall(hall), Register()
    facts = []
    for command in (PublishPlan(plan), GrantToken(token_hash(token), Grant("device:k1", "k1", KIOSK))):
        entries, _ = act(register, Ask(at=time.time_ns() // 1_000_000, by="system", command=command))
        facts += [encode(entry) for entry in entries]
    outcome = await store.append(keys.register(plan.hall), GENESIS, facts)
    assert isinstance(outcome, Landed), outcome
    await store.aclose()


def _first_ticket(directory: str, hall: Path, token: str) -> float:
    """Seconds from starting the process to the answer that is a ticket."""
    port = _free_port()
    settings = {
        "YICHUANG_HALL_FILES": str(hall.resolve()),
        "YICHUANG_STORE_DIRECTORY": str(Path(directory).resolve()),
        "YICHUANG_PORT": str(port),
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [Path(sys.executable).with_name("yichuang"), "serve"],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
    )
    os.sched_setaffinity(process.pid, SERVER_CORE)
    try:
        while not _ticket(port, token):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"no ticket; the server's status is {process.poll()}")
            time.sleep(0.005)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(timeout=30)


def _ticket(port: int, token: str) -> bool:
    """Whether the server gives a ticket by now."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{time.monotonic_ns()}"}
    try:
        link.request("POST", "/api/halls/county/tickets", b'{"category":"D"}', headers)
        return link.getresponse().status == 201
    except (ConnectionError, http.client.BadStatusLine):
        return False  # it does not listen yet
    finally:
        link.close()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
