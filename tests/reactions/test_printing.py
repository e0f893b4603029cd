"""Slips of a hall: each comes out once, whoever dies meanwhile, and what became of it is in the log."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from printers.virtual import Manner, VirtualPrinter
from queue_server import papers as papers_of
from queue_server import views
from queue_server.demo import demo_plan
from queue_server.desk import fleet
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall import plan
from queue_server.hall.commands import Ask
from queue_server.hall.plan import Plan
from queue_server.hall.refusals import Refused
from queue_server.reactions import following, printer_watch
from queue_server.reactions.addresses import DEADLINES
from queue_server.reactions.following import Following
from queue_server.reactions.printing import Printing, came_first, job_id
from tests.desk.live_hall import NOON, Clock, live, opened, take
from tests.reactions.test_following import follower
from tests.waiting import wait_until

URL = "https://hall.test"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    monkeypatch.setattr(printer_watch, "EVERY", 0.1)
    monkeypatch.setattr(fleet, "EVERY", 0.1)


def printing(hall: Hall) -> Printing:
    return Printing(hall, URL)


async def papers(hall: Hall) -> list[str]:
    return await hall.look(lambda day: [t.paper for t in day.tickets.values()])


async def test_two_processes_print_each_slip_once_and_the_log_says_so(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with (
        VirtualPrinter(tmp_path, name="k1") as virtual,
        live(store_url, hall_id) as one,
        live(store_url, hall_id) as two,
    ):
        await opened(one, demo_plan(NOON, f"127.0.0.1:{virtual.address[1]}"))
        await wait_until(lambda: two.day is not None)
        async with follower(one, printing(one)), follower(two, printing(two)):
            await asyncio.gather(*(_acting(one), _acting(two)))
            await asyncio.gather(*((one, two)[i % 2].ask(take(f"t{i}")) for i in range(6)))
            await wait_until(lambda: _all_on_paper(one, 6), timeout=30)
        assert len(virtual.slips) == 6


@pytest.mark.proves("S40")
async def test_a_retried_command_prints_one_slip_whichever_process_it_reaches(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with (
        VirtualPrinter(tmp_path, name="k1") as virtual,
        live(store_url, hall_id) as one,
        live(store_url, hall_id) as two,
    ):
        await opened(one, native(virtual))
        await wait_until(lambda: two.day is not None)
        async with follower(one, printing(one)), follower(two, printing(two)):
            await _acting(one)
            retried = [h.ask(take(f"t{i}", key="k")) for i, h in enumerate((one, two, one))]
            assert {a.number for a in await asyncio.gather(*retried)} == {"D001"}
            await one.ask(take("last"))
            await wait_until(lambda: _all_on_paper(one, 2), timeout=30)
        assert ["D001" in slip.lines for slip in virtual.slips] == [True, False]


async def _acting(hall: Hall) -> None:
    """The follower has begun: what comes from now on is printed."""
    await wait_until(lambda: _has_begun(hall))


async def _has_begun(hall: Hall) -> bool:
    return await hall.store.cursor(hall.id, "printing") != ""


async def _all_on_paper(hall: Hall, count: int) -> bool:
    return await papers(hall) == ["printed"] * count


@pytest.mark.proves("S29")
async def test_without_paper_the_ticket_exists_once_and_staff_see_why_there_is_no_slip(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path, name="k1") as virtual, live(store_url, hall_id) as hall:
        await virtual.misbehave(Manner.PAPER_OUT)
        await opened(hall, native(virtual))
        async with follower(hall, printing(hall)):
            await _acting(hall)
            assert (await hall.ask(take("a"))).number == "D001"
            await wait_until(lambda: _paper_is(hall, "failed"), timeout=30)
            assert await hall.look(lambda day: day.line.count("D")) == 1
        assert not virtual.slips


async def _paper_is(hall: Hall, paper: str) -> bool:
    return await papers(hall) == [paper]


async def test_a_slip_whose_process_died_in_the_middle_comes_again_only_marked(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path, name="k1") as virtual, live(store_url, hall_id) as hall:
        await virtual.misbehave(Manner.MUTE)
        await opened(hall, native(virtual))
        running = asyncio.create_task(Following(hall, printing(hall)).run())
        await _acting(hall)
        await hall.ask(take("a"))
        await virtual.wait_for_slips(1, seconds=30)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await virtual.misbehave()
        async with follower(hall, printing(hall)):
            first, again = await virtual.wait_for_slips(2, seconds=30)
            await wait_until(lambda: _paper_is(hall, "printed"), timeout=30)
        assert "补打" not in " ".join(first.lines)
        assert "补打" in " ".join(again.lines)
        assert all("D001" in slip.lines for slip in (first, again))


def native(virtual: VirtualPrinter) -> Plan:
    """The demo hall, its printers that one and sent text, so that a slip's lines can be read back."""
    plan = demo_plan(NOON, f"127.0.0.1:{virtual.address[1]}")
    return replace(plan, printers=tuple(replace(p, text_mode="gb18030") for p in plan.printers))


