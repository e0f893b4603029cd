"""The provincial 一窗受理 platform over HTTP: it pulls records of cases, and says which results are there."""

from __future__ import annotations

from queue_server import wire
from queue_server.api.calls import Call
from queue_server.api.cases import pulled
from queue_server.cases.exchange import records
from queue_server.cases.model import Case
from queue_server.desk.notices import Meant, field_of, make_ready, meant_by, take_in
from queue_server.desk.past_cases import past_cases
from queue_server.hall.commands import Ask, Command
from queue_server.hall.refusals import Refused, Unknown
from queue_server.views import refusal_text

MOST_BYTES = 256 * 1024
"""Of a message."""


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


async def ready(call: Call) -> wire.ReadyAnswer:
    """Results are there: each case becomes ready, or the answer says why not."""
    message = await call.body(wire.ReadyMessage, MOST_BYTES)

    async def make(case: Case, notice: wire.ReadyNotice) -> None:
        await _make_ready(call, case, message.id, notice)

    taken = await take_in(message, call.hall.id, await _cases(call, meant_by(message)), make)
    told = tuple(_told(*one) for one in taken)
    return wire.ReadyAnswer(message.id, sum(not one.code for one in told), told)


def _told(notice: wire.ReadyNotice, number: str, why: Refused | None) -> wire.ReadyTaken:
    if why is None:
        return wire.ReadyTaken(notice.case, number)
    return wire.ReadyTaken(notice.case, number, why.code, field_of(why), refusal_text(why))


async def _cases(call: Call, wanted: Meant) -> list[Case]:
    """This server's cases that may be meant; long closed ones are looked for where no other was found."""
    halls = call.halls.halls.values()
    found: list[Case] = []
    for hall in halls:
        found += await hall.register.look(lambda r: wanted.among(r.cases))
    if (lacking := wanted.without(found)).references:
        for hall in halls:
            found += (await past_cases(hall, call.halls.rows, lacking.ids, lacking.numbers)).values()
    return found


async def _make_ready(call: Call, case: Case, message: str, notice: wire.ReadyNotice) -> None:
    of = call.halls.hall(case.hall)
    if of is None:
        raise Unknown("unknown_hall")
    by = call.principal.id if of is call.hall else f"{call.hall.id}/{call.principal.id}"

    def asks(command: Command, key: str, digest: str) -> Ask:
        call.must_be_allowed(command)
        return Ask(call.now, by, command, key, digest, call.principal.role)

    await make_ready(of.register, case, f"{by}\n{message}", notice, asks)
