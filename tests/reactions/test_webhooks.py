"""Webhooks: each event is told once, in order, signed, without anyone's name; a dead target delays nobody."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import pytest

from queue_server.config import Secret, Webhook
from queue_server.desk import alarms
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.reactions import following, webhooks
from queue_server.reactions.webhooks import Webhooks, side_of, standing_of
from tests.desk.live_hall import NOON, Clock, live, opened, sit, take
from tests.reactions.receiver import SECRET, Receiver, receiving
from tests.reactions.test_following import follower
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    monkeypatch.setattr(webhooks, "FIRST", 0.02)


def target(receiver: Receiver, hall: Hall, **words: object) -> Webhook:
    return Webhook(name="wall", hall=hall.id, url=receiver.url, secret=Secret(SECRET), **words)  # type: ignore[arg-type]


async def begun(hall: Hall) -> None:
    """The follower has begun: what comes from now on is told."""

    async def has() -> bool:
        return await hall.store.cursor(hall.id, "webhook:wall") != ""

    await wait_until(has)


def has_day(hall: Hall) -> bool:
    return hall.day is not None


@pytest.mark.proves("S40")
@pytest.mark.parametrize("count", [2, 3])
async def test_a_retried_command_is_told_once_whichever_process_it_reaches(
    store_url: str, hall_id: str, count: int
) -> None:
    async with receiving() as receiver, AsyncExitStack() as halls:
        views = [await halls.enter_async_context(live(store_url, hall_id)) for _ in range(count)]
        await opened(views[0])
        for hall in views:
            await wait_until(partial(has_day, hall))
            await halls.enter_async_context(follower(hall, Webhooks(hall, target(receiver, hall))))
        await begun(views[0])
        tries = [hall.ask(take(f"t{n}", key="k")) for n, hall in enumerate(views * 2)]
        assert {answer.number for answer in await asyncio.gather(*tries)} == {"D001"}
        await views[-1].ask(take("last"))
        await wait_until(lambda: len(receiver.messages) == 2)
    assert receiver.taken == [("taken", "D001"), ("taken", "D002")]
    assert receiver.ids == [f"{hall_id}/2026-11-24/{seq}" for seq in (2, 3)]


async def test_a_visit_is_told_in_order_and_names_nobody(store_url: str, hall_id: str) -> None:
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        await opened(hall)
        clerk = await sit(hall, 9)
        async with follower(hall, Webhooks(hall, target(receiver, hall))):
            await begun(hall)
            await hall.ask(take("secret-ticket-id"))
            for command in (
                do.CallNext(window=9),
                do.Start(ticket="secret-ticket-id"),
                do.CloseMatter("secret-ticket-id", "D01", "accepted"),
                do.Finish(ticket="secret-ticket-id"),
            ):
                await hall.ask(Ask(at=NOON, by=clerk, command=command))
            await wait_until(lambda: len(receiver.messages) == 5)
    told_of = ("taken", "called", "started", "matter_closed", "finished")
    assert receiver.taken == [(kind, "D001") for kind in told_of]
    closed = receiver.messages[3]["data"]
    assert (closed["matter"], closed["outcome"], closed["department"]) == ("D01", "accepted", "estate")
    assert len(closed["case"]) == 24, "the case as the pull API names it"
    assert receiver.messages[1]["data"]["window"] == 9
    told = str(receiver.messages)
    assert "secret-ticket-id" not in told
    assert clerk not in told


async def test_only_the_kinds_that_were_asked_for_are_told(store_url: str, hall_id: str) -> None:
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        await opened(hall)
        clerk = await sit(hall, 9)
        async with follower(hall, Webhooks(hall, target(receiver, hall, events=("called",)))):
            await begun(hall)
            await hall.ask(take("a"))
            await hall.ask(Ask(at=NOON, by=clerk, command=do.CallNext(window=9)))
            await wait_until(lambda: receiver.taken == [("called", "D001")])


@pytest.mark.proves("S28")
async def test_a_target_that_fails_gets_every_message_later_in_order_and_the_hall_goes_on(
    store_url: str, hall_id: str
) -> None:
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        receiver.answer = lambda n: 503 if n < 5 else 204
        await opened(hall)
        wanted = target(receiver, hall)
        async with follower(hall, Webhooks(hall, wanted)):
            await begun(hall)
            for n in range(4):
                assert (await hall.ask(take(f"t{n}"))).number == f"D{n + 1:03}"
            await wait_until(lambda: len(receiver.messages) == 4)
        assert [number for _, number in receiver.taken] == ["D001", "D002", "D003", "D004"]
        assert receiver.ids[:6] == [receiver.ids[0]] * 6, "the same message is tried, under the same id"
        standing = await standing_of(hall, side_of(wanted))
        assert (standing.failing_since, standing.set_aside) == (0, ())


async def test_a_failing_target_is_told_of_while_it_fails(store_url: str, hall_id: str) -> None:
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        receiver.answer = lambda _: 500
        await opened(hall)
        wanted = target(receiver, hall)

        async def failing() -> bool:
            return (await standing_of(hall, side_of(wanted))).why == "answered 500"

        async with follower(hall, Webhooks(hall, wanted)):
            await begun(hall)
            await hall.ask(take("a"))
            await wait_until(failing)
            assert (await standing_of(hall, side_of(wanted))).failing_since == NOON


async def test_a_message_that_is_refused_is_set_aside_and_named_and_the_next_goes_out(
    store_url: str, hall_id: str
) -> None:
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        receiver.answer = lambda n: 400 if n == 0 else 204
        await opened(hall)
        wanted = target(receiver, hall)
        async with follower(hall, Webhooks(hall, wanted)):
            await begun(hall)
            await hall.ask(take("a"))
            await hall.ask(take("b"))
            await wait_until(lambda: receiver.taken == [("taken", "D002")])
        (alarm,) = [alarm for _, alarm in hall.alarms if alarm.code == alarms.NOT_TOLD]
        assert alarm.facts == {"target": "wall", "message": receiver.ids[0], "why": "answered 400"}
        standing = await standing_of(hall, side_of(wanted))
        assert [(one.id, one.why) for one in standing.set_aside] == [(receiver.ids[0], "answered 400")]


async def test_a_target_that_never_answers_is_given_up_in_time(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "DEADLINE", 0.05)
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        receiver.answer = lambda _: None
        await opened(hall)
        async with follower(hall, Webhooks(hall, target(receiver, hall, give_up=100))):
            await begun(hall)
            await hall.ask(take("a"))
            await wait_until(lambda: [a.code for _, a in hall.alarms] == [alarms.NOT_TOLD])


async def test_a_redirect_is_not_followed(store_url: str, hall_id: str) -> None:
    async with receiving() as receiver, live(store_url, hall_id) as hall:
        receiver.answer = lambda _: 302
        await opened(hall)
        async with follower(hall, Webhooks(hall, target(receiver, hall))):
            await begun(hall)
            await hall.ask(take("a"))
            await wait_until(lambda: [a.code for _, a in hall.alarms] == [alarms.NOT_TOLD])
        assert len(receiver.ids) == 1


async def noted(hall: Hall, wanted: Webhook, messages: int) -> bool:
    """The process has noted that the target took so many: one that ends before that tells it again."""
    sent = (await standing_of(hall, side_of(wanted))).sent
    return sent.endswith(f"/{messages + 1}")


async def test_another_process_goes_on_where_one_that_ended_was(store_url: str, hall_id: str) -> None:
    clock = Clock()
    async with receiving() as receiver, live(store_url, hall_id, clock) as one:
        await opened(one)
        async with live(store_url, hall_id, clock) as two:
            async with follower(one, Webhooks(one, target(receiver, one))):
                await begun(one)
                await one.ask(take("a"))
                await wait_until(lambda: noted(one, target(receiver, one), 1))
            await one.ask(take("b"))
            async with follower(two, Webhooks(two, target(receiver, two))):
                await wait_until(lambda: len(receiver.messages) == 2, timeout=15)
    assert [number for _, number in receiver.taken] == ["D001", "D002"]
    assert len(set(receiver.ids)) == len(receiver.ids) == 2
