"""Cases of accepted matters that nobody has opened yet: a server died between the ticket and the case.

And each morning the last days that could not be known before, because nobody had said which days are worked.
"""

from __future__ import annotations

from queue_server.cases.commands import SettleLimits
from queue_server.desk.cases import open_case
from queue_server.desk.hall import Hall
from queue_server.hall.commands import Ask
from queue_server.hall.events import DayOpened, MatterClosed
from queue_server.hall.evolve import end_of
from queue_server.hall.refusals import Conflict
from queue_server.reactions.following import Happened


class Opening:
    """Opens one hall's cases."""

    name = "cases"
    from_start = True

    def __init__(self, hall: Hall) -> None:
        self.hall = hall

    async def react(self, happened: Happened) -> None:
        """Open the case of a matter that was accepted, unless it is there."""
        event, record = happened.record.e, happened.record
        if isinstance(event, DayOpened):
            await self._settle(happened.place.date)
        if isinstance(event, MatterClosed):
            end = end_of(record.at, event)
            await open_case(self.hall, happened.place.date, event.ticket, end, record.by)

    async def _settle(self, date: str) -> None:
        cases = await self.hall.register.look(lambda r: [c.id for c in r.cases.values() if c.limits_open])
        for case in cases:
            name = f"time:SettleLimits:{case}:{date}"
            ask = Ask(at=self.hall.clock(), by="time", command=SettleLimits(case), key=name, digest=name)
            try:
                await self.hall.register.ask(ask)
            except Conflict as refusal:
                if refusal.code != "stale":  # the calendar still ends before it
                    raise