# --- the watch, the second printer, and slips that somebody asks for --------------------------------


def with_two(one: VirtualPrinter, other: VirtualPrinter, fallback: str = "") -> Plan:
    """Kiosk k1 beside printer p1, k2 beside p2; p1 may have a fallback."""
    agreed = demo_plan(NOON)
    printers = tuple(
        plan.Printer(name, f"127.0.0.1:{virtual.address[1]}", text_mode="native", fallback=instead)
        for name, virtual, instead in (("p1", one, fallback), ("p2", other, ""))
    )
    kiosks = (plan.Kiosk("k1", "东门", "p1"), plan.Kiosk("k2", "西门", "p2"))
    return replace(agreed, kiosks=kiosks, printers=printers)


def seen(hall: Hall, printer: str = "p1") -> str:
    """How the log says that a printer is."""
    assert hall.day is not None
    found = hall.day.state.printers.get(printer)
    return found.state if found else ""


def trouble_of(hall: Hall) -> str:
    """Why printer p1 cannot work, as the fleet knows it in this process; "-" while it knows nothing."""
    report = hall.fleet.reports.get("p1")
    return report.trouble if report else "-"


@pytest.mark.proves("S29")
@pytest.mark.parametrize(
    ("manner", "state"),
    [
        (Manner.PAPER_OUT, "paper_out"),
        (Manner.COVER_OPEN, "cover_open"),
        (Manner.OFFLINE, "offline"),
        (Manner.REFUSE, "offline"),
        (Manner.CUTTER_ERROR, "cutter_error"),
        (Manner.PAPER_LOW, "paper_low"),
        (Manner.MUTE, "unknown"),
    ],
)
async def test_every_process_knows_how_a_printer_is_before_anybody_takes_a_ticket(
    store_url: str, hall_id: str, tmp_path: Path, manner: Manner, state: str
) -> None:
    async with (
        VirtualPrinter(tmp_path, name="p1") as virtual,
        live(store_url, hall_id) as one,
        live(store_url, hall_id) as other,
    ):
        await opened(one, native(virtual))
        await wait_until(lambda: other.day is not None)
        async with follower(one, printing(one)):
            await wait_until(lambda: seen(one) == "ready", timeout=30)
            await virtual.misbehave(manner)
            await wait_until(lambda: seen(other) == state, timeout=30)
            alarms = [alarm.code for _, alarm in one.alarms]
            assert alarms == ([] if manner is Manner.MUTE else [f"printer_{state}"])
            (paper,) = {p.can_print for p in await other.look(lambda day: views.menu(day, NOON, NOON).papers)}
            assert paper is (manner in (Manner.PAPER_LOW, Manner.MUTE))
            await wait_until(lambda: trouble_of(other) == ("" if paper else state), timeout=30)
            await virtual.misbehave()
            await wait_until(lambda: seen(other) == "ready", timeout=30)
        assert virtual.received > 0
        assert not virtual.slips


