"""Cases over HTTP: what departments and windows see of them, and each step they take.

A case lives in the register of the hall that accepted it. Another hall of the same server sees it while it is
handled there, is on its way there, or is handed out there, and acts on it there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from queue_server import casework, wire
from queue_server.access.principals import DEPARTMENT, Principal, See
from queue_server.api.calls import Call
from queue_server.api.live import PREFIX, Live, only_a_socket, to_people
from queue_server.api.who import Halls
from queue_server.cases import commands as do
from queue_server.cases.events import public_facts
from queue_server.cases.model import Case
from queue_server.desk.hall import Hall
from queue_server.desk.past_cases import Step, past_cases, steps_in
from queue_server.hall.commands import Command
from queue_server.hall.hours import business_date
from queue_server.hall.model import Answer
from queue_server.hall.plan import Matter, Text
from queue_server.hall.refusals import Conflict, NotNow, NotYours, Unknown, Unusable
from queue_server.store import keys

SOCKET = "/cases/live"
EVENTS = 500
"""Entries of the register that one pull reads."""


class Found(NamedTuple):
    """A case, and the hall whose register it lives in; `past`: closed so long ago that it left memory."""

    hall: Hall
    case: Case
    past: bool = False


# --- whose cases ------------------------------------------------------------------------


def today(call: Call) -> str:
    """The business date of the asking hall; refuses ``day_not_open``."""
    plan = call.hall.register.state.plan
    if plan is None:
        raise NotNow("day_not_open")
    return business_date(plan, call.now)


def concerns(call: Call, case: Case) -> bool:
    """Whether a case has to do with the asking hall, and with the department of who asks from one."""
    here = call.hall.id
    if call.principal.role == DEPARTMENT:
        return case.department == call.principal.department and here in (case.at, case.bound)
    return here in (case.hall, case.at, case.bound, case.exit)


async def all_cases(call: Call) -> list[Found]:
    """Every case of this server that concerns who asks."""
    found: list[Found] = []
    for hall in call.halls.halls.values():
        cases = await hall.register.look(lambda r: list(r.cases.values()))
        found += [Found(hall, case) for case in cases if concerns(call, case)]
    return found


async def found_case(call: Call, id: str) -> Found:
    """The case with this id; refuses ``unknown_case``, also for one that is none of the caller's business."""
    for hall in call.halls.halls.values():
        case = await hall.register.look(lambda r: r.cases.get(id))
        if case is not None and concerns(call, case):
            return Found(hall, case)
    for hall in call.halls.halls.values():
        case = (await past_cases(hall, call.halls.rows, (id,))).get(id)
        if case is not None and concerns(call, case):
            return Found(hall, case, past=True)
    raise Unknown("unknown_case")


def mark_of(halls: Halls, hall: Hall, now: int) -> str:
    """What is another one as soon as a case of this server may have changed, or how it stands today."""
    plan = hall.register.state.plan
    reached = sum(known.register.tail.seq for known in halls.halls.values())
    return f"{business_date(plan, now) if plan is not None else ''}~{reached}"


def routes(halls: Halls, live: Live) -> list[BaseRoute]:
    """The socket of whoever looks at cases."""

    def view(websocket: WebSocket, hall: Hall, _: Principal) -> Awaitable[None]:
        return live.serve(
            websocket,
            hall,
            f"cases/{hall.id}",
            lambda day, at: wire.CasesNow(day.seq, at, mark_of(halls, hall, hall.clock())),
            lambda day, now: mark_of(halls, hall, now),  # another hall's register, and midnight
        )

    show = to_people(halls, live, See.CASES, view)
    return [WebSocketRoute(PREFIX + SOCKET, show), Route(PREFIX + SOCKET, only_a_socket)]


# --- looking ------------------------------------------------------------------------------


async def show_all(call: Call) -> wire.Cases:
    """Cases by their last day; ``?state=`` and ``?after=`` choose among them."""
    state, date = call.query.get("state", ""), today(call)
    mark = mark_of(call.halls, call.hall, call.now)  # before anything is read: a later change is read again
    lines = [line(one, date) for one in await all_cases(call)]
    chosen = [one for one in lines if not state or one.state in state.split(",")]
    page = casework.page(chosen, call.query.get("after", ""), call.now, names(call))
    return replace(page, mark=mark)


