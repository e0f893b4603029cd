"""How fast a device takes tickets and how often a password is guessed, whichever process is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from queue_server.access import sessions
from queue_server.access.limits import Allowance, spend_ticket
from queue_server.access.principals import CLERK, KIOSK, Principal
from queue_server.app import AccessRules
from queue_server.hall.refusals import TooOften
from queue_server.store import keys
from queue_server.store.logs import Store, Unanswered
from queue_server.store.vault import Patience
from tests.api.hall import Served, served
from tests.api.people import sign_in
from tests.waiting import wait_until

K1, K2 = (Principal(f"device:{name}", name, KIOSK) for name in ("k1", "k2"))
SLOW = Allowance(burst=20, seconds=1000.0)
"""What a burst uses up does not come back while a test runs: time passes as `pass_` says."""


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    connected = await Store.connect(store_url)
    yield connected
    await connected.aclose()


async def taken(store: Store, hall: str, who: Principal, tries: int, allowed: Allowance = SLOW) -> int:
    """How many of so many tries at once get a ticket."""

    async def one() -> bool:
        try:
            await spend_ticket(store, hall, who, allowed)
        except TooOften:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(tries))))


async def pass_(store: Store, hall: str, who: Principal, seconds: float) -> None:
    """Let time pass for what a device has used up."""
    key = keys.side(hall, f"pace:{who.id}")
    left = int(await store._do("PTTL", key, key=key)) - round(seconds * 1000)
    await store._do("PEXPIRE", key, max(left, 0), key=key)


async def test_a_burst_passes_and_then_one_at_a_time(store: Store, hall_id: str) -> None:
    assert await taken(store, hall_id, K1, 50) == 20
    assert await taken(store, hall_id, K2, 50) == 20, "another kiosk has its own"
    for _ in range(5):
        await pass_(store, hall_id, K1, 1000)
        assert await taken(store, hall_id, K1, 5) == 1
    await pass_(store, hall_id, K1, 10_000)
    assert await taken(store, hall_id, K1, 50) == 10
    await pass_(store, hall_id, K1, 3_600_000)
    assert await taken(store, hall_id, K1, 50) == 20


async def test_one_in_three_seconds_passes_all_day_at_every_kiosk(store: Store, hall_id: str) -> None:
    """A day of it would take a day: what counts is that three times the price has come back each time."""
    for _ in range(60):
        assert await taken(store, hall_id, K1, 1) == 1
        await pass_(store, hall_id, K1, 3 * SLOW.seconds)


async def test_people_are_not_counted_and_no_limit_is_one(store: Store, hall_id: str) -> None:
    clerk = Principal("staff:li", "li", CLERK)
    assert await taken(store, hall_id, clerk, 50, Allowance(burst=1, seconds=1000)) == 50
    assert await taken(store, hall_id, K1, 50, Allowance(seconds=0)) == 50


@pytest.mark.parametrize("passed", [0.0, 400.0, 999.0])
async def test_the_wait_is_told_in_whole_seconds_and_never_too_short(
    store: Store, hall_id: str, passed: float
) -> None:
    allowed = Allowance(burst=1, seconds=5000.0)
    await spend_ticket(store, hall_id, K1, allowed)
    await pass_(store, hall_id, K1, passed)
    with pytest.raises(TooOften) as refused:
        await spend_ticket(store, hall_id, K1, allowed)
    wait = float(refused.value.facts["seconds"])
    assert 5000 - passed - 60 <= wait <= 5000 - passed
    await pass_(store, hall_id, K1, wait)
    await spend_ticket(store, hall_id, K1, allowed)


async def test_what_is_kept_of_a_device_is_forgotten_by_itself(store: Store, hall_id: str) -> None:
    await taken(store, hall_id, K1, 3, Allowance(burst=20, seconds=0.02))
    key = keys.side(hall_id, f"pace:{K1.id}")

    async def gone() -> bool:
        return not await store._do("EXISTS", key, key=key)

    await wait_until(gone)


async def _tries(halls: tuple[Served, ...], tries: int) -> list[int]:
    """What a kiosk is answered that tries so often at once, at each process in turn."""
    asked = (halls[n % len(halls)].post("kiosk", "tickets", {"category": "D"}) for n in range(tries))
    return sorted(answer.status_code for answer in await asyncio.gather(*asked))


async def test_a_kiosk_gains_nothing_by_talking_to_two_processes(store_url: str, hall_id: str) -> None:
    rules = AccessRules(tickets=Allowance(burst=5, seconds=600.0))
    async with (
        served(store_url, hall_id, rules=rules) as one,
        served(store_url, hall_id, rules=rules) as other,
    ):
        assert await _tries((one, other), 14) == [201] * 5 + [429] * 9
        await wait_until(lambda: one.tail == other.tail)  # each has read what the other wrote
        before = one.tail
        refused = await other.post("kiosk", "tickets", {"category": "D"})
        assert (refused.status_code, refused.json()["code"]) == (429, "tickets_wait")
        assert 550 <= int(refused.headers["retry-after"]) <= 600
        assert all(refused.json()["sentence"][lang] for lang in ("zh", "ko", "en"))
        assert one.tail == before
        assert (await one.post("clerk8", "tickets", {"category": "D"})).status_code == 201


@pytest.mark.parametrize("by", ["OF_ACCOUNT", "OF_ADDRESS"])
async def test_guesses_at_two_processes_are_counted_together(
    store_url: str, hall_id: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, by, Patience(free=3, first=900_000, longest=900_000))
    async with served(store_url, hall_id) as one, served(store_url, hall_id) as other:
        logins = ["li"] * 6 if by == "OF_ACCOUNT" else ["li", "wang", "zhao", "jin", "piao", "cui"]
        asked = (sign_in((one, other)[n % 2], login, f"guess-{n}") for n, login in enumerate(logins))
        codes = [answer.json()["code"] for answer in await asyncio.gather(*asked)]
        assert sorted(codes) == ["sign_in_wait"] * 3 + ["wrong_password"] * 3


async def test_without_an_answer_of_the_store_nobody_is_let_through_uncounted(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(store_url, hall_id, rules=AccessRules()) as hall:
        before = hall.tail

        async def silent(*_: object) -> int:
            raise Unanswered("no answer within its time")

        with monkeypatch.context() as down:
            down.setattr(hall.site.store, "spend_side", silent)
            answer = await hall.post("kiosk", "tickets", {"category": "D"})
        assert (answer.status_code, answer.json()["code"]) == (503, "store_gone")
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["sentence"]["ko"]
        assert hall.tail == before
        assert (await hall.post("kiosk", "tickets", {"category": "D"})).status_code == 201
