"""Nobody comes: three calls, a miss, and a way back behind three people."""

from __future__ import annotations

import pytest

from tests.api.hall import demo_with
from tests.story.hall import Clerk, Refusal, Said, a_hall

QUICK = demo_with(miss_gap=0)
"""The pause after the third call is 20 s in a hall; a story does not wait for it."""


async def called_three_times(clerk: Clerk) -> Said:
    called = await clerk.calls_next()
    for _ in range(2):
        await clerk.does("recall", called)
    return called


async def test_the_miss_key_opens_only_after_three_calls(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id, QUICK) as hall:
        await hall.visitor_takes("D")
        clerk = await hall.clerk_sits_at(8)
        called = await clerk.calls_next()
        with pytest.raises(Refusal, match="calls_missing"):
            await clerk.does("miss", called)


async def test_who_comes_back_stands_behind_the_third_who_waits(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id, QUICK) as hall:
        late = await hall.visitor_takes("D")
        for _ in range(4):
            await hall.visitor_takes("D")
        clerk = await hall.clerk_sits_at(8)
        await clerk.does("miss", await called_three_times(clerk))
        assert (await hall.place_of(late))["state"] == "missed"
        await hall.holder(late, "return")
        assert (await hall.place_of(late))["ahead"] == 3


async def test_a_second_miss_voids_the_ticket(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id, QUICK) as hall:
        late = await hall.visitor_takes("D")
        clerk = await hall.clerk_sits_at(8)
        await clerk.does("miss", await called_three_times(clerk))
        await hall.holder(late, "return")
        await clerk.does("miss", await called_three_times(clerk))
        assert (await hall.ticket(late))["end"] == "void_missed"
        with pytest.raises(Refusal, match="ticket_ended"):
            await hall.holder(late, "return")
