"""Real server processes on one store: ``yichuang serve``, started, killed and started again."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from queue_server.access.principals import BOARD, CLERK, FLOOR, KIOSK, MANAGER, PRINTER, token_hash
from queue_server.demo import boundary_after
from queue_server.desk.line import Line
from queue_server.desk.scribes import RegisterScribe
from queue_server.hall.commands import Ask
from queue_server.hall.plan import HOUR, MINUTE
from queue_server.hall.register import Grant, GrantToken, Register
from queue_server.store import keys
from queue_server.store.logs import Store

WINDOWS = 20
FAR_WINDOW = 100
"""A window more, whose number has three digits (S6)."""
START = 40.0
"""Seconds that a process may take to serve: two cores may be shared by many."""

HALL = """\
[hall]
id = "{id}"
name = {{ zh = "故障试验大厅" }}
level = "县级"
timezone = "Asia/Shanghai"
languages = ["zh", "ko", "en"]
boundary = "{boundary}"

[hours]
always = true

[rules]
cutoff_grace = "off"
calls_before_miss = 1
miss_gap = "0 s"
claim_lapse = "{lapse}"

[priority_kinds]
elderly = {{ zh = "60岁以上老年人" }}

[reasons]
out_of_order = {{ continued = {{ zh = "接着办" }} }}
priority = {{ seen = {{ zh = "现场核实" }} }}
cancel = {{ asked = {{ zh = "本人要求" }} }}
close_day = {{ agreed = {{ zh = "经批准" }} }}

[outcomes]
done = {{ zh = "办结" }}

[[category]]
letter = "A"
name = {{ zh = "综合" }}

[[category]]
letter = "B"
name = {{ zh = "社保" }}

[[category]]
letter = "C"
name = {{ zh = "限号" }}
quota = 10
"""

WINDOW = """
[[window]]
number = {n}
name = {{ zh = "{n}号" }}
serves = ["A", "B", "C"]
"""

TOKENS = {
    "kiosk": Grant("device:k1", "k1", KIOSK),
    "floor": Grant("staff:floor", "导办", FLOOR),
    "manager": Grant("staff:manager", "值班经理", MANAGER),
    "board": Grant("device:b1", "b1", BOARD),
    "agent": Grant("device:pc1", "pc1", PRINTER),
} | {f"clerk{n}": Grant(f"staff:{n}", f"窗口{n}", CLERK, (n,)) for n in (*range(1, WINDOWS + 1), FAR_WINDOW)}

PRINTER_LINES = """
[[printer]]
id = "p1"
address = "127.0.0.1:{port}"
text_mode = "gb18030"

[[kiosk]]
id = "k1"
printer = "p1"
"""


both_counts = pytest.mark.parametrize("count", [pytest.param(2, marks=pytest.mark.faults), 3])
"""With two and with three servers: three in every run of the tests, two in `make faults`."""


def hall_file(
    folder: Path, id: str, lapse: str = "1 h", printer: int = 0, day_ends_in: int = 12 * HOUR
) -> Path:
    """A hall that is always open, with windows that serve everyone, and its day's end some time (ms) away.

    `lapse` is when a silent console loses its window; `printer` the port of its kiosk's printer.
    """
    turns = boundary_after(time.time_ns() // 1_000_000, day_ends_in, "Asia/Shanghai")
    boundary = f"{turns // HOUR:02}:{turns % HOUR // MINUTE:02}"
    path = folder / f"{id}.toml"
    windows = "".join(WINDOW.format(n=n) for n in (*range(1, WINDOWS + 1), FAR_WINDOW))
    devices = PRINTER_LINES.format(port=printer) if printer else ""
    path.write_text(HALL.format(id=id, boundary=boundary, lapse=lapse) + windows + devices, encoding="utf-8")
    return path


async def grant_tokens(store_url: str, halls: Iterable[str]) -> None:
    """Let everyone of `TOKENS` into the halls, through the halls' registers as any process would."""
    store = await Store.connect(store_url)
    for hall in halls:
        line = Line(store, keys.register(hall), Register, RegisterScribe())
        await line.load()
        running = asyncio.create_task(line.run())
        now = time.time_ns() // 1_000_000
        grants = [GrantToken(token_hash(token), grant) for token, grant in TOKENS.items()]
        await asyncio.gather(*(line.ask(Ask(at=now, by="system", command=grant)) for grant in grants))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await store.aclose()


