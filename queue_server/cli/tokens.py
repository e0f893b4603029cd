"""Who may act in a hall: granting, listing and taking back the tokens of devices and staff.

A token is shown once, when it is granted; the register keeps only its hash. A server that runs learns of
the change at once, from the log.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence

from printers.address import AtAgent, read_address
from queue_server.access.principals import (
    CLERK,
    DEVICES,
    FLOOR,
    KIOSK,
    MANAGER,
    PAD,
    PRINTER,
    new_token,
    token_hash,
)
from queue_server.cli.registers import Unfit, in_register, operator, put
from queue_server.desk.line import Line
from queue_server.hall.plan import Plan
from queue_server.hall.register import Grant, GrantToken, Register, RevokeToken
from queue_server.store.logs import Store

STAFF = (CLERK, FLOOR, MANAGER)
SHOWN = 12
"""Characters of a hash that name a token: nobody can guess or use them."""

Work = Callable[[Line[Register], Plan], Awaitable[int]]


def grant_token(store: str, hall: str, role: str, name: str, windows: Sequence[int]) -> int:
    """Grant a token and print it, alone on stdout so that a script can take it; gives the exit status."""

    async def work(register: Line[Register], plan: Plan) -> int:
        grant = grant_of(plan, role, name, tuple(windows))
        token = new_token()
        await put(register, GrantToken(token_hash(token), grant), operator())
        print(f"granted to {grant.id} as {role}; this is shown only once:", file=sys.stderr)
        print(token)
        return 0

    return _in_register(store, hall, work)


def list_tokens(store: str, hall: str) -> int:
    """Print who holds a token: the beginning of its hash, role, id, name and windows."""

    async def work(register: Line[Register], plan: Plan) -> int:
        for hashed, grant in sorted(register.state.grants.items(), key=lambda item: (item[1].id, item[0])):
            windows = ",".join(map(str, grant.windows)) or "-"
            print(f"{hashed[:SHOWN]}  {grant.role:<8} {windows:<6} {grant.id}  {grant.name}")
        return 0

    return _in_register(store, hall, work)


def revoke_tokens(store: str, hall: str, which: str) -> int:
    """Take back the tokens of an id, or the one whose hash begins so."""

    async def work(register: Line[Register], plan: Plan) -> int:
        found = [
            hashed
            for hashed, grant in register.state.grants.items()
            if grant.id == which or (len(which) >= SHOWN and hashed.startswith(which))
        ]
        if not found:
            raise Unfit(f'nobody "{which}" holds a token here: see yichuang token list')
        for hashed in found:
            await put(register, RevokeToken(hashed), operator())
        print(f"taken back: {len(found)}")
        return 0

    return _in_register(store, hall, work)


def grant_of(plan: Plan, role: str, name: str, windows: tuple[int, ...]) -> Grant:
    """The grant of a role to a device or a person of this hall; raises `Unfit`."""
    if role not in DEVICES + STAFF:
        raise Unfit(f'there is no role "{role}": {", ".join(DEVICES + STAFF)}')
    if not name or not name.isprintable() or len(name) > 60:
        raise Unfit("the name must be of 1 to 60 printable characters")
    kiosks = [kiosk.id for kiosk in plan.kiosks]
    if role == KIOSK and name not in kiosks:
        raise Unfit(f'the hall has no kiosk "{name}": {", ".join(kiosks) or "none is in its file"}')
    agents = sorted({at.agent for p in plan.printers if isinstance(at := read_address(p.address), AtAgent)})
    if role == PRINTER and name not in agents:
        raise Unfit(
            f"no printer of the hall is at agent:{name}: {', '.join(agents) or 'none is at an agent'}"
        )
    pad = plan.pad(name)
    if role == PAD and pad is None:
        known = ", ".join(each.id for each in plan.pads) or "none is in its file"
        raise Unfit(f'the hall has no pad "{name}": {known}')
    if windows and role not in (CLERK, MANAGER):
        raise Unfit(f"a {role} is not bound to windows")
    there = {window.number for window in plan.windows}
    if missing := [number for number in windows if number not in there]:
        raise Unfit(f"the hall has no window {', '.join(map(str, missing))}")
    if role == PAD and pad is not None:
        windows = (pad.window,)
    return Grant(f"{'device' if role in DEVICES else 'staff'}:{name}", name, role, windows)


def _in_register(place: str, hall: str, work: Work) -> int:
    """Do something with a hall's register; every failure is one sentence and an exit status."""

    async def with_plan(_: Store, register: Line[Register], plan: Plan) -> int:
        return await work(register, plan)

    return in_register("token", place, hall, with_plan)
