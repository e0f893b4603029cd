"""A log that lost its tail, forked, was changed, or is newer than the software: repaired, barred or named."""

from __future__ import annotations

import asyncio

import pytest

from queue_server.desk import alarms
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.refusals import Refused
from queue_server.store.chain import Entry, Tail, chain
from queue_server.store.logs import Store
from tests.desk.live_hall import NOON, live, opened, sit, take
from tests.waiting import wait_until


async def everything(store: Store, log: str) -> tuple[Entry, ...]:
    return await store.read(log, 0, 10_000)


async def rewrite(store: Store, log: str, entries: tuple[Entry, ...]) -> None:
    """The log as another server would have it: these entries and no others."""
    await store.redis.delete(log)
    for entry in entries:
        await store.redis.xadd(log, {"b": entry.body, "h": entry.hash}, id=f"{entry.seq}-0")


def alarmed(hall: Hall) -> list[str]:
    return [alarm.code for _, alarm in hall.alarms]


async def test_a_tail_lost_in_a_failover_is_put_back_byte_for_byte(store_url: str, hall_id: str) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await asyncio.gather(*(hall.ask(take(f"t{i}")) for i in range(20)))
        log, whole = hall.today().name, await everything(hall.store, hall.today().name)
        await rewrite(hall.store, log, whole[:-7])
        assert (await hall.ask(take("next"))).number == "D021"
        assert (await everything(hall.store, log))[:-1] == whole
        assert alarmed(hall) == [alarms.TAIL_BACK]


