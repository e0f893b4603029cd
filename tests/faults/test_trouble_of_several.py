"""Damage, silent consoles, dead dependencies and garbage, in a hall of two and three server processes."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from printers.virtual import Manner, VirtualPrinter
from queue_server.hall import events as ev
from queue_server.store import keys
from queue_server.store.chain import Entry
from queue_server.store.logs import Landed, Store
from tests.cli.commands import everything, rewrite
from tests.faults.boards import all_show, boards_at
from tests.faults.floor import audited, done, end_of, health, once, sit, take, taken
from tests.faults.processes import Processes, ServerProcess, both_counts, grant_tokens, hall_file, several
from tests.faults.spread import Spread
from tests.store_server import running_store
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(240)


LAPSE = 12.0
"""Seconds after which a silent console of a quick hall loses its window: here 12 stand for the shipped 45."""
LINK_LOST = LAPSE * 40 / 45
IN_TIME = 2.0
"""Seconds in which a ticket is given out whatever else is broken: generous, for machines are noisy."""


# --- damage -------------------------------------------------------------------------------------


async def append_straight(url: str, hall: str, *bodies: bytes) -> int:
    """Write to the day's log past every rule, as a faulty process would; gives the last sequence."""
    async with aclosing(await Store.connect(url)) as store:
        log = keys.day(hall, (await store.days(hall))[-1])
        landed = await store.append(log, await store.tail(log), bodies)
        assert isinstance(landed, Landed)
        return landed.tail.seq


@both_counts
@pytest.mark.proves("S12")
async def test_an_event_that_contradicts_the_state_is_set_aside_by_every_process_and_all_else_goes_on(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases, hall) as spread:
        await sit(spread, 1)
        ids = await taken(spread, 5)
        now = (await spread.see("/board"))["data_at"]
        finished = ev.Finished(ticket=ids[1], outcomes=(), ended_at=now)
        wrong = ev.Record(v=ev.RECORD_VERSION, at=now, by="elsewhere", e=finished)
        last = await append_straight(processes.store_url, hall, ev.encode(wrong), b"no JSON at all \xff")
        more = await take(spread, 10)
        assert sorted(act.answer["number"] for act in more) == [f"A{n:03}" for n in range(6, 16)]
        end = await end_of(processes.store_url, hall)
        for base in bases:
            board = await spread.see("/board", at_least=end, base=base)
            assert board["queues"][0]["waiting"] == 15, "a ticket was lost or invented"
            assert (await spread.see(f"/tickets/{ids[1]}", base=base))["state"] == "waiting"
            found = await health(spread, base)
            assert (found["set_aside"], found["halted"]) == ([last - 1, last], "")
            named = [alarm for alarm in found["alarms"] if alarm["code"] == "event_set_aside"]
            assert [alarm["text"]["zh"] != "" for alarm in named] == [True, True]
        called = await done(spread, "clerk1", "windows/1/call-next")
        assert called["number"] == "A001"


@both_counts
@pytest.mark.proves("S12")
async def test_a_broken_chain_makes_the_hall_read_only_at_every_process(tmp_path: Path, count: int) -> None:
    """Once by an entry that no server wrote, while they run; once by a changed entry, when they start."""
    hall = "broken"
    with running_store() as url:
        await grant_tokens(url, [hall])
        file = hall_file(tmp_path, hall)
        servers = [ServerProcess(f"server-{n}", url, [file], tmp_path) for n in range(count)]
        async with aclosing(await Store.connect(url)) as store:
            async with several(servers) as bases, Spread(bases, hall) as spread:
                await take(spread, 5)
                (date,) = await store.days(hall)
                log = keys.day(hall, date)
                whole = await everything(store, log)
                await store.redis.xadd(log, {"who": "somebody"}, id=f"{len(whole) + 1}-0")
                await all_read_only(spread, bases, broken_at=len(whole) + 1)
                assert len((await spread.see("/board", base=bases[-1]))["queues"]) == 3, "it is still shown"
            changed = Entry(4, whole[3].hash, whole[3].body.replace(b'"A003"', b'"A007"'))
            await rewrite(store, log, (*whole[:3], changed, *whole[4:]))
            async with started(servers, hall) as bases, Spread(bases, hall) as spread:
                await all_read_only(spread, bases, broken_at=4)
            assert len(await everything(store, log)) == len(whole), "nothing was written to it"


