"""Printing: every ticket taken at a kiosk comes out of the printer beside it.

One process of a hall prints, by a lease. A slip that cannot be printed is never a ghost ticket: the ticket
exists, the kiosk's screen shows it, and the job says why no paper came.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import structlog

from printers.encoding import TextMode
from printers.jobs import Job
from printers.printer import Printer
from printers.slip import Slip
from printers.spool import HereAndNow, print_slip
from queue_server import views
from queue_server.access.principals import check_code, ticket_secret
from queue_server.desk.hall import Hall
from queue_server.desk.line import Line
from queue_server.hall import events, plan
from queue_server.hall.day import Day
from queue_server.hall.model import Ticket
from queue_server.store.chain import Entry

log = structlog.get_logger()

EXPIRES = 5 * 60
"""Seconds after which a slip is not printed any more: its visitor has long gone on."""
LEASE_MS = 10_000
WAITING_AT_MOST = 500


class Printing:
    """Prints one hall's slips. `secret` gives the key of the hall's ticket secrets."""

    def __init__(self, hall: Hall, secret: Callable[[str], bytes], public_url: str) -> None:
        self.hall = hall
        self._secret = secret
        self._public_url = public_url
        self._waiting: asyncio.Queue[tuple[Ticket, str]] = asyncio.Queue(WAITING_AT_MOST)
        self._jobs = HereAndNow()
        hall.on_day.append(self._follow)

    def _follow(self, line: Line[Day]) -> None:
        def landed(entries: Sequence[Entry]) -> None:
            for entry in entries:
                self._note(line.state, events.decode(entry.body))

        line.on_landed.append(landed)

    def _note(self, day: Day, record: events.Record) -> None:
        event = record.e
        if not isinstance(event, events.TicketTaken) or event.source != "kiosk":
            return
        ticket = day.tickets.get(event.ticket)
        printer = printer_of(day.plan, record.by)
        if ticket is None or not printer:
            return
        try:
            self._waiting.put_nowait((ticket, printer))
        except asyncio.QueueFull:
            log.error("slip not printed: too many wait", number=ticket.number)  # noqa: TRY400

    async def run(self) -> None:
        """Print until cancelled, while this process holds the lease."""
        fence: int | None = None
        while True:
            ticket, printer = await self._waiting.get()
            fence = await self._hold(fence)
            if fence is not None:
                await self._print(ticket, printer)

    async def _hold(self, fence: int | None) -> int | None:
        store = self.hall.store
        if fence is not None and await store.renew_lease(self.hall.id, "printing", fence, LEASE_MS):
            return fence
        return await store.acquire_lease(self.hall.id, "printing", LEASE_MS)

    async def _print(self, ticket: Ticket, name: str) -> None:
        day = self.hall.today().state
        found = next((p for p in day.plan.printers if p.id == name), None)
        if found is None:
            return
        host, _, port = found.address.rpartition(":")
        mode = TextMode.RASTER if found.text_mode == "raster" else TextMode.GB18030
        printer = Printer(name=found.id, host=host, port=int(port), dots=found.width, text_mode=mode)
        slip = slip_of(day, ticket, self._secret(self.hall.id), self._public_url)
        now = self.hall.clock() / 1000
        job = Job(id=f"{day.date}:{ticket.id}", printer=name, slip=slip, expires=now + EXPIRES)
        outcome = await print_slip(printer, job, self._jobs, self._jobs)
        if not outcome.on_paper:
            log.warning(
                "slip not on paper", number=ticket.number, state=outcome.job.state, why=outcome.job.reason
            )


def printer_of(agreed: plan.Plan, by: str) -> str:
    """The printer beside the kiosk that a ticket was taken at ("" when it has none)."""
    kiosk = by.removeprefix("device:")
    return next((k.printer for k in agreed.kiosks if k.id == kiosk), "")


def slip_of(day: Day, ticket: Ticket, key: bytes, public_url: str) -> Slip:
    """A ticket's slip, in its visitor's language."""
    local = dt.datetime.fromtimestamp(ticket.taken_at / 1000, ZoneInfo(day.plan.timezone))
    url = f"{public_url}/t/{day.plan.hall}/{ticket.id}#{ticket_secret(key, ticket.id)}"
    return views.slip(day, ticket, url, check_code(key, ticket.id), local.strftime("%Y-%m-%d %H:%M"))
