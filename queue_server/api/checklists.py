"""只打印材料清单: what to bring, on paper, for whoever has come only to ask."""

from __future__ import annotations

import datetime as dt
import secrets
from zoneinfo import ZoneInfo

from printers.address import AtAgent, read_address
from printers.jobs import Job
from printers.spool import print_slip
from queue_server import views, wire
from queue_server.api.calls import Call
from queue_server.hall.refusals import NotNow, Unknown
from queue_server.reactions.print_jobs import PrintJobs
from queue_server.reactions.printing import printer_of, spoken_to

EXPIRES = 60
"""Seconds for which a checklist is worth printing: its reader stands there."""


async def checklist(call: Call) -> wire.Checklist:
    """Print what to bring for some matters, without a number, at the kiosk that asks."""
    body = await call.body(wire.PrintChecklist)
    plan = call.hall.today().state.plan
    missing = next((id for id in body.matters if plan.matter(id) is None), None)
    if missing is not None:
        raise Unknown("unknown_matter", matter=missing)
    printer = printer_of(call.hall.register.state.plan or plan, call.principal.id)
    # An agent takes tickets' slips only: there, a checklist is photographed from the screen.
    if printer is None or isinstance(read_address(printer.address), AtAgent):
        raise NotNow("no_printer")
    time = dt.datetime.fromtimestamp(call.now / 1000, ZoneInfo(plan.timezone)).strftime("%Y-%m-%d %H:%M")
    job = Job(
        id=f"checklist:{secrets.token_urlsafe(9)}",
        printer=printer.id,
        slip=views.checklist(plan, body.matters, body.language, time),
        expires=call.now / 1000 + EXPIRES,
    )
    jobs = PrintJobs(call.hall.store, call.hall.id)
    outcome = await print_slip(spoken_to(printer), job, jobs, jobs, clock=lambda: call.hall.clock() / 1000)
    return wire.Checklist(paper=outcome.job.state.value, reason=outcome.job.reason)
