"""A store of several primaries: halls are spread over them, move between them, and lose nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from functools import partial

import pytest

from queue_server.store import keys
from queue_server.store.address import Place
from queue_server.store.chain import GENESIS
from queue_server.store.check import StoreUnfit, check_store, faults_of_cluster
from queue_server.store.cluster import Shard, read_nodes
from queue_server.store.logs import Landed, NotReady, Store, StoreRefused, Unanswered
from queue_server.store.reader import Reader
from tests.store.crowd import Onlooker, writing
from tests.store.servers import Clustered, Server, clustered
from tests.waiting import wait_until

PATIENCE = 40.0


@pytest.fixture
def site() -> Iterator[Clustered]:
    with clustered() as store:
        yield store


def a_log_on_each(site: Clustered, hall_id: str) -> list[str]:
    """Days of three halls, each on a primary of its own."""
    found: dict[int, str] = {}
    for n in range(1000):
        log = keys.day(f"{hall_id}-{n}", "2026-11-24")
        found.setdefault(site.owner(log).port, log)
        if len(found) == 3:
            break
    return [found[server.port] for server in site.primaries]


async def until(look: Callable[[], bool]) -> None:
    """Wait for what is seen from a thread, so that the writers go on meanwhile."""

    async def seen() -> bool:
        return await asyncio.to_thread(look)

    await wait_until(seen, PATIENCE)


@pytest.mark.proves("S36")
async def test_a_hall_that_moves_to_another_primary_under_load_loses_nothing(
    site: Clustered, hall_id: str
) -> None:
    logs = a_log_on_each(site, hall_id)
    async with writing(site.url, logs) as crowd:
        others = [writer for writer in crowd.writers if writer.log != logs[0]]
        loop = asyncio.get_running_loop()

        def the_others_write_on() -> None:
            goal = sum(len(writer.landed) for writer in others) + 20
            landing = wait_until(lambda: sum(len(writer.landed) for writer in others) >= goal, PATIENCE)
            asyncio.run_coroutine_threadsafe(landing, loop).result(PATIENCE)

        for target in (site.primaries[1], site.primaries[2], site.primaries[0]):
            await asyncio.to_thread(site.move, logs[0], target, the_others_write_on)
            await crowd.all_land()
            assert site.owner(logs[0]) is target
    moved = [writer for writer in crowd.writers if writer.log == logs[0]]
    assert all(not writer.refused for writer in crowd.writers)
    assert all(len(writer.landed) > 15 for writer in moved)


async def test_halls_are_spread_and_one_store_serves_them_all(site: Clustered, hall_id: str) -> None:
    store = await Store.connect(site.url)
    logs = a_log_on_each(site, hall_id)
    for log in logs:
        assert isinstance(await store.append(log, GENESIS, [b"opened", b"ticket A001"]), Landed)
        hall = keys.hall_of(log)
        assert await store.days(hall) == ("2026-11-24",)
        await store.put_side(hall, "secret", b"x", 5000)
        assert await store.put_side_once(hall, "secret", b"y", 5000) == b"x"
        assert await store.acquire_lease(hall, "print", 5000) == 1
        assert await store.take_turn(log, store.holder, 5000)
    for server, log in zip(site.primaries, logs, strict=True):
        held = {key.decode() for key in server.ask("KEYS", "*")}
        hall = keys.hall_of(log)
        assert held == {
            log, keys.days(hall), keys.side(hall, "secret"), keys.turn(log),
            keys.lease(hall, "print"), keys.fence(hall, "print"),
        }  # fmt: skip
    assert [tail.seq for tail in (await store.tails(logs)).values()] == [2, 2, 2]
    assert await store.halls() == tuple(sorted(keys.hall_of(log) for log in logs))
    for hall in await store.halls():
        await store.put_sides(hall, ("one", "two"), b"here", 5000)
        assert await store.sides_there(hall, ("one", "three", "two")) == (True, False, True)
        assert await store.sides_there(hall, ()) == ()
        fence = await store.acquire_lease(hall, "archive", 5000)
        assert fence is not None
        assert await store.advance(hall, "archive", fence, "2026-11-24/2")
        assert await store.cursor(hall, "archive") == "2026-11-24/2"
        assert abs(await store.now(hall) - time.time() * 1000) < 60_000
    await store.wipe_traces()
    await store.aclose()


async def test_one_reader_follows_halls_on_every_primary(site: Clustered, hall_id: str) -> None:
    store = await Store.connect(site.url)
    logs = a_log_on_each(site, hall_id)
    reader = Reader(store)
    lookers = [Onlooker(reader, log) for log in logs[:2]]
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(reader.run())
        await wait_until(lambda: all(one.confirmed for one in lookers), PATIENCE)
        lookers.append(Onlooker(reader, logs[2]))
        for log in logs:
            await store.append(log, GENESIS, [b"opened"])
        await wait_until(lambda: all(one.holds().seq == 1 for one in lookers), PATIENCE)
        reader.forget(logs[0])
        confirmed = lookers[1].confirmed
        await wait_until(lambda: lookers[1].confirmed > confirmed, PATIENCE)
        reading.cancel()
    await store.aclose()


async def test_while_a_slot_has_no_owner_its_halls_wait_and_the_others_go_on(
    site: Clustered, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.store.asking.PATIENCE", 0.2)
    logs = a_log_on_each(site, hall_id)
    for server in site.primaries:
        server.ask("CONFIG", "SET", "cluster-require-full-coverage", "no")
    store = await Store.connect(site.url, deadline=1.0)
    site.primaries[0].kill()
    with pytest.raises(Unanswered):
        await store.append(logs[0], GENESIS, [b"opened"])
    assert isinstance(await store.append(logs[1], GENESIS, [b"opened"]), Landed)
    await asyncio.to_thread(site.primaries[0].start)

    async def lands() -> bool:
        try:
            return isinstance(await store.append(logs[0], GENESIS, [b"opened"]), Landed)
        except (Unanswered, StoreRefused):
            return False

    await wait_until(lands, PATIENCE)
    await store.aclose()


async def test_a_slot_that_never_finishes_moving_is_not_ready(
    site: Clustered, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.store.asking.PATIENCE", 0.2)
    store = await Store.connect(site.url)
    log = a_log_on_each(site, hall_id)[0]
    first = await store.append(log, GENESIS, [b"opened"])
    assert isinstance(first, Landed)
    with pytest.raises(InterruptedError):
        site.move(log, site.primaries[1], between=_stop_here)
    with pytest.raises(NotReady, match="TRYAGAIN"):
        await store.append(log, first.tail, [b"ticket A001"])
    assert await store.read(log, 0) == first.entries
    await store.aclose()


@pytest.mark.timeout(120)
async def test_whatever_is_asked_while_a_hall_is_half_moved_the_move_ends_and_nobody_sees_an_empty_log(
    hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With replicas every answer leaves a pulse behind it, which must never be in two places."""
    monkeypatch.setattr("queue_server.store.asking.PATIENCE", 0.1)
    names = [f"here:{n}" for n in range(4)]
    with clustered(replicas=1) as site:
        day = a_log_on_each(site, hall_id)[0]
        register = keys.register(keys.hall_of(day))
        async with aclosing(await Store.connect(site.url)) as store:
            ends = {}
            for log in (day, register):
                landed = await store.append(log, GENESIS, [b"opened", b"ticket A001"])
                assert isinstance(landed, Landed)
                ends[log] = landed.tail
            loop, told = asyncio.get_running_loop(), [0]

            async def look() -> None:
                asked = (
                    store.tails((day, register)), store.read(day, 0), store.read(register, 0),
                    store.put_sides(keys.hall_of(day), names, b"here", 60_000),
                    store.append(day, ends[day], []),
                )  # fmt: skip
                tails, *answers = await asyncio.gather(*asked, return_exceptions=True)
                assert isinstance(tails, NotReady | Unanswered) or tails == ends, tails
                told[0] += sum(not isinstance(one, Exception) for one in (tails, *answers))
                for one in answers:
                    assert not isinstance(one, Exception) or isinstance(one, Unanswered), one
                    assert not isinstance(one, tuple) or len(one) == 2, "a log looked empty"

            def looked() -> None:
                asyncio.run_coroutine_threadsafe(look(), loop).result(PATIENCE)

            for target in (site.primaries[1], site.primaries[2], site.primaries[1]):
                await look()
                await asyncio.to_thread(site.move, day, target, looked)
                assert site.owner(day) is target
            assert told[0] > 20, "hardly anything was answered: this shows nothing"
            assert await store.tails((day, register)) == ends


