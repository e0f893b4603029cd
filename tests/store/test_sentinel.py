"""A store whose primary dies: the sentinels agree on another, and no acknowledged ticket is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from queue_server.store import keys
from queue_server.store.chain import GENESIS
from queue_server.store.check import StoreUnfit, check_store
from queue_server.store.logs import Landed, Store, StoreRefused, Unanswered
from tests.store.crowd import answered, writing
from tests.store.servers import SERVICE, Server, Watched, watched
from tests.waiting import wait_until

PATIENCE = 40.0


@pytest.fixture
def site() -> Iterator[Watched]:
    with watched() as store:
        yield store


async def until(look: Callable[[], bool]) -> None:
    """Wait for what is seen from a thread, so that the writers go on meanwhile."""

    async def seen() -> bool:
        return await asyncio.to_thread(look)

    await wait_until(seen, PATIENCE)


async def until_whole(site: Watched) -> None:
    await until(site.is_whole)


async def until_passed_over(site: Watched, old: Server) -> None:
    await until(partial(site.failed_over_from, old))


@pytest.mark.proves("S36")
async def test_when_the_primary_is_killed_under_load_nothing_acknowledged_is_lost_or_there_twice(
    site: Watched, hall_id: str
) -> None:
    async with writing(site.url, [keys.day(hall_id, "2026-11-24")]) as crowd:
        old = site.primary()
        old.kill()
        await until_passed_over(site, old)
        await asyncio.to_thread(old.start)
        await crowd.all_land()
    assert sum(writer.unanswered for writer in crowd.writers), "the kill came while they wrote"


@pytest.mark.proves("S36")
async def test_a_primary_that_is_cut_off_with_a_client_acknowledges_nothing(
    site: Watched, hall_id: str
) -> None:
    log = keys.day(hall_id, "2026-11-24")
    async with writing(site.url, [log]) as crowd:
        old = site.primary()
        stranded = await Store.connect(old.url, deadline=1.0)
        aside = keys.day(f"{hall_id}-aside", "2026-11-24")
        assert isinstance(await stranded.append(aside, GENESIS, []), Landed)
        old.cut_off()
        passed_over = asyncio.ensure_future(until_passed_over(site, old))
        while not passed_over.done():
            with pytest.raises((Unanswered, StoreRefused)):
                await stranded.append(aside, GENESIS, [b"ticket A001"])
            await asyncio.sleep(0.05)
        await passed_over
        await crowd.all_land()
        with pytest.raises((Unanswered, StoreRefused)):
            await stranded.tail(aside)
        old.reunite()
        await stranded.aclose()


@pytest.mark.proves("S36")
async def test_a_primary_that_is_replaced_while_it_lives_acknowledges_nothing_more(
    site: Watched, hall_id: str
) -> None:
    """One replica is promoted while the other still follows the old primary and would confirm its writes."""
    async with writing(site.url, [keys.day(hall_id, "2026-11-24")]) as crowd:
        await _hand_over(site, site.primary())
        await crowd.all_land(200)


async def test_what_the_replicas_do_not_have_yet_is_no_fact_and_its_repeat_waits_for_them_too(
    site: Watched, hall_id: str
) -> None:
    store = await Store.connect(site.url, deadline=0.5)
    log = keys.day(hall_id, "2026-11-24")
    first = await store.append(log, GENESIS, [b"opened"])
    assert isinstance(first, Landed)
    primary = site.primary()
    replicas = [one for one in site.servers if one is not primary]
    primary.ask("CONFIG", "SET", "min-replicas-max-lag", 60)  # it does not notice for a while
    for sentinel in site.sentinels:  # nobody shall be promoted meanwhile
        sentinel.freeze()
    for replica in replicas:
        replica.freeze()
    for _ in range(2):  # the second finds its own entries there, and no replica has them
        with pytest.raises(Unanswered, match="confirmed by 0 of 2"):
            await store.append(log, first.tail, [b"ticket A001"])
    assert len(primary.ask("XRANGE", log, "-", "+")) == 2
    with pytest.raises((Unanswered, StoreRefused)):
        await store.read(log, 0)
    for frozen in (*replicas, *site.sentinels):
        frozen.thaw()

    repeated = await answered(lambda: store.append(log, first.tail, [b"ticket A001"]))
    assert isinstance(repeated, Landed)
    assert [entry.body for entry in await store.read(log, 0)] == [b"opened", b"ticket A001"]
    await store.aclose()


async def test_while_a_replica_is_gone_the_hall_goes_on_as_long_as_the_sentinels_stand_by_its_primary(
    site: Watched, hall_id: str
) -> None:
    store = await Store.connect(site.url, deadline=1.0)
    log = keys.day(hall_id, "2026-11-24")
    primary = site.primary()
    lost = next(one for one in site.servers if one is not primary)
    lost.kill()
    first = await answered(lambda: store.append(log, GENESIS, [b"opened"]))
    assert isinstance(first, Landed)
    for sentinel in site.sentinels[:2]:
        sentinel.kill()
    with pytest.raises(Unanswered, match="confirmed by 1 of 2 replicas: 1 of 3 sentinels answer"):
        await store.append(log, first.tail, [b"ticket A001"])
    await asyncio.to_thread(lost.start)
    landed = await answered(lambda: store.append(log, first.tail, [b"ticket A001"]))
    assert isinstance(landed, Landed), "with every replica in step no sentinel is needed"
    await store.aclose()


async def test_a_whole_site_is_fit_and_what_it_lacks_is_named(site: Watched) -> None:
    store = await Store.connect(site.url)
    assert (await check_store(store))["role"] == "master"
    primary = site.primary()
    replica = next(one for one in site.servers if one is not primary)
    replica.ask("CONFIG", "SET", "min-replicas-to-write", 0)
    primary.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    for sentinel in site.sentinels[:2]:
        sentinel.kill()
    with pytest.raises(StoreUnfit) as unfit:
        await check_store(store)
    sentinels, lru, lag = unfit.value.faults
    assert sentinels.startswith("1 of 3 sentinels answer here")
    assert site.sentinels[0].address in sentinels
    assert lru.startswith(f"{primary.address}: maxmemory-policy is allkeys-lru")
    assert lag.startswith(f"{replica.address}: it may become the primary")
    await store.aclose()


async def test_a_service_that_no_sentinel_knows_is_unanswered(site: Watched) -> None:
    with pytest.raises((Unanswered, StoreRefused), match="another"):
        await Store.connect(site.url.replace("/hall", "/another"))


@pytest.mark.faults
@pytest.mark.timeout(1200)
@pytest.mark.proves("S36")
async def test_twenty_failovers_under_load_lose_no_acknowledged_ticket(
    site: Watched, hall_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    logs = [keys.day(f"{hall_id}-{n}", "2026-11-24") for n in range(2)]
    async with writing(site.url, logs) as crowd:
        for n in range(20):
            old = site.primary()
            await KINDS[n % len(KINDS)](site, old)
            await crowd.all_land()
            await until_whole(site)
    with capsys.disabled():
        print(f"\nSentinel: 20 failovers in {time.monotonic() - began:.0f} s: {crowd.figures()}; none lost")


async def _kill(site: Watched, old: Server) -> None:
    old.kill()
    await until_passed_over(site, old)
    await asyncio.to_thread(old.start)


async def _freeze(site: Watched, old: Server) -> None:
    old.freeze()
    await until_passed_over(site, old)
    old.thaw()


async def _cut_off(site: Watched, old: Server) -> None:
    old.cut_off()
    await until_passed_over(site, old)
    old.reunite()


async def _hand_over(site: Watched, old: Server) -> None:
    site.sentinels[0].ask("SENTINEL", "FAILOVER", SERVICE)
    await until_passed_over(site, old)


KINDS = (_kill, _freeze, _cut_off, _hand_over)
