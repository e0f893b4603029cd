"""The page behind the QR code of a receipt (办件回执): how its cases stand, on their holder's phone.

As on a ticket's page (`phone.py`) the secret is in the address's fragment, which no server sees. The same
code read at a kiosk gives the pick-up ticket: its fragment ends with number and check code.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.pages import NAMES, TAGS, TEMPLATES
from kiosk.phone import PhonePage, answer, spoken
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
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    shell, lost = environment.get_template("receipt.html"), environment.get_template("phone_lost.html")

    async def show(request: Request) -> Response:
        hall: str = request.path_params["hall"]
        page = find(hall)
        if page is None:
            said = {
                lang: (translate("kiosk.unknown_hall", lang), translate("phone.lost_do", lang))
                for lang in TAGS
            }
            return answer(lost.render(said=said, tags=TAGS, asset=asset), 404)
        lang = spoken(request.headers.get("accept-language", ""), page.languages)
        config = {
            "asked": f"/api/halls/{hall}/case-pages",
            "ticket": request.path_params["ticket"],
            "lang": lang,
            "languages": page.languages,
            "timezone": page.timezone,
            "hall": page.hall,
            "words": {key: {one: translate(key, one) for one in page.languages} for key in SAID},
        }
        content = shell.render(
            page=page, lang=lang, words=config["words"], tags=TAGS, names=NAMES, modules=MODULES, asset=asset,
            config=msgspec.json.encode(config).decode().replace("<", "\\u003c"),
        )  # fmt: skip
        return answer(content)

    return [Route(path, show, methods=["GET"])]
