"""只打印材料清单: what to bring, on paper, for whoever has come only to ask."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from printers.jobs import Job
from queue_server import views, wire
from queue_server.api.calls import Call
from queue_server.hall.refusals import NotNow
from queue_server.reactions.addresses import beside
from queue_server.reactions.post import CHECKLIST
from queue_server.reactions.print_jobs import PrintJobs
from queue_server.reactions.printing import put_on_paper

EXPIRES = 60
"""Seconds for which a checklist is worth printing: its reader stands there."""


async def checklist(call: Call) -> wire.Checklist:
    """Print what to bring for some matters, without a number, at the kiosk that asks."""
    body = await call.body(wire.PrintChecklist)
    day = call.hall.today().state
    plan = day.plan
    for id in body.matters:
        if plan.joint(id) is None:
            day.matter(id)
    printer = beside(call.hall.register.state.plan or plan, call.principal.id)
    if printer is None:
        raise NotNow("no_printer")
    time = dt.datetime.fromtimestamp(call.now / 1000, ZoneInfo(plan.timezone)).strftime("%Y-%m-%d %H:%M")
    job = Job(
        # The same wish asked for again, because no answer came, is one list.
        id=f"{CHECKLIST}:{call.digest_of_key()}",
        printer=printer.id,
        slip=views.checklist(plan, body.matters, body.language, time),
        expires=call.now / 1000 + EXPIRES,
    )
    jobs = PrintJobs(call.hall.store, call.hall.id)
    outcome = await put_on_paper(printer, job, jobs, call.halls.posts[call.hall.id])
    return wire.Checklist(paper=outcome.job.state.value, reason=outcome.job.reason)