@asynccontextmanager
async def started(servers: list[ServerProcess], hall: str) -> AsyncIterator[list[str]]:
    """Servers that answer while the block runs, though they are ready for nobody."""
    try:
        for server in servers:
            server.start()
        async with Spread([server.base for server in servers], hall) as spread:
            for server in servers:
                await health(spread, server.base)
        yield [server.base for server in servers]
    finally:
        for server in servers:
            await asyncio.to_thread(server.kill)


async def all_read_only(spread: Spread, bases: list[str], broken_at: int) -> None:
    """Every process names the damage, accepts nothing, and says so in every language."""

    async def named(base: str) -> bool:
        return str((await health(spread, base))["halted"]) == "chain_broken"

    for base in bases:
        await wait_until(partial(named, base), timeout=30)
        broken = next(a for a in (await health(spread, base))["alarms"] if a["code"] == "chain_broken")
        assert str(broken_at) in broken["text"]["zh"]
        refused = await once(base, spread.hall, "tickets", {"category": "A"})
        assert (refused.status_code, refused.json()["code"]) == (503, "read_only")
        assert set(refused.json()["sentence"]) == {"zh", "ko", "en"}


# --- consoles -----------------------------------------------------------------------------------


@asynccontextmanager
async def console(base: str, hall: str, window: int) -> AsyncIterator[None]:
    """A clerk's console, connected to one process while the block runs."""
    address = f"{base.replace('http', 'ws')}/api/halls/{hall}/windows/{window}/live"
    async with connect(address, additional_headers={"Authorization": f"Bearer clerk{window}"}) as socket:
        await socket.recv()
        yield


@both_counts
@pytest.mark.proves("D23", "S14")
async def test_a_console_that_comes_back_at_another_process_goes_on_and_a_dead_ones_window_is_free(
    processes: Processes, count: int
) -> None:
    """Windows 3 and 8 lose their links when their process is killed; only the console of 8 comes back."""
    hall, bases = processes.quick.pop(), processes.bases(count)
    async with Spread(bases, hall) as spread:
        async with console(bases[0], hall, 3), console(bases[0], hall, 8):
            await sit(spread, 3, 8)
            await take(spread, 2)
            left = (await done(spread, "clerk3", "windows/3/call-next"))["ticket"]
            served = (await done(spread, "clerk8", "windows/8/call-next"))["ticket"]
            await done(spread, "clerk8", f"tickets/{served}/start")
            refused = await spread.act("manager", "windows/3/claim")
            assert (refused.status, refused.code) == (409, "window_claimed")
            assert "clerk=staff:3" in refused.answer["detail"], "whoever holds it is named"
            before = await end_of(processes.store_url, hall)
            await asyncio.to_thread(processes.servers[0].kill)
        lost = time.monotonic()
        processes.servers[0].start()
        await wait_until(lambda: time.monotonic() - lost >= LINK_LOST, timeout=LAPSE * 2)
        assert await end_of(processes.store_url, hall) == before, "the log holds nothing of it"
        async with console(bases[1], hall, 8):
            await processes.servers[0].ready()
            for base in bases:
                await wait_until(partial(_clerk_is, spread, base, 3, ""), timeout=LAPSE * 3)
                window = await spread.see("/windows/8", who="clerk8", base=base)
                assert (window["clerk"], window["present"]["state"]) == ("staff:8", "serving")
                shown = await spread.see(f"/tickets/{left}", base=base)
                assert (shown["state"], shown["misses"]) == ("waiting", 0)
            await done(spread, "clerk8", f"tickets/{served}/finish")
        await done(spread, "manager", "windows/3/claim")
        taken_over = await spread.act("manager", "windows/8/claim", {"take_over": True})
        assert taken_over.code == "clerk_elsewhere", "one clerk sits at one window"


async def _clerk_is(spread: Spread, base: str, window: int, clerk: str) -> bool:
    return bool((await spread.see(f"/windows/{window}", base=base))["clerk"] == clerk)


