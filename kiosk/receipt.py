"""The page behind the QR code of a receipt (办件回执): how its cases stand, on their holder's phone.

As on a ticket's page (`phone.py`) the secret is in the address's fragment, which no server sees. The same
code read at a kiosk gives the pick-up ticket: its fragment ends with number and check code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.routing import Route

from kiosk.phone import PhonePage, page_route
from kiosk.sentences import Translate

MODULES = ("kiosk-words.js", "network.js", "receipt-paint.js")

STATES = ("accepted", "handling", "supplement", "ready", "issued", "returned", "withdrawn")
SAID = (
    "phone.case_looking", "phone.case_title", "phone.case_number", "phone.case_promised",
    "phone.case_promised_open",
    "phone.case_exit", "phone.case_owed", "phone.case_until", "phone.case_ready", "phone.case_keep",
    "phone.case_gone", "phone.case_gone_do", "phone.case_again", "phone.data_at",
    *(f"phone.case_state_{state}" for state in STATES),
)  # fmt: skip
"""Said by the page and its modules, in every language of the hall."""


def routes(
    find: Callable[[str], PhonePage | None],
    asset: Callable[[str], str],
    translate: Translate,
    *,
    path: str = "/c/{hall}/{ticket}",
) -> list[Route]:
    """The route of the page. `find` gives what a hall's phone pages are made from, None for no such hall."""

    def config(_: PhonePage, hall: str, ticket: str) -> dict[str, Any]:
        return {"asked": f"/api/halls/{quote(hall, safe='')}/case-pages", "ticket": ticket}

    return [page_route(path, "receipt", MODULES, SAID, config, find, asset, translate)]
