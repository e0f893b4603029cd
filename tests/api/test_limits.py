"""How fast a device may take tickets: a rush passes, a stuck button does not empty the day."""

from __future__ import annotations

import pytest

from queue_server.access.limits import Allowance, TicketLimits
from queue_server.app import AccessRules
from queue_server.hall.refusals import TooOften
from tests.api.hall import served


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(limits: TicketLimits, who: str, tries: int) -> int:
    """How many of so many tries at once get a ticket."""
    got = 0
    for _ in range(tries):
        try:
            limits.take("hall", who, "kiosk")
        except TooOften:
            continue
        got += 1
    return got


def test_one_in_three_seconds_passes_all_day_at_every_kiosk() -> None:
    clock = Clock()
    limits = TicketLimits(Allowance(), clock)
    for _ in range(4000):
        assert [taken(limits, f"device:k{n}", 1) for n in range(5)] == [1] * 5
        clock.now += 3.0


def test_a_burst_passes_and_then_one_a_second() -> None:
    clock = Clock()
    limits = TicketLimits(Allowance(burst=20, seconds=1.0), clock)
    assert taken(limits, "device:k1", 50) == 20
    assert taken(limits, "device:k2", 50) == 20, "another kiosk has its own"
    for _ in range(10):
        clock.now += 1.0
        assert taken(limits, "device:k1", 5) == 1
    clock.now += 3600
    assert taken(limits, "device:k1", 50) == 20


def test_people_are_not_counted_and_no_limit_is_one() -> None:
    limits = TicketLimits(Allowance(burst=1, seconds=10.0), Clock())
    for _ in range(50):
        limits.take("hall", "staff:li", "clerk")
    free = TicketLimits(Allowance(seconds=0), Clock())
    assert taken(free, "device:k1", 500) == 500


def test_the_devices_remembered_are_bounded() -> None:
    clock = Clock()
    limits = TicketLimits(Allowance(), clock)
    for n in range(10_000):
        limits.take("hall", f"device:{n}", "kiosk")
        clock.now += 0.01
    assert len(limits._full_at) <= 4097


async def test_a_kiosk_is_told_when_to_go_on_and_nothing_is_taken(store_url: str, hall_id: str) -> None:
    rules = AccessRules(tickets=Allowance(burst=3, seconds=60.0))
    async with served(store_url, hall_id, rules=rules) as hall:
        for _ in range(3):
            await hall.take()
        before = hall.tail
        refused = await hall.post("kiosk", "tickets", {"category": "D"})
        assert (refused.status_code, refused.json()["code"]) == (429, "tickets_wait")
        assert 55 <= int(refused.headers["retry-after"]) <= 60
        assert all(refused.json()["sentence"][lang] for lang in ("zh", "ko", "en"))
        assert hall.tail == before
        assert (await hall.post("clerk8", "tickets", {"category": "D"})).status_code == 201


@pytest.mark.parametrize("early", [0.0, 0.4, 0.99])
def test_the_wait_is_told_in_whole_seconds_and_never_too_short(early: float) -> None:
    clock = Clock()
    limits = TicketLimits(Allowance(burst=1, seconds=5.0), clock)
    limits.take("hall", "k", "kiosk")
    clock.now += early
    with pytest.raises(TooOften) as refused:
        limits.take("hall", "k", "kiosk")
    clock.now += float(refused.value.facts["seconds"])
    limits.take("hall", "k", "kiosk")
