"""What a visitor does at a kiosk besides taking a ticket: open one by its code, call staff, name a need."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from websockets.asyncio.client import connect

from queue_server.access.principals import check_code
from queue_server.hall.hours import day_bounds
from tests.api.hall import Served, served
from tests.waiting import wait_until

NEEDS = '"needs":["wheelchair","korean"]'


def code_of(hall: Served, ticket: str) -> str:
    return check_code(hall.site.halls[hall.hall].secret(ticket), ticket)


async def try_code(hall: Served, code: str, number: str = "D001") -> tuple[int, str]:
    answer = await hall.post("kiosk", "claims", {"number": number, "code": code})
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.proves("D15")
async def test_five_wrong_codes_shut_a_ticket_for_kiosks_and_staff_still_see_it(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        ticket, other = await hall.take(), await hall.take()
        tries = [await try_code(hall, "AAAAA") for _ in range(6)]
        assert tries == [(403, "wrong_check_code")] * 5 + [(403, "too_many_tries")]
        assert await try_code(hall, code_of(hall, ticket)) == (403, "too_many_tries")
        assert (await try_code(hall, code_of(hall, other), "D002"))[0] == 200
        assert (await hall.get("floor", "/numbers/D001")).json()["id"] == ticket


async def test_tries_count_together_in_several_processes_and_at_once(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as one, served(store_url, hall_id) as other:
        await one.take()
        await wait_until(lambda: "D001" in other.day.numbers)
        answers = await asyncio.gather(*(try_code(hall, "BBBBB") for hall in (one, other) for _ in range(20)))
        assert sum(code == "wrong_check_code" for _, code in answers) == 5
        assert sum(code == "too_many_tries" for _, code in answers) == 35


async def test_the_right_code_forgets_the_wrong_ones_before_it(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        ticket = await hall.take()
        for _ in range(3):
            for _ in range(4):
                assert (await try_code(hall, "CCCCC"))[1] == "wrong_check_code"
            assert (await try_code(hall, f" {code_of(hall, ticket).lower()} ", "doo1"))[0] == 200


@pytest.mark.proves("D15")
async def test_a_slip_is_printed_again_for_its_code_only_and_the_tries_count_with_the_others(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        ticket, other = await hall.take(), await hall.take()

        async def ask(path: str, code: str) -> tuple[int, str]:
            answer = await hall.post("kiosk", path, {"code": code})
            return answer.status_code, answer.json().get("code", "")

        assert (await try_code(hall, "AAAAA"))[1] == "wrong_check_code"
        paths = (f"tickets/{ticket}/reprint", "numbers/dOO1/reprint")
        tries = [await ask(path, code_of(hall, other)) for path in paths * 2]
        assert tries == [(403, "wrong_check_code")] * 4
        assert await ask(paths[0], code_of(hall, ticket)) == (403, "too_many_tries")
        assert await ask("numbers/d002/reprint", code_of(hall, other).lower()) == (200, "")


async def test_an_opened_ticket_moves_and_comes_back_as_its_holder_asks(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        ticket = await hall.take()
        claimed = (
            await hall.post("kiosk", "claims", {"number": "D001", "code": code_of(hall, ticket)})
        ).json()
        holder = f"{claimed['ticket']}.{claimed['secret']}"
        taken_at = hall.day.tickets[ticket].reference
        assert (await hall.post(holder, f"tickets/{ticket}/transfer", {"category": "F"})).status_code == 200
        moved = hall.day.tickets[ticket]
        assert (moved.number, moved.category, moved.reference) == ("D001", "F", taken_at)


async def test_calling_staff_twice_asks_once_and_says_where(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        first = (await hall.post("kiosk", "help", {"language": "en"})).json()
        again = (await hall.post("kiosk", "help", {"language": "zh"})).json()
        assert first == again
        assert (await hall.get("clerk8", "/help")).json() == {"calls": [first]}
        left = await hall.post("floor", "help/device:k1/came")
        assert left.json() == {"calls": []}
        stranger = await hall.post("floor", "help/device:nowhere/came")
        assert (stranger.status_code, stranger.json()["code"]) == (404, "unknown_kiosk")


async def test_a_call_for_help_is_pushed_to_floor_staff_on_every_process(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as one, served(store_url, hall_id) as other:
        headers = {"Authorization": "Bearer floor"}
        address = f"{other.sockets}/floor/live"
        async with connect(address, additional_headers=headers) as tablet:
            last = (0, 0)

            async def shown(kiosks: list[str]) -> None:
                nonlocal last
                while True:
                    state = msgspec.json.decode(await asyncio.wait_for(tablet.recv(), 15))
                    if state["type"] == "beat":
                        continue
                    now = (state["seq"], state["data_at"])
                    assert now > last, "a page keeps what it holds when the moment is the same"
                    last = now
                    if [each["kiosk"] for each in state["help"]] == kiosks:
                        return

            await shown([])
            assert (await one.post("kiosk", "help", {"language": "ko"})).is_success
            await shown(["device:k1"])
            assert (await one.post("floor", "help/device:k1/came")).is_success
            await shown([])
            for _ in range(3):
                await other.post("kiosk", "help", {"language": "ko"})
                await shown(["device:k1"])
                await other.post("floor", "help/device:k1/came")
                await shown([])
        help = other.site.halls[hall_id].help
        await wait_until(lambda: not help._watchers)


async def test_a_need_is_seen_at_the_window_that_calls_and_nowhere_else(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as one, served(store_url, hall_id) as other:
        before = one.tail.seq
        ticket = await one.take(needs=["wheelchair", "korean", "wheelchair"])
        await one.sit(8)
        await wait_until(lambda: ticket in other.day.tickets)
        headers = {"Authorization": "Bearer clerk8"}
        async with connect(f"{other.sockets}/windows/8/live", additional_headers=headers) as console:
            await one.post("clerk8", "windows/8/call-next")

            async def shown() -> bool:
                return NEEDS in str(await console.recv())

            await wait_until(shown, timeout=15)
        assert (await one.get("clerk8", "/windows/8")).json()["needs"] == ["wheelchair", "korean"]
        log = await one.site.store.read(one.site.halls[hall_id].today().name, before)
        assert not any(b"wheelchair" in entry.body or b"korean" in entry.body for entry in log)
        for who, path in (("", "/board"), ("", "/status"), ("floor", f"/tickets/{ticket}")):
            assert "wheelchair" not in (await one.get(who, path)).text, path
        await one.post("clerk8", f"tickets/{ticket}/start")
        await one.post("clerk8", f"tickets/{ticket}/finish")

        async def gone() -> bool:
            return not (await one.get("clerk8", "/windows/8")).json()["needs"]

        await wait_until(gone)


async def test_needs_end_with_the_business_day(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        ticket = await hall.take(needs=["guide"])
        live = hall.site.halls[hall_id]
        left = await live.store._do("PTTL", f"yc:{{{hall_id}}}:side:needs:{ticket}")
        end = day_bounds(hall.day.plan, hall.day.date)[1]
        assert 0 < left <= end - live.clock() + 5_000


async def test_an_unknown_need_is_refused(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        answer = await hall.post("kiosk", "tickets", {"category": "D", "needs": ["vip"]})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_body")


async def test_the_public_status_may_be_kept_and_names_nobody(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        ticket = await hall.take()
        await hall.post("manager", "notice", {"text": {"zh": "今天下午系统维护"}})
        answer = await hall.get("", "/status")
        assert answer.headers["cache-control"] == "public, max-age=10"
        assert answer.headers["access-control-allow-origin"] == "*"
        told = answer.json()
        assert {line["category"]: line["waiting"] for line in told["categories"]}["D"] == 1
        assert told["notices"] == [{"zh": "今天下午系统维护"}]
        assert ticket not in answer.text
        assert "D001" not in answer.text
        assert (await hall.get("", "/menu")).headers["cache-control"] == "no-store"