@both_counts
@pytest.mark.proves("S14")
async def test_of_two_consoles_that_claim_window_3_at_once_one_has_it_and_the_other_may_take_over(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases, hall) as spread:
        both = await asyncio.gather(*(spread.act(who, "windows/3/claim") for who in ("clerk3", "manager")))
        (winner,) = [act.who for act in both if act.done]
        (loser,) = [act for act in both if not act.done]
        assert (loser.status, loser.code) == (409, "window_claimed")
        ids = {"clerk3": "staff:3", "manager": "staff:manager"}
        assert f"clerk={ids[winner]}" in loser.answer["detail"]
        over = await done(spread, loser.who, "windows/3/claim", take_over=True)
        for base in bases:
            shown = await spread.see("/windows/3", at_least=over["seq"], base=base)
            assert shown["clerk"] == ids[loser.who]
        late = await spread.act(winner, "windows/3/call-next")
        assert (late.status, late.code) == (403, "not_your_window")


# --- dependencies -------------------------------------------------------------------------------


@both_counts
@pytest.mark.proves("S28", "S40", "S29")
async def test_while_the_printer_is_gone_tickets_are_given_out_and_no_slip_comes_twice(
    processes: Processes, tmp_path: Path, count: int
) -> None:
    """Every request is pressed at each process with the same key: one ticket, and at most one slip of it."""
    hall, port = processes.printing.popitem()
    async with (
        VirtualPrinter(tmp_path, port, name="p1") as printer,
        Spread(processes.bases(count), hall) as spread,
    ):
        await printer.misbehave(Manner.REFUSE)
        pressed = [
            spread.act("kiosk", "tickets", {"category": "A"}, key=f"touch-{n}")
            for n in range(8)
            for _ in range(count)
        ]
        tickets = await asyncio.gather(*pressed)
        numbers = {act.answer["number"] for act in tickets}
        assert numbers == {f"A{n:03}" for n in range(1, 9)}
        assert max(act.answered_at - act.asked_at for act in tickets) < IN_TIME
        assert spread.unanswered == 0
        await printer.misbehave()
        ids = {act.answer["number"]: act.answer["ticket"] for act in tickets}
        await wait_until(partial(_all_told, spread, ids), 60)
        await wait_until(partial(_is_ready, spread), 60)
        last = await spread.act("kiosk", "tickets", {"category": "A"}, key="touch-last")
        ids[last.answer["number"]] = last.answer["ticket"]
        await wait_until(partial(_all_told, spread, ids), 60)
        on_paper = {number for number, paper in (await _papers(spread, ids)).items() if paper == "printed"}
        slips = Counter(number for slip in printer.slips for number in ids if number in "".join(slip.lines))
        assert slips == dict.fromkeys(on_paper, 1)
        assert last.answer["number"] in on_paper
        assert not [slip for slip in printer.slips if any("补打" in line for line in slip.lines)]


async def _papers(spread: Spread, ids: dict[str, str]) -> dict[str, str]:
    """What the log says of each number's paper."""
    return {number: (await spread.see(f"/tickets/{id}"))["paper"] for number, id in ids.items()}


async def _all_told(spread: Spread, ids: dict[str, str]) -> bool:
    return all(paper in ("printed", "failed") for paper in (await _papers(spread, ids)).values())


async def _is_ready(spread: Spread) -> bool:
    (printer,) = (await spread.see("/printers"))["printers"]
    return bool(printer["state"] == "ready")


@both_counts
@pytest.mark.proves("S28")
async def test_with_an_archive_that_cannot_be_written_tickets_are_given_out_in_their_usual_time(
    tmp_path: Path, count: int
) -> None:
    hall = "unarchived"
    with running_store() as url:
        await grant_tokens(url, [hall])
        file = hall_file(tmp_path, hall)
        servers = [ServerProcess(f"server-{n}", url, [file], tmp_path) for n in range(count)]
        for server in servers:
            server.archive = tmp_path  # a folder, where a file should be
        async with several(servers) as bases, Spread(bases, hall) as spread:
            await wait_until(lambda: any("archiving" in server.last_words() for server in servers), 30)
            acts = await take(spread, 30)
            assert sorted(act.answer["number"] for act in acts) == [f"A{n:03}" for n in range(1, 31)]
            assert max(act.answered_at - act.asked_at for act in acts) < IN_TIME
            assert spread.unanswered == 0
            audit = await audited(url, hall)
            assert len(audit.day.tickets) == 30


