"""A clerk calls, serves and finishes; every board shows it."""

from __future__ import annotations

import pytest

from tests.story.hall import Refusal, a_hall


async def test_the_next_visitor_comes_is_served_and_goes(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id) as hall:
        receipt = await hall.visitor_takes("D", "D03")
        clerk = await hall.clerk_sits_at(8)
        called = await clerk.calls_next()
        assert called["number"] == receipt["number"]
        assert await hall.calls_on_the_board() == ["D001>8"]
        assert (await hall.place_of(receipt))["window"] == 8
        await clerk.does("start", called)
        await clerk.does("finish", called, {"outcomes": {"D03": "done"}})
        assert await hall.calls_on_the_board() == []
        assert (await hall.ticket(receipt))["end"] == "done"
        assert (await clerk.sees())["figures"]["served"] == 1


async def test_one_key_finishes_and_calls_the_next(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id) as hall:
        await hall.visitor_takes("D")
        await hall.visitor_takes("D")
        clerk = await hall.clerk_sits_at(8)
        first = await clerk.calls_next()
        await clerk.does("start", first)
        with pytest.raises(Refusal, match="visitor_present"):
            await clerk.calls_next()
        assert (await clerk.calls_next(finish=True))["number"] == "D002"


async def test_when_nobody_waits_the_hall_says_so(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id) as hall:
        clerk = await hall.clerk_sits_at(8)
        with pytest.raises(Refusal, match="nobody_waits") as refused:
            await clerk.calls_next()
        assert refused.value.sentence


async def test_a_call_made_by_mistake_is_taken_back_and_the_visitor_keeps_the_place(
    store_url: str, hall_id: str
) -> None:
    async with a_hall(store_url, hall_id) as hall:
        await hall.visitor_takes("D")
        await hall.visitor_takes("D")
        clerk = await hall.clerk_sits_at(8)
        await clerk.does("undo", await clerk.calls_next())
        assert [call["state"] for call in (await hall.board())["recent"]] == ["wait"]
        assert (await clerk.calls_next())["number"] == "D001"


async def test_a_family_with_more_matters_than_the_ticket_names_is_still_one_call(
    store_url: str, hall_id: str
) -> None:
    async with a_hall(store_url, hall_id) as hall:
        receipt = await hall.visitor_takes("D", "D01")
        clerk = await hall.clerk_sits_at(8)
        called = await clerk.calls_next()
        await clerk.does("start", called)
        await clerk.does("matters", called, {"matters": ["D02", "D03"]})
        await clerk.does("finish", called, {"outcomes": {"D01": "accepted", "D02": "accepted"}})
        ticket = await hall.ticket(receipt)
        assert ticket["matters"] == ["D01", "D02", "D03"]
        assert ticket["end"] == "done"
