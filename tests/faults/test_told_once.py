"""Several server processes tell another system what happens: killed one after the other, each event once."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from pathlib import Path

import pytest

from queue_server.hall import events
from queue_server.store import keys
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store
from tests.faults.processes import ServerProcess, both_counts, grant_tokens, hall_file
from tests.faults.spread import Spread
from tests.reactions.receiver import SECRET, Receiver, receiving
from tests.waiting import wait_until

HALL = "told"
TARGET = """\
[[webhook]]
name = "wall"
hall = "{hall}"
url = "{url}"
secret_file = "wall.secret"
events = ["taken"]
"""
TICKETS = 12


def targets(folder: Path, receiver: Receiver) -> str:
    (folder / "wall.secret").write_text(SECRET)
    (folder / "webhooks.toml").write_text(TARGET.format(hall=HALL, url=receiver.url))
    return str(folder / "webhooks.toml")


@pytest.mark.proves("S40")
@pytest.mark.timeout(180)
@both_counts
async def test_each_ticket_is_told_once_though_requests_are_repeated_and_servers_killed(
    tmp_path: Path, count: int
) -> None:
    store = EmbeddedStore(tmp_path / "store")
    servers: list[ServerProcess] = []
    try:
        async with receiving() as receiver:
            url = await asyncio.to_thread(store.start)
            await grant_tokens(url, [HALL])
            files, told = [hall_file(tmp_path, HALL)], targets(tmp_path, receiver)
            for n in range(count):
                servers.append(ServerProcess(f"server-{n}", url, files, tmp_path, webhooks=told))
                servers[-1].start()
            for server in servers:
                await server.ready()
            async with Spread([server.base for server in servers], HALL) as spread:
                await _begun(url)
                for n in range(TICKETS):
                    tries = [spread.act("kiosk", "tickets", {"category": "A"}, key=f"k{n}") for _ in range(3)]
                    assert len({act.answer["number"] for act in await asyncio.gather(*tries)}) == 1
                    if n % 4 == 2:
                        victim = servers[n // 4 % count]
                        await asyncio.to_thread(victim.kill)
                        victim.start()
                        await victim.ready()
            numbers = {f"A{n:03}" for n in range(1, TICKETS + 1)}
            await wait_until(lambda: {n for _, n in receiver.taken} == numbers, timeout=60)
            _check(receiver, await _places(url))
    finally:
        for server in servers:
            server.kill()
        store.stop()


async def _begun(url: str) -> None:
    async with aclosing(await Store.connect(url)) as store:

        async def has() -> bool:
            return await store.cursor(HALL, "webhook:wall") != ""

        await wait_until(has, timeout=30)


async def _places(url: str) -> list[str]:
    """The id that each ticket's message must have, in the order of the log."""
    async with aclosing(await Store.connect(url)) as store:
        (date,) = await store.days(HALL)
        entries = await store.read(keys.day(HALL, date), 0)
    taken = [e for e in entries if isinstance(events.decode(e.body).e, events.TicketTaken)]
    return [f"{HALL}/{date}/{entry.seq}" for entry in taken]


def _check(receiver: Receiver, places: list[str]) -> None:
    """One id for each event, in order; it came twice at most where a server was killed at it."""
    assert list(dict.fromkeys(receiver.ids)) == places
    repeated = {id: times for id, times in Counter(receiver.ids).items() if times > 1}
    assert all(times == 2 for times in repeated.values()), repeated
    assert len(repeated) <= 3, "there were three kills"
