"""Midnight, clocks and a power cut in a hall of two and three server processes, each with a clock of its own.

The processes are real (``yichuang serve``), and so is the store; their wall clocks are set by the tests.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from printers.virtual import VirtualPrinter
from queue_server.hall import events as ev
from queue_server.hall.hours import business_date, day_bounds
from queue_server.hall.model import WAITING
from queue_server.hall.plan import BOOKED, HOUR, MINUTE, SECOND
from queue_server.store import keys
from queue_server.store.chain import GENESIS, Entry, verify
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store
from tests.cli.commands import keys_of
from tests.faults.audit import events_of, whole
from tests.faults.boards import all_show, boards_at
from tests.faults.clocked import Clocked, ClockedServer
from tests.faults.floor import audited, done, end_of, health, sit, take, taken
from tests.faults.processes import both_counts, free_port, grant_tokens, hall_file
from tests.faults.spread import Spread
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(180)


HALLS = 12
"""As many as there are tests that ask for one."""
LATER = "ends-later"
"""A hall whose day ends six hours after that of the others."""
PRINTER = free_port()
"""Where the printer of every hall's kiosk is, when it is on."""
OFF = 40 * MINUTE


@pytest.fixture(scope="module")
def clocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clocked]:
    place = tmp_path_factory.mktemp("clocked")
    files = {f"hall-{n}": hall_file(place, f"hall-{n}", printer=PRINTER) for n in range(HALLS)}
    later = hall_file(place, LATER, day_ends_in=18 * HOUR)
    store = EmbeddedStore(place / "store")
    servers: list[ClockedServer] = []
    try:
        url = store.start()
        asyncio.run(grant_tokens(url, [*files, LATER]))
        all_files = [*files.values(), later]
        servers += [ClockedServer(f"server-{n}", url, all_files, place) for n in range(3)]
        yield Clocked(store, servers, files | {LATER: later}, list(files))
    finally:
        for server in servers:
            server.kill()
        store.stop()


class Day:
    """One business day as its log says it was."""

    def __init__(self, date: str, entries: list[Entry]) -> None:
        self.date = date
        self.head = verify(entries, GENESIS).hash
        self.events = [events_of(entry).e for entry in entries]
        self.taken = [e for e in self.events if isinstance(e, ev.TicketTaken)]

    @property
    def numbers(self) -> list[str]:
        """The numbers that it gave out, in order."""
        return [e.number for e in self.taken]

    @property
    def opening(self) -> ev.DayOpened:
        """How it began."""
        (opening,) = [e for e in self.events if isinstance(e, ev.DayOpened)]
        assert opening is self.events[0]
        return opening

    @property
    def closed(self) -> bool:
        """Whether it ended; nothing comes after that."""
        closings = [n for n, e in enumerate(self.events, 1) if isinstance(e, ev.DayClosed)]
        assert closings in ([], [len(self.events)]), "a day was closed twice, or went on afterwards"
        return bool(closings)


async def days_of(clocked: Clocked, hall: str, since: str) -> list[Day]:
    """A hall's days from a date on, each opened once, citing the end of the one before, and without a gap."""
    async with aclosing(await Store.connect(clocked.store.url)) as store:
        dates = await store.days(hall)
        days = [Day(date, await whole(store, keys.day(hall, date))) for date in dates]
    for before, after in pairwise(days):
        assert before.closed
        assert after.opening.cites == before.head
    for day in days:
        assert day.opening.date == day.date
        assert day.numbers == contiguous(len(day.taken))
    return [day for day in days if day.date >= since]


def contiguous(count: int, first: int = 1) -> list[str]:
    return [f"A{n:03}" for n in range(first, first + count)]


async def all_in(spread: Spread, bases: list[str], date: str) -> None:
    """Wait until every process serves this business date."""

    async def there(base: str) -> bool:
        return str((await health(spread, base))["date"]) == date

    for base in bases:
        await wait_until(partial(there, base), timeout=30)


