"""The wrong category, the wrong window, a form to fill in: the place is kept."""

from __future__ import annotations

from tests.story.hall import a_hall


async def test_a_visitor_of_another_category_is_sent_on_with_number_and_arrival(
    store_url: str, hall_id: str
) -> None:
    async with a_hall(store_url, hall_id) as hall:
        receipt = await hall.visitor_takes("G")
        await hall.visitor_takes("D")
        desk, clerk = await hall.clerk_sits_at(20), await hall.clerk_sits_at(8)
        await desk.does("transfer", await desk.calls_next(), {"category": "D"})
        assert (await clerk.calls_next())["number"] == receipt["number"], "arrived first, so called first"
        assert (await hall.ticket(receipt))["end"] == ""


async def test_who_is_sent_to_a_window_that_closes_waits_in_the_category_again(
    store_url: str, hall_id: str
) -> None:
    async with a_hall(store_url, hall_id) as hall:
        receipt = await hall.visitor_takes("D")
        eight, nine = await hall.clerk_sits_at(8), await hall.clerk_sits_at(9)
        await eight.does("transfer", await eight.calls_next(), {"window": 9})
        await nine.at_the_window("close")
        assert (await eight.calls_next())["number"] == receipt["number"]


async def test_who_fills_in_a_form_is_next_at_the_same_window(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id) as hall:
        receipt = await hall.visitor_takes("D")
        await hall.visitor_takes("D")
        clerk = await hall.clerk_sits_at(8)
        called = await clerk.calls_next()
        await clerk.does("start", called)
        await clerk.does("park", called, {"minutes": 10})
        other = await clerk.calls_next()
        await clerk.does("start", other)
        await clerk.does("unpark", called)
        assert (await clerk.calls_next(finish=True))["number"] == receipt["number"]
