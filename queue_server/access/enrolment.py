"""Letting a new device in: it shows a short code, a manager confirms it, and it keeps its token.

The token is made with the code and counts for nothing until the code is confirmed; then the register holds
its hash like any other. Codes live in side keys that expire, so every process of the hall knows them, and
each is good for one confirmation: the first to claim it has it.
"""

from __future__ import annotations

import re
import secrets
from collections import deque

import msgspec

from queue_server.access.principals import BOARD, KIOSK, WINDOW, new_token, token_hash
from queue_server.hall.plan import Plan
from queue_server.hall.refusals import Conflict, Unknown
from queue_server.hall.register import Grant
from queue_server.store.logs import Store

CODE_LIFE = 10 * 60_000
"""Milliseconds for which a code is good."""
DIGITS = 6
"""Digits of a code: read across a room and typed on a number pad."""
TRIES = 20
_WRITTEN = re.compile(rf"[0-9]{{{DIGITS}}}")
HALL_BOARD = "board"
"""The device of the whole hall's board, which needs no entry in the hall file."""


class Asked(msgspec.Struct, frozen=True):
    """What a new device is given: the code to show, and the token that will count once it is confirmed."""

    code: str
    token: str


class Pending(msgspec.Struct, frozen=True):
    """A code that waits for its confirmation."""

    token_hash: str


class Confirmed(msgspec.Struct, frozen=True):
    """A code that was confirmed: `by` whom and with which request, and as which device."""

    by: str
    device: str


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


async def ask_in(store: Store, hall: str) -> Asked:
    """A fresh code for a new device. Raises `Unanswered` and `StoreRefused`; Conflict when none is free."""
    token = new_token()
    waiting = msgspec.json.encode(Pending(token_hash(token)))
    for _ in range(TRIES):
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        used = await store.get_side(hall, _used(code))
        if used is None and await store.put_side_once(hall, _asked(code), waiting, CODE_LIFE) == waiting:
            return Asked(code, token)
    raise Conflict("no_code")


async def state_of(store: Store, hall: str, code: str) -> Pending | Confirmed:
    """What has become of a code; refuses ``unknown_code`` for one that is over or never was."""
    if not _WRITTEN.fullmatch(code):
        raise Unknown("unknown_code")
    used = await store.get_side(hall, _used(code))
    if used is not None:
        return msgspec.json.decode(used, type=Confirmed)
    asked = await store.get_side(hall, _asked(code))
    if asked is None:
        raise Unknown("unknown_code")
    return msgspec.json.decode(asked, type=Pending)


async def use_up(store: Store, hall: str, code: str, device: str, by: str) -> str:
    """Claim a code, once: the hash of the token that it lets in. The same request again gets the same answer.

    Refuses ``unknown_code`` and ``code_used``.
    """
    asked = await store.get_side(hall, _asked(code)) if _WRITTEN.fullmatch(code) else None
    if asked is None:
        raise Unknown("unknown_code")
    mine = msgspec.json.encode(Confirmed(by, device))
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
    raise Unknown("unknown_device", device=device)


def page_for(plan: Plan, device: str) -> str:
    """The address of the page that a device shows."""
    if plan.screen(device) is not None:
        return f"/halls/{plan.hall}/screens/{device}"
    return f"/halls/{plan.hall}/board" if device == HALL_BOARD else f"/kiosk/{plan.hall}"


def _asked(code: str) -> str:
    return f"enrol:{code}"


def _used(code: str) -> str:
    return f"enrolled:{code}"