# --- other halls --------------------------------------------------------------------------------


@both_counts
@pytest.mark.proves("S37")
async def test_closing_hall_a_leaves_hall_b_untouched_at_every_process(
    processes: Processes, count: int
) -> None:
    a, b, bases = processes.unused_hall(), processes.unused_hall(), processes.bases(count)
    async with Spread(bases, a) as in_a, Spread(bases, b) as in_b:
        for spread in (in_a, in_b):
            await sit(spread, 1)
            await take(spread, 3)
        called = await done(in_b, "clerk1", "windows/1/call-next")
        before = await audited(processes.store_url, b)
        alone = await in_a.act("manager", "day/close")
        assert (alone.status, alone.code) == (422, "reason_needed")
        closed = await done(in_a, "manager", "day/close", reason="agreed")
        after = await audited(processes.store_url, b)
        assert (after.entries, after.day.picture()) == (before.entries, before.day.picture())
        for base in bases:
            board = await in_a.see("/board", at_least=closed["seq"], base=base)
            assert (board["current"], {q["waiting"] for q in board["queues"]}) == ([], {0})
            shown = await in_b.see("/board", at_least=called["seq"], base=base)
            assert [c["number"] for c in shown["current"]] == [called["number"]]
            async with Spread([base], a) as here:
                assert (await here.act("kiosk", "tickets", {"category": "A"})).code == "day_closed"
        assert sorted(act.answer["number"] for act in await take(in_b, 2)) == ["A004", "A005"]


# --- garbage ------------------------------------------------------------------------------------


async def poke(base: str, raw: bytes) -> bytes:
    """Send bytes to a process's port, and hear what comes."""
    host, port = base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(raw)
        writer.write_eof()
        async with asyncio.timeout(30):
            return await reader.read(1 << 16)
    except ConnectionError:
        return b""  # it hung up, as it may
    finally:
        writer.close()


def garbage(hall: str, seed: int) -> list[bytes]:
    """Noise, broken requests, and frames that are too large or no frames at all."""
    dice = random.Random(seed)
    socket = f"GET /api/halls/{hall}/board/live HTTP/1.1\r\nHost: hall\r\nUpgrade: websocket\r\n"
    socket += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    socket += "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    starts = [b"", b"GET ", b"POST /api/halls/ HTTP/1.1\r\n", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n\r\n"]
    noise = [dice.choice(starts) + dice.randbytes(dice.randrange(1, 4096)) + b"\r\n\r\n" for _ in range(40)]
    huge = b"\x81\xff" + (1 << 20).to_bytes(8, "big") + b"\0\0\0\0" + dice.randbytes(1 << 20)
    frames = [b"\xff" * 14, b"\x81\x05hello", b"\x83\x80\0\0\0\0", b"\x81\x81\0\0\0\0\xff", huge]
    return noise + [socket.encode() + frame for frame in frames] + [b"GET /" + b"x" * 200_000]


@both_counts
@pytest.mark.proves("S39")
async def test_garbage_at_one_process_harms_neither_it_nor_the_others(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases[1:], hall) as spread, boards_at(bases, hall) as boards:
        await sit(spread, 1)
        thrown = asyncio.gather(*(poke(bases[0], raw) for raw in garbage(hall, 20180330)))
        acts = await take(spread, 30)
        answers = await thrown
        assert any(answer.startswith(b"HTTP/1.1 400") for answer in answers), "it was not even heard"
        assert any(b"\x88" in answer for answer in answers), "no socket was closed for its frame"
        assert not any(b" 500 " in answer or b"Traceback" in answer for answer in answers)
        assert sorted(act.answer["number"] for act in acts) == [f"A{n:03}" for n in range(1, 31)]
        assert spread.unanswered == 0, "another process was disturbed"
        called = await done(spread, "clerk1", "windows/1/call-next")
        await all_show(boards, called["seq"])
        async with Spread(bases[:1], hall) as poked:
            assert (await take(poked, 1))[0].answer["number"] == "A031"
            assert poked.unanswered == 0
    assert processes.servers[0].running
    assert len((await audited(processes.store_url, hall)).day.tickets) == 31
