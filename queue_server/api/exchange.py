"""What goes to the provincial 一窗受理 platform over HTTP, pulled by whoever brings it there."""

from __future__ import annotations

from queue_server import wire
from queue_server.api.calls import Call
from queue_server.api.cases import pulled
from queue_server.cases.exchange import records


async def show(call: Call) -> wire.PlatformRecords:
    """The records of this hall's cases after a place in its register (``?after=``)."""
    steps, cases, reached = await pulled(call)
    told = await call.hall.register.look(
        lambda r: [
            record
            for step in steps
            if step.fact.case in cases
            for record in records(r, cases[step.fact.case], step.seq, step.entry)
        ]
    )
    return wire.PlatformRecords(tuple(wire.PlatformRecord(*record) for record in told), reached)
