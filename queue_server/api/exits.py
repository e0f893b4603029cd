"""The way out of a case (统一出件): the receipt in its holder's hand, the pick-up ticket, the exit window.

A receipt holds all cases of one ticket. Its check code is a keyed hash of the ticket under a key of the hall
that outlives the day, and stands in no log.
"""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.menu import Receipt
from queue_server import casework, wire
from queue_server.access.principals import case_secret, receipt_code, same
from queue_server.api.calls import Call
from queue_server.api.cases import Found, act, all_cases, found_case, guide, line, names, today
from queue_server.api.claims import FORGOTTEN, TRIES
from queue_server.api.tickets import new_ticket, receipts
from queue_server.cases import commands as case
from queue_server.cases.model import CODE, DOCUMENT, READY, RUNNING, SHELVED, Case
from queue_server.hall import commands as do
from queue_server.hall.plan import ORDINARY, PRIORITY, Plan
from queue_server.hall.refusals import Conflict, NotNow, NotYours, Unknown

# --- the receipt --------------------------------------------------------------------------


async def opened(call: Call, number: str, code: str) -> list[Found]:
    """The cases of a receipt, by the number of one of them and its check code; five tries for each number."""
    typed = _plain(number)
    known = [
        Found(hall, one)
        for hall in call.halls.halls.values()
        for one in await hall.register.look(lambda r: list(r.cases.values()))
    ]
    meant = [one for one in known if _plain(one.case.number) == typed]
    # Counted before it is looked at: whoever tries many at once gets no more looks than one by one.
    key = f"tries:case:{typed}"
    tries = await call.hall.store.count_side(call.hall.id, key, FORGOTTEN) if meant else 1
    if tries > TRIES:
        raise NotYours("too_many_tries")
    right = next((one for one in meant if _is_code(one.hall.receipts, one.case, code)), None)
    if right is None:
        raise NotYours("wrong_check_code", left=TRIES - tries)
    await call.hall.store.drop_side(call.hall.id, key)
    return _of_one_receipt(known, right)


def _plain(number: str) -> str:
    return number.strip().replace("-", "")


def _of_one_receipt(known: Sequence[Found], right: Found) -> list[Found]:
    return [one for one in known if one.hall is right.hall and one.case.ticket == right.case.ticket]


def _is_code(key: bytes, of: Case, code: str) -> bool:
    return same(code.strip().upper(), receipt_code(key, of.ticket))


def ready_here(call: Call, one: Case) -> bool:
    """Whether a result lies in this hall to be handed out."""
    placed = one.way not in SHELVED or one.shelf != ""
    return one.state == READY and one.at == one.exit == call.hall.id and not one.bound and placed


def owing(one: Case) -> bool:
    """Whether papers are still to be brought for a case."""
    return one.state in RUNNING and bool(one.owed)


async def open_receipt(call: Call) -> wire.CaseReceipt:
    """How the cases of a receipt stand, for whoever holds it."""
    body = await call.body(wire.OpenReceipt)
    found = await opened(call, body.number, body.code)
    return wire.CaseReceipt(
        cases=tuple(_line(call, one) for one in found),
        ready=sum(ready_here(call, one.case) for one in found),
        owing=sum(owing(one.case) for one in found),
        clerk=bool(await _clerk(call, found)),
    )


async def case_page(call: Call) -> wire.CasePage:
    """How the cases of a receipt stand, for whoever has its address; refuses ``unknown_case``.

    It ends with the register's memory of them: some weeks after the last was closed.
    """
    body = await call.body(wire.OpenCasePage)
    cases = await call.hall.register.look(
        lambda register: [case for case in register.cases.values() if case.ticket == body.ticket]
    )
    # Compared first: an address that nobody was given tells nothing, not even whether there are cases.
    if not same(body.secret, case_secret(call.hall.receipts, body.ticket)) or not cases:
        raise Unknown("unknown_case")
    return wire.CasePage(tuple(in_hand(call, one) for one in cases), call.now)


def in_hand(call: Call, one: Case) -> wire.CasePageLine:
    """A case of this hall as its holder sees it."""
    plan, there = call.hall.register.state.plan, _plan_of(call, one.exit)
    matter = plan.matter(one.matter) if plan else None
    placed = one.way not in SHELVED or one.shelf != ""
    exit = there.name if there else {"zh": one.exit}
    return wire.CasePageLine(
        number=one.number,
        name=matter.name if matter else {"zh": one.matter},
        state=one.state,
        promised_by=one.promised_by,
        owed=one.owed,
        owed_until=one.owed_until,
        exit=exit,
        ready=one.state == READY and one.at == one.exit and not one.bound and placed,
        says=casework.says(one, False, exit),
    )


def _plan_of(call: Call, hall: str) -> Plan | None:
    found = call.halls.halls.get(hall)
    return found.register.state.plan if found else None


