"""Letting a new device in: it shows a short code, a manager confirms it, and it keeps its token.

The token is made with the code and counts for nothing until the code is confirmed; then the register holds
its hash like any other. Codes live in side keys that expire, so every process of the hall knows them, and
each is good for one answer, a yes or a no: the first to give it has it. A list of the codes that wait lies
beside them, so that a manager picks the one that stands on the screen instead of typing it.
"""

from __future__ import annotations

import re
import secrets
from collections import deque

import msgspec

from queue_server.access.principals import BOARD, KIOSK, PAD, WINDOW, new_token, token_hash
from queue_server.hall.plan import HALL_BOARD, Plan
from queue_server.hall.refusals import Conflict, Unknown
from queue_server.hall.register import Grant
from queue_server.store.logs import Store
from queue_server.store.shelf import Shelf

CODE_LIFE = 10 * 60_000
"""Milliseconds for which a code is good."""
DIGITS = 6
"""Digits of a code: read across a room and typed on a number pad."""
TRIES = 20
_WRITTEN = re.compile(rf"[0-9]{{{DIGITS}}}")


class Asked(msgspec.Struct, frozen=True):
    """What a new device is given: the code to show, and the token that will count once it is confirmed."""

    code: str
    token: str


class Pending(msgspec.Struct, frozen=True):
    """A code that waits for its confirmation."""

    token_hash: str


class Settled(msgspec.Struct, frozen=True):
    """A code that was answered: `by` whom and with which request, and as which device; "" when refused."""

    by: str
    device: str


class Waiting(msgspec.Struct, frozen=True):
    """A code that stands on some device: `since` when (ms), and the network `address` that asked for it."""

    code: str
    since: int
    address: str


class Enrolling:
    """How many codes one process gives a hall: whoever asks for more in a code's life is no screen."""

    def __init__(self, most: int = 200) -> None:
        self._given: deque[int] = deque(maxlen=most)

    def allows(self, now: int) -> bool:
        """Whether another code may be given at a time (ms); it then counts."""
        given = self._given
        if len(given) == given.maxlen and now - given[0] < CODE_LIFE:
            return False
        given.append(now)
        return True


async def ask_in(store: Store, hall: str, now: int, address: str) -> Asked:
    """A fresh code for a new device. Raises `Unanswered` and `StoreRefused`; Conflict when none is free."""
    token = new_token()
    pending = msgspec.json.encode(Pending(token_hash(token)))
    await waiting(store, hall)  # what is over leaves the list, also where nobody ever looks at it
    for _ in range(TRIES):
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        used = await store.get_side(hall, _used(code))
        if used is None and await store.put_side_once(hall, _asked(code), pending, CODE_LIFE) == pending:
            listed = msgspec.json.encode(Waiting(code, now, address))
            await _list(store, hall).swap(code, b"", listed)
            return Asked(code, token)
    raise Conflict("no_code")


async def waiting(store: Store, hall: str) -> tuple[Waiting, ...]:
    """The codes that wait for an answer, the oldest first; those that are over leave the list."""
    listed = _list(store, hall)
    codes = await listed.all()
    if not codes:
        return ()
    asked = await store.get_sides(hall, [_asked(code) for code in codes])
    used = await store.get_sides(hall, [_used(code) for code in codes])
    found = []
    for (code, content), pending, settled in zip(codes.items(), asked, used, strict=True):
        if pending is None or settled is not None:
            await listed.swap(code, content, b"")
        else:
            found.append(msgspec.json.decode(content, type=Waiting))
    return tuple(sorted(found, key=lambda one: (one.since, one.code)))


async def state_of(store: Store, hall: str, code: str) -> Pending | Settled:
    """What has become of a code; refuses ``unknown_code`` for one that is over or never was."""
    if not _WRITTEN.fullmatch(code):
        raise Unknown("unknown_code")
    used = await store.get_side(hall, _used(code))
    if used is not None:
        return msgspec.json.decode(used, type=Settled)
    asked = await store.get_side(hall, _asked(code))
    if asked is None:
        raise Unknown("unknown_code")
    return msgspec.json.decode(asked, type=Pending)


async def settle(store: Store, hall: str, code: str, device: str, by: str) -> str:
    """Answer a code, once: the hash of the token that it lets in as a device, or does not ("").

    The same request again gets the same answer. Refuses ``unknown_code`` and ``code_used``.
    """
    asked = await store.get_side(hall, _asked(code)) if _WRITTEN.fullmatch(code) else None
    if asked is None:
        raise Unknown("unknown_code")
    mine = msgspec.json.encode(Settled(by, device))
    if await store.put_side_once(hall, _used(code), mine, CODE_LIFE) != mine:
        raise Conflict("code_used")
    return msgspec.json.decode(asked, type=Pending).token_hash


def grant_for(plan: Plan, device: str) -> Grant:
    """What a device of the hall file may act as; refuses ``unknown_device``."""
    screen = plan.screen(device)
    if screen is not None and screen.window is not None:
        return Grant(f"device:{device}", device, WINDOW, (screen.window,))
    if screen is not None or device == HALL_BOARD:
        return Grant(f"device:{device}", device, BOARD)
    if any(kiosk.id == device for kiosk in plan.kiosks):
        return Grant(f"device:{device}", device, KIOSK)
    pad = plan.pad(device)
    if pad is not None:
        return Grant(f"device:{device}", device, PAD, (pad.window,))
    raise Unknown("unknown_device", device=device)


def page_for(plan: Plan, device: str) -> str:
    """The address of the page that a device shows."""
    if plan.screen(device) is not None:
        return f"/halls/{plan.hall}/screens/{device}"
    if plan.pad(device) is not None:
        return f"/halls/{plan.hall}/pads/{device}"
    return f"/halls/{plan.hall}/board" if device == HALL_BOARD else f"/kiosk/{plan.hall}"


def _list(store: Store, hall: str) -> Shelf:
    """The codes that were given; it outlives the last of them by nothing."""
    return Shelf(store, hall, "enrolments", CODE_LIFE)


def _asked(code: str) -> str:
    return f"enrol:{code}"


def _used(code: str) -> str:
    return f"enrolled:{code}"
