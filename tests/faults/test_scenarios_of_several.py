"""What queue systems in the field fail at, asked of two and three server processes that serve one hall.

Every request goes to another process than the one before it; what is asked of "every process" is asked of
each of them by name.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec
import pytest

from queue_server.hall.model import WAITING
from tests.faults.boards import all_show, boards_at
from tests.faults.floor import audited, done, end_of, queues, sit, take, taken
from tests.faults.processes import FAR_WINDOW, Processes, both_counts
from tests.faults.spread import Act, Spread

pytestmark = pytest.mark.timeout(240)


def seq_of(act: Act) -> int:
    return int(act.answer["seq"])


# --- numbers ------------------------------------------------------------------------------------


@both_counts
@pytest.mark.proves("S2")
async def test_after_50_were_served_and_every_process_was_killed_the_next_number_is_51(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases, hall) as spread:
        await sit(spread, *range(1, 6))
        await take(spread, 50)

        async def serve_until_nobody_waits(window: int) -> int:
            who, served = f"clerk{window}", 0
            while (called := await spread.act(who, f"windows/{window}/call-next")).done:
                for what in ("start", "finish"):
                    await done(spread, who, f"tickets/{called.answer['ticket']}/{what}")
                served += 1
            assert called.code == "nobody_waits", called
            return served

        assert sum(await asyncio.gather(*map(serve_until_nobody_waits, range(1, 6)))) == 50
        await processes.restart()
        again = await take(spread, 10)
        assert sorted(act.answer["number"] for act in again) == [f"A{n:03}" for n in range(51, 61)]


@both_counts
@pytest.mark.proves("S4")
async def test_a_number_alive_on_paper_is_given_to_nobody_else_by_any_process(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases, hall) as spread:
        opened = (await spread.see("/board"))["data_at"]
        by_hand = [{"category": "A", "number": f"A{n:03}", "taken_at": opened} for n in (2, 7, 8)]
        both = await asyncio.gather(
            *(spread.act("manager", "paper-tickets", paper) for paper in by_hand for _ in range(2)),
            *(spread.act("kiosk", "tickets", {"category": "A"}) for _ in range(20)),
        )
        issued = [act.answer["number"] for act in both if act.done]
        assert len(issued) == len(set(issued)), "a number is alive twice"
        assert sum(act.path == "tickets" for act in both if act.done) == 20
        for act in both:
            if not act.done:
                assert (act.path, act.status, act.code) == ("paper-tickets", 409, "number_taken")
        assert {paper["number"] for paper in by_hand} <= set(issued), "each lives, on paper or from a kiosk"
        last = max(int(re.sub(r"\D", "", number)) for number in issued if len(number) == 4)
        assert last == 20, "a number that was taken is widened, and the next goes on"
        end = await end_of(processes.store_url, hall)
        for base in bases:
            for number in issued:
                shown = await spread.see(f"/numbers/{number}", at_least=end, base=base)
                assert shown["number"] == number


@both_counts
@pytest.mark.proves("S6")
async def test_ticket_1000_and_window_100_are_whole_at_every_process(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases, hall, deadline=20) as spread:
        await sit(spread, FAR_WINDOW)
        numbers: list[str] = []
        for _ in range(10):
            numbers += [act.answer["number"] for act in await take(spread, 100)]
        (last,) = await take(spread, 1)
        assert sorted(numbers) == sorted([f"A{n:03}" for n in range(1, 1001)])
        assert last.answer["number"] == "A1001"
        async with boards_at(bases, hall) as boards:
            call = {"number": "A1000", "reason": "continued"}
            called = await done(spread, f"clerk{FAR_WINDOW}", f"windows/{FAR_WINDOW}/call", **call)
            assert (called["number"], called["window"]) == ("A1000", 100)
            for shown in await all_show(boards, called["seq"]):
                assert [(c["number"], c["window"]) for c in shown["current"]] == [("A1000", 100)]
        for base in bases:
            ticket = await spread.see("/numbers/A1000", at_least=called["seq"], base=base)
            assert (ticket["number"], ticket["window"]) == ("A1000", 100)
            window = await spread.see(f"/windows/{FAR_WINDOW}", base=base)
            assert (window["window"], window["present"]["number"]) == (100, "A1000")


# --- calling ------------------------------------------------------------------------------------


@both_counts
@pytest.mark.proves("S10")
async def test_a_finished_cancelled_or_parked_ticket_is_called_by_no_process(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases, hall) as spread:
        await sit(spread, 1, 2)
        finished, cancelled, parked = await taken(spread, 3)
        await done(spread, "floor", f"tickets/{cancelled}/cancel", reason="asked")
        for ticket, acts in ((finished, ("start", "finish")), (parked, ("start", "park"))):
            assert (await done(spread, "clerk1", "windows/1/call-next"))["ticket"] == ticket
            for what in acts:
                await done(spread, "clerk1", f"tickets/{ticket}/{what}")
        for number, code, told in (
            ("A001", "ticket_ended", "end=done"),
            ("A002", "ticket_ended", "end=cancelled_by_staff"),
            ("A003", "ticket_state", "state=parked"),
        ):
            for base in bases:
                async with Spread([base], hall) as here:
                    call = {"number": number, "reason": "continued"}
                    refused = await here.act("clerk2", "windows/2/call", call)
                assert (refused.status, refused.code) == (409, code), refused
                assert told in refused.answer["detail"]
                assert refused.answer["sentence"]["zh"]


@both_counts
@pytest.mark.proves("S11")
async def test_a_call_that_lost_at_one_process_is_on_no_board_of_any(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    won: set[tuple[str, int]] = set()
    async with Spread(bases, hall) as spread, boards_at(bases, hall) as boards:
        await sit(spread, *range(1, 5))
        for n in range(1, 9):
            await take(spread, 1)
            body = {"number": f"A{n:03}", "reason": "continued"}
            calls = await asyncio.gather(
                *(spread.act(f"clerk{w}", f"windows/{w}/call", body) for w in range(1, 5))
            )
            (called,) = [act.answer for act in calls if act.done]
            won.add((called["number"], called["window"]))
            for what in ("start", "finish"):
                await done(spread, f"clerk{called['window']}", f"tickets/{called['ticket']}/{what}")
        nobody = await spread.act("clerk1", "windows/1/call-next")
        last = await spread.act("manager", "notice", {"text": {"zh": "请看"}})
        await all_show(boards, seq_of(last))
    assert nobody.code == "nobody_waits"
    for board in boards:
        assert board.calls() == won, board.base


@both_counts
@pytest.mark.proves("S13")
async def test_what_is_done_to_one_ticket_leaves_the_others_byte_identical(
    processes: Processes, count: int
) -> None:
    """In the day as the log has it byte for byte, and at every process but for the people ahead."""
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases, hall) as spread:
        await sit(spread, 1)
        one, *others = await taken(spread, 5)

        async def bytes_of_others() -> tuple[list[bytes], list[list[dict[str, Any]]]]:
            audit = await audited(processes.store_url, hall)
            shown = [
                [await spread.see(f"/tickets/{id}", at_least=len(audit.entries), base=base) for id in others]
                for base in bases
            ]
            for ticket in (ticket for each in shown for ticket in each):
                del ticket["ahead"]
            return [msgspec.json.encode(audit.day.tickets[id]) for id in others], shown

        before = await bytes_of_others()
        assert before[1] == [before[1][0]] * count
        changes: list[tuple[str, str, dict[str, Any]]] = [
            ("floor", f"tickets/{one}/transfer", {"category": "B"}),
            ("floor", f"tickets/{one}/transfer", {"category": "A"}),
            ("floor", f"tickets/{one}/class", {"cls": "priority", "kind": "elderly", "reason": "seen"}),
            ("clerk1", "windows/1/call-next", {}),
            ("clerk1", f"tickets/{one}/recall", {}),
            ("clerk1", f"tickets/{one}/start", {}),
            ("clerk1", f"tickets/{one}/park", {"minutes": 5}),
            ("clerk1", f"tickets/{one}/unpark", {}),
            ("clerk1", "windows/1/call-next", {}),
            ("clerk1", f"tickets/{one}/start", {}),
            ("clerk1", f"tickets/{one}/finish", {}),
        ]
        for who, path, body in changes:
            await done(spread, who, path, **body)
            assert await bytes_of_others() == before, path


# --- order --------------------------------------------------------------------------------------


@both_counts
@pytest.mark.proves("S15", "S16")
async def test_the_order_is_a_full_sort_of_the_log_at_every_process_and_after_a_restart(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    async with Spread(bases, hall) as spread:
        await sit(spread, 1, 2)
        first = await taken(spread, 3)
        await asyncio.gather(take(spread, 6), take(spread, 4, cls="priority", kind="elderly"))
        in_b = await taken(spread, 2, "B")

        async def agreed() -> list[str]:
            """The one order that every process has, which is a sort of all who wait by their keys."""
            audit = await audited(processes.store_url, hall)
            waiting = sorted(
                (t for t in audit.day.tickets.values() if t.state == WAITING), key=lambda t: t.key
            )
            order = [ticket.number for ticket in waiting]
            assert await queues(spread, bases, 2, len(audit.entries)) == [order] * count
            return order

        before = last = await agreed()
        assert len(before) == 15
        for number in ("A001", "A002"):
            await done(spread, "clerk1", "windows/1/call", number=number, reason="continued")
            ticket = first[int(number[1:]) - 1]
            await done(spread, "clerk1", f"tickets/{ticket}/miss")
            await agreed()
            await done(spread, "floor", f"tickets/{ticket}/return")
            await agreed()
        for who, path, body in (
            ("floor", f"tickets/{first[2]}/class", {"cls": "priority", "kind": "elderly", "reason": "seen"}),
            ("floor", f"tickets/{in_b[1]}/transfer", {"category": "A"}),
            ("floor", f"tickets/{first[0]}/transfer", {"category": "B"}),
            ("floor", f"tickets/{first[0]}/transfer", {"category": "A"}),
        ):
            await done(spread, who, path, **body)
            last = await agreed()
        assert sorted(last) == sorted(before)
        await processes.restart()
        assert await agreed() == last
