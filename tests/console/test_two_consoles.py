"""Two consoles in one hall: who is faster, who sits where, and what the other is told."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from queue_server.wire import QueueLine
from tests.api.hall import Served, demo_with, served
from tests.console.relay import relayed
from tests.console.sitting import Clerk, at_console, log_of, managing, open_window, sitting, take


async def a_number_is_asked_for(clerk: Clerk) -> None:
    """All that calling D001 by number takes, the last key left out."""
    await clerk.asks("f12")
    await clerk.asks("1")
    await clerk.press("1")
    await clerk.asks("enter")


@pytest.mark.proves("S9")
async def test_two_clerks_call_one_number_and_the_slower_is_told_who_was_faster(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as one, sitting(hall_id, hall.base, 9) as other:
            for clerk in (one, other):
                await open_window(clerk)
                await a_number_is_asked_for(clerk)
            await asyncio.gather(one.hurry("1"), other.hurry("1"))
            await one.told("D001")
            await other.told("D001")
            assert sorted([one.number, other.number]) == ["", "D001"]
            winner, loser = (one, other) if one.number else (other, one)
            window = winner.scene.window
            assert winner.said == "已叫指定的 D001"
            assert loser.said == f"D001号现在不能这样办：已叫到，在{window}号窗口（{window}）。"


@pytest.mark.proves("S9")
@pytest.mark.parametrize(
    ("rival", "key", "told"),
    [
        ({"path": "start"}, "f4", "D001号现在不能这样办：办理中，在8号窗口（8）。"),
        ({"path": "park"}, "f4", "D001号现在不能这样办：挂起，在8号窗口（8）。"),
        ({"path": "transfer", "body": {"category": "G"}}, "f4", "D001号现在不能这样办：等候中。"),
        ({"path": "cancel", "body": {"reason": "left"}}, "f4", "D001号已经结束（工作人员取消）。"),
    ],
)
async def test_an_act_on_a_ticket_that_somebody_else_changed_names_what_became_of_it(
    store_url: str, hall_id: str, rival: dict[str, Any], key: str, told: str
) -> None:
    async with served(store_url, hall_id) as hall, relayed(hall.base) as relay:
        await take(hall, "D")
        async with sitting(hall_id, relay.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            assert clerk.scene.present is not None
            ticket = clerk.scene.present.id
            relay.freeze()  # on a slow line somebody faster is not seen
            await clerk.hurry(key)
            assert clerk.scene.busy
            answer = await hall.post("clerk8", f"tickets/{ticket}/{rival['path']}", rival.get("body"))
            assert answer.status_code == 200, answer.text
            relay.mend()
            await clerk.told(told)


@pytest.mark.proves("S14")
async def test_a_second_console_is_refused_or_takes_over_and_the_first_is_told(
    store_url: str, hall_id: str
) -> None:
    async with (
        served(store_url, hall_id) as hall,
        sitting(hall_id, hall.base, 8) as first,
        at_console(hall_id, hall.base, 8, "manager") as second,
    ):
        await open_window(first)
        await second.asked("就座")
        await second.shows("8号窗口由8使用。")
        await second.press("1")  # not now
        await second.until(lambda: not second.scene.busy)
        await second.shows("窗口现在由8使用，F11 接替。")
        assert first.scene.seated
        await second.says("f2", said="窗口现在由8使用，F11 接替。")
        await second.does("f11", "2", said="已在8号窗口就座")
        await second.until(lambda: second.scene.seated)
        await first.until(lambda: "manager接替了这个窗口" in first.said)
        await first.shows("窗口现在由manager使用，F11 接替。")
        await first.says("f2", said="窗口现在由manager使用，F11 接替。")
        # Nobody takes a seat back by itself: two consoles would throw each other out for ever.
        assert not first.scene.busy
        claims = [r["e"]["clerk"] for r in await log_of(hall) if r["e"]["t"] == "window_claimed"]
        assert claims == ["staff:8", "staff:manager"]


@pytest.mark.proves("D6", "D16")
@pytest.mark.parametrize(("answers", "end"), [(["1"], ""), (["2", "1"], "done")])
async def test_whoever_takes_over_goes_on_with_the_visitor_or_closes_the_service(
    store_url: str, hall_id: str, answers: list[str], end: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as first:
            await open_window(first)
            await first.does("f2", said="已叫")
            await first.does("f4", said="开始办理")
            async with at_console(hall_id, hall.base, 8, "manager") as second:
                await second.asked("就座")
                await second.asks("2")
                await second.shows("8号窗口还有未办结的D001号")
                await second.does(*answers, said="已在8号窗口就座")
                await second.until(lambda: second.scene.seated)
                ended = (await hall.get("floor", "/numbers/D001")).json()
                assert ended["end"] == end
                if not end:
                    await second.does("f5", said="D001 已办结")


@pytest.mark.proves("S8")
@pytest.mark.parametrize("key", ["f2", "f6"])
async def test_a_double_key_press_calls_one_visitor(store_url: str, hall_id: str, key: str) -> None:
    async with served(store_url, hall_id, demo_with()) as hall:
        await take(hall, "D", "D", "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            if key == "f6":
                await clerk.does("f2", said="已叫 D001")
                await clerk.does("f4", said="开始办理")
            before = await calls(hall)
            await clerk.hurry(key, key, key)
            await clerk.until(lambda: not clerk.scene.busy and clerk.number)
            await clerk.press(key)  # and once more, when the call is on the screen already
            await clerk.until(lambda: not clerk.scene.busy)
            assert await calls(hall) == before + 1


async def calls(hall: Served) -> int:
    """How many calls the log has."""
    return sum(record["e"]["t"] == "called" for record in await log_of(hall))


@pytest.mark.proves("S26")
async def test_call_next_by_the_api_and_by_the_console_are_the_same_bytes(
    store_url: str, hall_id: str
) -> None:
    """Two halls alike, one called by the API and one by the console: only ids, times and keys differ."""
    logs = []
    for by_console in (False, True):
        async with served(store_url, f"{hall_id}-{by_console:d}") as hall:
            await take(hall, "D", "D")
            async with sitting(hall.hall, hall.base, 8) as clerk:
                await open_window(clerk)
                if by_console:
                    await clerk.does("f2", said="已叫 D001")
                    await clerk.does("f4", said="开始办理")
                    await clerk.does("f6", said="已叫 D002")
                else:
                    ticket = (await hall.post("clerk8", "windows/8/call-next")).json()["ticket"]
                    await hall.post("clerk8", f"tickets/{ticket}/start")
                    await hall.post("clerk8", "windows/8/call-next", {"finish": True})
            since_opening = (await log_of(hall))[4:]
            assert [record["e"]["t"] for record in since_opening] == ACTS
            logs.append([without_ids_and_times(record) for record in since_opening])
    api, console = logs
    assert api == console


ACTS = ["window_opened", "called", "started", "finished", "called"]


def without_ids_and_times(record: dict[str, Any]) -> bytes:
    """An entry's bytes without ids, times and key, whose digest names the path with the hall in it."""
    left_out = {"at", "key", "digest", "ticket", "ended_at"}

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: strip(each) for name, each in value.items() if name not in left_out}
        return [strip(each) for each in value] if isinstance(value, list) else value

    return msgspec.json.encode(strip(record))


