"""The people of a story: visitors, clerks, a manager, all at a real server over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from queue_server.hall.plan import Plan
from tests.api.hall import Served, served

Said = dict[str, Any]


class Refusal(Exception):
    """The hall said no: `code`, and the sentence that a person reads."""

    def __init__(self, answer: httpx.Response) -> None:
        said = answer.json()
        self.code: str = said["code"]
        self.sentence: str = said["sentence"].get("zh", said["detail"])
        super().__init__(f"{self.code}: {self.sentence}")


def _told(answer: httpx.Response) -> Said:
    if not answer.is_success:
        raise Refusal(answer)
    told: Said = answer.json()
    return told


class Hall:
    """A hall with its doors open."""

    def __init__(self, there: Served) -> None:
        self.there = there

    async def visitor_takes(self, category: str, *matters: str, **wish: Any) -> Said:
        """A visitor takes a ticket at the kiosk; gives the receipt."""
        body = {"category": category, "matters": matters, **wish}
        return _told(await self.there.post("kiosk", "tickets", body))

    async def holder(self, receipt: Said, act: str, body: Any = None) -> Said:
        """The holder of a ticket does something on the phone."""
        return _told(await self.there.post(_token(receipt), f"tickets/{receipt['ticket']}/{act}", body))

    async def place_of(self, receipt: Said) -> Said:
        """What the holder's phone shows."""
        return _told(await self.there.get(_token(receipt), f"/tickets/{receipt['ticket']}/place"))

    async def clerk_sits_at(self, window: int) -> Clerk:
        """A clerk claims and opens a window."""
        await self.there.sit(window)
        return Clerk(self, window)

    async def manager(self, path: str, body: Any) -> Said:
        """The manager does something."""
        return _told(await self.there.post("manager", path, body))

    async def ticket(self, receipt: Said) -> Said:
        """The ticket as staff see it."""
        return _told(await self.there.get("manager", f"/tickets/{receipt['ticket']}"))

    async def board(self) -> Said:
        """What every board shows now."""
        return _told(await self.there.get("", "/board"))

    async def calls_on_the_board(self) -> list[str]:
        """The present calls, as ``D001>8``."""
        return [f"{call['number']}>{call['window']}" for call in (await self.board())["current"]]


class Clerk:
    """Somebody at a window."""

    def __init__(self, hall: Hall, window: int) -> None:
        self.hall = hall
        self.window = window
        self._who = f"clerk{window}"

    async def calls_next(self, **how: Any) -> Said:
        """Call the next visitor."""
        return _told(await self.hall.there.post(self._who, f"windows/{self.window}/call-next", how))

    async def does(self, act: str, ticket: Said, body: Any = None) -> Said:
        """Do something with a ticket: recall, start, finish, miss, transfer, park, unpark, undo."""
        return _told(await self.hall.there.post(self._who, f"tickets/{ticket['ticket']}/{act}", body))

    async def at_the_window(self, act: str, body: Any = None) -> Said:
        """Do something with the window: open, pause, close, release."""
        return _told(await self.hall.there.post(self._who, f"windows/{self.window}/{act}", body))

    async def sees(self) -> Said:
        """All that the console shows."""
        return _told(await self.hall.there.get(self._who, f"/windows/{self.window}"))


def _token(receipt: Said) -> str:
    return f"{receipt['ticket']}.{receipt['url'].rpartition('#')[2]}"


@asynccontextmanager
async def a_hall(store_url: str, hall_id: str, plan: Plan | None = None) -> AsyncIterator[Hall]:
    """A hall that is open while the block runs."""
    async with served(store_url, hall_id, plan) as there:
        yield Hall(there)
