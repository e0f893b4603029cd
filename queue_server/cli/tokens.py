"""Who may act in a hall: granting, listing and taking back the tokens of devices and staff.

A token is shown once, when it is granted; the register keeps only its hash. A server that runs learns of
the change at once, from the log.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

from queue_server.access.principals import BOARD, CLERK, FLOOR, KIOSK, MANAGER, new_token, token_hash
from queue_server.cli.journal import keep_journal
from queue_server.cli.registers import Damaged, open_register, put
from queue_server.cli.stores import NoStore, connected, store_at
from queue_server.desk.line import Line
from queue_server.hall.plan import Plan
from queue_server.hall.refusals import Refused
from queue_server.hall.register import Grant, GrantToken, Register, RevokeToken

DEVICES = (KIOSK, BOARD)
STAFF = (CLERK, FLOOR, MANAGER)
SHOWN = 12
"""Characters of a hash that name a token: nobody can guess or use them."""

Work = Callable[[Line[Register], Plan], Awaitable[int]]


class Unfit(Exception):
    """A grant that makes no sense in this hall; the sentence says why."""


def grant_token(store: str, hall: str, role: str, name: str, windows: Sequence[int]) -> int:
    """Grant a token and print it, alone on stdout so that a script can take it; gives the exit status."""

    async def work(register: Line[Register], plan: Plan) -> int:
        grant = grant_of(plan, role, name, tuple(windows))
        token = new_token()
        await put(register, GrantToken(token_hash(token), grant))
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
            await put(register, RevokeToken(hashed))
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
    if windows and role not in (CLERK, MANAGER):
        raise Unfit(f"a {role} is not bound to windows")
    there = {window.number for window in plan.windows}
    if missing := [number for number in windows if number not in there]:
        raise Unfit(f"the hall has no window {', '.join(map(str, missing))}")
    return Grant(f"{'device' if role in DEVICES else 'staff'}:{name}", name, role, windows)


def _in_register(place: str, hall: str, work: Work) -> int:
    """Do something with a hall's register; every failure is one sentence and an exit status."""
    keep_journal("text", "critical")  # stdout is for the token alone
    try:
        with store_at(place) as url:
            return asyncio.run(_worked(url, hall, work))
    except NoStore as error:
        print(f"yichuang token: {error}", file=sys.stderr)
        return 2
    except (Unfit, Refused, Damaged) as refusal:
        print(f"yichuang token: {refusal}", file=sys.stderr)
        return 1


async def _worked(url: str, hall: str, work: Work) -> int:
    async with connected(url) as store, open_register(store, hall) as register:
        plan = register.state.plan
        if plan is None:
            raise Unfit(f'there is no hall "{hall}" in this store: serve it once first')
        return await work(register, plan)
