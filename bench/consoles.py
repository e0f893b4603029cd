"""Thirty consoles at work at once: from a key press to its acknowledged result on the screen.

The consoles are real (Textual, each driven by its own pilot) and over the network, each a process of its own
as in a hall, on every core of this machine, the server's too: what they cost each other is in the figure.
Every clerk presses a key each `PACE` seconds, ten times as often as in a hall that serves 360 visitors an
hour at 30 windows. One more window is worked by the bare API at the same pace and in the same minute: what
that takes is what the console is compared with.

``python -m bench.consoles BASE HALL WINDOW KEYS`` is one clerk with the token in ``BENCH_TOKEN``: it says
``open``, begins to work when it is told a line, and prints what each key took as JSON (ms).
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bench.clerk import Clerk
from bench.cores import OTHER_CORES, SERVER_CORE, on
from bench.figures import Row, row
from bench.pixels import wait_for
from bench.screens import allow_sockets
from bench.server import AtWindow, Served, serving
from queue_server.console.app import ConsoleApp
from queue_server.console.client import HallClient
from queue_server.store.embedded import EmbeddedStore

CONSOLES = 30
PACE = 10.0
"""Seconds between two keys of one clerk: a visitor is called, begun and finished in half a minute."""


class Timed(ConsoleApp):
    """A console that knows how long its last act took."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.pressed = 0.0
        self.took: list[float] = []

    def press(self, key: str) -> None:
        """Press a key now."""
        self.pressed = time.perf_counter()
        self.simulate_key(key)

    def see(self, **changes: object) -> None:
        """When an act is over, its result is on the screen after the next refresh."""
        busy = self.scene.busy
        super().see(**changes)
        if busy and not self.scene.busy and self.pressed:
            self.call_after_refresh(self._shown)

    def _shown(self) -> None:
        if self.pressed:
            self.took.append((time.perf_counter() - self.pressed) * 1000)
            self.pressed = 0.0


def measure(keys: int = 12) -> list[Row]:
    """Let every clerk press so many keys; the store's directory is on disk, under build/."""
    allow_sockets()
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            with serving(store.start(), clerks=CONSOLES + 1) as served:
                console, bare = _measured(served, keys)
        finally:
            store.stop()
    return [
        row(f"key press to result, {CONSOLES} consoles: p95", [_p95(console)], "ms", "< 60"),
        row("  median", console, "ms"),
        row("  p95 / p95 of the bare API call", [_p95(console) / _p95(bare)], "ratio"),
        row("  bare API call", bare, "ms"),
    ]


def _measured(served: Served, keys: int) -> tuple[list[float], list[float]]:
    _fill(served, (CONSOLES + 3) * keys)
    with ExitStack() as stack, ThreadPoolExecutor(CONSOLES + 1) as pool:
        desks = []
        for clerk in served.clerks[:CONSOLES]:  # one after the other: all at once would start for a minute
            with on(SERVER_CORE | OTHER_CORES):
                desks.append(stack.enter_context(_desk(served, clerk, keys)))
            if _line(desks[-1]) != b"open":
                raise RuntimeError(f"the console of window {clerk.window} has not opened")
        bare = pool.submit(_bare, served, keys)
        for desk in desks:
            assert desk.stdin is not None
            desk.stdin.write(b"work\n")
            desk.stdin.flush()
        took = [msgspec.json.decode(line, type=list[float]) for line in pool.map(_line, desks)]
        return [each for some in took for each in some], bare.result()


@contextmanager
def _desk(served: Served, clerk: AtWindow, keys: int) -> Iterator[subprocess.Popen[bytes]]:
    """One clerk's console in a process of its own."""
    base = f"http://127.0.0.1:{served.port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.consoles", base, served.halls[0], str(clerk.window), str(keys)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "BENCH_TOKEN": clerk.token},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def _line(desk: subprocess.Popen[bytes]) -> bytes:
    assert desk.stdout is not None
    return desk.stdout.readline().strip()


async def _clerk(base: str, hall: str, window: int, keys: int) -> None:
    """One clerk: sit down, open the window, wait for the word, work, tell."""
    async with HallClient(base, hall, os.environ["BENCH_TOKEN"]) as client:
        app = Timed(client, window)
        async with app.run_test(size=(80, 24)):
            out = sys.__stdout__
            assert out is not None
            await _opens(app)
            print("open", file=out, flush=True)
            await asyncio.to_thread(sys.__stdin__.readline)  # type: ignore[union-attr]
            await _work(app, keys)
            print(msgspec.json.encode(app.took).decode(), file=out, flush=True)


async def _opens(app: Timed) -> None:
    await wait_for(lambda: app.scene.seated and not app.scene.busy)
    app.simulate_key("f11")
    await wait_for(
        lambda: app.scene.view is not None and app.scene.view.state == "open" and not app.scene.busy
    )


async def _work(app: Timed, keys: int) -> None:
    dice = random.Random(app.scene.window)
    await asyncio.sleep(dice.uniform(0, PACE))
    for n in range(keys):
        app.press(("f2", "f4", "f5")[n % 3])
        await asyncio.sleep(dice.uniform(0.5, 1.5) * PACE)
        await wait_for(lambda: not app.scene.busy)


def _fill(served: Served, tickets: int) -> None:
    """Let so many visitors wait."""
    clerk = Clerk(served)
    for _ in range(tickets):
        clerk.takes_a_ticket()
    clerk.close()


def _bare(served: Served, keys: int) -> list[float]:
    """The same acts in the same time by the API alone (ms each)."""
    *_, last = served.clerks
    clerk = Clerk(served, window=last.window, token=last.token)
    took = []
    ticket = ""
    for n in range(3 * keys):
        began = time.perf_counter()
        if n % 3 == 0:
            clerk.send_call()
            ticket = clerk.called()
        else:
            clerk.send(f"/tickets/{ticket}/{('start', 'finish')[n % 3 - 1]}")
            clerk.answer()
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(PACE / 3)
    clerk.close()
    return took


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def main(given: Sequence[str]) -> None:
    """Be one clerk."""
    base, hall, window, keys = given
    asyncio.run(_clerk(base, hall, int(window), int(keys)))


if __name__ == "__main__":
    main(sys.argv[1:])
