"""`yichuang log` on real stores: a good log, and every way in which one can be damaged."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from queue_server.records.anchors import Anchors
from queue_server.store import keys
from queue_server.store.chain import GENESIS, chain
from queue_server.store.logs import Store
from tests.api.hall import served
from tests.cli.processes import free_port, run
from tests.desk.live_hall import NOON

pytestmark = pytest.mark.timeout(120)


class Kept:
    """A hall's log in a store, and the command line on it."""

    def __init__(self, url: str, hall: str, date: str, store: Store) -> None:
        self.url, self.hall, self.date, self.store = url, hall, date, store
        self.log = keys.day(hall, date)

    async def log_(self, act: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``yichuang log`` on the hall."""
        return await asyncio.to_thread(run, "log", act, self.hall, *words, "--store", self.url)

    async def change(self, seq: int, body: bytes) -> None:
        """Put another body in the place of an entry, as somebody with access to the store could."""
        redis: Any = self.store.redis
        entries = await redis.xrange(self.log)
        await redis.delete(self.log)
        for place, fields in entries:
            if place == f"{seq}-0".encode():
                fields = {**fields, b"b": body}
            await redis.xadd(self.log, fields, id=place)


@pytest.fixture
async def kept(store_url: str, hall_id: str) -> AsyncIterator[Kept]:
    """The log of a morning: three tickets, one of them served."""
    async with served(store_url, hall_id) as hall:
        for _ in range(3):
            assert (await hall.post("kiosk", "tickets", {"category": "D"})).status_code == 201
        who = await hall.sit(9)
        ticket = (await hall.post(who, "windows/9/call-next")).json()["ticket"]
        await hall.post(who, f"tickets/{ticket}/start")
        assert (await hall.post(who, f"tickets/{ticket}/finish")).status_code == 200
        day = hall.site.halls[hall_id].day
        assert day is not None
        date = day.state.date
    store = await Store.connect(store_url)
    yield Kept(store_url, hall_id, date, store)
    await store.aclose()


async def test_a_good_log_is_verified_shown_and_replayed(kept: Kept) -> None:
    verified = await kept.log_("verify")
    assert verified.returncode == 0, verified.stderr
    assert f"{kept.log}: " in verified.stdout
    assert keys.register(kept.hall) in verified.stdout
    shown = await kept.log_("show", kept.date)
    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["event"]["e"]["t"] for line in lines].count("taken") == 3
    replayed = await kept.log_("replay", kept.date)
    assert replayed.returncode == 0, replayed.stderr
    figures = json.loads(replayed.stdout)
    assert (figures["issued"], figures["ends"]["done"], figures["open"]) == (3, 1, 2)


@pytest.mark.proves("S12")
async def test_a_changed_entry_is_named_by_its_sequence(kept: Kept) -> None:
    before = (await kept.store.read(kept.log, 2, 1))[0].body
    await kept.change(3, before.replace(b"D00", b"D10") + b" ")
    for act, words in (("verify", ()), ("replay", (kept.date,))):
        told = await kept.log_(act, *words)
        assert told.returncode == 1
        assert "entry 3" in told.stderr
        assert "Traceback" not in told.stderr
    assert (await kept.log_("verify", "--date", kept.date)).returncode == 1


async def test_an_entry_that_somebody_else_wrote_is_named(kept: Kept) -> None:
    seq = (await kept.store.tail(kept.log)).seq + 1
    await kept.store.redis.xadd(kept.log, {"hello": "world"}, id=f"{seq}-0")
    told = await kept.log_("verify")
    assert told.returncode == 1
    assert f"entry {seq}" in told.stderr
    shown = (await kept.log_("show", kept.date)).stdout.splitlines()
    assert json.loads(shown[-1])["unreadable"] == "hello world"


async def test_an_event_that_cannot_be_read_is_named_and_still_shown_as_json(kept: Kept) -> None:
    tail = await kept.store.tail(kept.log)
    await kept.store.append(kept.log, tail, [b'\xff\x00"\n'])
    told = await kept.log_("verify")
    assert told.returncode == 1
    assert f"entry {tail.seq + 1} " in told.stderr
    assert "cannot be read" in told.stderr
    shown = (await kept.log_("show", kept.date)).stdout.splitlines()
    last = [json.loads(line) for line in shown][-1]
    assert last["seq"] == tail.seq + 1
    assert "\\xff" in last["unreadable"]
    replayed = await kept.log_("replay", kept.date)
    assert replayed.returncode == 1
    assert json.loads(replayed.stdout)["issued"] == 3
    assert f"entry {tail.seq + 1} was set aside" in replayed.stderr


async def test_what_is_not_there_is_said_in_a_sentence(kept: Kept) -> None:
    for told in (
        await kept.log_("show", "2001-01-01"),
        await kept.log_("replay", "2001-01-01"),
        await kept.log_("verify", "--date", "2001-01-01"),
        await asyncio.to_thread(run, "log", "verify", "no-such-hall", "--store", kept.url),
    ):
        assert told.returncode == 1
        assert "2001-01-01" in told.stderr or "no-such-hall" in told.stderr
        assert "Traceback" not in told.stderr


def test_a_store_that_is_not_there_is_a_sentence_and_a_status_of_its_own() -> None:
    for place in (f"redis://127.0.0.1:{free_port()}", "/nowhere/store", "http://127.0.0.1"):
        told = run("log", "verify", "hall", "--store", place)
        assert told.returncode == 2
        assert "yichuang log: " in told.stderr
        assert "Traceback" not in told.stderr


def test_the_store_may_be_named_by_the_environment() -> None:
    assert run("log", "verify", "hall", store="/nowhere/store").returncode == 2


async def test_verify_holds_the_log_against_anchors_from_outside(kept: Kept, tmp_path: Path) -> None:
    anchors = Anchors(tmp_path / "anchors.jsonl")
    tail = await kept.store.tail(kept.log)
    anchors.add([(kept.log, tail.seq, tail.hash), ("yc:{elsewhere}:register", 1, "sha256:00")], NOON)
    words = ("--anchors", str(anchors.path))
    well = await kept.log_("verify", *words)
    assert well.returncode == 0, well.stderr
    assert "1 anchors of these logs" in well.stdout
    entries = await kept.store.read(kept.log, 0)
    redis: Any = kept.store.redis
    await redis.delete(kept.log)
    for entry in chain(GENESIS, [entry.body for entry in entries[:-2]]):
        await redis.xadd(kept.log, {"b": entry.body, "h": entry.hash}, id=f"{entry.seq}-0")
    assert (await kept.log_("verify")).returncode == 0, "the shorter log is whole in itself"
    short = await kept.log_("verify", *words)
    assert short.returncode == 1
    assert f"entry {tail.seq}, anchored" in short.stderr
    missing = await kept.log_("verify", "--anchors", str(tmp_path / "none"))
    assert missing.returncode == 1
    assert "there is no file" in missing.stderr
