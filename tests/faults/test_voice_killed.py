"""The server that has a call spoken is killed in between: each call is heard and noted once."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

import pytest

from queue_server.hall import events
from queue_server.store import keys
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store
from tests.api.loudspeaker import Loudspeaker
from tests.displays.voices import PLACE, pack
from tests.faults.processes import ServerProcess, grant_tokens, hall_file, several
from tests.faults.spread import Spread
from tests.waiting import wait_until

HALL = "heard"
WINDOWS = (1, 2, 3, 4)
LONG = 40.0


class At(NamedTuple):
    """One of the hall's processes."""

    sockets: str


@pytest.mark.proves("S20", "S36")
@pytest.mark.timeout(180)
async def test_a_kill_between_the_sound_and_its_event_neither_loses_nor_doubles_a_call(
    tmp_path: Path,
) -> None:
    store = EmbeddedStore(tmp_path / "store")
    try:
        url = await asyncio.to_thread(store.start)
        await grant_tokens(url, [HALL])
        file = hall_file(tmp_path, HALL)
        file.write_text(file.read_text("utf-8").replace("\nserves", '\nzone = "hall"\nserves'), "utf-8")
        assert pack().languages
        servers = [ServerProcess(f"server-{n}", url, [file], tmp_path, voice=str(PLACE)) for n in range(2)]
        async with several(servers) as bases:
            first, second = (At(base.replace("http", "ws", 1) + f"/api/halls/{HALL}") for base in bases)
            speaker = Loudspeaker(at_once=False)
            async with Spread(bases[1:], HALL) as spread:
                async with speaker.on(first):
                    await wait_until(lambda: speaker.role == "active", LONG)
                    await _call(spread)
                    await wait_until(lambda: speaker.waiting is not None, LONG)
                    await speaker.end(tell=False)  # it was heard, and nobody was told
                    await asyncio.to_thread(servers[0].kill)
                speaker.at_once = True
                async with speaker.on(second):
                    await wait_until(lambda: len(speaker.heard) >= len(WINDOWS), LONG)
                    await _all_noted(url)
        firsts = [order["number"] for order in speaker.heard if order["id"].endswith("zh.1")]
        assert firsts == [f"A{n:03}" for n in range(1, len(WINDOWS) + 1)]
        assert len({order["id"] for order in speaker.heard}) == len(speaker.heard)
    finally:
        store.stop()


async def _call(spread: Spread) -> None:
    for window in WINDOWS:
        for who, path in (
            (f"clerk{window}", f"windows/{window}/claim"),
            (f"clerk{window}", f"windows/{window}/open"),
            ("kiosk", "tickets"),
            (f"clerk{window}", f"windows/{window}/call-next"),
        ):
            act = await spread.act(
                who, path, {"category": "A"} if path == "tickets" else {}, key=f"{window}-{path}"
            )
            assert act.done, act


async def _all_noted(url: str) -> None:
    """Every call has exactly one event that says it was spoken."""
    async with aclosing(await Store.connect(url)) as store:
        (date,) = await store.days(HALL)

        async def spoken() -> list[int]:
            entries = await store.read(keys.day(HALL, date), 0)
            found = [events.decode(entry.body).e for entry in entries]
            return [event.call for event in found if isinstance(event, events.CallSpoken)]

        async def all_of_them() -> bool:
            return len(await spoken()) >= len(WINDOWS)

        await wait_until(all_of_them, LONG)
        noted = await spoken()
        assert len(noted) == len(set(noted)) == len(WINDOWS)
