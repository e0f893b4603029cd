"""The line between a console and its hall: slow, cut, dead, and mended."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from queue_server.app import Site
from queue_server.cli.serve import served as serving
from queue_server.cli.serve import server_for
from queue_server.console.client import HallClient, NotKnown, Unreachable
from queue_server.console.link import LinkDown, LinkUp, Live, wait_before
from queue_server.console.station import TICK
from queue_server.store.logs import Store
from queue_server.wire import Beat, CallNext, WindowView
from tests.api.hall import demo_with, served
from tests.console.relay import relayed
from tests.console.sitting import at_console, log_of, open_window, sitting, state_of, take

TROUBLE = "连接中断，屏幕内容可能已过时。正在自动重连，按键暂不可用。"


@pytest.mark.parametrize("how", ["cut", "freeze"])
async def test_a_lost_line_is_shown_and_the_keys_refuse_and_send_nothing_later(
    store_url: str, hall_id: str, how: str
) -> None:
    async with served(store_url, hall_id) as hall, relayed(hall.base) as relay:
        await take(hall, "D", "D")
        async with sitting(hall_id, relay.base, 8) as clerk:
            await open_window(clerk)
            before, sent = len(await log_of(hall)), len(relay.posts)
            getattr(relay, how)()
            await clerk.shows(TROUBLE)
            await clerk.shows("未连接")
            for key in ("f2", "f4", "f6", "f10", "f11", "f12"):
                await clerk.says(key, said="连接中断，没有发出。恢复后再按。")
            relay.mend()
            await clerk.until(lambda: clerk.scene.up)
            await clerk.shows("已连接")
            assert TROUBLE not in clerk.screen()
            # What was pressed meanwhile is not done now: the next act is the first that the hall hears of.
            await clerk.does("f2", said="已叫 D001")
            assert len(await log_of(hall)) == before + 1
            assert len(relay.posts) == sent + 1


def test_a_dead_line_counts_as_down_in_time_to_be_shown_within_three_seconds() -> None:
    assert Live().stale + TICK < 3


@pytest.mark.proves("D23")
async def test_a_service_goes_on_while_the_line_is_cut_and_the_same_clerk_resumes(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall, relayed(hall.base) as relay:
        await take(hall, "D", "D")
        async with sitting(hall_id, relay.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await clerk.does("f4", said="D001 开始办理")
            before = await log_of(hall)
            relay.cut()
            await clerk.shows(TROUBLE)
            assert clerk.number == "D001"  # the visitor stays on the screen, marked as old
            await clerk.shows("办理中")
            assert await state_of(hall, "D001") == ("serving", "")
            relay.mend()
            await clerk.until(lambda: clerk.scene.up and clerk.scene.seated)
            assert await log_of(hall) == before
            await clerk.does("f6", said="已办结，已叫 D002")


async def test_a_console_that_was_away_while_its_claim_ended_sits_down_again_by_itself(
    store_url: str, hall_id: str
) -> None:
    async with (
        served(store_url, hall_id) as hall,
        relayed(hall.base) as relay,
        sitting(hall_id, relay.base, 8) as clerk,
    ):
        relay.cut()
        await clerk.shows(TROUBLE)
        assert (await hall.post("clerk8", "windows/8/release")).status_code == 200
        relay.mend()
        await clerk.until(lambda: clerk.scene.up and clerk.scene.seated)
        await clerk.told("已在8号窗口就座")


async def test_a_console_survives_a_restart_of_the_server(store_url: str, hall_id: str) -> None:
    plan = demo_with()
    async with relayed("http://127.0.0.1:1") as relay, at_console(hall_id, relay.base, 8) as clerk:
        await clerk.shows("正在连接")
        assert not clerk.scene.up
        async with served(store_url, hall_id, plan) as hall:
            relay.target = int(hall.base.rpartition(":")[2])
            await take(hall, "D", "D")
            await clerk.until(lambda: clerk.scene.seated and not clerk.scene.busy)
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
        await clerk.shows(TROUBLE)
        async with started_again(store_url, hall_id) as port:
            relay.target = port
            await clerk.until(lambda: clerk.scene.up and clerk.number == "D001")
            await clerk.does("f4", said="D001 开始办理")
            await clerk.does("f6", said="已办结，已叫 D002")


@asynccontextmanager
async def started_again(store_url: str, hall_id: str) -> AsyncIterator[int]:
    """Another server over the same store, which knows the hall and its tokens already; gives its port."""
    store = await Store.connect(store_url)
    server = server_for(Site(store, [hall_id], "http://hall.test"), "127.0.0.1", 0)
    async with serving(server):
        yield server.servers[0].sockets[0].getsockname()[1]
    await store.aclose()


@pytest.mark.proves("S8")
async def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall, relayed(hall.base) as relay:
        await take(hall, "D", "D")
        async with sitting(hall_id, relay.base, 8) as clerk:
            await open_window(clerk)
            relay.lose_answers(2)
            await clerk.does("f2", said="已叫 D001")
            sent = [key for path, key in relay.posts if path.endswith("call-next")]
            assert len(sent) == 3
            assert len(set(sent)) == 1
            assert sum(record["e"]["t"] == "called" for record in await log_of(hall)) == 1


async def test_when_no_answer_comes_the_clerk_is_told_that_it_is_not_known(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall, relayed(hall.base) as relay:
        await take(hall, "D")
        async with sitting(hall_id, relay.base, 8) as clerk:
            await open_window(clerk)
            relay.lose_answers(99)
            await clerk.does("f2", said="没有收到答复，不知道是否已执行。请看屏幕再操作。")
            await clerk.until(lambda: clerk.number == "D001")  # it was: the screen shows the truth
            assert sum(record["e"]["t"] == "called" for record in await log_of(hall)) == 1


async def test_an_act_that_never_left_says_so(hall_id: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        base = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        async with HallClient(base, hall_id, "clerk8") as client:
            with pytest.raises(Unreachable):
                await client.act("windows/8/call-next", CallNext())
            with pytest.raises(Unreachable):
                await client.hall()


async def test_a_line_that_swallows_everything_ends_in_not_known_within_its_seconds(
    store_url: str, hall_id: str
) -> None:
    async with (
        served(store_url, hall_id) as hall,
        relayed(hall.base) as relay,
        HallClient(relay.base, hall_id, "clerk8", attempt_seconds=0.2, act_seconds=0.5) as client,
    ):
        relay.freeze()
        with pytest.raises(NotKnown):
            await client.act("windows/8/claim")


async def test_a_wrong_token_and_a_wrong_hall_are_told_apart(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        async with at_console(hall_id, hall.base, 8, "nobody") as clerk:
            await clerk.shows("大厅不接受这个令牌，请找管理员。")
        async with at_console(hall_id, hall.base, 9, "clerk8") as clerk:
            await clerk.shows("大厅不接受这个令牌，请找管理员。")
        async with at_console("no-such-hall", hall.base, 8) as clerk:
            await clerk.shows("没有这个大厅或窗口，请检查启动参数。")


async def test_the_link_says_up_before_its_first_state_and_down_at_its_end(
    store_url: str, hall_id: str
) -> None:
    async with (
        served(store_url, hall_id) as hall,
        relayed(hall.base) as relay,
        HallClient(relay.base, hall_id, "clerk8", live=Live(first_wait=0.01)) as client,
        aclosing(client.live(8)) as events,
    ):
        assert await anext(events) == LinkUp()
        assert isinstance(await anext(events), WindowView)
        relay.cut()
        while not isinstance(event := await anext(events), LinkDown):
            assert isinstance(event, WindowView | Beat)
        assert event.why == "lost"
        again = await anext(events)  # it tries again and again
        assert isinstance(again, LinkDown)
        assert again.why in ("lost", "unreachable")
        relay.mend()
        while (event := await anext(events)) != LinkUp():
            assert isinstance(event, LinkDown)


def test_waits_grow_up_to_the_longest_and_never_two_alike() -> None:
    live = Live(first_wait=0.2, longest_wait=2.0)
    for attempt, longest in ((1, 0.2), (2, 0.4), (3, 0.8), (5, 2.0), (500, 2.0)):
        waits = {wait_before(attempt, live) for _ in range(20)}
        assert len(waits) > 10
        assert all(longest / 2 <= wait <= longest for wait in waits)