@asynccontextmanager
async def before_the_boundary(
    clocked: Clocked, count: int, by: int = MINUTE
) -> AsyncIterator[tuple[Spread, str, int]]:
    """A hall some ms before its day ends: a client of it, its business date, and when it ends."""
    hall = clocked.unused_hall()
    plan = clocked.plan(hall)
    if not clocked.count:  # nobody has served before
        clocked.set(clocked.now())
    today = business_date(plan, clocked.now())
    if clocked.now() > day_bounds(plan, today)[1] - by:
        today = business_date(plan, clocked.now() + 24 * HOUR)
    ends = day_bounds(plan, today)[1]
    clocked.set(ends - by)
    await clocked.start(count)
    async with Spread(clocked.bases, hall) as spread:
        await all_in(spread, clocked.bases, today)
        yield spread, today, ends


# --- midnight -----------------------------------------------------------------------------------


@both_counts
@pytest.mark.proves("S3", "S37")
async def test_across_midnight_under_load_each_days_numbers_begin_once_and_no_other_hall_turns(
    clocked: Clocked, count: int
) -> None:
    async with before_the_boundary(clocked, count) as (spread, first, ends):
        async with Spread(clocked.bases, LATER) as other:
            theirs = business_date(clocked.plan(LATER), clocked.now())
            await all_in(other, clocked.bases, theirs)
            end = await end_of(clocked.store.url, LATER)
            stop = asyncio.Event()

            async def visitor() -> None:
                while not stop.is_set():
                    act = await spread.act("kiosk", "tickets", {"category": "A"})
                    assert act.done or act.code in ("day_closed", "day_not_open"), act

            def done_so_far() -> int:
                return sum(act.done for act in spread.acts)

            async with asyncio.TaskGroup() as hall:
                for _ in range(4):
                    hall.create_task(visitor())
                await wait_until(lambda: done_so_far() > 20, timeout=30)
                clocked.set(ends)
                second = business_date(clocked.plan(spread.hall), ends)
                await all_in(spread, clocked.bases, second)
                reached = done_so_far()
                await wait_until(lambda: done_so_far() > reached + 20, timeout=30)
                stop.set()
            await all_in(other, clocked.bases, theirs)
            assert await end_of(clocked.store.url, LATER) == end
        one, two = await days_of(clocked, spread.hall, first)
        assert (one.date, two.date) == (first, second)
        told = {(act.answer["ticket"], act.answer["number"]) for act in spread.acts if act.done}
        assert told == {(e.ticket, e.number) for day in (one, two) for e in day.taken}


@both_counts
@pytest.mark.proves("S3")
async def test_with_every_process_off_at_midnight_the_first_to_come_back_turns_the_day_once(
    clocked: Clocked, count: int
) -> None:
    async with before_the_boundary(clocked, count) as (spread, first, ends):
        await take(spread, 3)
        clocked.kill()
        clocked.set(ends + 8 * HOUR)
        await clocked.start(count)
        await all_in(spread, clocked.bases, business_date(clocked.plan(spread.hall), ends))
        numbers = [act.answer["number"] for act in await take(spread, 20)]
        assert sorted(numbers) == contiguous(20)
        one, two = await days_of(clocked, spread.hall, first)
        assert one.date == first < two.date
        assert len(one.taken) == len(two.opening.carried) == 3, "those left over have a code for today"


@both_counts
@pytest.mark.proves("S3")
async def test_clocks_that_step_back_an_hour_over_midnight_open_no_day_twice(
    clocked: Clocked, count: int
) -> None:
    async with before_the_boundary(clocked, count) as (spread, first, ends):
        clocked.set(ends + MINUTE)
        await all_in(spread, clocked.bases, business_date(clocked.plan(spread.hall), ends))
        await take(spread, 5)
        clocked.set(ends - HOUR + MINUTE)

        async def noticed(base: str) -> bool:
            alarms = (await health(spread, base))["alarms"]
            return any(a["code"] == "clock_stepped" and "-" in a["text"]["zh"] for a in alarms)

        for base in clocked.bases:
            await wait_until(partial(noticed, base), timeout=30)
        await take(spread, 5)
        clocked.set(ends + HOUR)
        await take(spread, 5)
        _, two = await days_of(clocked, spread.hall, first)
        assert two.numbers == contiguous(15)
        references = [e.reference for e in two.taken]
        assert references == sorted(references), "a reference ran backwards"


