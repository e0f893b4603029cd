"""叫工作人员: a visitor at a kiosk asks for somebody, and the floor staff see where.

A call for help is no event: it names nobody, lives for half an hour at most, and is gone when somebody came.
Each kiosk has one, so pressing twice asks once.
"""

from __future__ import annotations

import msgspec

from queue_server import wire
from queue_server.access.principals import KIOSK
from queue_server.api.calls import Call
from queue_server.api.problems import Unfit

KEPT = 30 * 60_000
"""How long (ms) a call for help waits: whoever asked has found somebody or gone."""


async def ask(call: Call) -> wire.HelpCall:
    """A visitor at this kiosk wants a member of staff."""
    body = await call.body(wire.AskHelp)
    kiosk = call.principal.id
    asked = wire.HelpCall(kiosk=kiosk, place=_place(call, kiosk), since=call.now, language=body.language)
    kept = await call.hall.store.put_side_once(call.hall.id, _key(kiosk), msgspec.json.encode(asked), KEPT)
    return msgspec.json.decode(kept, type=wire.HelpCall)


async def waiting(call: Call) -> wire.HelpCalls:
    """Who waits for a member of staff, and where, the longest first."""
    kiosks = _kiosks(call)
    kept = await call.hall.store.get_sides(call.hall.id, [_key(kiosk) for kiosk in kiosks])
    calls = [msgspec.json.decode(one, type=wire.HelpCall) for one in kept if one is not None]
    return wire.HelpCalls(tuple(sorted(calls, key=lambda one: one.since)))


async def came(call: Call) -> wire.HelpCalls:
    """Somebody has come to a kiosk; gives who still waits."""
    await call.body(wire.Nothing)
    kiosk = call.params["kiosk"]
    if kiosk not in _kiosks(call):
        raise Unfit(404, "unknown_kiosk", "no kiosk of this hall has this id")
    await call.hall.store.drop_side(call.hall.id, _key(kiosk))
    return await waiting(call)


def _kiosks(call: Call) -> list[str]:
    return sorted({g.id for g in call.hall.register.state.grants.values() if g.role == KIOSK})


def _key(kiosk: str) -> str:
    return f"help:{kiosk}"


def _place(call: Call, kiosk: str) -> str:
    """Where a kiosk stands, as the hall file says; its name where it does not."""
    grants = call.hall.register.state.grants.values()
    name = next((g.name for g in grants if g.id == kiosk), kiosk)
    plan = call.hall.today().state.plan
    return next((k.place for k in plan.kiosks if f"device:{k.id}" == kiosk and k.place), name)