@pytest.mark.proves("S29")
async def test_a_slip_that_one_printer_cannot_begin_comes_out_of_the_one_named_for_it(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with (
        VirtualPrinter(tmp_path / "1") as first,
        VirtualPrinter(tmp_path / "2") as second,
        live(store_url, hall_id) as hall,
    ):
        await first.misbehave(Manner.COVER_OPEN)
        await opened(hall, with_two(first, second, "p2"))
        async with follower(hall, printing(hall)):
            await _acting(hall)
            await hall.ask(take("a"))
            await wait_until(lambda: _paper_is(hall, "printed"), timeout=30)
        (slip,) = second.slips
        assert "补打" not in "".join(slip.lines)
        assert not first.slips
        told = await hall.look(lambda day: papers_of.of_ticket(day, day.tickets["a"]))
        assert (told.printer, told.place) == ("p2", "西门")


@pytest.mark.proves("D15")
@pytest.mark.proves("S30")
async def test_a_slip_that_was_printed_is_printed_again_only_marked_and_at_any_printer(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with (
        VirtualPrinter(tmp_path / "1") as first,
        VirtualPrinter(tmp_path / "2") as second,
        live(store_url, hall_id) as hall,
    ):
        await opened(hall, with_two(first, second))
        async with follower(hall, printing(hall)):
            await _acting(hall)
            await hall.ask(take("a"))
            await wait_until(lambda: _paper_is(hall, "printed"), timeout=30)
            asked = do.AskReprint(ticket="a", printer="p2")
            await hall.ask(Ask(at=NOON, by="staff:floor", command=asked))
            with pytest.raises(Refused, match="slip_coming"):
                await hall.ask(Ask(at=NOON, by="staff:floor", command=asked))
            (again,) = await second.wait_for_slips(1, seconds=30)
            await wait_until(lambda: _settled(hall), timeout=30)
        assert "D001" in again.lines
        assert "补打" in "".join(again.lines)
        assert len(first.slips) == 1


async def _settled(hall: Hall) -> bool:
    return await hall.look(lambda day: day.tickets["a"].paper_asked is None)


@pytest.mark.proves("S30")
async def test_paper_put_in_after_half_an_hour_prints_nothing_old(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    clock = Clock()
    async with VirtualPrinter(tmp_path) as virtual, live(store_url, hall_id, clock) as hall:
        await opened(hall, native(virtual))
        hurried = Printing(hall, URL, deadlines=replace(DEADLINES, comeback=0.5))
        async with follower(hall, hurried):
            await wait_until(lambda: seen(hall) == "ready", timeout=30)
            await virtual.misbehave(Manner.PAPER_OUT_MID_JOB)
            await hall.ask(take("a"))
            await wait_until(lambda: _paper_is(hall, "failed"), timeout=30)
            clock.now += 30 * 60_000
            await virtual.misbehave()
            await wait_until(lambda: seen(hall) == "ready", timeout=30)
            await hall.ask(take("b", at=clock.now))
            await wait_until(lambda: _paper_is_of(hall, "b", "printed"), timeout=30)
        whole = [slip for slip in virtual.slips if slip.complete]
        assert ["D002" in slip.lines for slip in whole] == [True]


async def _paper_is_of(hall: Hall, ticket: str, paper: str) -> bool:
    return await hall.look(lambda day: day.tickets[ticket].paper == paper)


@pytest.mark.proves("S29")
async def test_a_person_hands_a_stuck_slip_to_another_printer_and_nothing_of_it_comes_later(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with (
        VirtualPrinter(tmp_path / "1") as first,
        VirtualPrinter(tmp_path / "2") as second,
        live(store_url, hall_id) as hall,
    ):
        await opened(hall, with_two(first, second))
        async with follower(hall, printing(hall)):
            await wait_until(lambda: seen(hall) == "ready", timeout=30)
            await first.misbehave(Manner.PAPER_OUT_MID_JOB)
            await hall.ask(take("a"))
            await wait_until(lambda: seen(hall) == "paper_out", timeout=30)
            asked = do.AskReprint(ticket="a", printer="p2")
            await hall.ask(Ask(at=NOON, by="staff:manager", command=asked))
            (copy,) = await second.wait_for_slips(1, seconds=30)
            await wait_until(lambda: _paper_is(hall, "printed"), timeout=30)
            await first.misbehave()
            await wait_until(lambda: seen(hall) == "ready", timeout=30)
            await hall.ask(take("b"))
            await wait_until(lambda: _paper_is_of(hall, "b", "printed"), timeout=30)
            lines = await hall.look(lambda day: papers_of.lines(day, day.plan))
        assert "补打" in "".join(copy.lines)
        assert ["D001" in slip.lines for slip in first.slips if slip.complete] == [False]
    known = {line.id: line for line in lines}
    assert [(slip.number, slip.outcome) for slip in known["p1"].slips] == [
        ("D002", "printed"),
        ("D001", "failed"),
    ]
    assert known["p1"].slips[1].says["zh"] == "没打出（缺纸）"
    assert [(slip.number, slip.says["en"]) for slip in known["p2"].slips] == [("D001", "printed")]
    assert known["p1"].says["ko"] == "정상"


def test_a_job_says_whether_it_came_with_the_ticket_wherever_it_went_on() -> None:
    first, asked = job_id("2026-11-30", "a"), job_id("2026-11-30", "a", 12)
    for goes_on in ("", ":copy", ":at:2", ":at:2:copy1"):
        assert came_first(first + goes_on)
        assert not came_first(asked + goes_on)
