"""叫工作人员: a visitor at a kiosk asks for somebody, and the floor staff see where (`desk/help.py`)."""

from __future__ import annotations

from queue_server import wire
from queue_server.api.calls import Call
from queue_server.api.problems import Unfit
from queue_server.hall.refusals import NotNow


async def ask(call: Call) -> wire.HelpCall:
    """A visitor at this kiosk wants a member of staff."""
    body = await call.body(wire.AskHelp)
    kiosk = call.principal.id
    asked = wire.HelpCall(kiosk=kiosk, place=_place(call, kiosk), since=call.now, language=body.language)
    return await call.hall.help.ask(asked)


async def waiting(call: Call) -> wire.HelpCalls:
    """Who waits for a member of staff, and where, the longest first."""
    if not await call.hall.help.look():
        raise NotNow("store_gone")
    return wire.HelpCalls(call.hall.help.waiting)


async def came(call: Call) -> wire.HelpCalls:
    """Somebody has come to a kiosk; gives who still waits."""
    await call.body(wire.Nothing)
    kiosk = call.params["kiosk"]
    if kiosk not in call.hall.help.kiosks():
        raise Unfit(404, "unknown_kiosk", "no kiosk of this hall has this id")
    await call.hall.help.came(kiosk)
    return wire.HelpCalls(call.hall.help.waiting)


def _place(call: Call, kiosk: str) -> str:
    """Where a kiosk stands, as the hall file says; its name where it does not."""
    grants = call.hall.register.state.grants.values()
    name = next((g.name for g in grants if g.id == kiosk), kiosk)
    plan = call.hall.today().state.plan
    return next((k.place for k in plan.kiosks if f"device:{k.id}" == kiosk and k.place), name)
