"""The watch on a hall's printers: paper out is known before the next visitor touches a button (S29).

Only the process that prints keeps it. It asks each printer between jobs, in turn with them; agents say by
themselves how the printers beside them are. What it hears that is new becomes an event, so that every
process, kiosk and console knows, and the archive too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from printers.printer import Deadlines
from printers.status import MAY_PRINT, State, ask
from queue_server.desk import alarms
from queue_server.desk.alarms import Alarm
from queue_server.desk.fleet import Report
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall import plan
from queue_server.hall.commands import Ask
from queue_server.hall.refusals import Refused
from queue_server.reactions.addresses import DEADLINES, asked_from_here, spoken_to
from queue_server.reactions.post import Post
from queue_server.reactions.print_jobs import PrintJobs

log = structlog.get_logger()

EVERY = 3.0
"""Seconds between two looks at a printer."""
AGAIN = 0.4
"""Seconds until a printer that could not be reached is tried once more: it may have been busy."""
PAUSE = 0.1

ALARMS = {
    State.PAPER_LOW: alarms.PAPER_LOW,
    State.PAPER_OUT: alarms.PAPER_OUT,
    State.COVER_OPEN: alarms.COVER_OPEN,
    State.CUTTER_ERROR: alarms.CUTTER,
    State.OFFLINE: alarms.PRINTER_GONE,
}
"""States that somebody must do something about, and the alarm that says what."""
KNOWN_ALREADY = frozenset({"stale", "day_closed", "day_not_open"})


class PrinterWatch:
    """How each printer of a hall was when it was last asked."""

    def __init__(self, hall: Hall, jobs: PrintJobs, post: Post, deadlines: Deadlines = DEADLINES) -> None:
        self.hall = hall
        self._post = post
        self._missed: set[str] = set()
        self.every = EVERY
        self._deadlines = deadlines
        self.states: dict[str, State] = {}
        self._since: dict[str, int] = {}
        self._jobs = jobs

    async def run(self) -> None:
        """Look at every printer of the plan in force until cancelled."""
        looks: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                agreed = self.hall.register.state.plan
                for printer in agreed.printers if agreed else ():
                    look = looks.get(printer.id)
                    if look is not None and look.done():
                        look.result()
                    if asked_from_here(printer) and (look is None or look.done()):
                        looks[printer.id] = asyncio.ensure_future(self._look(printer))
                if agreed:
                    await self._hear_agents(agreed)
                await asyncio.sleep(self.every)
        finally:
            for look in looks.values():
                look.cancel()
            await asyncio.gather(*looks.values(), return_exceptions=True)

    async def _look(self, printer: plan.Printer) -> None:
        async with self._jobs.hold(printer.id):
            state = await ask(spoken_to(printer, self._deadlines))
            if state is State.OFFLINE and self.states.get(printer.id) is not State.OFFLINE:
                await asyncio.sleep(AGAIN)
                state = await ask(spoken_to(printer, self._deadlines))
            await self.note(printer.id, state)

    async def _hear_agents(self, agreed: plan.Plan) -> None:
        """Note how the printers beside agents are; one that was missed once may only have lost its line."""
        heard = await self._post.printer_states(agreed)
        offline = {printer for printer, state in heard.items() if state is State.OFFLINE}
        for printer, state in heard.items():
            if printer not in offline or printer in self._missed:
                await self.note(printer, state)
        self._missed = offline

    async def note(self, printer: str, state: State) -> None:
        """A printer is in this state; the log is told when it does not know that yet."""
        if self.states.get(printer) is not state:
            self.states[printer] = state
            self._since[printer] = self.hall.clock()
            if state in ALARMS:
                self.hall.alarm(Alarm(ALARMS[state], printer, {"printer": printer}))
        self._tell_the_fleet(printer, state)
        line = self.hall.day
        if line is None:
            return
        seen = line.state.printers.get(printer)
        if seen is not None and seen.state == state:
            return
        since = self._since[printer]
        command = do.NotePrinter(printer=printer, state=state.value, since=since)
        key = f"printer:{printer}:{state.value}:{line.tail.seq}"
        try:
            await self.hall.ask(
                Ask(at=self.hall.clock(), by="printing", command=command, key=key, digest=key)
            )
        except Refused as refusal:
            if refusal.code not in KNOWN_ALREADY:  # the next look tells it again
                log.warning("printer's state not noted", printer=printer, why=refusal.code)

    def _tell_the_fleet(self, printer: str, state: State) -> None:
        """A printer that is offline has given no sign of life: it was seen when it last answered.

        That it cannot print is an alarm of its own, told above; the fleet raises none for printers.
        """
        known = self.hall.fleet.reports.get(printer)
        away = state is State.OFFLINE
        seen_at = (known.seen_at if known else 0) if away else self.hall.clock()
        trouble = "" if state in MAY_PRINT else state.value
        self.hall.fleet.heard(Report(printer, "printer", seen_at, trouble=trouble))

    async def comes_back(
        self, printer: str, until: int, unwanted: Callable[[], bool] = lambda: False
    ) -> bool:
        """Wait until a printer prints again; False when it does not before `until` (ms) or is `unwanted`."""
        while self.hall.clock() < until and not unwanted():
            if self.states.get(printer) in MAY_PRINT:
                return True
            await asyncio.sleep(PAUSE)
        return False
