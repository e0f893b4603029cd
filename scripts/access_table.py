"""Who may do what, as docs/access.md says it: written from the rights and the table of operations."""

from __future__ import annotations

from queue_server.access.principals import (
    AT_A_WINDOW,
    DEVICES,
    HOLDER,
    NEWCOMER,
    NOBODY,
    PAD,
    PUBLIC,
    STAFF,
    Principal,
    Right,
    See,
    may_enter,
)
from queue_server.api import agents, live
from queue_server.api.table import OPERATIONS, PREFIX
from queue_server.hall.accounts import AT_WINDOWS
from queue_server.staff.pages import PAGES as STAFF_PAGES

COLUMNS = (*DEVICES, *STAFF, NEWCOMER, HOLDER, NOBODY)
YES, WINDOW, TICKET, NO = "yes", "window", "ticket", "-"

PAGES = {
    "GET /halls/{hall}/board": "the board's page",
    "GET /halls/{hall}/screens/{screen}": "a board or sign of the hall file",
    "GET /halls/{hall}/pads/{pad}": "a window's rating pad; the browser keeps its token",
    "GET /halls/{hall}/enrol": "a new device's code; it counts for nothing until somebody confirms it",
    "GET /halls/{hall}/devices": "asks who it is itself: a session or token that may see them",
    "GET /media/{hall}/{name}": "the pictures that the hall's screens show",
    "GET /kiosk/{hall}": "the kiosk's page; its token comes in the fragment",
    "GET /c/{hall}/{ticket}": "the cases of a receipt on its holder's phone; its secret is in the fragment",
    "GET /t/{hall}/{ticket}": "a ticket on its holder's phone; its secret is in the fragment",
    "GET /voice/{pack}/{style}/{clip}": "a call as sound",
    "GET /voice/{pack}/{lang}/{kind}/{name}.wav": "a sentence of a kiosk, or a number read out, as sound",
    "GET /staff/{hall}/sign-in": "where people sign in, and change a first password",
    "GET /sso/{hall}": "where single sign-on begins, if the hall has one",
    "GET /sso/{hall}/back": "where it comes back; gives a session to whom the provider vouches for",
    "GET /static/{version}/{name}": "what the pages need",
    "GET /kiosk-worker.js": "what keeps the kiosk's page on the machine",
    "GET /halls/{hall}/status": "the hall's public status",
    "GET /openapi.json": "the description of the API",
    "GET /healthz": "whether this process is worth keeping",
    "GET /readyz": "whether it should be sent anyone",
    "GET /metrics": "figures without numbers, tickets or names",
}
"""Pages and signs of life: they hold no credential and nothing of a single visitor, so they need no token."""

_HEAD = """\
# Who may do what

Written by `make docs` from the code; `make check` fails when it is behind, and a test asks every line of it
of a running hall, for every column. The rights are in `queue_server/access/principals.py`; routes, sockets
and pages ask there and nowhere else.

Columns: the scopes of devices (kiosk, board, window, printer, pad), the roles of people, `newcomer` (whoever
has not changed the first password yet), `holder` (the visitor who holds a ticket) and `nobody` (no token).

- `yes`: may; the hall can still say no for a reason of its own.
- `window`: may, and whoever is bound to windows only there. `ticket`: the own ticket only.
- `-`: refused, 403 `not_allowed` (`password_old` for a newcomer, 401 `no_token` for nobody).

A change that a cookie carries, and every socket, must come from a page of this very site (`Origin`); else it
is refused with 403 `other_site`. [People and devices](operating/access.md) says how they are let in.
"""


def access_table() -> str:
    """The whole of docs/access.md."""
    rows = [(f"{o.method} {PREFIX + o.path}", o.right) for o in OPERATIONS]
    rows += [(f"GET {path}", right) for path, right in STAFF_PAGES.items()]
    rows += [(f"WS {PREFIX + path}", right) for path, right in (live.SOCKETS | agents.SOCKETS).items()]
    lines = [("", *COLUMNS), ("---",) * (len(COLUMNS) + 1)]
    lines += [(f"`{name}`", *(cell(role, right) for role in COLUMNS)) for name, right in rows]
    return "\n".join(
        [
            _HEAD,
            *(f"| {' | '.join(line)} |" for line in lines),
            "\n## Pages\n\nFor everybody, token or not:\n",
            *(f"- `{name}`: {meaning}" for name, meaning in PAGES.items()),
            "",
        ]
    )


def cell(role: str, right: Right) -> str:
    """What the table says of one role and one right."""
    if not may_enter(Principal("", "", role), right):
        return NO
    if right in PUBLIC:
        return YES
    if role == HOLDER and right is not See.ME:
        return TICKET
    bound = right is See.WINDOW or right in AT_A_WINDOW
    return WINDOW if (bound and role in AT_WINDOWS) or (role == PAD and right is not See.ME) else YES