@both_counts
@pytest.mark.proves("S3")
async def test_of_processes_whose_clocks_differ_the_first_turns_the_day_and_the_others_follow(
    clocked: Clocked, count: int
) -> None:
    async with before_the_boundary(clocked, count, by=9 * MINUTE) as (spread, first, ends):
        clocked.servers[0].set(ends + MINUTE)
        await all_in(spread, clocked.bases, business_date(clocked.plan(spread.hall), ends))
        assert clocked.here[-1].now() < ends, "by its own clock it is yesterday"
        await take(spread, 30)
        clocked.set(ends + 2 * MINUTE)
        await take(spread, 10)
        one, two = await days_of(clocked, spread.hall, first)
        assert (one.date, len(two.taken)) == (first, 40)


@both_counts
@pytest.mark.proves("S3")
async def test_a_new_timezone_holds_from_the_next_day_and_no_date_comes_twice(
    clocked: Clocked, count: int
) -> None:
    """Its file is changed and the processes are started again one by one, while the hall goes on."""
    async with before_the_boundary(clocked, count, by=3 * HOUR) as (spread, first, ends):
        await take(spread, 3)
        file = clocked.files[spread.hall]
        text = file.read_text(encoding="utf-8")
        assert text.count("Asia/Shanghai") == 1
        file.write_text(text.replace("Asia/Shanghai", "America/New_York"), encoding="utf-8")
        for server in clocked.here:
            await asyncio.to_thread(server.kill)
            await take(spread, 1)
            server.start()
            await server.ready()
        assert (await take(spread, 1))[0].answer["number"] == f"A{count + 4:03}", "the day keeps its plan"
        clocked.set(ends + MINUTE)
        between = await take(spread, 1)
        if between[0].done:  # the clocks had not been looked at yet
            await wait_until(partial(_is_refused, spread, "day_closed"), timeout=30)
        turns = day_bounds(clocked.plan(spread.hall), first)[1]
        assert turns - ends == 13 * HOUR
        dates = [first]
        for n in range(2):
            clocked.set(turns + n * 24 * HOUR + MINUTE)
            dates.append(business_date(clocked.plan(spread.hall), clocked.now()))
            await all_in(spread, clocked.bases, dates[-1])
            assert [act.answer["number"] for act in await take(spread, 1)] == ["A001"]
        assert [day.date for day in await days_of(clocked, spread.hall, first)] == dates
        assert dates == sorted(set(dates))


async def _is_refused(spread: Spread, code: str) -> bool:
    return (await spread.act("kiosk", "tickets", {"category": "A"})).code == code


# --- a power cut --------------------------------------------------------------------------------


async def cut_the_power(clocked: Clocked, hall: str, count: int) -> tuple[int, int]:
    """Every process and the store are killed, and come back 40 minutes later; gives when (ms)."""
    clocked.kill()
    await asyncio.to_thread(clocked.store.kill)
    since = clocked.now()
    await asyncio.to_thread(clocked.store.start)
    async with aclosing(await Store.connect(clocked.store.url)) as store:
        await _pass_in_the_store(store, hall, OFF)
    clocked.set(since + OFF)
    await clocked.start(count)
    return since, clocked.now()


async def _pass_in_the_store(store: Store, hall: str, time: int) -> None:
    """Let time (ms) pass in the store, whose clock cannot be set: keys expire, and the last sign is older."""
    for key, left in (await keys_of(store, hall)).items():
        if 0 <= left <= time:
            await store.redis.delete(key)
        elif left > 0:
            await store.redis.pexpire(key, left - time)
    mark = int((await store.get_side(hall, "alive")) or b"0")
    assert mark > 0
    await store.put_side(hall, "alive", str(mark - time).encode(), 24 * HOUR)


