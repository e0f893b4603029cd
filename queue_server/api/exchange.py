"""The provincial 一窗受理 platform over HTTP: it pulls records of cases, and says which results are there."""

from __future__ import annotations

from queue_server import wire
from queue_server.api.calls import Call
from queue_server.api.cases import pulled
from queue_server.cases.exchange import records
from queue_server.cases.model import Case
from queue_server.desk.notices import field_of, make_ready, meant, reference
from queue_server.desk.past_cases import past_cases
from queue_server.hall.commands import Ask, Command
from queue_server.hall.refusals import Refused, Unknown, Unusable
from queue_server.views import refusal_text

MOST_BYTES = 256 * 1024
"""Of a message."""
WAITS = frozenset({"store_gone", "read_only", "too_busy"})
"""Refusals that say nothing of a notice: the whole message may be sent again."""


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
    taken: list[wire.ReadyTaken] = []
    done: set[str] = set()
    for notice in message.ready:
        number = ""
        try:
            case = await _meant(call, notice.case)
            number = case.number
            if case.id in done:
                raise Unusable("list_unclear")  # two notices of one case: which of them holds?
            done.add(case.id)
            await _make_ready(call, case, message.id, notice)
        except Refused as why:
            if why.code in WAITS:
                raise
            says = refusal_text(why)
            taken.append(wire.ReadyTaken(notice.case, number, why.code, field_of(why), says))
        else:
            taken.append(wire.ReadyTaken(notice.case, number))
    return wire.ReadyAnswer(message.id, sum(not one.code for one in taken), tuple(taken))


async def _meant(call: Call, written: str) -> Case:
    """The case that is meant, of this server's halls; refuses ``unknown_case``, ``exit_elsewhere``."""
    asked, found = reference(written), []
    for hall in call.halls.halls.values():
        found += await hall.register.look(lambda r: [case for case in r.cases.values() if asked.means(case)])
    if not found:
        for hall in call.halls.halls.values():
            ids = (asked.id,) if asked.id else ()
            found += (await past_cases(hall, call.halls.rows, ids, asked.number)).values()
    return meant(written, call.hall.id, found)


async def _make_ready(call: Call, case: Case, message: str, notice: wire.ReadyNotice) -> None:
    of = call.halls.hall(case.hall)
    if of is None:
        raise Unknown("unknown_hall")
    by = call.principal.id if of is call.hall else f"{call.hall.id}/{call.principal.id}"

    def asks(command: Command, key: str, digest: str) -> Ask:
        call.must_be_allowed(command)
        return Ask(call.now, by, command, key, digest, call.principal.role)

    await make_ready(of.register, case, f"{by}\n{message}", notice, asks)
