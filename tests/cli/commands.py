"""The command line as an operator uses it: a command, its exit status, and what it said."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
import structlog

from queue_server.cli import app
from queue_server.store import keys
from queue_server.store.chain import Entry
from queue_server.store.logs import Store

YICHUANG = Path(sys.executable).with_name("yichuang")


class Said(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def heads(self) -> dict[str, str]:
        """The chain heads that it printed, by log."""
        lines = [line.partition(": ") for line in self.out.splitlines() if " ends at " in line]
        return {log: rest.rpartition(" ends at ")[2] for log, _, rest in lines}


async def yichuang_process(*words: object) -> Said:
    """Run a command in a process of its own, to its end."""
    here = {name: value for name, value in os.environ.items() if not name.startswith("YICHUANG_")}
    process = await asyncio.create_subprocess_exec(
        YICHUANG,
        *map(str, words),
        env=here,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert b"Traceback" not in out + err, (out + err).decode()
    assert process.returncode is not None
    return Said(process.returncode, out.decode(), err.decode())


async def yichuang(*words: object) -> Said:
    """Run a command in a thread with a loop of its own: the same, without a second's start of a process."""
    return await asyncio.to_thread(_run, [str(word) for word in words])


@contextmanager
def _journal_of_its_own() -> Iterator[None]:
    """A command sets up the log of its process, which here is the tests'."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        yield
    finally:
        root.handlers[:], level = before
        root.setLevel(level)
        structlog.reset_defaults()


def _run(words: list[str]) -> Said:
    with (
        redirect_stdout(StringIO()) as out,
        redirect_stderr(StringIO()) as err,
        _journal_of_its_own(),
        pytest.raises(SystemExit) as end,
    ):
        app(words)
    assert isinstance(end.value.code, int), end.value.code
    return Said(end.value.code, out.getvalue(), err.getvalue())


async def everything(store: Store, log: str) -> tuple[Entry, ...]:
    """A whole log."""
    return await store.read(log, 0, 100_000)


async def rewrite(store: Store, log: str, entries: tuple[Entry, ...]) -> None:
    """The log as damage would leave it: these entries and no others."""
    await store.redis.delete(log)
    for entry in entries:
        await store.redis.xadd(log, {"b": entry.body, "h": entry.hash}, id=f"{entry.seq}-0")


async def keys_of(store: Store, hall: str) -> dict[str, int]:
    """Every key of a hall, and for how long (ms) it is kept; -1: for ever."""
    names = [name.decode() async for name in store.redis.scan_iter(f"yc:{{{hall}}}:*")]
    return {name: await store.redis.pttl(name) for name in names}


async def left_alone(store: Store, hall: str) -> None:
    """Long after the last server of a hall has ended: its sign of life is old."""
    old = await store.now(hall) - 60_000
    await store.put_side(hall, "alive", str(old).encode(), 3_600_000)


def is_temporary(key: str, ttl: int) -> bool:
    """Whether a key that is none of the permanent ones goes away by itself."""
    return keys.is_permanent(key) or ttl > 0
