"""The drill: backed up while tickets are taken, put back on another store, and gone on with there."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from queue_server.demo import demo_plan
from queue_server.desk.scribes import DayScribe
from queue_server.hall import events as ev
from queue_server.hall.day import Day
from queue_server.hall.hours import business_date, day_bounds
from queue_server.hall.plan import Plan
from queue_server.hall.register import PlanPublished
from queue_server.hall.register import decode as decode_fact
from queue_server.records.archive import Archive
from queue_server.store import keys, staging
from queue_server.store.chain import GENESIS, Entry, chain
from queue_server.store.logs import Store
from tests.cli.commands import everything, is_temporary, keys_of, rewrite, yichuang, yichuang_process
from tests.desk.live_hall import NOON, Clock, live, opened, take
from tests.faults.processes import ServerProcess, grant_tokens, hall_file
from tests.store_server import running_store
from tests.waiting import wait_until

PLAN = demo_plan(NOON)
FIRST = business_date(PLAN, NOON)
BOUNDARY = day_bounds(PLAN, FIRST)[1]


def mode(file: Path) -> int:
    """Who may read a file."""
    return file.stat().st_mode


def alter_to(file: Path, text: str) -> None:
    """Make a file hold something else."""
    file.write_text(text, encoding="utf-8")


def held(file: Path) -> bytes:
    """The bytes of a file."""
    return file.read_bytes()


def there_is(folder: Path) -> list[str]:
    """The names of everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Store]:
    store = await Store.connect(url)
    try:
        yield store
    finally:
        await store.aclose()


async def rebuilt(store: Store, hall: str, date: str, up_to: int | None = None) -> Day:
    """A day as its log says it was, up to an entry."""
    facts = [decode_fact(entry.body).e for entry in await everything(store, keys.register(hall))]
    plans: dict[str, Plan] = {fact.hash: fact.plan for fact in facts if isinstance(fact, PlanPublished)}
    entries = (await everything(store, keys.day(hall, date)))[:up_to]
    opening = ev.decode(entries[0].body).e
    assert isinstance(opening, ev.DayOpened)
    day = Day(plans[opening.plan], date)
    for entry in entries:
        DayScribe().take_in(day, entry)
    return day


async def two_days(url: str, hall_id: str) -> list[str]:
    """A hall with a closed day and an open one; gives their dates."""
    clock = Clock()
    async with live(url, hall_id, clock) as hall:
        await opened(hall, PLAN)
        for i in range(5):
            await hall.ask(take(f"t{i}"))
        first = hall.today().state.date
        clock.now = BOUNDARY
        await wait_until(lambda: hall.today().state.date > first and hall.today().state.now.opened, 15)
        for i in range(3):
            await hall.ask(take(f"u{i}", at=BOUNDARY))
        return [first, hall.today().state.date]


# --- the drill --------------------------------------------------------------------------------


class Queue:
    """Visitors at a kiosk of a served hall, taking tickets one after the other until told to stop."""

    def __init__(self, base: str, hall: str) -> None:
        self._client = httpx.AsyncClient(base_url=f"{base}/api/halls/{hall}", timeout=20)
        self._visitors: list[asyncio.Task[None]] = []
        self._stopped = False
        self.numbers: list[str] = []

    async def take(self) -> str:
        key = f"drill-{len(self.numbers)}-{id(object()):x}-{asyncio.get_running_loop().time()}"
        headers = {"authorization": "Bearer kiosk", "idempotency-key": key}
        answer = await self._client.post("/tickets", json={"category": "A"}, headers=headers)
        assert answer.is_success, answer.text
        number: str = answer.json()["number"]
        self.numbers.append(number)
        return number

    async def _keep_taking(self) -> None:
        while not self._stopped:
            await self.take()

    async def __aenter__(self) -> Queue:
        return self

    def come(self) -> None:
        self._visitors = [asyncio.create_task(self._keep_taking()) for _ in range(3)]

    async def go(self) -> None:
        self._stopped = True
        await asyncio.gather(*self._visitors)

    async def __aexit__(self, *_: object) -> None:
        await self.go()
        await self._client.aclose()


