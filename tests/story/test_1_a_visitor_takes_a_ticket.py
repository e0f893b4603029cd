"""A visitor takes a ticket, and the phone follows it."""

from __future__ import annotations

import pytest

from tests.story.hall import Refusal, a_hall


async def test_the_receipt_says_the_number_the_people_ahead_the_windows_and_what_to_bring(
    store_url: str, hall_id: str
) -> None:
    async with a_hall(store_url, hall_id) as hall:
        await hall.visitor_takes("D")
        receipt = await hall.visitor_takes("D", "D03", language="ko")
        assert (receipt["number"], receipt["ahead"]) == ("D002", 1)
        assert receipt["windows"] == [8, 9, 10, 11]
        assert [thing["zh"] for thing in receipt["checklist"]] == [
            "查询申请书",
            "居民身份证",
            "授权委托书（受托人查询时提交）",
        ]
        assert (receipt["area"], receipt["area_name"]["ko"]) == ("不动产区", "부동산구역")
        assert "30분" in receipt["rules"][0]
        assert len(receipt["code"]) == 5
        printout = await hall.visitor_takes("G", "G01", language="ko")
        assert [thing["ko"] for thing in printout["checklist"]] == ["사회보장카드 또는 주민신분증"]


async def test_the_phone_says_how_many_are_ahead_and_why(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id) as hall:
        await hall.visitor_takes("D")
        mine = await hall.visitor_takes("D")
        kind = next(iter((await hall.there.get("", "")).json()["kinds"]))["code"]
        await hall.visitor_takes("D", cls="priority", kind=kind)
        place = await hall.place_of(mine)
        assert place["ahead"] == 2
        assert (place["before"]["earlier"], place["before"]["priority"]) == (1, 1)


async def test_several_matters_are_one_ticket_and_too_many_are_refused_in_words(
    store_url: str, hall_id: str
) -> None:
    async with a_hall(store_url, hall_id) as hall:
        receipt = await hall.visitor_takes("S", "S01", "S02", "S03")
        assert len(receipt["matters"]) == 3
        with pytest.raises(Refusal, match="too_many_matters") as refused:
            await hall.visitor_takes("S", "S01", "S02", "S03", "S04")
        assert "3" in refused.value.sentence


async def test_who_does_not_want_to_wait_gives_the_ticket_back(store_url: str, hall_id: str) -> None:
    async with a_hall(store_url, hall_id) as hall:
        first, second = await hall.visitor_takes("D"), await hall.visitor_takes("D")
        await hall.holder(first, "cancel")
        assert (await hall.ticket(first))["end"] == "cancelled_by_visitor"
        assert (await hall.place_of(second))["ahead"] == 0
