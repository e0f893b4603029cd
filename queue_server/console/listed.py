"""A console of one list that no socket pushes: looked at again and again, one line of it marked."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncGenerator, Sequence

from queue_server.console.client import NotDone, Refused
from queue_server.console.link import LinkDown, LinkEvent, LinkUp
from queue_server.console.station import Station
from queue_server.wire import AgentTickets, Cases

LOOK = 2.0
"""Seconds between two looks at the list: nobody waits at a desk for it."""


Listing = Cases | AgentTickets


class Listed(Station):
    """A console of a list."""

    @abstractmethod
    async def look(self) -> Listing:
        """The list as it is now. Raises NotDone."""

    @abstractmethod
    def ids(self) -> tuple[Sequence[str], str]:
        """The ids of the list in its order, and the marked one; "" while there is none."""

    async def live(self) -> AsyncGenerator[LinkEvent, None]:
        """The list, looked at again and again."""
        up = False
        while True:
            try:
                listing = await self.look()
            except NotDone as trouble:
                up = False
                status = trouble.problem.status if isinstance(trouble, Refused) else 0
                yield LinkDown(f"status {status}" if status else "unreachable")
            else:
                if not up:
                    yield LinkUp()
                up = True
                yield listing
            await asyncio.sleep(LOOK)

    def action_move(self, by: int) -> None:
        """Mark another line."""
        ids, marked = self.ids()
        if marked:
            self.see(at=ids[min(max(0, ids.index(marked) + by), len(ids) - 1)])