def _line(call: Call, one: Found) -> wire.ReceiptLine:
    matter = guide(one)
    there = _plan_of(call, one.case.exit)
    return wire.ReceiptLine(
        number=one.case.number,
        name=matter.name if matter else {"zh": one.case.matter},
        state=one.case.state,
        promised_by=one.case.promised_by,
        owed=one.case.owed,
        says=casework.says(one.case, ready_here(call, one.case), there.name if there else {}),
    )


async def _clerk(call: Call, found: Sequence[Found]) -> str:
    """Who accepted a case that owes papers here, if that clerk sits at a window now."""
    day = call.hall.day
    for one in found:
        by = one.case.steps[0].by
        if owing(one.case) and one.hall is call.hall and day is not None and day.state.window_of(by):
            return by
    return ""


# --- the ticket ---------------------------------------------------------------------------


async def pick_up(call: Call) -> Receipt:
    """One ticket for all results that are ready here, or a priority ticket for papers that are owed."""
    body = await call.body(wire.PickUp)
    call.must_be_allowed(do.TakeTicket("", ""))
    ready, owed = _to_do(call, await opened(call, body.number, body.code))
    clerk = await _clerk(call, owed) if owed and not ready and body.same_clerk else ""
    command = do.TakeTicket(
        ticket=new_ticket(),
        category=_exit_category(call) if ready else _category_of(call, owed[0].case),
        cls=ORDINARY if ready else PRIORITY,
        language=body.language,
        source="kiosk" if call.principal.role == "kiosk" else "desk",
        cases=tuple(one.case.id for one in ready or owed),
        clerk=clerk,
    )
    return await call.change_and_look(command, receipts(call))


def _to_do(call: Call, found: Sequence[Found]) -> tuple[list[Found], list[Found]]:
    """The cases whose results are ready here and those that owe papers; refuses a way for neither."""
    ready = [one for one in found if ready_here(call, one.case)]
    owed = [one for one in found if owing(one.case)]
    if not ready and not owed:
        raise _not_yet(call, found)
    return ready, owed


async def come_for(call: Call, number: str, code: str) -> tuple[str, ...]:
    """The cases that somebody without a ticket came to a window for, as of a pick-up ticket.

    Without a check code the clerk has looked at a document, as when a result is handed out.
    """
    if code:
        found = await opened(call, number, code)
    else:
        known = await all_cases(call)
        meant = next((one for one in known if _plain(one.case.number) == _plain(number)), None)
        if meant is None:
            raise Unknown("unknown_case")
        found = _of_one_receipt(known, meant)
    ready, owed = _to_do(call, found)
    return tuple(one.case.id for one in ready or owed)


def _exit_category(call: Call) -> str:
    plan = call.hall.today().state.plan
    found = next((c.letter for c in plan.categories if c.exit), None)
    if found is None:
        raise NotNow("no_exit_here")
    return found


def _category_of(call: Call, one: Case) -> str:
    """Where the matter of a case is accepted in this hall."""
    matter = call.hall.register.state.guide(one.matter)
    if matter is None:
        raise Unknown("unknown_matter", matter=one.matter)
    return matter.category


def _not_yet(call: Call, found: Sequence[Found]) -> Conflict:
    """Why there is nothing to be had here: of the case that will be ready first."""
    running = [one.case for one in found if one.case.state in RUNNING]
    elsewhere = [one.case for one in found if one.case.state == READY]
    if elsewhere:
        return Conflict("case_elsewhere", number=elsewhere[0].number, hall=_name(call, elsewhere[0].exit))
    if running:
        first = min(running, key=lambda one: one.promised_by or casework.FAR)
        return Conflict("case_not_ready", number=first.number, date=first.promised_by or "—")
    return Conflict("case_state", number=found[0].case.number, stage=found[0].case.state)


def _name(call: Call, id: str) -> str:
    plan = _plan_of(call, id)
    return plan.name["zh"] if plan else id


# --- the window ---------------------------------------------------------------------------


async def of_ticket(call: Call) -> wire.Cases:
    """The cases that a ticket is about: those it came for, and those it opened."""
    id = call.params["id"]
    came_for = await call.hall.look_of(id, lambda day: day.ticket(id).cases, call.at_least)
    date = today(call)
    found = [one for one in await all_cases(call) if one.case.id in came_for or one.case.ticket == id]
    return casework.page([line(one, date) for one in found], "", call.now, names(call))


async def issue(call: Call) -> wire.CaseDone:
    """Hand a result out: by the receipt's check code, or after a document was looked at."""
    body = await call.body(wire.IssueCase)
    one = await found_case(call, call.params["id"])
    if one.case.state == READY and not ready_here(call, one.case):
        raise Conflict("case_elsewhere", number=one.case.number, hall=_name(call, one.case.at))
    if body.code:
        await opened(call, one.case.number, body.code)
    proof = CODE if body.code else DOCUMENT
    return await act(call, lambda known: case.IssueCase(known.id, body.receiver, proof))
