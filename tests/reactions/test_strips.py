"""Strips of a real hall: the newest call of their windows, and one that is gone delays nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from msgspec.structs import replace

from queue_server.desk import fleet
from queue_server.hall.plan import Led, Plan
from tests.api.hall import Served, demo_with, served
from tests.displays.strip_sinks import TcpStrip, mute_strip, tcp_strip
from tests.waiting import wait_until


def plan_with(*leds: Led) -> Plan:
    return replace(demo_with(), leds=leds)


def texts(sink: TcpStrip) -> list[str]:
    """What a strip has shown, without what was only repeated and without being dark."""
    said = [text for got in sink.got if (text := got.decode("gb2312"))]
    return [text for place, text in enumerate(said) if not place or text != said[place - 1]]


async def shown(sink: TcpStrip, text: str) -> None:
    await wait_until(lambda: texts(sink)[-1:] == [text])


async def called(hall: Served, window: int) -> str:
    await hall.take("D")
    who = f"clerk{window}"
    answer: Any = (await hall.post(who, f"windows/{window}/call-next")).json()
    return str(answer["number"])


async def test_a_strip_shows_the_newest_call_of_its_windows_in_the_strips_wording(
    store_url: str, hall_id: str
) -> None:
    async with tcp_strip() as over_8, tcp_strip() as all_of_them:
        plan = plan_with(
            Led("l8", over_8.address, windows=(8,)), Led("all", all_of_them.address, idle="欢迎")
        )
        async with served(store_url, hall_id, plan) as hall:
            await wait_until(lambda: texts(all_of_them) == ["欢迎"], 15)
            for window in (8, 9):
                await hall.sit(window)
            first = f"请{await called(hall, 8)}到8号窗口"
            await wait_until(lambda: texts(over_8) == [first])
            await wait_until(lambda: texts(all_of_them)[-1] == first)
            second = f"请{await called(hall, 9)}到9号窗口"
            await wait_until(lambda: texts(all_of_them)[-1] == second)
            assert texts(over_8) == [first]


async def test_a_call_that_has_stood_long_enough_gives_way_to_the_idle_text(
    store_url: str, hall_id: str
) -> None:
    async with tcp_strip() as sink:
        plan = plan_with(Led("l", sink.address, idle="欢迎", hold=2000))
        async with served(store_url, hall_id, plan) as hall:
            await hall.sit(8)
            number = await called(hall, 8)
            await wait_until(lambda: texts(sink)[-2:] == [f"请{number}到8号窗口", "欢迎"], 20)


@pytest.mark.proves("S27")
async def test_strips_that_are_gone_or_never_read_delay_neither_a_call_nor_the_other_strips(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "EVERY", 0.1)
    monkeypatch.setattr(fleet, "GONE_AFTER", 300)
    async with tcp_strip() as well, mute_strip() as mute:
        plan = plan_with(Led("well", well.address), Led("gone", "127.0.0.1:1"), Led("mute", mute))
        async with served(store_url, hall_id, plan) as hall:
            await hall.sit(8)
            took = []
            for _ in range(5):
                await hall.take("D")
                began = time.perf_counter()
                answer = await hall.post("clerk8", "windows/8/call-next", {"finish": True})
                took.append(time.perf_counter() - began)
                assert answer.status_code == 200, answer.text
                await hall.post("clerk8", f"tickets/{answer.json()['ticket']}/start")
                await shown(well, f"请{answer.json()['number']}到8号窗口")
            assert min(took) < 1.0  # a strip's own deadline is 3 s
            alarms = hall.site.halls[hall_id].alarms

            def told() -> list[object]:
                return [alarm.facts["device"] for _, alarm in alarms if alarm.code == "device_gone"]

            await wait_until(lambda: told() == ["gone"], 20)
            devices = (await hall.get("manager", "/devices")).json()["devices"]
            states = {one["id"]: one["state"] for one in devices if one["kind"] == "led"}
            assert states["gone"] == "gone"


async def test_a_strip_that_is_not_there_is_alarmed_before_the_first_call(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "EVERY", 0.1)
    monkeypatch.setattr(fleet, "GONE_AFTER", 300)
    async with served(store_url, hall_id, plan_with(Led("gone", "127.0.0.1:1", place="8号窗口上方"))) as hall:
        alarms = hall.site.halls[hall_id].alarms
        await wait_until(lambda: [one.facts["place"] for _, one in alarms] == ["8号窗口上方"], 20)


async def test_two_processes_write_to_a_strip_from_one_of_them_and_the_other_takes_over(
    store_url: str, hall_id: str
) -> None:
    async with tcp_strip() as sink:
        plan = plan_with(Led("l", sink.address))
        async with served(store_url, hall_id, plan) as one, served(store_url, hall_id, plan):
            await one.sit(8)
            first = f"请{await called(one, 8)}到8号窗口"
            await wait_until(lambda: first in texts(sink), 15)
        before = len(sink.got)
        async with served(store_url, hall_id, plan) as other:
            ticket = next(t.id for t in other.day.tickets.values() if t.state == "called")
            await other.post("clerk8", f"tickets/{ticket}/start")
            await other.take("D")
            answer = await other.post("clerk8", "windows/8/call-next", {"finish": True})
            second = f"请{answer.json()['number']}到8号窗口"
            await wait_until(lambda: texts(sink)[-1] == second, 20)
            assert len(sink.got) > before
