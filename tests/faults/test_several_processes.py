"""Two and three server processes serve one hall: for visitors and clerks it is one hall all the same.

Every request goes to another process than the one before it, as a proxy in front of them would send it.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from queue_server.hall import events
from queue_server.store import keys
from queue_server.store.chain import GENESIS, verify
from queue_server.store.logs import Store
from tests.faults.floor import sit, take
from tests.faults.processes import Processes, both_counts
from tests.faults.spread import Act, Spread

pytestmark = pytest.mark.timeout(240)


async def call_everywhere(spread: Spread, windows: range) -> list[Act]:
    """Every window calls the next visitor, all at once."""
    return await asyncio.gather(*(spread.act(f"clerk{n}", f"windows/{n}/call-next") for n in windows))


@both_counts
@pytest.mark.proves("S1")
async def test_200_tickets_taken_at_once_are_numbered_without_a_gap(processes: Processes, count: int) -> None:
    async with Spread(processes.bases(count), processes.unused_hall()) as spread:
        taken = await take(spread, 200)
        assert sorted(act.answer["number"] for act in taken) == [f"A{n:03}" for n in range(1, 201)]
        assert len({act.answer["ticket"] for act in taken}) == 200


@both_counts
@pytest.mark.proves("S5")
async def test_of_50_at_once_a_quota_of_10_lets_exactly_10_in(processes: Processes, count: int) -> None:
    async with Spread(processes.bases(count), processes.unused_hall()) as spread:
        taken = await take(spread, 50, "C")
        assert sorted(act.answer["number"] for act in taken if act.done) == [f"C{n:03}" for n in range(1, 11)]
        refused = [act for act in taken if not act.done]
        assert [act.code for act in refused] == ["quota_reached"] * 40
        assert all(act.answer["sentence"]["zh"] for act in refused)


@both_counts
@pytest.mark.proves("S7")
@pytest.mark.parametrize("waiting", [20, 19])
async def test_20_windows_that_call_at_once_get_each_a_visitor_of_their_own(
    processes: Processes, count: int, waiting: int
) -> None:
    async with Spread(processes.bases(count), processes.unused_hall()) as spread:
        await sit(spread, *range(1, 21))
        taken = await take(spread, waiting)
        calls = await call_everywhere(spread, range(1, 21))
        called = [act.answer["ticket"] for act in calls if act.done]
        assert sorted(called) == sorted(act.answer["ticket"] for act in taken)
        assert [act.code for act in calls if not act.done] == ["nobody_waits"] * (20 - waiting)


@both_counts
@pytest.mark.proves("S8")
async def test_an_act_repeated_at_every_process_at_once_happens_once(
    processes: Processes, count: int
) -> None:
    async with Spread(processes.bases(count), processes.unused_hall()) as spread:
        await sit(spread, 1)
        pressed = [spread.act("kiosk", "tickets", {"category": "A"}, key="pressed") for _ in range(8)]
        tickets = await asyncio.gather(*pressed)
        assert {(act.answer["number"], act.answer["ticket"]) for act in tickets} == {
            ("A001", tickets[0].answer["ticket"])
        }
        await take(spread, 3)
        calls = await asyncio.gather(
            *(spread.act("clerk1", "windows/1/call-next", key="F2") for _ in range(8))
        )
        assert all(act.answer == calls[0].answer for act in calls)
        other = await spread.act("kiosk", "tickets", {"category": "B"}, key="pressed")
        assert (other.status, other.code) == (409, "key_reused")


RIVALS: dict[str, tuple[str, Any]] = {
    "start": ("", {}),
    "park": ("", {}),
    "transfer": ("", {"category": "B"}),
    "cancel": ("manager", {"reason": "asked"}),
}
"""What else is done to the ticket: by whom (its own clerk, or), and how."""
LEAVES = {"start": "serving", "park": "parked", "transfer": "waiting", "cancel": "ended"}
"""The state in which each leaves the ticket."""


@both_counts
@pytest.mark.proves("S9")
@pytest.mark.parametrize("rival", sorted(RIVALS))
async def test_of_two_who_act_on_one_ticket_one_wins_and_the_other_is_told_what_became_of_it(
    processes: Processes, count: int, rival: str
) -> None:
    async with Spread(processes.bases(count), processes.unused_hall()) as spread:
        await sit(spread, *range(1, 11))
        for mine in range(1, 11, 2):
            (taken,) = await take(spread, 1)
            await _contend(spread, rival, taken.answer["ticket"], taken.answer["number"], mine, mine + 1)


async def _contend(spread: Spread, rival: str, ticket: str, number: str, mine: int, other: int) -> None:
    """The rival acts on a ticket, from the window `mine`, while the window `other` calls its number."""
    call = {"number": number, "reason": "continued"}
    if rival != "cancel":  # only the window that has called a ticket can start, park or transfer it
        assert (await spread.act(f"clerk{mine}", f"windows/{mine}/call", call)).done
    who, body = RIVALS[rival]
    first, second = await asyncio.gather(
        spread.act(f"clerk{other}", f"windows/{other}/call", call),
        spread.act(who or f"clerk{mine}", f"tickets/{ticket}/{rival}", body),
    )
    shown = await spread.see(f"/tickets/{ticket}", at_least=max(_seq(first), _seq(second)))
    assert first.done or second.done, (first, second)
    if first.done and second.done:  # one after the other: sent on and then called, or called and cancelled
        assert rival in ("transfer", "cancel")
        assert (_seq(first) > _seq(second)) == (rival == "transfer"), (first, second)
    called_last = first.done and _seq(first) > _seq(second)
    where = (shown["state"], shown["window"] if called_last else None)
    assert where == (("called", other) if called_last else (LEAVES[rival], None)), shown
    for loser in (act for act in (first, second) if not act.done):
        if rival == "cancel" and loser.code == "not_your_window":  # called meanwhile: that window's to cancel
            assert f"window {other} " in loser.answer["sentence"]["en"], loser
            continue
        assert (loser.status, loser.code) in ((409, "ticket_state"), (409, "ticket_ended")), loser
        assert number in loser.answer["detail"], "the conflict does not name the ticket"
        assert loser.answer["sentence"]["zh"]


def _seq(act: Act) -> int:
    return int(act.answer.get("seq", 0))


@both_counts
async def test_who_reads_with_the_sequence_of_an_answer_sees_what_was_answered_at_every_process(
    processes: Processes, count: int
) -> None:
    async with Spread(processes.bases(count), processes.unused_hall()) as spread:
        await sit(spread, 1)
        for _ in range(10):
            await take(spread, 1)
            called = await spread.act("clerk1", "windows/1/call-next")
            ticket, seq = called.answer["ticket"], called.answer["seq"]
            for base in processes.bases(count):
                shown = await spread.see(f"/tickets/{ticket}", at_least=seq, base=base)
                assert (shown["state"], shown["window"]) == ("called", 1)
                board = await spread.see("/board", at_least=seq, base=base)
                assert [c["number"] for c in board["current"]] == [called.answer["number"]]
            for what in ("start", "finish"):
                assert (await spread.act("clerk1", f"tickets/{ticket}/{what}")).done
        assert spread.unanswered == 0, "a process that had only to wait for its reader gave up"


async def test_a_sequence_that_is_not_there_yet_is_waited_for_and_then_refused(processes: Processes) -> None:
    hall = processes.unused_hall()
    async with Spread(processes.bases(1), hall) as spread:
        (taken,) = await take(spread, 1)
        answer = await spread.get(f"/board?at_least={10**9}")
        assert (answer.status_code, answer.json()["code"]) == (409, "too_busy")
        assert taken.done


async def test_what_three_processes_wrote_is_one_chain(processes: Processes) -> None:
    hall = processes.unused_hall()
    async with Spread(processes.bases(3), hall) as spread:
        await take(spread, 60)
    async with aclosing(await Store.connect(processes.store_url)) as store:
        (date,) = await store.days(hall)
        entries = await store.read(keys.day(hall, date), 0, 1000)
    assert verify(entries, GENESIS).seq == len(entries)
    taken = [entry for entry in entries if isinstance(events.decode(entry.body).e, events.TicketTaken)]
    assert len(taken) == 60