async def test_a_log_that_vanished_whole_is_put_back_while_somebody_remembers_it(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await hall.ask(take("one"))
        log, whole = hall.today().name, await everything(hall.store, hall.today().name)
        await hall.store.redis.delete(log)
        assert (await hall.ask(take("two"))).number == "D002"
        assert (await everything(hall.store, log))[:-1] == whole


async def test_two_processes_that_find_the_same_loss_repair_it_once(store_url: str, hall_id: str) -> None:
    async with live(store_url, hall_id) as one, live(store_url, hall_id) as two:
        await opened(one)
        await asyncio.gather(*(one.ask(take(f"t{i}")) for i in range(10)))
        await wait_until(lambda: two.day is not None and two.day.tail == one.today().tail)
        log, whole = one.today().name, await everything(one.store, one.today().name)
        await rewrite(one.store, log, whole[:-5])
        answers = await asyncio.gather(one.ask(take("a")), two.ask(take("b")))
        assert sorted(a.number for a in answers) == ["D011", "D012"]
        assert (await everything(one.store, log))[: len(whole)] == whole
        await wait_until(lambda: one.today().tail == two.today().tail)


async def test_a_fork_is_believed_and_the_numbers_that_people_hold_are_barred(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        for i in range(4):
            await hall.ask(take(f"t{i}"))
        log, whole = hall.today().name, await everything(hall.store, hall.today().name)
        # A replica that lacked the last three tickets became the primary, and somebody paused there.
        kept = whole[:-3]
        other = chain(Tail(kept[-1].seq, kept[-1].hash), [_record(ev.NoticeSet(text={"zh": "别处"}))])
        await rewrite(hall.store, log, kept + other)
        answer = await hall.ask(take("next"))
        assert answer.number == "D005", "D002, D003 and D004 are in people's hands"
        day = await hall.look(lambda day: day)
        await wait_until(lambda: set(day.now.barred) >= {"D002", "D003", "D004"})
        assert dict(day.now.notice) == {"zh": "别处"}
        assert alarms.FORK_TAKEN in alarmed(hall)
        by_hand = do.EnterByHand("again", "D", "D003", NOON)
        assert (await hall.ask(Ask(at=NOON, by="staff:guide", command=by_hand))).number == "D003"


async def test_a_fork_that_lost_an_entry_nobody_can_read_is_believed_all_the_same(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        line = hall.today()
        opening = await everything(hall.store, line.name)
        await hall.store.append(line.name, line.tail, [b'{"v":1,"by":"\xff"}'])
        await hall.ask(take("lost"))
        other = chain(Tail(opening[0].seq, opening[0].hash), [_record(ev.NoticeSet(text={"zh": "别处"}))])
        await rewrite(hall.store, line.name, opening + other)
        assert (await hall.ask(take("next"))).number == "D002", "D001 is in somebody's hands"


async def test_a_log_that_lost_more_than_anybody_remembers_is_not_touched(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.desk.line.REMEMBERED", 3)
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        for i in range(6):
            await hall.ask(take(f"t{i}"))
        log, whole = hall.today().name, await everything(hall.store, hall.today().name)
        await rewrite(hall.store, log, whole[:2])
        with pytest.raises(Refused, match="read_only"):
            await hall.ask(take("next"))
        assert await everything(hall.store, log) == whole[:2]
        assert await hall.look(lambda day: len(day.tickets)) == 6
        assert alarmed(hall) == [alarms.FORKED]


@pytest.mark.proves("S12")
async def test_an_event_that_contradicts_the_state_is_set_aside_and_named_and_all_else_goes_on(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        for i in range(3):
            await hall.ask(take(f"t{i}"))
        line = hall.today()
        wrong = [_record(ev.Finished(ticket="t1", outcomes=(), ended_at=NOON)), b"not JSON at all \xff"]
        await hall.store.append(line.name, line.tail, wrong)
        assert (await hall.ask(take("next"))).number == "D004"
        day = await hall.look(lambda day: day)
        assert day.now.quarantined == (line.tail.seq - 2, line.tail.seq - 1)
        assert (len(day.tickets), day.line.count("D")) == (4, 4)
        assert alarmed(hall) == [alarms.SET_ASIDE, alarms.SET_ASIDE]
    async with live(store_url, hall_id) as again:
        assert again.today().state.picture() == day.picture()


@pytest.mark.proves("S12")
async def test_a_broken_chain_makes_the_hall_read_only_and_names_the_entry(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        for i in range(5):
            await hall.ask(take(f"t{i}"))
        log, whole = hall.today().name, await everything(hall.store, hall.today().name)
        changed = Entry(whole[3].seq, whole[3].hash, whole[3].body.replace(b'"D003"', b'"D007"'))
        await rewrite(hall.store, log, (*whole[:3], changed, *whole[4:]))
    async with live(store_url, hall_id) as again:
        assert again.halt is not None
        assert (again.halt.code, again.halt.seq) == (alarms.BROKEN, 4)
        assert not again.ready
        with pytest.raises(Refused, match="read_only"):
            await again.ask(take("next"))
        assert await again.look(lambda day: sorted(day.numbers)) == ["D001", "D002"]
        assert len(await everything(again.store, log)) == len(whole)


async def test_a_foreign_entry_halts_a_running_hall_before_it_changes_anything(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await hall.ask(take("one"))
        line = hall.today()
        before = line.state.picture()
        await hall.store.redis.xadd(line.name, {"who": "somebody"}, id=f"{line.tail.seq + 1}-0")
        await wait_until(lambda: hall.halt is not None)
        assert hall.halt is not None
        assert (hall.halt.code, hall.halt.seq) == (alarms.BROKEN, line.tail.seq + 1)
        assert line.state.picture() == before
        with pytest.raises(Refused, match="read_only"):
            await hall.ask(take("two"))


async def test_an_event_of_newer_software_makes_this_process_not_ready_and_the_log_stays_whole(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await hall.ask(take("one"))
        line = hall.today()
        newer = b'{"v":%d,"at":1,"by":"x","e":{"t":"unheard_of"}}' % (ev.RECORD_VERSION + 1)
        await hall.store.append(line.name, line.tail, [newer])
        await wait_until(lambda: hall.halt is not None)
        assert hall.halt is not None
        assert hall.halt.code == alarms.NEWER
        assert not hall.ready
        with pytest.raises(Refused, match="read_only"):
            await hall.ask(take("two"))


async def test_a_day_whose_plan_is_missing_is_shown_to_nobody_as_another_plans_day(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        clerk = await sit(hall, 8)
        assert clerk
        register, log = hall.register.name, hall.today().name
        entries = await everything(hall.store, log)
        opening = ev.decode(entries[0].body).e
        assert isinstance(opening, ev.DayOpened)
        elsewhere = chain(Tail(0, ""), [_record(ev.DayOpened(date=opening.date, plan="sha256:none"))])
        await rewrite(hall.store, log, elsewhere)
        assert (await hall.store.tail(register)).seq == 1
    async with live(store_url, hall_id) as again:
        assert again.halt is not None
        assert again.halt.code == alarms.NO_PLAN


def _record(event: ev.AnyEvent) -> bytes:
    return ev.encode(ev.Record(v=ev.RECORD_VERSION, at=NOON, by="elsewhere", e=event))