class ServerProcess:
    """One ``yichuang serve``, with further `settings`.

    `ended` notes each time that it ended without having been killed here.
    """

    def __init__(
        self, name: str, store_url: str, hall_files: Sequence[Path], folder: Path, **settings: str
    ) -> None:
        self.name = name
        self.store_url = store_url
        self.archive = folder / "archive.sqlite"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.starts = 0
        self.ended: list[str] = []
        self._hall_files = hall_files
        self._settings = {f"YICHUANG_{name.upper()}": value for name, value in settings.items()}
        self._folder = folder
        self._output = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None
        return self._process.pid

    def words(self) -> list[str]:
        """The command that runs it."""
        return [str(Path(sys.executable).with_name("yichuang")), "serve"]

    def start(self) -> None:
        """Start the process; it serves some time later."""
        if self._process is not None and self._process.poll() is not None:
            self.ended.append(self.last_words())
        here = {name: value for name, value in os.environ.items() if not name.startswith("YICHUANG_")}
        settings = {
            "YICHUANG_PORT": str(self.port),
            "YICHUANG_STORE_URL": self.store_url,
            "YICHUANG_HALL_FILES": os.pathsep.join(map(str, self._hall_files)),
            "YICHUANG_ARCHIVE": str(self.archive),
            "YICHUANG_ANCHORS": str(self._folder / f"{self.name}.jsonl"),
            "YICHUANG_TICKET_INTERVAL": "0 s",  # one kiosk stands for all of a hall's
        }
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                self.words(),
                env=here | settings | self._settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.starts += 1

    def kill(self) -> None:
        """End the process as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None

    def last_words(self) -> str:
        """The end of what the process said."""
        return self._output.read_text(errors="replace")[-3000:]

    async def ready(self, within: float = START) -> None:
        """Wait until the process serves; one that ends first is started again, as an init system would."""
        end = time.monotonic() + within
        async with httpx.AsyncClient(base_url=self.base, timeout=2) as client:
            while not await _says_ready(client):
                if time.monotonic() > end:
                    raise AssertionError(f"{self.name} does not serve: {self.last_words()}")
                if not self.running:
                    self.start()
                await asyncio.sleep(0.02)


@asynccontextmanager
async def several(servers: Sequence[ServerProcess]) -> AsyncIterator[list[str]]:
    """Servers that serve while the block runs; gives their addresses."""
    try:
        for server in servers:
            server.start()
        for server in servers:
            await server.ready()
        yield [server.base for server in servers]
        for server in servers:
            await asyncio.to_thread(server.kill)
    finally:
        for server in servers:
            server.kill()


class Processes:
    """The running server processes, their store, and halls that nobody has used yet.

    In `quick` ones a silent console loses its window after 12 s; those of `printing` have a printer, by port.
    """

    def __init__(
        self,
        store_url: str,
        servers: list[ServerProcess],
        halls: list[str],
        quick: Sequence[str] = (),
        printing: Mapping[str, int] | None = None,
    ) -> None:
        self.store_url = store_url
        self.servers = servers
        self.halls = halls
        self.quick = list(quick)
        self.printing = dict(printing or {})

    def bases(self, count: int) -> list[str]:
        """The addresses of the first `count` processes."""
        return [server.base for server in self.servers[:count]]

    def unused_hall(self) -> str:
        """A hall in which nothing has happened yet."""
        return self.halls.pop()

    async def restart(self) -> None:
        """Every process is killed and starts again."""
        for server in self.servers:
            await asyncio.to_thread(server.kill)
        for server in self.servers:
            server.start()
        for server in self.servers:
            await server.ready()


async def _says_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