def _has_another_owner(site: Clustered, log: str, old: Server) -> bool:
    return site.owner(log) is not old


def _stop_here() -> None:
    raise InterruptedError


async def test_a_whole_cluster_is_fit_and_what_it_lacks_is_named(site: Clustered) -> None:
    store = await Store.connect(site.url)
    assert (await check_store(store))["role"] == "master"
    site.primaries[1].ask("CONFIG", "SET", "appendonly", "no")
    with pytest.raises(StoreUnfit) as unfit:
        await check_store(store)
    (fault,) = unfit.value.faults
    assert fault.startswith(f"{site.primaries[1].address}: there is no append-only file")
    single = await Store.connect(site.primaries[0].url)
    with pytest.raises(StoreUnfit, match=r"name the store as redis\+cluster"):
        await check_store(single)
    await single.aclose()
    await store.aclose()


def test_a_cluster_with_holes_too_few_or_failing_primaries_is_named() -> None:
    fit = {
        "cluster_state": "ok",
        "cluster_slots_assigned": "16384",
        "cluster_slots_ok": "16384",
        "cluster_size": "3",
    }
    assert faults_of_cluster(fit) == []
    for change, fault in (
        ({"cluster_state": "fail"}, "cluster_state is fail"),
        ({"cluster_slots_assigned": "16380", "cluster_slots_ok": "16380"}, "4 of 16384 slots belong to no"),
        ({"cluster_slots_ok": "10924"}, "5460 of 16384 slots are on nodes that fail"),
        ({"cluster_size": "2"}, "2 primaries share the slots"),
    ):  # fmt: skip
        (found,) = faults_of_cluster(fit | change)
        assert found.startswith(fault)


