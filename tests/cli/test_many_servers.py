"""Backup, restore and repair where the store is several servers: watched by sentinels, or a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from queue_server.demo import demo_plan
from queue_server.store import keys
from queue_server.store.chain import Entry
from queue_server.store.logs import Store
from tests.cli.commands import everything, left_alone, yichuang
from tests.desk.live_hall import NOON, live, opened, take
from tests.store.servers import Server, clustered, watched
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(180)


class Site(NamedTuple):
    """A store of several servers: its address, and who keeps a key now."""

    url: str
    keeper: Callable[[str], Server]

    async def forget(self, hall: str) -> None:
        """Every key of a hall is gone, as on another site."""

        def forget() -> None:
            keeper = self.keeper(keys.register(hall))
            for key in keeper.ask("KEYS", f"yc:{{{hall}}}:*"):
                keeper.ask("DEL", key)

        await asyncio.to_thread(forget)

    async def damage(self, log: str, entries: tuple[Entry, ...]) -> None:
        """A log holds these entries and no others."""

        def damage() -> None:
            keeper = self.keeper(log)
            keeper.ask("DEL", log)
            for entry in entries:
                keeper.ask("XADD", log, f"{entry.seq}-0", "b", entry.body, "h", entry.hash)

        await asyncio.to_thread(damage)


@contextmanager
def _sentinels() -> Iterator[Site]:
    with watched() as store:
        yield Site(store.url, lambda _: store.primary())


@contextmanager
def _cluster() -> Iterator[Site]:
    with clustered() as store:
        yield Site(store.url, store.owner)


@pytest.fixture(params=[_sentinels, _cluster], ids=["sentinels", "cluster"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with request.param() as running:
        yield running


@pytest.mark.proves("S12")
async def test_a_hall_is_backed_up_put_back_and_mended_on_a_store_of_several_servers(
    site: Site, hall_id: str, tmp_path: Path
) -> None:
    to, other = tmp_path / "backup.sqlite", f"{hall_id}-b"
    for hall in (hall_id, other):
        async with live(site.url, hall) as running:
            await opened(running, demo_plan(NOON))
            for i in range(6):
                await running.ask(take(f"t{i}"))
            log = running.today().name
    log = log.replace(other, hall_id)
    saved = await yichuang("backup", "--store", site.url, "--to", to)
    assert saved.status == 0, saved
    assert {keys.hall_of(name) for name in saved.heads} == {hall_id, other}, "every hall, wherever it is kept"
    looked = await yichuang("backup", "verify", to)
    assert (looked.status, looked.heads) == (0, saved.heads)
    async with aclosing(await Store.connect(site.url)) as store:
        kept, beside = await everything(store, log), await everything(store, log.replace(hall_id, other))
        there = await yichuang("restore", to, "--store", site.url, "--hall", hall_id)
        assert (there.status, "is in this store already" in there.err) == (1, True)

        await site.forget(hall_id)
        assert await store.halls() == (other,)
        back = await yichuang("restore", to, "--store", site.url, "--hall", hall_id)
        assert back.status == 0, back
        assert await everything(store, log) == kept
        assert await numbers(site.url, hall_id, 1) == ["D007"]

        await left_alone(store, hall_id)
        longer = await everything(store, log)
        changed = Entry(4, longer[3].hash, longer[3].body.replace(b'"D00', b'"D09'))
        await site.damage(log, (*longer[:3], changed, *longer[4:]))
        await wait_until(lambda: _is(store, log, changed))
        verified = await yichuang("log", "verify", hall_id, "--store", site.url)
        assert verified.status != 0
        words = ("log", "repair", hall_id, "--store", site.url, "--from", to)
        planned = await yichuang(*words)
        assert "To be put back from the file: entry 4." in planned.out
        mended = await yichuang(*words, "--yes")
        assert mended.status == 0, mended
        assert await everything(store, log) == longer
        assert await everything(store, log.replace(hall_id, other)) == beside
    assert await numbers(site.url, hall_id, 1) == ["D008"]


async def _is(store: Store, log: str, entry: Entry) -> bool:
    return (await store.read(log, entry.seq - 1, 1)) == (entry,)


async def numbers(url: str, hall: str, count: int) -> list[str]:
    """The next numbers that a server gives out which comes to serve the hall now."""
    async with live(url, hall) as running:
        assert running.ready, running.halt
        return [(await running.ask(take(f"new-{i}-{running.today().tail.seq}"))).number for i in range(count)]
