"""Steps of cases are told to other systems: once, each case's in their order, without anyone's name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, get_args

import pytest

from queue_server.cases import commands as case
from queue_server.cases.events import AnyCaseFact, CaseFact
from queue_server.config.webhooks import CASE_KINDS
from queue_server.desk import alarms
from queue_server.desk.hall import Hall
from queue_server.hall.commands import Ask
from queue_server.reactions import following, webhooks
from queue_server.reactions.following import FollowingRegister
from queue_server.reactions.webhooks import CASES, CaseWebhooks, side_of, standing_of
from tests.desk.live_hall import NOON, live, opened
from tests.reactions.receiver import Receiver, receiving
from tests.reactions.test_following import follower
from tests.reactions.test_webhooks import target
from tests.waiting import wait_until

DATE = "2026-11-24"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    monkeypatch.setattr(webhooks, "FIRST", 0.02)


@asynccontextmanager
async def told(hall: Hall, receiver: Receiver, **words: object) -> AsyncIterator[None]:
    """The receiver is told of the hall's cases from here on."""
    reaction = CaseWebhooks(hall, target(receiver, hall, **words))
    async with follower(hall, reaction, FollowingRegister):

        async def begun() -> bool:
            return await hall.store.cursor(hall.id, reaction.name) != ""

        await wait_until(begun)
        yield


async def step(hall: Hall, command: Any, key: str = "") -> None:
    """Something happens to a case."""
    await hall.register.ask(Ask(NOON, "staff:secret.name", command, key, key))


def opening(id: str) -> case.OpenCase:
    """A matter was accepted."""
    return case.OpenCase(id, DATE, "D01", f"secret-{id}", "estate", "hall", "hall")


async def a_whole_case(hall: Hall, id: str) -> None:
    """From acceptance to hand-over, by way of a supplement."""
    for command in (
        opening(id),
        case.TakeCase(id),
        case.AskSupplement(id, DATE, ("身份证",)),
        case.ReceiveSupplement(id, DATE),
        case.ReadyCase(id, "window", "secret shelf"),
        case.IssueCase(id, "self", "code"),
    ):
        await step(hall, command)


STEPS = (
    "case_opened", "case_taken", "case_supplement_asked", "case_supplement_received", "case_readied",
    "case_issued",
)  # fmt: skip


def steps_of(receiver: Receiver, id: str) -> tuple[str, ...]:
    """What was told of a case, in the order in which it came."""
    return tuple(m["type"] for m in receiver.messages if m["data"]["case"] == id)


@pytest.mark.proves("S40")
async def test_each_step_is_told_once_in_order_by_whichever_process_and_names_nobody(
    store_url: str, hall_id: str
) -> None:
    async with receiving() as receiver, AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(live(store_url, hall_id)) for _ in range(2)]
        await opened(one)
        await wait_until(lambda: two.day is not None)
        await stack.enter_async_context(told(one, receiver))
        await stack.enter_async_context(
            follower(two, CaseWebhooks(two, target(receiver, two)), FollowingRegister)
        )
        await asyncio.gather(a_whole_case(one, "a"), a_whole_case(two, "b"))
        await asyncio.gather(*(step(hall, opening("c"), key="again") for hall in (one, two, one)))
        await wait_until(lambda: len(receiver.messages) == 2 * len(STEPS) + 1)
        number = one.register.state.cases["a"].number
    assert (steps_of(receiver, "a"), steps_of(receiver, "b")) == (STEPS, STEPS)
    assert steps_of(receiver, "c") == STEPS[:1]
    assert len(set(receiver.ids)) == len(receiver.messages)
    first = next(m for m in receiver.messages if m["data"]["case"] == "a")
    assert (first["data"]["number"], first["data"]["department"]) == (number, "estate")
    assert receiver.ids[0] == f"{hall_id}/cases/{receiver.messages[0]['seq']}"
    assert "secret" not in str(receiver.messages)


async def test_a_target_that_is_down_gets_them_later_and_what_it_refuses_is_set_aside_and_named(
    store_url: str, hall_id: str
) -> None:
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        receiver.answer = lambda n: 503 if n < 3 else 410 if n == 4 else 204
        await opened(hall)
        async with told(hall, receiver):
            await a_whole_case(hall, "a")
            await wait_until(lambda: len(receiver.messages) == len(STEPS) - 1)
        assert receiver.ids[:4] == [receiver.ids[0]] * 4
        assert steps_of(receiver, "a") == (STEPS[0], *STEPS[2:])
        (alarm,) = [alarm for _, alarm in hall.alarms if alarm.code == alarms.NOT_TOLD]
        assert alarm.facts["message"] == receiver.ids[4]
        standing = await standing_of(hall, side_of(target(receiver, hall), CASES))
        assert [(one.id, one.why) for one in standing.set_aside] == [(receiver.ids[4], "answered 410")]


async def test_only_the_steps_that_were_asked_for_are_told(store_url: str, hall_id: str) -> None:
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        await opened(hall)
        async with told(hall, receiver, events=("case_readied",)):
            await a_whole_case(hall, "a")
            await wait_until(lambda: steps_of(receiver, "a") == ("case_readied",))


def test_every_step_of_a_case_may_be_told() -> None:
    facts = [fact for fact in get_args(AnyCaseFact) if issubclass(fact, CaseFact)]
    assert {str(fact.__struct_config__.tag) for fact in facts} == set(CASE_KINDS)
