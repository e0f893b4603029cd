"""The matters of a visit, each over by itself; what is accepted opens a case before the clerk is answered."""

from __future__ import annotations

from queue_server import wire
from queue_server.api.calls import Call
from queue_server.api.tickets import done
from queue_server.cases.model import Case
from queue_server.desk.cases import open_case
from queue_server.hall import commands as do
from queue_server.hall.day import Day
from queue_server.hall.joint import CarryOn
from queue_server.hall.matters import ended
from queue_server.hall.model import Answer, MatterEnd
from queue_server.hall.refusals import Refused
from queue_server.locale import translate


async def close(call: Call) -> wire.MatterDone:
    """Say what became of one matter of the visit."""
    body = await call.body(wire.CloseMatter)
    ticket, matter = call.params["id"], call.params["matter"]
    command = do.CloseMatter(ticket, matter, body.outcome, body.reason, body.papers, body.until, body.exit)

    def looked(day: Day, answer: Answer) -> tuple[int, str, MatterEnd]:
        end = ended(day.ticket(ticket), matter)
        assert end is not None, "the answer to a matter that was closed"
        return answer.seq, day.date, end

    seq, date, end = await call.change_and_look(command, looked)
    case = await _opened(call, date, ticket, end)
    return wire.MatterDone(
        seq=seq,
        ticket=ticket,
        matter=matter,
        outcome=end.outcome,
        case=end.case.id if end.case else "",
        number=case.number if case else "",
        promised_by=case.promised_by if case else "",
    )


async def finish(call: Call) -> wire.Done:
    """End the service with an outcome per matter."""
    body = await call.body(wire.Finish)
    ticket = call.params["id"]
    command = do.Finish(ticket=ticket, outcomes=tuple(body.outcomes.items()))

    def looked(day: Day, answer: Answer) -> tuple[Answer, str, tuple[MatterEnd, ...]]:
        return answer, day.date, day.ticket(ticket).closed

    answer, date, ends = await call.change_and_look(command, looked)
    for end in ends:
        await _opened(call, date, ticket, end)
    return done(answer)


async def carry_on(call: Call) -> wire.Done:
    """What is left of a joint ticket needs others: they are called, or the visitor moves on to them."""
    await call.body(wire.Nothing)
    id = call.params["id"]
    day = call.hall.today().state
    known = day.tickets.get(id)
    words = {"number": known.number, "window": known.window or 0} if known else {"number": "", "window": 0}
    text = {lang: translate("hall.joint.come", lang, **words) for lang in day.plan.languages}
    return done(await call.change(CarryOn(ticket=id, text=text)))


async def _opened(call: Call, date: str, ticket: str, end: MatterEnd) -> Case | None:
    """The case of a matter; the day has landed, so a register that refuses now only makes it come later."""
    try:
        return await open_case(call.hall, date, ticket, end, call.principal.id)
    except Refused:
        return None
