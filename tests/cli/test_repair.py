"""A damaged log is mended from a backup: only what the chain confirms, only when told to, and only alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from queue_server.demo import demo_plan
from queue_server.desk import alarms
from queue_server.desk.liveness import DOWN_AFTER
from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.refusals import Refused
from queue_server.hall.register import Grant, GrantToken
from queue_server.records.archive import Archive
from queue_server.records.backup import save_hall
from queue_server.store import keys, staging
from queue_server.store.chain import GENESIS, Entry, Tail, chain
from queue_server.store.logs import Store
from tests.cli.commands import Said, everything, is_temporary, keys_of, left_alone, rewrite, yichuang
from tests.desk.live_hall import NOON, live, opened, take
from tests.waiting import wait_until

DAY_MS = 24 * 3_600_000


class Damaged(NamedTuple):
    """A hall that nobody serves, its day as it was, and a backup from before the last two tickets."""

    store: Store
    url: str
    hall: str
    log: str
    whole: tuple[Entry, ...]
    file: Path

    async def repair(self, *words: object) -> Said:
        return await yichuang("log", "repair", self.hall, *words, "--store", self.url, "--from", self.file)


async def _save(store: Store, hall: str, file: Path) -> None:
    archive = Archive(file)
    async for copied in save_hall(store, hall, archive):
        assert not copied.fault
    archive.seal()


@pytest.fixture
async def damaged(store_url: str, hall_id: str, tmp_path: Path) -> AsyncIterator[Damaged]:
    store = await Store.connect(store_url)
    async with live(store_url, hall_id) as hall:
        await opened(hall, demo_plan(NOON))
        for i in range(6):
            await hall.ask(take(f"t{i}"))
        await _save(store, hall_id, tmp_path / "backup.sqlite")
        for i in range(6, 8):
            await hall.ask(take(f"t{i}"))
        log = hall.today().name
    await left_alone(store, hall_id)
    yield Damaged(store, store_url, hall_id, log, await everything(store, log), tmp_path / "backup.sqlite")
    await store.aclose()


def changed(entries: tuple[Entry, ...], seq: int) -> tuple[Entry, ...]:
    return tuple(
        Entry(e.seq, e.hash, e.body.replace(b'"D00', b'"D09')) if e.seq == seq else e for e in entries
    )


def _record(event: ev.AnyEvent) -> bytes:
    return ev.encode(ev.Record(v=ev.RECORD_VERSION, at=NOON, by="elsewhere", e=event))


async def numbers_issued(damaged: Damaged, count: int = 1) -> list[str]:
    """The next numbers that a server gives out which comes to serve the hall now."""
    async with live(damaged.url, damaged.hall) as hall:
        assert hall.ready, hall.halt
        found = [(await hall.ask(take(f"new-{i}"))).number for i in range(count)]
        assert [alarm.code for _, alarm in hall.alarms if alarm.code in alarms.HALTS] == []
        return found


# --- what is mended ---------------------------------------------------------------------------


@pytest.mark.proves("S12")
async def test_a_changed_entry_is_put_back_and_the_store_goes_on_from_its_own_end(damaged: Damaged) -> None:
    await rewrite(damaged.store, damaged.log, changed(damaged.whole, 4))
    async with live(damaged.url, damaged.hall) as hall:
        assert hall.halt is not None
        with pytest.raises(Refused, match="read_only"):
            await hall.ask(take("next"))
    await left_alone(damaged.store, damaged.hall)
    planned = await damaged.repair()
    assert planned.status == 1
    assert "The chain is broken at entry 4" in planned.out
    assert "To be put back from the file: entry 4." in planned.out
    assert "Continues the chain and stays: entries 5 to 9 of the store." in planned.out
    assert "Nothing was done" in planned.out
    assert await everything(damaged.store, damaged.log) == changed(damaged.whole, 4)
    done = await damaged.repair("--yes")
    assert done.status == 0, done
    assert await everything(damaged.store, damaged.log) == damaged.whole
    assert await numbers_issued(damaged) == ["D009"]
    assert (await damaged.repair()).status == 0


async def test_a_lost_tail_is_put_back_as_far_as_the_file_has_it(damaged: Damaged) -> None:
    await rewrite(damaged.store, damaged.log, damaged.whole[:3])
    done = await damaged.repair("--yes")
    assert done.status == 0, done
    assert "ends at entry 3 and the file goes on. Lost, to be put back: entries 4 to 7." in done.out
    assert await everything(damaged.store, damaged.log) == damaged.whole[:7]
    assert await numbers_issued(damaged) == ["D007"]


async def test_a_day_that_is_gone_is_put_back_whole(damaged: Damaged) -> None:
    await damaged.store.redis.delete(damaged.log)
    await damaged.store.redis.srem(keys.days(damaged.hall), keys.date_of(damaged.log))
    assert (await damaged.repair("--yes")).status == 0
    assert await everything(damaged.store, damaged.log) == damaged.whole[:7]
    assert await damaged.store.days(damaged.hall) == (keys.date_of(damaged.log),)


async def test_a_register_that_is_gone_is_put_back_and_the_day_runs_under_its_plan(damaged: Damaged) -> None:
    register = keys.register(damaged.hall)
    whole = await everything(damaged.store, register)
    await damaged.store.redis.delete(register)
    assert (await damaged.repair("--yes")).status == 0
    assert await everything(damaged.store, register) == whole
    assert await numbers_issued(damaged) == ["D009"]


async def test_what_no_server_wrote_is_left_out(damaged: Damaged) -> None:
    await damaged.store.redis.xadd(damaged.log, {"who": "somebody"}, id=f"{len(damaged.whole) + 1}-0")
    done = await damaged.repair("--yes")
    assert done.status == 0, done
    assert "Written by no server, to be left out: entry 10." in done.out
    assert await everything(damaged.store, damaged.log) == damaged.whole


async def test_of_two_histories_the_stores_stands_and_the_numbers_of_the_other_are_barred(
    damaged: Damaged,
) -> None:
    kept = damaged.whole[:5]
    other = chain(Tail(kept[-1].seq, kept[-1].hash), [_record(ev.NoticeSet(text={"zh": "别处"}))])
    await rewrite(damaged.store, damaged.log, (*kept, *other))
    planned = await damaged.repair()
    assert planned.status == 1
    assert "From entry 6 on the file holds another history than the store." in planned.out
    assert "Not taken from the file: entries 6 to 7." in planned.out
    assert "Numbers that people may hold are given to nobody else: D005, D006." in planned.out
    assert await everything(damaged.store, damaged.log) == (*kept, *other)
    done = await damaged.repair("--yes")
    assert done.status == 0, done
    assert "Enter by hand (补录) those who hold one." in done.out
    assert (await everything(damaged.store, damaged.log))[:6] == (*kept, *other)
    assert await numbers_issued(damaged) == ["D007"]
    async with live(damaged.url, damaged.hall) as hall:
        by_hand = do.EnterByHand("again", "D", "D005", NOON)
        assert (await hall.ask(Ask(at=NOON, by="staff:guide", command=by_hand))).number == "D005"
    await left_alone(damaged.store, damaged.hall)
    again = await damaged.repair("--yes")
    assert again.status == 0
    assert "Done" not in again.out


async def test_the_damaged_log_is_kept_for_90_days_and_a_days_expiry_stays(damaged: Damaged) -> None:
    await rewrite(damaged.store, damaged.log, changed(damaged.whole, 4))
    await damaged.store.let_expire(damaged.log, 5 * DAY_MS)
    assert (await damaged.repair("--yes")).status == 0
    there = await keys_of(damaged.store, damaged.hall)
    assert 4 * DAY_MS < there[damaged.log] <= 5 * DAY_MS
    (kept,) = [key for key in there if ":damaged:" in key]
    assert 89 * DAY_MS < there[kept] <= 90 * DAY_MS
    assert await everything(damaged.store, kept) == changed(damaged.whole, 4)
    assert all(is_temporary(key, ttl) for key, ttl in there.items())
    assert await damaged.store.days(damaged.hall) == (keys.date_of(damaged.log),)


async def test_told_to_cut_it_ends_the_log_before_what_nobody_has_and_bars_the_numbers_behind(
    damaged: Damaged,
) -> None:
    now = changed(damaged.whole, 8)
    await rewrite(damaged.store, damaged.log, now)
    planned = await damaged.repair("--cut")
    assert planned.status == 1
    assert "To be given up, as --cut says: entries 8 to 9." in planned.out
    assert "Numbers that people may hold are given to nobody else: D097, D008." in planned.out
    assert await everything(damaged.store, damaged.log) == now
    done = await damaged.repair("--cut", "--yes")
    assert done.status == 0, done
    after = await everything(damaged.store, damaged.log)
    assert after[:7] == damaged.whole[:7]
    barred = ev.decode(after[7].body).e
    assert isinstance(barred, ev.NumbersBarred)
    assert (len(after), barred.numbers) == (8, ("D097", "D008"))
    assert await numbers_issued(damaged) == ["D098"], "behind every number that somebody may hold"
    (kept,) = [key for key in await keys_of(damaged.store, damaged.hall) if ":damaged:" in key]
    assert await everything(damaged.store, kept) == now


async def test_a_log_of_which_nothing_can_be_believed_and_an_older_day_are_not_cut(damaged: Damaged) -> None:
    now = changed(damaged.whole, 9)
    await rewrite(damaged.store, damaged.log, now)
    await damaged.store.append(keys.day(damaged.hall, "2099-01-01"), GENESIS, [b"{}"])
    older = await damaged.repair(keys.date_of(damaged.log), "--cut", "--yes")
    assert older.status == 1
    assert "It is not cut: no server needs a day before the newest" in older.out
    assert await everything(damaged.store, damaged.log) == now
    first = (Entry(1, "sha256:0", b"{}"),)
    await rewrite(damaged.store, keys.day(damaged.hall, "2099-01-01"), first)
    nothing = await damaged.repair("2099-01-01", "--cut", "--yes")
    assert nothing.status == 1
    assert "Nothing of it can be believed" in nothing.out
    assert await everything(damaged.store, keys.day(damaged.hall, "2099-01-01")) == first


# --- what is not ------------------------------------------------------------------------------


async def test_what_is_in_neither_place_stays_read_only_and_is_named(damaged: Damaged) -> None:
    now = changed(damaged.whole, 9)
    await rewrite(damaged.store, damaged.log, now)
    refused = await damaged.repair("--yes")
    assert refused.status == 1
    assert "Cannot be restored: entry 9 as sealed is neither in the store nor in the file" in refused.out
    assert "read-only from entry 9 on" in refused.out
    assert await everything(damaged.store, damaged.log) == now
    async with live(damaged.url, damaged.hall) as hall:
        assert (hall.halt.code, hall.halt.seq) == (alarms.BROKEN, 9) if hall.halt else False


async def test_of_two_damages_the_one_that_can_be_is_mended_and_the_other_named(damaged: Damaged) -> None:
    await rewrite(damaged.store, damaged.log, changed(changed(damaged.whole, 4), 8))
    half = await damaged.repair("--yes")
    assert half.status == 1
    assert "To be put back from the file: entry 4." in half.out
    assert "entry 8 as sealed is neither" in half.out
    assert await everything(damaged.store, damaged.log) == changed(damaged.whole, 8)


async def test_nothing_is_done_while_a_server_serves_the_hall(damaged: Damaged) -> None:
    now = changed(damaged.whole, 4)
    await left_alone(damaged.store, damaged.hall)
    async with live(damaged.url, damaged.hall) as hall:
        await wait_until(lambda: _is_alive(damaged))
        await rewrite(damaged.store, damaged.log, now)
        assert hall.ready, "it knows the day by heart"
        assert "To be put back from the file: entry 4." in (await damaged.repair()).out, "looking is allowed"
        refused = await damaged.repair("--yes")
        assert refused.status == 1
        assert f"a server serves {damaged.hall}" in refused.err
        assert "Stop every server of the hall" in refused.err
    assert (await everything(damaged.store, damaged.log))[: len(now)] == now
    await left_alone(damaged.store, damaged.hall)
    assert (await damaged.repair("--yes")).status == 0


async def _is_alive(damaged: Damaged) -> bool:
    """Whether a server has given a sign of life after all had ended."""
    silent = (await staging.look(damaged.store, damaged.log)).silent_for()
    return silent is not None and silent < DOWN_AFTER


async def test_a_log_that_is_written_to_or_served_after_it_was_looked_at_is_not_replaced(
    damaged: Damaged,
) -> None:
    async def attempt(meanwhile: str) -> None:
        seen = await staging.look(damaged.store, damaged.log)
        await staging.stage(damaged.store, damaged.log, damaged.whole[:2], begin=True)
        if meanwhile == "an append":
            await damaged.store.append(damaged.log, await damaged.store.tail(damaged.log), [b"{}"])
        else:
            await damaged.store.put_side(damaged.hall, "alive", b"1795492800000", DAY_MS)
        before = await everything(damaged.store, damaged.log)
        with pytest.raises(staging.Changed, match=damaged.hall):
            await staging.replace(damaged.store, damaged.log, seen)
        assert await everything(damaged.store, damaged.log) == before

    await attempt("an append")
    await attempt("a server")
    seen = await staging.look(damaged.store, damaged.log)
    await staging.replace(damaged.store, damaged.log, seen)
    assert await everything(damaged.store, damaged.log) == damaged.whole[:2], "left alone, it is"


async def test_a_forked_register_is_named_and_left_to_people(damaged: Damaged) -> None:
    register = keys.register(damaged.hall)
    whole = await everything(damaged.store, register)
    async with live(damaged.url, damaged.hall) as hall:
        grant = GrantToken("a" * 64, Grant("staff:1", "李", "clerk"))
        await hall.register.ask(Ask(at=NOON, by="system", command=grant))
    await left_alone(damaged.store, damaged.hall)
    await _save(damaged.store, damaged.hall, damaged.file.with_name("later.sqlite"))
    end = Tail(whole[-1].seq, whole[-1].hash)
    now = (*whole, *chain(end, [whole[0].body]))
    await rewrite(damaged.store, register, now)
    found = await damaged._replace(file=damaged.file.with_name("later.sqlite")).repair("--yes")
    assert found.status == 1
    assert f"From entry {len(now)} on the file holds another history" in found.out
    assert await everything(damaged.store, register) == now


async def test_a_day_that_was_archived_and_let_go_is_not_put_back_unless_it_is_named(
    damaged: Damaged,
) -> None:
    archive = Archive(damaged.file)
    archive.keep(keys.day(damaged.hall, "2020-01-02"), chain(GENESIS, [b"long ago"]))
    archive.seal()
    assert "2020-01-02" not in (await damaged.repair("--yes")).out
    assert await damaged.store.days(damaged.hall) == (keys.date_of(damaged.log),)
    await damaged.repair("2020-01-02", "--yes")
    assert "2020-01-02" in await damaged.store.days(damaged.hall)


async def test_what_is_nowhere_is_refused_in_a_sentence(damaged: Damaged) -> None:
    absent = await damaged._replace(hall="nowhere").repair()
    assert absent.status == 1
    assert "nowhere is not in this store at all: yichuang restore puts it there" in absent.err
    no_day = await damaged.repair("1999-01-01")
    assert no_day.status == 1
    assert "no day 1999-01-01, neither in the store nor in the file" in no_day.err
    no_file = await damaged._replace(file=damaged.file.with_name("none")).repair()
    assert no_file.status == 1
    assert "there is no file" in no_file.err
    no_store = await damaged._replace(url="unix:///nowhere/store.sock").repair()
    assert no_store.status == 2