@both_counts
@pytest.mark.proves("D10")
async def test_a_power_cut_counts_for_nobody_and_nothing_old_is_shown_spoken_or_printed(
    clocked: Clocked, tmp_path: Path, count: int
) -> None:
    async with before_the_boundary(clocked, count, by=6 * HOUR) as (spread, _, _ends):
        hall, url = spread.hall, clocked.store.url
        slot = (clocked.now() // HOUR + 1) * HOUR
        booked = await done(spread, "kiosk", "bookings", category="A", slot=slot)
        clocked.set(slot - 20 * MINUTE)
        await sit(spread, 1, 2)
        missed, parked, called, _ = await taken(spread, 4)
        assert (await done(spread, "clerk1", "windows/1/call-next"))["ticket"] == missed
        await done(spread, "clerk1", f"tickets/{missed}/miss")
        assert (await done(spread, "clerk2", "windows/2/call-next"))["ticket"] == parked
        await done(spread, "clerk2", f"tickets/{parked}/start")
        await done(spread, "clerk2", f"tickets/{parked}/park", minutes=10)
        assert (await done(spread, "clerk1", "windows/1/call-next"))["ticket"] == called
        before = await audited(url, hall)
        key = before.day.tickets[called].key
        since, until = await cut_the_power(clocked, hall, count)
        await _down_time_is_known_once(clocked, hall, since, until)
        async with boards_at(clocked.bases, hall) as boards, VirtualPrinter(tmp_path, PRINTER) as printer:
            for shown in await all_show(boards, await end_of(clocked.store.url, hall)):
                assert shown["current"] == []
                assert {c["number"]: c["state"] for c in shown["recent"]}["A003"] == "wait"
                assert not [c for c in shown["recent"] if c["state"] == "called"], "a voice would say it"
            day = (await audited(clocked.store.url, hall)).day
            assert (day.tickets[called].state, day.tickets[called].key) == (WAITING, key)
            assert (day.tickets[called].misses, day.tickets[called].calls) == (0, ())
            assert (await done(spread, "clerk1", "windows/1/call-next"))["ticket"] == called
            new = [await _nothing_counted(clocked, spread, missed, parked, booked["code"], slot)]
            await _enter_by_hand(clocked, spread, since)
            new += await taken(spread, 1)
            await wait_until(partial(_on_paper, spread, new), timeout=60)
            day = (await audited(clocked.store.url, hall)).day
            printed = {n for n in day.numbers for slip in printer.slips if any(n in x for x in slip.lines)}
            assert printed == {day.tickets[id].number for id in new}, "a slip from before the cut was printed"


async def _on_paper(spread: Spread, tickets: list[str]) -> bool:
    return all([(await spread.see(f"/tickets/{id}"))["paper"] == "printed" for id in tickets])


async def _down_time_is_known_once(clocked: Clocked, hall: str, since: int, until: int) -> None:
    """The log has one interval, whoever wrote it, which is that of the cut."""

    async def intervals() -> list[ev.HallWasDown]:
        audit = await audited(clocked.store.url, hall)
        return [r.e for r in audit.records if isinstance(r.e, ev.HallWasDown)]

    await wait_until(intervals, timeout=30)
    (down,) = await intervals()
    assert abs(down.since - since) < 30 * SECOND
    assert abs(down.until - until) < 30 * SECOND


async def _nothing_counted(
    clocked: Clocked, spread: Spread, missed: str, parked: str, code: str, slot: int
) -> str:
    """Of 40 minutes none counts for the hold of 30, the form of 10, or the slot 20 minutes into the cut."""
    for base in clocked.bases:
        shown = await spread.see(f"/tickets/{parked}", base=base)
        assert shown["state"] == "parked"
        assert shown["parked_until"] > clocked.now()
    await done(spread, "floor", f"tickets/{missed}/return")
    receipt = await done(spread, "kiosk", "check-ins", code=code)
    checked_in = (await audited(clocked.store.url, spread.hall)).day.tickets[receipt["ticket"]]
    assert (checked_in.cls, checked_in.reference) == (BOOKED, slot)
    return checked_in.id


async def _enter_by_hand(clocked: Clocked, spread: Spread, since: int) -> None:
    """Z01 to Z20, written during the cut, are entered at all processes in any order and sorted by time."""
    papers = [
        {"category": "A", "number": f"Z{n:02}", "taken_at": since + (n + 5) * MINUTE} for n in range(1, 21)
    ]
    shuffled = random.Random(20).sample(papers, len(papers))
    entered = [done(spread, "manager", "paper-tickets", **paper) for paper in shuffled]
    await asyncio.gather(*entered)
    end = await end_of(clocked.store.url, spread.hall)
    for base in clocked.bases:
        shown = [await spread.see(f"/numbers/Z{n:02}", at_least=end, base=base) for n in range(1, 21)]
        assert [t["taken_at"] for t in shown] == [p["taken_at"] for p in papers]
        assert {t["source"] for t in shown} == {"paper"}
        ahead = [t["ahead"] for t in shown]
        assert ahead == list(range(ahead[0], ahead[0] + 20))