@pytest.mark.timeout(180)  # two servers start, on a machine that may be busy
async def test_a_hall_backed_up_under_load_goes_on_in_another_store_where_the_backup_ends(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    file, to = hall_file(tmp_path, hall_id), tmp_path / "backup.sqlite"
    await grant_tokens(store_url, [hall_id])
    server = ServerProcess("here", store_url, [file], tmp_path)
    server.start()
    try:
        await server.ready()
        async with Queue(server.base, hall_id) as queue:
            queue.come()
            await wait_until(lambda: len(queue.numbers) >= 30, timeout=30)
            before = set(queue.numbers)
            saved = await yichuang_process("backup", "--store", store_url, "--hall", hall_id, "--to", to)
            assert len(queue.numbers) > len(before), "tickets were taken all the while"
    finally:
        server.kill()
    assert saved.status == 0, saved
    assert mode(to) & 0o077 == 0
    assert [name for name in there_is(tmp_path) if "backup" in name] == ["backup.sqlite"]
    assert (await yichuang_process("backup", "verify", to)).heads == saved.heads
    with running_store() as elsewhere:
        restored = await yichuang_process("restore", to, "--store", elsewhere)
        assert (restored.status, restored.heads) == (0, saved.heads), restored
        assert (await yichuang_process("log", "verify", hall_id, "--store", elsewhere)).heads == saved.heads
        async with connected(store_url) as here, connected(elsewhere) as there:
            (date,) = await there.days(hall_id)
            end = (await there.tail(keys.day(hall_id, date))).seq
            day = await rebuilt(there, hall_id, date)
            assert day.picture() == (await rebuilt(here, hall_id, date, end)).picture()
            assert before <= set(day.numbers), "whoever had a ticket when the backup began is in it"
            for log in saved.heads:
                copied = await everything(there, log)
                assert copied == (await everything(here, log))[: len(copied)]
        other = ServerProcess("there", elsewhere, [file], tmp_path)
        other.start()
        try:
            await other.ready()
            async with Queue(other.base, hall_id) as queue:
                assert await queue.take() == f"A{len(day.numbers) + 1:03}"
        finally:
            other.kill()


async def test_every_day_of_a_restored_hall_has_the_same_picture(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    to = tmp_path / "backup.sqlite"
    dates = await two_days(store_url, hall_id)
    saved = await yichuang("backup", "--store", store_url, "--hall", hall_id, "--to", to)
    assert list(saved.heads) == [*(keys.day(hall_id, date) for date in dates), keys.register(hall_id)]
    with running_store() as elsewhere:
        assert (await yichuang("restore", to, "--store", elsewhere)).heads == saved.heads
        async with connected(store_url) as here, connected(elsewhere) as there:
            assert await there.halls() == (hall_id,)
            assert await there.days(hall_id) == tuple(dates)
            for date in dates:
                one, other = await rebuilt(here, hall_id, date), await rebuilt(there, hall_id, date)
                assert one.picture() == other.picture()
            assert all(is_temporary(key, ttl) for key, ttl in (await keys_of(there, hall_id)).items())
        async with live(elsewhere, hall_id, BOUNDARY) as hall:
            assert (await hall.ask(take("next", at=BOUNDARY))).number == "D004"


async def test_a_backup_holds_logs_and_nothing_that_must_be_wiped(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    to = tmp_path / "backup.sqlite"
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        secret = b"what must be gone by tomorrow"
        await hall.store.put_side(hall_id, "identity", secret, 3_600_000)
        assert (await hall.ask(take("one"))).number == "D001"
        assert (await yichuang("backup", "--store", store_url, "--hall", hall_id, "--to", to)).status == 0
        key = hall.secret()
    assert secret not in held(to)
    assert key not in held(to)
    assert b"day_opened" in held(to), "the check can find what is there"


# --- taking it --------------------------------------------------------------------------------


async def test_all_halls_of_a_store_are_found_and_saved(tmp_path: Path) -> None:
    with running_store() as url:
        async with connected(url) as store:
            for n in range(40):
                await store.append(keys.register(f"hall-{n}"), GENESIS, [b"{}"])
                await store.put_side(f"nobody-{n}", "alive", b"1", 60_000)
            assert await store.halls() == tuple(sorted(f"hall-{n}" for n in range(40)))
        saved = await yichuang("backup", "--store", url, "--to", tmp_path / "all.sqlite")
        assert (saved.status, len(saved.heads)) == (0, 40)


async def test_a_broken_chain_is_named_and_everything_else_is_saved(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    to = tmp_path / "backup.sqlite"
    dates = await two_days(store_url, hall_id)
    log = keys.day(hall_id, dates[0])
    async with connected(store_url) as store:
        whole = await everything(store, log)
        damaged = (*whole[:2], Entry(3, whole[2].hash, b"changed"), *whole[3:])
        await rewrite(store, log, damaged)
        saved = await yichuang("backup", "--store", store_url, "--hall", hall_id, "--to", to)
        assert saved.status == 1
        assert f"{log}: the chain is broken at entry 3" in saved.err
        assert set(saved.heads) == {keys.day(hall_id, dates[1]), keys.register(hall_id)}
        archive = Archive(to, sealed=True)
        assert archive.read(log, 0) == damaged, "what a later repair can use is there too"
        assert archive.read(keys.day(hall_id, dates[1]), 0) == await everything(
            store, keys.day(hall_id, dates[1])
        )
    looked = await yichuang("backup", "verify", to)
    assert looked.status == 1
    assert f"{log}: the chain is broken at entry 3" in looked.err
    with running_store() as elsewhere:
        restored = await yichuang("restore", to, "--store", elsewhere)
        assert restored.status == 1
        assert f"{log}: the chain is broken at entry 3" in restored.err
        async with connected(elsewhere) as there:
            assert await everything(there, log) == damaged


async def test_a_backup_takes_the_place_of_no_file_and_leaves_none_behind_when_it_fails(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    to = tmp_path / "backup.sqlite"
    alter_to(to, "an older backup")
    async with live(store_url, hall_id) as hall:
        await opened(hall)
    again = await yichuang("backup", "--store", store_url, "--hall", hall_id, "--to", to)
    assert (again.status, again.out) == (1, "")
    assert f"{to} is there already" in again.err
    unknown = await yichuang("backup", "--store", store_url, "--hall", "nowhere", "--to", tmp_path / "x")
    assert unknown.status == 1
    assert "no hall nowhere in this store" in unknown.err
    nobody = await yichuang("backup", "--store", f"unix://{tmp_path}/none.sock", "--to", tmp_path / "x")
    assert nobody.status == 2
    assert "does not answer" in nobody.err
    no_folder = await yichuang(
        "backup", "--store", store_url, "--hall", hall_id, "--to", tmp_path / "no" / "x"
    )
    assert no_folder.status == 1
    assert "cannot be written" in no_folder.err
    assert there_is(tmp_path) == ["backup.sqlite"]
    assert held(to) == b"an older backup"


# --- looking through it -----------------------------------------------------------------------


@pytest.fixture
async def saved(store_url: str, hall_id: str, tmp_path: Path) -> Path:
    """A backup of a hall with a closed day and an open one."""
    to = tmp_path / "backup.sqlite"
    await two_days(store_url, hall_id)
    assert (await yichuang("backup", "--store", store_url, "--hall", hall_id, "--to", to)).status == 0
    return to


def alter(file: Path, sql: str, *values: object) -> None:
    with sqlite3.connect(file) as db:
        assert db.execute(sql, values).rowcount > 0
    db.close()


def put(file: Path, log: str, entries: tuple[Entry, ...]) -> None:
    """Put another log in the place of one."""
    archive = Archive(file)
    archive.forget(log)
    archive.keep_as_found(log, entries)
    archive.seal()


async def test_a_changed_byte_in_a_backup_is_found_and_named(saved: Path, hall_id: str) -> None:
    log = keys.day(hall_id, FIRST)
    alter(saved, "UPDATE entry SET body = replace(body, 'D002', 'D007') WHERE log = ? AND seq = 3", log)
    found = await yichuang("backup", "verify", saved)
    assert found.status == 1
    assert f"{log}: the chain is broken at entry 3" in found.err


async def test_an_opening_that_does_not_cite_the_closing_before_it_is_named(
    saved: Path, hall_id: str
) -> None:
    log = keys.day(hall_id, FIRST)
    cut = Archive(saved, sealed=True).read(log, 0)[:-1]
    put(saved, log, cut)
    found = await yichuang("backup", "verify", saved)
    assert found.status == 1
    assert f"the day before ({log}) ends at {cut[-1].hash}" in found.err


async def test_a_day_without_its_plan_and_a_hall_without_its_register_are_named(
    saved: Path, hall_id: str
) -> None:
    alter(saved, "DELETE FROM entry WHERE log = ?", keys.register(hall_id))
    found = await yichuang("backup", "verify", saved)
    assert found.status == 1
    assert f"{keys.register(hall_id)}: the file does not hold it" in found.err
    assert f"{keys.day(hall_id, FIRST)}: the register has no plan sha256:" in found.err
    with running_store() as elsewhere:
        refused = await yichuang("restore", saved, "--store", elsewhere)
        assert refused.status == 1
        assert f"{hall_id}: the file does not hold its register" in refused.err
        async with connected(elsewhere) as there:
            assert await keys_of(there, hall_id) == {}


async def test_an_event_that_a_replay_sets_aside_is_named(saved: Path, hall_id: str) -> None:
    log = keys.day(hall_id, FIRST)
    bodies = [entry.body for entry in Archive(saved, sealed=True).read(log, 0)]
    wrong = ev.Record(v=1, at=NOON, by="x", e=ev.Finished(ticket="nobody", outcomes=(), ended_at=NOON))
    put(saved, log, chain(GENESIS, [*bodies[:3], ev.encode(wrong), b"\xff", *bodies[3:]]))
    found = await yichuang("backup", "verify", saved)
    assert found.status == 1
    assert f"{log}: entry 4 was set aside" in found.err
    assert f"{log}: entry 5 was set aside" in found.err


async def test_what_is_no_backup_is_refused_in_a_sentence(tmp_path: Path, store_url: str) -> None:
    text, cut = tmp_path / "text", tmp_path / "missing"
    alter_to(text, "not a database at all" * 100)
    for file, why in ((text, "is no backup"), (cut, "there is no file"), (tmp_path, "there is no file")):
        for command in (["backup", "verify", file], ["restore", file, "--store", store_url]):
            found = await yichuang(*command)
            assert found.status == 1
            assert why in found.err
    assert there_is(tmp_path) == ["text"], "reading makes no file"


async def test_looking_through_a_backup_changes_nothing_of_it(saved: Path) -> None:
    before = held(saved)
    assert (await yichuang("backup", "verify", saved)).status == 0
    assert held(saved) == before
    assert there_is(saved.parent) == [saved.name]


# --- putting it back --------------------------------------------------------------------------


async def test_a_hall_is_put_back_into_the_embedded_store_of_a_new_machine(
    saved: Path, hall_id: str, tmp_path: Path
) -> None:
    place = tmp_path / "store"
    assert (await yichuang("restore", tmp_path / "none", "--store", place)).status == 1
    assert "store" not in there_is(tmp_path), "no store is made for nothing"
    restored = await yichuang("restore", saved, "--store", place)
    assert restored.status == 0, restored
    assert (await yichuang("log", "verify", hall_id, "--store", place)).heads == restored.heads
    assert (await yichuang("restore", saved, "--store", place)).status == 1


async def test_a_hall_that_is_in_the_store_is_not_touched(saved: Path, store_url: str, hall_id: str) -> None:
    async with connected(store_url) as store:
        before = {key: await store.redis.dump(key) for key in await keys_of(store, hall_id)}
        refused = await yichuang("restore", saved, "--store", store_url)
        assert refused.status == 1
        assert f"{hall_id} is in this store already" in refused.err
        assert {key: await store.redis.dump(key) for key in await keys_of(store, hall_id)} == before
    unknown = await yichuang("restore", saved, "--store", store_url, "--hall", "nowhere")
    assert unknown.status == 1
    assert f"holds no hall nowhere: {hall_id}" in unknown.err


async def test_a_restore_that_was_interrupted_leaves_no_half_hall_and_the_next_one_finishes(
    saved: Path, hall_id: str
) -> None:
    archive = Archive(saved, sealed=True)
    logs = archive.logs()
    with running_store() as elsewhere:
        async with connected(elsewhere) as there:
            await staging.stage(there, logs[0], archive.read(logs[0], 0)[:2], begin=True)
            await staging.stage(there, logs[1], [Entry(1, "x", b"left by another file")], begin=True)
            assert (await there.halls(), await there.days(hall_id)) == ((), ())
            assert all(ttl > 0 for ttl in (await keys_of(there, hall_id)).values()), "it expires by itself"
            assert (await yichuang("restore", saved, "--store", elsewhere)).status == 0
            for log in logs:
                assert await everything(there, log) == archive.read(log, 0)
            assert set(await keys_of(there, hall_id)) == {*logs, keys.days(hall_id)}


async def test_a_hall_that_comes_while_it_is_restored_is_not_touched(saved: Path, hall_id: str) -> None:
    archive = Archive(saved, sealed=True)
    with running_store() as elsewhere:
        async with connected(elsewhere) as there:
            for log in archive.logs():
                await staging.stage(there, log, archive.read(log, 0), begin=True)
            await there.append(keys.register(hall_id), GENESIS, [b"somebody was faster"])
            with pytest.raises(staging.Changed, match=hall_id):
                await staging.settle(there, hall_id, archive.logs())
            assert await there.days(hall_id) == ()
            assert len(await everything(there, keys.register(hall_id))) == 1