def test_what_the_cluster_tells_of_its_nodes_is_understood() -> None:
    text = b"""\
a1 :7001@17001,myself myself,master - 0 0 1 connected 0-5460 5462 [93-<-b1]
b1 10.0.0.2:7002@17002 master - 0 0 2 connected 5463-10922
c1 [::1]:7003@17003 master,fail - 0 0 3 disconnected
a2 10.0.0.4:7004@17004 slave,fail a1 0 0 1 disconnected
a3 10.0.0.5:7005@17005,five slave a1 0 0 1 connected
b2 :0@0 slave,fail,noaddr b1 0 0 2 disconnected
d1 10.0.0.9:7009@17009 handshake - 0 0 0 disconnected
"""
    assert read_nodes(text, "10.0.0.1") == [
        Shard(
            Place("10.0.0.1", 7001),
            [(0, 5460), (5462, 5462)],
            [Place("10.0.0.4", 7004), Place("10.0.0.5", 7005)],
        ),
        Shard(Place("10.0.0.2", 7002), [(5463, 10922)], []),
    ]


@pytest.mark.faults
@pytest.mark.timeout(1200)
@pytest.mark.proves("S36")
async def test_failovers_and_moves_under_load_lose_no_acknowledged_ticket(
    hall_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    with clustered(replicas=2) as site:
        logs = a_log_on_each(site, hall_id)
        async with writing(site.url, logs) as crowd:
            for n in range(6):
                old = await asyncio.to_thread(site.owner, logs[n % 3])
                await asyncio.to_thread(old.kill)
                await until(partial(_has_another_owner, site, logs[n % 3], old))
                await crowd.all_land()
                await asyncio.to_thread(old.start)
                await until(site.is_whole)
            for n in range(12):
                owners = [await asyncio.to_thread(site.owner, log) for log in logs]
                await asyncio.to_thread(site.move, logs[n % 3], owners[(n + 1) % 3])
                await crowd.all_land()
    with capsys.disabled():
        print(
            f"\nCluster: 6 failovers and 12 moves of a hall in {time.monotonic() - began:.0f} s: "
            f"{crowd.figures()}; none lost"
        )