async def show(call: Call) -> wire.CaseView:
    """One case with all that happened to it."""
    one = await found_case(call, call.params["id"])
    return casework.view(one.case, guide(one), one.hall.register.state.calendar, today(call))


async def by_number(call: Call) -> wire.Cases:
    """The cases with a number: halls count for themselves, so there may be several."""
    date = today(call)
    number = call.params["number"]
    found = [line(one, date) for one in await all_cases(call) if one.case.number == number]
    for hall in call.halls.halls.values():
        past = await past_cases(hall, call.halls.rows, numbers=(number,))
        found += [line(Found(hall, case), date) for case in past.values() if concerns(call, case)]
    if not found:
        raise Unknown("unknown_case")
    return casework.page(found, "", call.now, names(call))


def names(call: Call) -> dict[str, Text]:
    """The halls of this server by their names, for whoever reads where a case is."""
    plans = ((id, hall.register.state.plan) for id, hall in call.halls.halls.items())
    return {id: plan.name for id, plan in plans if plan}


def guide(one: Found) -> Matter | None:
    """The matter of a case, by the guide under which it was accepted: retired since or not."""
    return one.hall.register.state.guide(one.case.matter, one.case.version)


def line(one: Found, date: str) -> wire.CaseLine:
    """A case in a list, on a business date."""
    return casework.line(one.case, guide(one), one.hall.register.state.calendar, date)


async def events(call: Call) -> wire.CaseEvents:
    """What happened to this hall's cases after a place in its register (``?after=``), for other systems."""
    steps, cases, reached = await pulled(call)
    return wire.CaseEvents(events=tuple(_told(steps, cases)), next=reached)


async def pulled(call: Call) -> tuple[list[Step], dict[str, Case], int]:
    """The steps after a place in the register (``?after=``), their cases as they are now, how far it is."""
    after = int(call.query.get("after", "0"))
    entries = await call.hall.store.read(keys.register(call.hall.id), after, EVENTS)
    reached = entries[-1].seq if entries else after
    steps = list(steps_in(entries))
    named = {step.fact.case for step in steps}
    # The store may be ahead of this process, which then does not know the case yet.
    cases = await call.hall.register.look(
        lambda r: {id: r.cases[id] for id in named if id in r.cases}, reached if entries else 0
    )
    gone = named - cases.keys()
    past = await past_cases(call.hall, call.halls.rows, gone) if gone else {}
    return steps, cases | past, reached


def _told(steps: Iterable[Step], cases: dict[str, Case]) -> Iterator[wire.CaseEvent]:
    for seq, entry, fact in steps:
        kind = str(type(fact).__struct_config__.tag)
        number = cases[fact.case].number if fact.case in cases else ""
        yield wire.CaseEvent(seq, entry.at, kind, fact.case, number, public_facts(fact))


# --- acting ---------------------------------------------------------------------------------


async def act(call: Call, make: Callable[[Case], Command]) -> wire.CaseDone:
    """Have a step of a case decided by the register that it lives in."""
    one = await found_case(call, call.params["id"])
    if one.past:
        raise Conflict("case_state", number=one.case.number, stage=one.case.state)
    answer = await call.change_register(make(one.case), one.hall)
    return wire.CaseDone(seq=answer.seq, case=one.case.id, number=one.case.number)


def picked(call: Call, reason: str) -> str:
    """A reason of the hall's list for cases."""
    plan = call.hall.register.state.plan
    choices = plan.reasons.get("case") if plan else None
    if not reason:
        raise Unusable("reason_needed", act="case")
    if choices is not None and reason not in choices:
        raise Unusable("unknown_reason", reason=reason, act="case")
    return reason


async def take(call: Call) -> wire.CaseDone:
    """The department takes a case into handling."""
    await call.body(wire.Nothing)
    return await act(call, lambda case: do.TakeCase(case.id))


async def ask_supplement(call: Call) -> wire.CaseDone:
    """Ask the visitor, once and completely, for what is missing."""
    body = await call.body(wire.AskSupplement)
    date, one = today(call), await found_case(call, call.params["id"])
    plan = one.hall.register.state.plan
    matter = guide(one)
    if matter is not None and not set(body.missing) <= set(matter.materials):
        raise Unusable("list_unclear")
    stops = plan is None or plan.rules.supplement_stops
    return await act(call, lambda case: do.AskSupplement(case.id, date, body.missing, stops))


