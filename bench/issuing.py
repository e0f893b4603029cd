"""Issuing a ticket over HTTP, fsync on every append, beside an endpoint that only decodes the same body."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import msgspec

from bench.cores import cpu_seconds
from bench.figures import Row, ratios, row
from bench.server import Served, serving
from queue_server.store.embedded import EmbeddedStore

CONNECTIONS = 64
SCRIPT = Path(__file__).with_name("issue.lua")


class Leg(msgspec.Struct, frozen=True):
    """One run of the load: requests answered a second, and the share of its core that the server used."""

    rate: float
    busy: float

    @property
    def cost(self) -> float:
        """The server's processor time for one request (s): what another job on its core disturbs less."""
        return self.busy / self.rate


def load(served: Served, path: str, seconds: float) -> Leg:
    """Ask for tickets as fast as 64 connections get answers. RuntimeError if any answer is no success."""
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT)]
    cpu, began = cpu_seconds(served.pid), time.perf_counter()
    said = subprocess.run(
        [*words, served.base + path, "--", served.kiosk, uuid.uuid4().hex],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    busy = (cpu_seconds(served.pid) - cpu) / (time.perf_counter() - began)
    trouble = re.search(r"Non-2xx.*|Socket errors.*", said)
    if trouble:
        raise RuntimeError(f"{path}: {trouble[0]}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None, said
    return Leg(float(found[1]), busy)


def measure(pairs: int = 9, seconds: int = 2) -> list[Row]:
    """Issue and decode in turns on the same server; the store's directory is on disk, under build/.

    Short legs, so that the day does not grow far beyond the 5,000 visitors of the largest hall.
    """
    build = Path("build")
    build.mkdir(exist_ok=True)
    issued, decoded = [], []
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            with serving(store.start()) as served:
                for path in ("/tickets", "/bench/decode"):
                    load(served, path, 2)
                for _ in range(pairs):
                    issued.append(load(served, "/tickets", seconds))
                    decoded.append(load(served, "/bench/decode", seconds))
        finally:
            store.stop()
    return [
        row(
            "issue a ticket ÷ decode only",
            ratios([x.rate for x in issued], [x.rate for x in decoded]),
            "ratio",
            ">= 0.6",
        ),
        row(
            "  the same, processor time of decoding ÷ issuing",
            ratios([x.cost for x in decoded], [x.cost for x in issued]),
            "ratio",
        ),
        row("  tickets issued", [x.rate for x in issued], "1/s"),
        row("  only decoded", [x.rate for x in decoded], "1/s"),
        row("  server's core while issuing", [100 * x.busy for x in issued], "% busy", ">= 90"),
        row("  server's core while decoding", [100 * x.busy for x in decoded], "% busy", ">= 90"),
    ]
