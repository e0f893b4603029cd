"""A trace shows that what is acknowledged is on the disk: between an append's receipt and its answer lies
an fsync of the append-only file, after the append was written to it.

The trace is strace's, of the store that the hall brings along, started as the hall starts it. Nothing the
store says of itself would do: it counts only fsyncs that were slow, and a look at the file sees what the
kernel holds in memory as well. strace needs leave to trace its own child, which every container runtime
grants by default (kernels from 4.8 on), to root and others alike; where it is taken away, the store does
not start and the test fails with strace's own sentence. Two controls show the check failing.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from queue_server.store.binary import find_binary
from queue_server.store.chain import GENESIS
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Landed, Store
from tests.waiting import wait_for

READS = ("read", "readv", "recvfrom", "recvmsg")
WRITES = ("write", "writev", "pwrite64", "sendto", "sendmsg")
SYNCS = ("fsync", "fdatasync")
APPENDS = 48
AT_ONCE = 4


class Traced(NamedTuple):
    """One system call: when it began and ended (line of the trace), its file, and what was carried."""

    began: int
    ended: int
    name: str
    file: str
    text: str


@asynccontextmanager
async def traced_store(folder: Path) -> AsyncIterator[tuple[EmbeddedStore, Path]]:
    """The hall's own store under strace, and the file of its trace."""
    strace = shutil.which("strace")
    assert strace is not None, "strace is not installed: scripts/setup strace"
    trace, program = folder / "trace", folder / "traced-store"
    calls = ",".join((*READS, *WRITES, *SYNCS))
    words = [strace, "-f", "-y", "-s", "100000", "-e", f"trace={calls}", "-o", str(trace)]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} {shlex.quote(str(find_binary()))} "$@"\n')
    program.chmod(0o700)
    store = EmbeddedStore(folder / "store", binary=str(program))
    try:
        await asyncio.to_thread(store.start)
        yield store, trace
    finally:
        await asyncio.to_thread(store.stop)


def calls_in(trace: str) -> Iterator[Traced]:
    """The system calls of a trace; one that others interrupted is told in two lines."""
    begun: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(trace.splitlines()):
        thread, _, said = line.partition(" ")
        said = said.lstrip()
        if said.endswith("<unfinished ...>"):
            begun[thread] = number, said.removesuffix("<unfinished ...>")
            continue
        began = number
        if said.startswith("<... "):
            began, start = begun.pop(thread)
            said = start + said.partition(" resumed>")[2]
        found = re.match(r"(\w+)\((\d+<[^>]*>?[^,)]*)(.*)", said)
        if found and not said.rstrip().endswith("= ?") and " = -1 " not in said:
            yield Traced(began, number, found[1], found[2], found[3])


def unsynced(trace: str, bodies: list[str]) -> list[str]:
    """Which of these appends were answered before an fsync had put them on the disk."""
    calls = list(calls_in(trace))
    return [body for body in bodies if not synced(calls, body)]


def synced(calls: list[Traced], body: str) -> bool:
    """Whether receipt, write to the append-only file, fsync and answer of an append follow in this order."""
    mentions = [call for call in calls if body in call.text]
    # The last one: a script that the store does not know yet is sent a second time.
    receipt = [call for call in mentions if call.name in READS][-1]
    answer = next(c for c in calls if c.name in WRITES and c.file == receipt.file and c.began > receipt.ended)
    written = next(call for call in mentions if call.name in WRITES and ".aof" in call.file)
    syncs = [c for c in calls if c.name in SYNCS and c.file == written.file and c.began > written.ended]
    return receipt.ended < written.began and any(sync.ended < answer.began for sync in syncs)


async def append_some(url: str, name: str) -> list[str]:
    """Append to several logs at once, and give the bodies, all of which were acknowledged."""
    async with aclosing(await Store.connect(url, deadline=30)) as store:

        async def write(log: int) -> list[str]:
            base, bodies = GENESIS, []
            for n in range(APPENDS // AT_ONCE):
                bodies.append(f"{name}-{log}-{n:03}.")
                landed = await store.append(f"yc:{{{name}{log}}}:day:2026-11-24", base, [bodies[-1].encode()])
                assert isinstance(landed, Landed)
                base = landed.tail
            return bodies

        written = await asyncio.gather(*(write(log) for log in range(AT_ONCE)))
    return [body for bodies in written for body in bodies]


def whole_trace(trace: Path) -> str:
    """The trace once its last lines have been written: the store has ended, and strace after it."""
    wait_for(lambda: "+++ exited with" in trace.read_text(errors="replace")[-400:], timeout=20)
    return trace.read_text(errors="replace")


@pytest.mark.proves("S36")
async def test_an_fsync_lies_between_the_receipt_and_the_answer_of_every_append(tmp_path: Path) -> None:
    async with traced_store(tmp_path) as (store, trace):
        bodies = await append_some(store.url, "always")
    assert len(bodies) == APPENDS
    assert unsynced(await asyncio.to_thread(whole_trace, trace), bodies) == []


@pytest.mark.parametrize("policy", ["everysec", "no"])
async def test_without_fsync_on_every_append_the_same_trace_convicts_the_store(
    tmp_path: Path, policy: str
) -> None:
    async with traced_store(tmp_path) as (store, trace):
        async with aclosing(await Store.connect(store.url)) as told:
            await told.redis.config_set("appendfsync", policy)
        bodies = await append_some(store.url, policy)
    convicted = unsynced(await asyncio.to_thread(whole_trace, trace), bodies)
    assert len(convicted) > APPENDS // 2, "the check does not notice that fsync is off"
