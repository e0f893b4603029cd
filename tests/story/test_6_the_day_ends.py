"""Pauses, and the end of the day: whoever holds a number is served, or has a code for tomorrow."""

from __future__ import annotations

import pytest

from tests.story.hall import Refusal, a_hall


async def test_a_pause_begins_after_the_present_visitor_and_needs_a_reason(
    store_url: str, hall_id: str
) -> None:
    async with a_hall(store_url, hall_id) as hall:
        await hall.visitor_takes("D")
        clerk = await hall.clerk_sits_at(8)
        called = await clerk.calls_next()
        await clerk.does("start", called)
        with pytest.raises(Refusal, match="reason_needed"):
            await clerk.at_the_window("pause", {"reason": ""})
        reason = (await hall.there.get("", "")).json()["reasons"]["pause"][0]["code"]
        await clerk.at_the_window("pause", {"reason": reason})
        assert (await clerk.sees())["state"] == "open"
        await clerk.does("finish", called)
        assert (await clerk.sees())["state"] == "paused"


async def test_a_notice_is_on_every_board(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id) as hall:
        await hall.manager("notice", {"text": {"zh": "今天下午三点停电检修"}})
        assert (await hall.board())["notices"][0]["text"]["zh"] == "今天下午三点停电检修"


async def test_nobody_closes_the_day_while_people_wait_but_a_manager_with_a_reason(
    store_url: str, hall_id: str
) -> None:
    async with a_hall(store_url, hall_id) as hall:
        left = await hall.visitor_takes("D")
        with pytest.raises(Refusal, match="reason_needed"):
            await hall.manager("day/close", {"reason": ""})
        reason = (await hall.there.get("", "")).json()["reasons"]["close_day"][0]["code"]
        await hall.manager("day/close", {"reason": reason})
        assert (await hall.ticket(left))["end"] == "hall_closed"
        with pytest.raises(Refusal, match="day_closed"):
            await hall.visitor_takes("D")
