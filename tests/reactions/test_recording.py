"""Cases as rows: while the records cannot be written everything goes on, and the rows come later, once."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from queue_server.cases.commands import OpenCase, TakeCase
from queue_server.cases.limits import Limit
from queue_server.desk.hall import Hall
from queue_server.hall.commands import Ask
from queue_server.reactions.recording import Recording
from queue_server.records.case_rows import CaseRows
from tests.desk.live_hall import NOON, live
from tests.waiting import wait_until

Row = tuple[object, ...]


async def cases(hall: Hall, *ids: str) -> None:
    for id in ids:
        opened = OpenCase(id, "2026-11-24", "B01", "t1", "market", hall.id, hall.id, promised=Limit(3))
        for command in (opened, TakeCase(id)):
            await hall.register.ask(Ask(at=NOON, by="staff:8", command=command))


def rows(path: Path, what: str) -> list[Row]:
    if not path.is_file():
        return []
    with closing(sqlite3.connect(path)) as db:
        try:
            return db.execute(what).fetchall()
        except sqlite3.OperationalError:  # the file has no tables yet
            return []


STEPS = "SELECT case_id, kind FROM case_steps ORDER BY seq"
CASES = "SELECT id, state, promised_by FROM cases ORDER BY id"


async def test_rows_arrive_later_and_once_when_the_records_were_down(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "cases.sqlite"
    path.mkdir()  # no file can be opened there
    async with live(store_url, hall_id) as hall:
        recordings = [asyncio.create_task(Recording(hall, CaseRows(path), 0.05).run()) for _ in range(2)]
        await cases(hall, "a", "b")
        assert {c.state for c in hall.register.state.cases.values()} == {"handling"}, "the hall goes on"
        path.rmdir()
        await wait_until(lambda: len(rows(path, STEPS)) == 4)
        await cases(hall, "c")
        await wait_until(lambda: len(rows(path, STEPS)) == 6)
        for recording in recordings:
            recording.cancel()
        await asyncio.gather(*recordings, return_exceptions=True)
        assert rows(path, STEPS) == [(id, kind) for id in "abc" for kind in ("case_opened", "case_taken")]
        assert rows(path, CASES) == [(id, "handling", "2026-11-27") for id in "abc"]

        path.unlink()
        again = asyncio.create_task(Recording(hall, CaseRows(path), 0.05).run())
        await wait_until(lambda: len(rows(path, STEPS)) == 6)
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)
        assert len(rows(path, CASES)) == 3, "a file that was thrown away fills itself again"
