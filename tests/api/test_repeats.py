"""A change that is asked again is done once: keys are required, kept, and belong to who used them."""

from __future__ import annotations

import uuid

import pytest

from tests.api.hall import served


async def test_a_key_brings_its_first_answer_again_even_after_a_restart(store_url: str, hall_id: str) -> None:
    key = uuid.uuid4().hex
    async with served(store_url, hall_id) as hall:
        first = await hall.post("kiosk", "tickets", {"category": "D"}, key)
        again = await hall.post("kiosk", "tickets", {"category": "D"}, key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        who = await hall.sit(8)
        called = await hall.post(who, "windows/8/call-next", {}, "call")
        tail = hall.tail
    async with served(store_url, hall_id) as hall:
        after = await hall.post("kiosk", "tickets", {"category": "D"}, key)
        kept = ("ticket", "number", "code", "url", "ahead", "taken_at")
        assert [after.json()[name] for name in kept] == [first.json()[name] for name in kept]
        assert (await hall.post("clerk8", "windows/8/call-next", {}, "call")).content == called.content
        assert hall.tail == tail


async def test_a_key_with_another_body_or_at_another_address_is_refused(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        first, second = await hall.take(), await hall.take()
        await hall.post("kiosk", "tickets", {"category": "D"}, "k")
        other = await hall.post("kiosk", "tickets", {"category": "F"}, "k")
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
        assert (await hall.post(hall.holder(first), f"tickets/{first}/cancel", {}, "c")).status_code == 200
        crossed = await hall.post("floor", f"tickets/{second}/cancel", {"reason": "left"}, "c")
        assert crossed.status_code == 200, "another principal's key is another key"
        again = await hall.post("floor", f"tickets/{first}/cancel", {"reason": "left"}, "c")
        assert (again.status_code, again.json()["code"]) == (409, "key_reused")


async def test_a_key_is_of_one_principal_and_one_command(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        numbers = [
            (await hall.post(who, "tickets", {"category": "D"}, "same")).json()["number"]
            for who in ("kiosk", "floor", "manager", "kiosk")
        ]
        assert numbers == ["D001", "D002", "D003", "D001"]
        for act in ("claim", "open", "call-next"):
            assert (await hall.post("clerk8", f"windows/8/{act}", {}, "same")).status_code == 200
        assert hall.day.windows[8].present


async def test_a_refusal_is_not_kept_the_same_key_may_succeed_later(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        nobody = await hall.post(who, "windows/8/call-next", {}, "k")
        assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody_waits")
        await hall.take()
        assert (await hall.post(who, "windows/8/call-next", {}, "k")).status_code == 200


@pytest.mark.parametrize(
    "keys",
    [[], [""], ["x" * 129], ["a", "b"], ["tab\tinside"], ["\u00e9".encode()]],
    ids=["none", "empty", "too long", "two", "control", "not ascii"],
)
async def test_a_change_without_one_usable_key_is_refused(
    store_url: str, hall_id: str, keys: list[str | bytes]
) -> None:
    async with served(store_url, hall_id) as hall:
        before = hall.tail
        headers = [(b"authorization", b"Bearer kiosk")]
        headers += [(b"idempotency-key", k if isinstance(k, bytes) else k.encode()) for k in keys]
        path = f"/api/halls/{hall_id}/tickets"
        answer = await hall.client.post(path, json={"category": "D"}, headers=headers)
        assert (answer.status_code, answer.json()["code"], hall.tail) == (400, "no_key", before)
