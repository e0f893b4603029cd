"""The hall's own screens: a board of an area, a window's sign, by the hall file and without a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from queue_server.cli.serve import publish
from queue_server.hall.plan import Plan, Screen
from tests.api.hall import Served, demo_with, served

SCREENS = (
    Screen(id="east", categories=("D",), prepare=2),
    Screen(id="desk", windows=(20,)),
    Screen(id="w8", window=8),
)


def plan_with(*screens: Screen) -> Plan:
    return replace(demo_with(), screens=screens)


@pytest.fixture
async def hall(store_url: str, hall_id: str) -> AsyncIterator[Served]:
    async with served(store_url, hall_id, plan_with(*SCREENS)) as one:
        yield one


@asynccontextmanager
async def showing(hall: Served, screen: str) -> AsyncIterator[ClientConnection]:
    async with connect(f"{hall.sockets}/screens/{screen}/live", compression=None) as socket:
        yield socket


async def until(socket: ClientConnection, wanted: Any) -> dict[str, Any]:
    """The first state that a screen is pushed of which `wanted` is true."""
    async with asyncio.timeout(15):
        while True:
            said: dict[str, Any] = msgspec.json.decode(await socket.recv())
            if said["type"] != "beat" and wanted(said):
                return said


async def called(hall: Served, window: int) -> str:
    answer = await hall.post(f"clerk{window}", f"windows/{window}/call-next")
    assert answer.status_code == 200, answer.text
    number: str = answer.json()["number"]
    return number


async def test_a_board_of_an_area_shows_its_own_calls_and_lines_only(hall: Served) -> None:
    for window in (8, 20):
        await hall.sit(window)
    for category in "DDDG":
        await hall.take(category)
    async with showing(hall, "east") as east, showing(hall, "desk") as desk:
        numbers = [await called(hall, 8), await called(hall, 20)]
        at_desk = await until(desk, lambda said: said["current"])
        at_east = await until(east, lambda said: said["seq"] >= at_desk["seq"])
    assert [call["number"] for call in at_east["current"]] == numbers[:1]
    assert [queue["category"] for queue in at_east["queues"]] == ["D"]
    assert [call["number"] for call in at_desk["current"]] == numbers[1:]
    assert "G" in [queue["category"] for queue in at_desk["queues"]]
    assert "D" not in [queue["category"] for queue in at_desk["queues"]]


async def test_the_next_numbers_are_those_that_are_called_next(hall: Served) -> None:
    await hall.sit(8)
    for _ in range(4):
        await hall.take("D")
    async with showing(hall, "east") as east:
        ready = await until(east, lambda said: len(said["coming"]) == 2)
        first = await called(hall, 8)
        assert first == ready["coming"][0]["number"]
        after = await until(east, lambda said: said["current"])
    assert after["coming"][0]["number"] == ready["coming"][1]["number"]
    assert after["coming"][0]["windows"] == [8]
    assert after["coming"][0]["floor"]


@pytest.mark.proves("S24")
async def test_a_sign_follows_its_window_from_opening_to_pause(hall: Served) -> None:
    async with showing(hall, "w8") as sign:
        closed = await until(sign, lambda said: True)
        assert (closed["type"], closed["state"], closed["staff"], closed["call"]) == (
            "sign",
            "closed",
            "",
            None,
        )
        await hall.sit(8)
        await until(sign, lambda said: said["state"] == "open" and said["staff"] == "8")
        await hall.take("D")
        number = await called(hall, 8)
        shown = await until(sign, lambda said: said["call"])
        assert (shown["call"]["number"], shown["call"]["state"]) == (number, "called")
        assert (
            await hall.post("clerk8", "windows/8/pause", {"reason": "meal", "now": True})
        ).status_code == 200
        paused = await until(sign, lambda said: said["state"] == "paused")
    assert paused["call"] is None
    assert paused["reason"]["zh"] == "用餐"


@pytest.mark.proves("S38")
async def test_what_a_screen_is_sent_names_no_ticket_and_nobody(hall: Served) -> None:
    await hall.sit(8)
    tickets = [await hall.take("D") for _ in range(3)]
    async with showing(hall, "east") as east, showing(hall, "w8") as sign:
        await called(hall, 8)
        texts = [
            msgspec.json.encode(await until(east, lambda said: said["current"])).decode(),
            msgspec.json.encode(await until(sign, lambda said: said["call"])).decode(),
        ]
    for text in texts:
        assert not any(ticket in text for ticket in tickets)
        assert "staff:" not in text


async def test_a_screen_that_was_added_or_changed_is_there_without_a_restart(hall: Served) -> None:
    path = f"/halls/{hall.hall}/screens/new"
    assert (await hall.client.get(path)).status_code == 404
    with pytest.raises(InvalidStatus):
        await connect(f"{hall.sockets}/screens/new/live")
    first = Screen(id="new", categories=("G",))
    await publish(hall.site, replace(plan_with(*SCREENS, first), hall=hall.hall))
    assert (await hall.client.get(path)).status_code == 200
    async with showing(hall, "new") as screen:
        before = await until(screen, lambda said: True)
        other = replace(first, categories=("D",), theme="light")
        await publish(hall.site, replace(plan_with(*SCREENS, other), hall=hall.hall))
        after = await until(screen, lambda said: said["version"] != before["version"])
    assert [queue["category"] for queue in after["queues"]] == ["D"]
    assert after["version"] in (await hall.client.get(path)).text


async def test_only_pictures_that_a_screen_names_are_served(hall: Served, tmp_path: Path) -> None:
    folder = tmp_path / hall.hall
    folder.mkdir()
    for name in ("spring.png", "other.png"):
        (folder / name).write_bytes(b"\x89PNG")
    (tmp_path / "secret.png").write_bytes(b"no")
    hall.site.media = tmp_path
    shows = Screen(id="m", media=("spring.png", "absent.png"))
    await publish(hall.site, replace(plan_with(shows), hall=hall.hall))
    found = await hall.client.get(f"/media/{hall.hall}/spring.png")
    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    for name in ("other.png", "absent.png", "..%2fsecret.png", "%2e%2e/secret.png"):
        assert (await hall.client.get(f"/media/{hall.hall}/{name}")).status_code == 404
