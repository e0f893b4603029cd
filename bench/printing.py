"""Issuing with every slip printed beside issuing without printers, and how soon a printer hears of a ticket.

Two servers over one store each, in turns: the same hall, once with a kiosk's printer that takes slips as fast
as a real one feeds paper, once with none. A slip's first byte is timed at the printer's socket, from the
moment the visitor's request left; it is compared with the same request's answer at the hall without printers.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.figures import Row, ratios, row
from bench.issuing import load
from bench.server import Served, serving
from queue_server.store.embedded import EmbeddedStore

SLIP_SECONDS = 1.5
"""How long a real printer takes for a slip: 15 cm of paper at 100 mm a second."""
BEGINS = 0x1B
"""The first byte of a job: ESC @."""


class PacedPrinter:
    """A printer that does nothing but answer, at a real one's pace; `firsts` are when jobs began (s)."""

    def __init__(self) -> None:
        self.firsts: list[float] = []
        self.pace = SLIP_SECONDS
        self.port = 0
        self._hosts: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun = False
        self._hosts.add(writer)
        try:
            while data := await reader.read(65536):
                if not begun and BEGINS in data:
                    begun = True
                    self.firsts.append(time.perf_counter())
                writer.write(b"\x12" * data.count(b"\x10\x04"))
                if data.endswith((b"\x1dr1", b"\x1dr\x01")):
                    await asyncio.sleep(self.pace)
                    writer.write(b"\x00")
        except ConnectionError:
            return  # the server hung up in the middle: its job is over
        finally:
            self._hosts.discard(writer)
            writer.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        for host in tuple(self._hosts):
            host.close()  # each job under way ends by itself then: a stream's cancelled task complains
        server.close()
        self._loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(self._loop), return_exceptions=True))
        self._loop.close()

    @contextmanager
    def running(self) -> Iterator[PacedPrinter]:
        """Listen in a thread of its own while the block runs."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        self._ready.wait(10)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10)


def measure(pairs: int = 5, seconds: int = 2, singles: int = 15) -> list[Row]:
    """Load in turns with and without printers; then single tickets at both, one after the other."""
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        stores = [EmbeddedStore(Path(place) / name, fsync="always") for name in ("printing", "silent")]
        try:
            with (
                PacedPrinter().running() as printer,
                serving(stores[0].start(), printer=f"127.0.0.1:{printer.port}") as printing,
                serving(stores[1].start()) as silent,
            ):
                firsts, answers = _singles(printing, silent, printer, singles)
                on, off = [], []
                for served in (printing, silent):
                    load(served, "/tickets", 1)
                for _ in range(pairs):
                    on.append(load(printing, "/tickets", seconds).rate)
                    off.append(load(silent, "/tickets", seconds).rate)
        finally:
            for store in stores:
                store.stop()
    return [
        row("issuing with printing on ÷ off", ratios(on, off), "ratio", ">= 0.8"),
        row("  tickets issued with printing on", on, "1/s"),
        row("  tickets issued with printing off", off, "1/s"),
        row("request to the printer's first byte ÷ request to answer", ratios(firsts, answers), "ratio"),
        row("  request to the printer's first byte", [1000 * x for x in firsts], "ms"),
        row("  request to answer, printing off", [1000 * x for x in answers], "ms"),
    ]


def _singles(
    printing: Served, silent: Served, printer: PacedPrinter, count: int
) -> tuple[list[float], list[float]]:
    """Seconds from a request to the first byte of its slip, and to the answer where nothing is printed."""
    printer.pace = 0.0
    firsts, answers = [], []
    with httpx.Client(timeout=10) as client:
        for n in range(count + 1):
            before = len(printer.firsts)
            began = time.perf_counter()
            _take(client, printing)
            until = began + 10
            while len(printer.firsts) == before:
                if time.perf_counter() > until:
                    raise RuntimeError("no byte reached the printer within 10 s")
                time.sleep(0.0005)
            first = printer.firsts[before] - began
            began = time.perf_counter()
            _take(client, silent)
            if n:  # the first one draws its type and opens its connections
                firsts.append(first)
                answers.append(time.perf_counter() - began)
    printer.pace = SLIP_SECONDS
    return firsts, answers


def _take(client: httpx.Client, served: Served) -> None:
    headers = {"authorization": f"Bearer {served.kiosk}", "idempotency-key": uuid.uuid4().hex}
    client.post(f"{served.base}/tickets", json={"category": "D"}, headers=headers).raise_for_status()