@pytest.mark.proves("S7", "S25")
async def test_two_consoles_that_call_at_once_call_two_visitors_and_of_one_visitor_one_gets_him(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D", "D")
        async with sitting(hall_id, hall.base, 8) as one, sitting(hall_id, hall.base, 9) as other:
            for clerk in (one, other):
                await open_window(clerk)
            await asyncio.gather(one.hurry("f2"), other.hurry("f2"))
            for clerk in (one, other):
                await clerk.told("已叫 D00")
            assert {one.number, other.number} == {"D001", "D002"}
            shown = await on_board(hall)
            await one.does("f3", said="已重呼")
            assert (await on_board(hall))[one.number] > max(shown.values()), "announced anew"

            for clerk in (one, other):
                await clerk.does("f4", said="开始办理")
            await asyncio.gather(one.hurry("f6"), other.hurry("f6"))
            for clerk in (one, other):
                await clerk.told("已办结")
            assert sorted((one.number, other.number)) == ["", "D003"]
            alone = one if not one.number else other
            assert alone.said == "已办结，现在没有人等候"


async def on_board(hall: Served) -> dict[str, int]:
    """The numbers that the board calls now, each with the sequence of its last call."""
    board = (await hall.get("", "/board")).json()
    return {call["number"]: call["seq"] for call in board["current"]}


async def test_an_undo_beside_another_consoles_call_leaves_nobody_called_twice(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D")
        async with sitting(hall_id, hall.base, 8) as one, sitting(hall_id, hall.base, 9) as other:
            for clerk in (one, other):
                await open_window(clerk)
            for _ in range(3):
                await one.does("f2", said="已叫 D00")
                undone = one.number
                await asyncio.gather(one.hurry("f9"), other.hurry("f2"))
                await one.told(f"已撤销叫号，{undone} 退回原位")
                await other.told("已叫 D00")
                at = [w.present for w in hall.day.windows.values() if w.present]
                assert len(at) == len(set(at)) == 1
                await one.until(lambda: one.scene.present is None)
                await other.does("f9", said="已撤销叫号")
            assert [line.number for line in waiting_in(other)] == ["D001", "D002"], "each at its old place"


def waiting_in(clerk: Clerk) -> list[QueueLine]:
    """The queue as a console shows it."""
    return list(clerk.scene.view.queue) if clerk.scene.view is not None else []


@pytest.mark.parametrize(
    ("rival", "told"),
    [
        ({"path": "start"}, "D001"),
        ({"path": "transfer", "body": {"category": "G"}}, "D001"),
        ({"path": "cancel", "body": {"reason": "left"}}, "D001"),
    ],
)
async def test_an_undo_after_somebody_else_went_on_takes_nothing_of_theirs_back(
    store_url: str, hall_id: str, rival: dict[str, Any], told: str
) -> None:
    async with served(store_url, hall_id) as hall, relayed(hall.base) as relay:
        await take(hall, "D")
        async with sitting(hall_id, relay.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            assert clerk.scene.present is not None
            ticket = clerk.scene.present.id
            relay.freeze()
            await clerk.hurry("f9")
            answer = await hall.post("clerk8", f"tickets/{ticket}/{rival['path']}", rival.get("body"))
            assert answer.status_code == 200, answer.text
            after = hall.day.tickets[ticket]
            relay.mend()
            await clerk.told(told)
            assert hall.day.tickets[ticket] == after
            kinds = [record["e"]["t"] for record in await log_of(hall)]
            assert "undone" not in kinds


@pytest.mark.proves("D13")
async def test_one_who_was_found_on_the_floor_cannot_be_missed_at_the_window(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, demo_with(miss_gap=0)) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk, managing(hall_id, hall.base) as manager:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            for _ in range(2):
                await clerk.does("f3", said="已重呼")
            await clerk.until(lambda: clerk.scene.view and clerk.scene.view.miss_opens_at)
            assert clerk.scene.present is not None
            answer = await hall.post("floor", f"tickets/{clerk.scene.present.id}/found")
            assert answer.status_code == 200, answer.text
            await clerk.until(lambda: clerk.scene.miss_wait > 100)
            await clerk.says("f7", said="秒")
            assert clerk.number == "D001"
            await manager.shows("D001")
            await clerk.does("f4", said="D001 开始办理")


async def test_an_urgent_call_stands_at_every_window_until_it_is_answered(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        async with (
            sitting(hall_id, hall.base, 8) as one,
            sitting(hall_id, hall.base, 9, lang="en") as other,
            managing(hall_id, hall.base) as manager,
        ):
            await one.says("space", said="现在没有紧急呼叫。")
            await manager.marks(8)
            await manager.asks("f12")
            await manager.does("7", "1", "1", said="已呼叫窗口：8")
            await one.shows("紧急：请马上到咨询台  按空格键回复收到")
            assert "Urgent" not in other.screen()
            await manager.asks("f12")
            await manager.does("7", "2", "4", said="已呼叫窗口：8 9")
            await one.shows("紧急：请引导群众疏散")
            await other.shows("Urgent: Guide everybody out")
            await manager.shows("紧急呼叫 0:0")
            await one.does("space", said="已回复收到")
            await one.until(lambda: "紧急" not in one.screen())
            await other.shows("Urgent: Guide everybody out")
            await other.does("space", said="Answered")
            await manager.until(lambda: "未回复" not in manager.screen())
        told = [record["e"] for record in await log_of(hall)]
        assert [e["windows"] for e in told if e["t"] == "windows_summoned"] == [[8], [8, 9]]
        assert [e["window"] for e in told if e["t"] == "summons_answered"] == [8, 9]


@pytest.mark.proves("S10", "S17", "S18", "D10", "D22", "D23")
async def test_a_morning_of_two_consoles(store_url: str, hall_id: str) -> None:
    """What one console does the other finds: ended numbers, calls taken back, a cut line, down time."""
    async with served(store_url, hall_id) as hall, relayed(hall.base) as relay:
        await take(hall, "D", "D", "D")
        async with sitting(hall_id, relay.base, 8) as one, sitting(hall_id, hall.base, 9) as other:
            for clerk in (one, other):
                await open_window(clerk)
            await one.does("f2", said="已叫 D001")
            await one.does("f9", said="D001 退回原位")  # D22: at its key, and on the board until it is called
            assert (await past_on_board(hall))["D001"] == "wait"
            await other.does("f2", said="已叫 D001")
            await one.does("f2", said="已叫 D002")  # S17: a call taken back silences no later one
            assert (await on_board(hall)).keys() == {"D001", "D002"}

            await one.does("f4", said="D002 开始办理")
            relay.cut()  # D23
            await one.until(lambda: not one.scene.up)
            await other.does("f4", said="D001 开始办理")
            await other.does("f5", said="D001 已办结")
            assert hall.day.windows[8].present
            relay.mend()
            await one.until(lambda: one.scene.up and one.scene.seated and one.number == "D002")
            await one.does("f5", said="D002 已办结")

            await a_number_is_asked_for(one)  # S10
            await one.does("1", said="D001号已经结束（已办）。")
            stranger = await hall.post("clerk9", "windows/8/call-next", {})  # S18
            assert (stranger.status_code, stranger.json()["code"]) == (403, "not_allowed")

            await other.does("f2", said="已叫 D003")  # D10: called just before the power went
            since, until = hall.day.windows[9].since, hall.site.halls[hall_id].clock()
            down = await hall.post("manager", "down-times", {"since": since, "until": until})
            assert down.status_code == 200, down.text
            await other.until(lambda: not other.number)
            await one.does("f2", said="已叫 D003")
            assert hall.day.windows[8].present
            missed = [t.number for t in hall.day.tickets.values() if t.misses]
            assert missed == []


async def past_on_board(hall: Served) -> dict[str, str]:
    """The numbers among the board's earlier calls, and how each stands."""
    board = (await hall.get("", "/board")).json()
    return {call["number"]: call["state"] for call in board["recent"]}
