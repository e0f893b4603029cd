"""The hall's devices over HTTP: letting one in by its code, the whole fleet, taking a token back."""

from __future__ import annotations

from collections.abc import Iterable

from queue_server import papers, wire
from queue_server.access import enrolment
from queue_server.access.enrolment import CODE_LIFE, Pending
from queue_server.access.principals import KIOSK
from queue_server.api.calls import Call
from queue_server.api.problems import Unfit
from queue_server.desk.fleet import DEVICES, Report, place_of
from queue_server.desk.hall import Hall
from queue_server.hall.plan import HALL_BOARD, Plan
from queue_server.hall.refusals import NotNow
from queue_server.hall.register import GrantToken, RevokeDevice

KEPT_AS = {KIOSK: "yichuang.kiosk.token"}
SCREEN_KEPT_AS = "yichuang.screen.token"
"""Under which name the browser of a kiosk or a screen keeps its token."""


async def ask_in(call: Call) -> wire.Enrolment:
    """A new device asks to be let in: it gets a code to show and a token that does not count yet."""
    await call.body(wire.Nothing)
    if not call.hall.enrolling.allows(call.now):
        raise Unfit(429, "too_many_codes", "too many devices ask to be let in; wait some minutes")
    asked = await enrolment.ask_in(call.hall.store, call.hall.id, call.now, call.address)
    return wire.Enrolment(
        code=asked.code, token=asked.token, until=call.now + CODE_LIFE, answered_at=call.now
    )


async def look_in(call: Call) -> wire.EnrolmentState:
    """What has become of a code; once it is confirmed, where the device goes."""
    state = await enrolment.state_of(call.hall.store, call.hall.id, call.params["code"])
    if isinstance(state, Pending):
        return wire.EnrolmentState(state="waiting")
    if not state.device:
        return wire.EnrolmentState(state="refused")
    plan = plan_of(call.hall)
    grant = enrolment.grant_for(plan, state.device)
    keep = KEPT_AS.get(grant.role, SCREEN_KEPT_AS)
    page = enrolment.page_for(plan, state.device)
    return wire.EnrolmentState(state="confirmed", page=page, keep=keep)


async def confirm(call: Call) -> wire.Done:
    """A manager lets a device in by the code that it shows, as a device of the hall file."""
    body = await call.body(wire.Confirm)
    grant = enrolment.grant_for(plan_of(call.hall), body.device)
    token = await enrolment.settle(
        call.hall.store, call.hall.id, call.params["code"], body.device, call.scope("Confirm")
    )
    answer = await call.change_register(GrantToken(token, grant))
    return wire.Done(seq=answer.seq, detail=grant.id)


async def waiting(call: Call) -> wire.Enrolments:
    """Every code that stands on a device and waits for a manager's answer, the oldest first."""
    found = await enrolment.waiting(call.hall.store, call.hall.id)
    return wire.Enrolments(tuple(wire.WaitingCode(w.code, w.since, w.address) for w in found), call.now)


async def refuse(call: Call) -> wire.Done:
    """A manager does not know the device that shows a code: the code ends, and the device says so."""
    await call.body(wire.Nothing)
    code = call.params["code"]
    await enrolment.settle(call.hall.store, call.hall.id, code, "", call.scope("Refuse"))
    return wire.Done(seq=call.hall.register.tail.seq, detail=code)


async def revoke(call: Call) -> wire.Done:
    """Every token of a device counts no more; its screens are asked to be let in again, at once."""
    await call.body(wire.Nothing)
    answer = await call.change_register(RevokeDevice(f"device:{call.params['device']}"))
    return wire.Done(seq=answer.seq, detail=answer.detail)


async def show(call: Call) -> wire.Devices:
    """Every device: when it was last seen, its version, what it shows, its sound."""
    return fleet(call.hall, call.now)


def plan_of(hall: Hall) -> Plan:
    """The plan in force; refuses ``day_not_open`` before the first was published."""
    plan = hall.register.state.plan
    if plan is None:
        raise NotNow("day_not_open")
    return plan


def fleet(hall: Hall, now: int) -> wire.Devices:
    """The fleet of a hall: what its file names, and who else was let in or has reported."""
    plan = plan_of(hall)
    roles = {g.name: g.role for g in hall.register.state.grants.values() if g.role in DEVICES}
    reports = hall.fleet.reports
    kinds = {s.id: "sign" if s.window is not None else "board" for s in plan.screens}
    kinds |= {k.id: "kiosk" for k in plan.kiosks} | {led.id: "led" for led in plan.leds}
    kinds |= {p.id: "printer" for p in plan.printers} | {p.id: "pad" for p in plan.pads}
    if HALL_BOARD in roles:
        kinds[HALL_BOARD] = "board"
    kinds = {name: report.kind for name, report in reports.items() if name in roles} | kinds
    gone = hall.fleet.gone(now)
    lines = (
        _line(place_of(plan, name), name, kinds[name], name in roles, reports.get(name), name in gone)
        for name in ordered(kinds)
    )
    printers = papers.lines(hall.day.state, plan) if hall.day else ()
    return wire.Devices(devices=tuple(lines), answered_at=now, printers=printers)


def ordered(kinds: dict[str, str]) -> Iterable[str]:
    """Devices by kind, then by name."""
    return sorted(kinds, key=lambda name: (kinds[name], name))


def _line(
    place: str, name: str, kind: str, enrolled: bool, report: Report | None, gone: bool
) -> wire.DeviceLine:
    if report is None:
        return wire.DeviceLine(name, kind, place, enrolled, state="never")
    return wire.DeviceLine(
        id=name, kind=kind, place=place, enrolled=enrolled,
        state="gone" if gone else "well",
        seen_at=report.seen_at or None, version=report.version, shows=report.shows, sound=report.sound,
        trouble=report.trouble,
    )  # fmt: skip
