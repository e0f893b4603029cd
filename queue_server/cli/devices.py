"""The hall's devices from the command line: a token each, another one before the old one ends."""

from __future__ import annotations

import sys
import time
import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from queue_server.access import enrolment
from queue_server.access.principals import DEVICES, new_token, token_hash
from queue_server.cli.registers import Unfit, in_register, operator, put
from queue_server.cli.tokens import SHOWN, grant_of
from queue_server.desk.line import Line
from queue_server.hall.plan import MINUTE, Plan
from queue_server.hall.register import ExpireToken, Grant, GrantToken, Register, RevokeDevice, RevokeToken
from queue_server.store.logs import Store

LONGEST = 7 * 24 * 60
"""Minutes for which an old token may still count."""


def grant_device(store: str, hall: str, scope: str, name: str) -> int:
    """Grant a device its token and print it; gives the exit status."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        if scope not in DEVICES:
            raise Unfit(f'there is no scope "{scope}": {", ".join(DEVICES)}')
        await _hand_out(register, grant_of(plan, scope, name, ()))
        return 0

    return in_register("device", store, hall, work)


def print_devices(store: str, hall: str) -> int:
    """Print which devices hold a token, and until when."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        state, now = register.state, time.time_ns() // 1_000_000
        for hashed, grant in sorted(state.grants.items(), key=lambda item: (item[1].id, item[0])):
            if grant.role in DEVICES:
                until = state.expiries.get(hashed)
                left = "" if until is None else "ended" if until <= now else f"until {_time(until, plan)}"
                print(f"{hashed[:SHOWN]}  {grant.role:<8} {grant.name:<12} {left}".rstrip())
        return 0

    return in_register("device", store, hall, work)


def rotate_device(store: str, hall: str, name: str, minutes: int) -> int:
    """Give a device another token; the old ones count for some minutes more."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        if not 0 <= minutes <= LONGEST:
            raise Unfit(f"the old token may count for 0 to {LONGEST} minutes more")
        old = _tokens_of(register.state, name)
        grant = next(iter(old.values()))
        await _hand_out(register, grant)
        until = time.time_ns() // 1_000_000 + minutes * MINUTE
        for hashed in old:
            over = RevokeToken(hashed) if not minutes else ExpireToken(hashed, until)
            await put(register, over, operator())
        return 0

    return in_register("device", store, hall, work)


def revoke_device(store: str, hall: str, name: str) -> int:
    """Take all tokens of a device back."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        found = _tokens_of(register.state, name)
        await put(register, RevokeDevice(next(iter(found.values())).id), operator())
        print(f"taken back: {len(found)}", file=sys.stderr)
        return 0

    return in_register("device", store, hall, work)


def _tokens_of(register: Register, name: str) -> dict[str, Grant]:
    """The tokens of a device by their hash; raises `Unfit` without one."""
    id = name if name.startswith("device:") else f"device:{name}"
    found = {hashed: g for hashed, g in register.grants.items() if g.id == id and g.role in DEVICES}
    if not found:
        raise Unfit(f'no device "{name}" holds a token here: see yichuang device list')
    return found


async def _hand_out(register: Line[Register], grant: Grant) -> None:
    token = new_token()
    await put(register, GrantToken(token_hash(token), grant), operator())
    print(f"granted to {grant.id} as {grant.role}; this is shown only once:", file=sys.stderr)
    print(token)


def _time(at: int, plan: Plan) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(plan.timezone)).strftime("%Y-%m-%d %H:%M")


def confirm_device(store: str, hall: str, code: str, device: str) -> int:
    """Let the device that shows a code in; gives the exit status."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        grant = enrolment.grant_for(plan, device)
        mine = f"command:{uuid.uuid4().hex}"
        token = await enrolment.settle(there, hall, "".join(code.split()), device, mine)
        await put(register, GrantToken(token, grant), operator())
        print(f"{grant.id} is let in as {grant.role}; it goes to {enrolment.page_for(plan, device)}")
        return 0

    return in_register("device", store, hall, work)