async def receive_supplement(call: Call) -> wire.CaseDone:
    """Papers that were owed are here."""
    body, date = await call.body(wire.ReceiveSupplement), today(call)
    return await act(call, lambda case: do.ReceiveSupplement(case.id, date, body.still, body.visit))


async def stop_clock(call: Call) -> wire.CaseDone:
    """A hearing, an expertise or a publication: the time does not count."""
    body, date = await call.body(wire.Reason), today(call)
    reason = picked(call, body.reason)
    return await act(call, lambda case: do.StopClock(case.id, date, reason))


async def run_clock(call: Call) -> wire.CaseDone:
    """What stopped the clock is over."""
    await call.body(wire.Nothing)
    date = today(call)
    return await act(call, lambda case: do.RunClock(case.id, date))


async def extend(call: Call) -> wire.CaseDone:
    """Give a case more days, once."""
    body = await call.body(wire.ExtendCase)
    reason = picked(call, body.reason)
    return await act(call, lambda case: do.ExtendCase(case.id, body.days, reason))


async def ready(call: Call) -> wire.CaseDone:
    """The result is there, and where it lies."""
    body = await call.body(wire.ReadyCase)
    return await act(call, lambda case: do.ReadyCase(case.id, body.way, body.shelf))


async def move(call: Call) -> wire.CaseDone:
    """The result lies somewhere else now."""
    body = await call.body(wire.MoveResult)
    return await act(call, lambda case: do.MoveResult(case.id, body.shelf))


async def rework(call: Call) -> wire.CaseDone:
    """The result is wrong: back into handling."""
    body = await call.body(wire.Reason)
    reason = picked(call, body.reason)
    return await act(call, lambda case: do.ReworkCase(case.id, reason))


async def give_back(call: Call) -> wire.CaseDone:
    """The department will not do it (退回)."""
    body = await call.body(wire.Reason)
    reason = picked(call, body.reason)
    return await act(call, lambda case: do.ReturnCase(case.id, reason))


async def withdraw(call: Call) -> wire.CaseDone:
    """The visitor takes the matter back (撤回)."""
    body = await call.body(wire.Reason)
    reason = picked(call, body.reason)
    return await act(call, lambda case: do.WithdrawCase(case.id, reason))


async def send(call: Call) -> wire.CaseDone:
    """The case goes to another hall of this server."""
    body = await call.body(wire.SendCase)
    if call.halls.hall(body.hall) is None:
        raise Unknown("unknown_hall")
    return await act(call, lambda case: do.SendCase(case.id, body.hall))


async def arrive(call: Call) -> wire.CaseDone:
    """The case that was on its way is here."""
    await call.body(wire.Nothing)
    one = await found_case(call, call.params["id"])
    if one.case.bound not in ("", call.hall.id):
        raise NotYours("not_allowed")
    return await act(call, lambda case: do.ArriveCase(case.id))


# --- papers -----------------------------------------------------------------------------------


async def paper_lists(call: Call) -> wire.PaperLists:
    """The lists of papers that go from hand to hand in this hall."""
    return await call.hall.register.look(lambda r: casework.paper_lists(r.papers.values(), r.cases))


async def pass_papers(call: Call) -> wire.Done:
    """Begin a list: the giving side's half of it."""
    body = await call.body(wire.PassPapers)
    _must_be_of(call, body.giver)
    id = call.digest_of_key()
    command = do.PassPapers(id=id, giver=body.giver, receiver=body.receiver, cases=body.cases)
    return _done(await call.change_register(command))


async def confirm_papers(call: Call) -> wire.Done:
    """The receiving side has counted what it was given."""
    body = await call.body(wire.ConfirmPapers)
    known = await call.hall.register.look(lambda r: r.papers.get(call.params["id"]))
    if known is not None:
        _must_be_of(call, known.receiver)
    return _done(await call.change_register(do.ConfirmPapers(id=call.params["id"], missing=body.missing)))


async def take_papers_back(call: Call) -> wire.Done:
    """The giver takes back a list that nobody has confirmed."""
    await call.body(wire.Nothing)
    return _done(await call.change_register(do.TakeBackPapers(id=call.params["id"])))


def _must_be_of(call: Call, holder: str) -> None:
    """A department speaks for itself alone; windows and exit are everybody's at a window."""
    if call.principal.role == DEPARTMENT and holder != call.principal.department:
        raise NotYours("not_allowed")


def _done(answer: Answer) -> wire.Done:
    return wire.Done(seq=answer.seq, detail=answer.detail)
