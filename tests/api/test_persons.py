"""An identity card at a kiosk: asked for only where a matter requires it, and nothing of it is kept."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest
from msgspec.structs import replace

from queue_server.hall.plan import Plan
from tests.api.cards import everything_in, number_of
from tests.api.hall import Served, demo_with, served


def plan() -> Plan:
    """The demo hall, whose matter F01 requires an identity card."""
    demo = demo_with()
    return replace(demo, matters=tuple(replace(m, identity=m.id == "F01") for m in demo.matters))


async def shown(hall: Served, number: str) -> str:
    answer = await hall.post("kiosk", "persons", {"number": number})
    assert answer.status_code == 200, answer.text
    handle: str = answer.json()["person"]
    return handle


async def asked(hall: Served, person: str = "", key: str = "", **more: object) -> httpx.Response:
    body = {"category": "F", "matters": ["F01"], "person": person, **more}
    return await hall.post("kiosk", "tickets", body, key)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def test_a_card_is_asked_for_only_where_a_matter_requires_it_and_only_at_a_kiosk(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, plan()) as hall:
        assert code(await asked(hall)) == (422, "card_required")
        assert code(await asked(hall, "no-such-handle")) == (422, "card_required")
        assert (await hall.post("kiosk", "tickets", {"category": "F", "matters": ["F02"]})).status_code == 201
        assert (await hall.post("floor", "tickets", {"category": "F", "matters": ["F01"]})).status_code == 201
        for wrong in ("", "12345", number_of()[:-1] + "?", number_of("19501301"), "9" * 18):
            assert code(await hall.post("kiosk", "persons", {"number": wrong})) == (422, "bad_card"), wrong
        assert (await hall.post("board", "persons", {"number": number_of()})).status_code == 403


async def test_a_person_has_one_waiting_ticket_a_category_however_often_and_wherever_it_is_asked_for(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, plan()) as one, served(store_url, hall_id, plan()) as other:
        handles = [await shown(hall, number_of().lower()) for hall in (one, other) * 4]
        answers = await asyncio.gather(
            *(asked(hall, handle) for hall, handle in zip((one, other) * 4, handles, strict=True))
        )
        taken = [answer.json()["ticket"] for answer in answers if answer.status_code == 201]
        assert len(taken) == 1, [code(answer) for answer in answers]
        assert {code(a) for a in answers if a.status_code != 201} <= {
            (409, "already_waiting"), (409, "too_busy"),
        }  # fmt: skip
        assert (await asked(one, await shown(one, number_of(order=2)))).status_code == 201, "somebody else"
        await one.post("floor", f"tickets/{taken[0]}/cancel", {"reason": "left"})
        again = await asked(one, await shown(one, number_of()))
        assert again.status_code == 201, "the first ticket has ended"
        assert code(await asked(other, await shown(other, number_of()))) == (409, "already_waiting")


async def test_the_same_request_again_is_the_same_ticket_and_a_refusal_takes_no_place(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, plan()) as hall:
        person = await shown(hall, number_of())
        assert code(await asked(hall, person, language="fr")) == (422, "unknown_language")
        first, second = [await asked(hall, person, key="one-touch") for _ in range(2)]
        assert first.status_code == second.status_code == 201
        assert first.json()["ticket"] == second.json()["ticket"]


async def test_whoever_is_sixty_on_the_card_is_a_priority_visitor_for_that(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, plan()) as hall:
        kinds = []
        for order, birth in enumerate(("19500101", "20000101")):
            answer = await asked(hall, await shown(hall, number_of(birth, order)), cls="priority")
            kinds.append(hall.day.ticket(answer.json()["ticket"]).kind)
        assert kinds == ["elderly", ""]


async def test_nothing_of_a_card_is_in_the_store_in_a_log_or_in_an_answer(
    store_url: str, hall_id: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    number = number_of("19500317", 7)
    async with served(store_url, hall_id, plan()) as hall:
        person = await shown(hall, number)
        taken = await asked(hall, person)
        again = await asked(hall, person)
        page = await hall.client.get(f"/kiosk/{hall_id}")
        place = await hall.get(
            hall.holder(taken.json()["ticket"]), f"/tickets/{taken.json()['ticket']}/place"
        )
        kept = await everything_in(hall.site.halls[hall_id].store, hall_id)
    said = capfd.readouterr()
    heard = [taken.text, again.text, page.text, place.text, said.out, said.err, caplog.text]
    assert code(again) == (409, "already_waiting")
    assert person.encode() in kept, "the control: what is kept is searched, the handle among it"
    for part in (number, number[6:14], number[:17], number[6:]):
        assert part.encode() not in kept
        assert not any(part in text for text in heard)


async def test_a_booking_of_such_a_matter_asks_for_the_card_when_it_is_checked_in(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, plan()) as hall:
        soon = hall.site.halls[hall.hall].clock() + 3_600_000
        body = {"category": "F", "slot": soon, "matters": ["F01"]}
        plain = {"matters": [], "slot": soon + 3_600_000}
        booked = [await hall.post("kiosk", "bookings", body | more) for more in ({}, {}, plain)]
        assert [answer.status_code for answer in booked] == [201] * 3, booked[-1].text
        codes = [answer.json()["code"] for answer in booked]
        assert code(await hall.post("kiosk", "check-ins", {"code": codes[0]})) == (422, "card_required")
        person = await shown(hall, number_of())
        came = await hall.post("kiosk", "check-ins", {"code": codes[0], "person": person})
        assert came.status_code == 201, came.text
        again = await hall.post("kiosk", "check-ins", {"code": codes[1], "person": person})
        assert code(again) == (409, "already_waiting")
        assert code(await asked(hall, person)) == (409, "already_waiting")
        assert (await hall.post("kiosk", "check-ins", {"code": codes[2]})).status_code == 201
