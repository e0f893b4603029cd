"""A receipt comes out beside the window when a service ends: once, and only if there is something on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from printers.jobs import Job, JobState
from printers.slip import Slip
from printers.virtual import VirtualPrinter
from queue_server.demo import demo_plan
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.plan import DAY
from queue_server.reactions import following
from queue_server.reactions.post import Post
from queue_server.reactions.receipts import Receipts, is_first, note, printed, told_of
from tests.desk.live_hall import NOON, live, opened, sit, take
from tests.reactions.test_following import follower
from tests.waiting import wait_until


def receipts(hall: Hall) -> Receipts:
    return Receipts(hall, "https://hall.test", Post(hall), lambda: {"county": {"zh": "县"}})


async def served_by(hall: Hall, id: str, outcome: str) -> None:
    """A visitor comes to window 8, and this becomes of the matter."""
    await hall.ask(take(id))
    for command in (do.CallNext(8), do.Start(id), do.CloseMatter(id, "D01", outcome, "", ()), do.Finish(id)):
        await hall.ask(Ask(at=NOON, by="staff:8", command=command))


async def test_each_service_with_something_to_show_brings_one_receipt_whoever_prints(
    store_url: str, hall_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    async with (
        VirtualPrinter(tmp_path) as printer,
        live(store_url, hall_id) as one,
        live(store_url, hall_id) as two,
    ):
        plan = demo_plan(NOON, f"127.0.0.1:{printer.address[1]}")
        await opened(one, replace(plan, windows=tuple(replace(w, zone="") for w in plan.windows)))
        await wait_until(lambda: two.day is not None)
        await sit(one, 8)
        async with follower(one, receipts(one)), follower(two, receipts(two)):
            await wait_until(lambda: _led(one))
            await one.store.put_side(hall_id, printed("t2", ["+D01"]), b"1", DAY)
            for id, outcome in (("t1", "accepted"), ("t2", "accepted"), ("t3", "done"), ("t4", "accepted")):
                await served_by(one, id, outcome)
            assert len(await printer.wait_for_slips(2)) == 2, "t2 has its own, t3 has nothing to show"
            await wait_until(lambda: len(one.register.state.cases) == 3)
            await wait_until(lambda: _caught_up(one))
            assert len(await printer.wait_for_slips(2)) == 2
        assert {case.ticket for case in one.register.state.cases.values()} == {"t1", "t2", "t4"}


async def test_the_receipt_after_one_that_nobody_can_have_got_is_the_first(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        plan = demo_plan(NOON)
        await opened(hall, plan)
        told = await told_of(hall, plan, "", {}, "t1", None)
        for name, state, sent, firsts, marked in (
            ("lost", JobState.FAILED, False, True, False),
            ("marked", JobState.EXPIRED, False, True, True),
            ("torn", JobState.FAILED, True, True, False),
            ("next", JobState.FAILED, False, False, True),
            ("last", JobState.PRINTED, True, False, True),
        ):
            job = Job(name, "p1", Slip(hall="", number="", category=""), 0.0, state=state, sent=sent)
            assert await is_first(hall, told, "t1", name) == firsts
            assert await is_first(hall, told, "t1", name) == firsts, "the same wish asked for again"
            await note(hall, "staff:8", replace(told, again=marked), "t1", job)


async def _led(hall: Hall) -> bool:
    return bool(await hall.store.cursor(hall.id, "receipts"))


async def _caught_up(hall: Hall) -> bool:
    return (await hall.store.cursor(hall.id, "receipts")).endswith(f"/{hall.today().tail.seq}")
