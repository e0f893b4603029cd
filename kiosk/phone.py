"""The page on a visitor's own phone: where one ticket stands, found by the QR code of its slip.

The page is the same for every ticket of a hall. The ticket's secret is in the address's fragment,
which no server sees; the page's modules send it in a header and get that one ticket's place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kiosk.menu import Text
from kiosk.pages import NAMES, STATIC, TAGS, TEMPLATES
from kiosk.sentences import Translate

MODULES = (
    *sorted(place.name for place in STATIC.glob("phone-*.js")),
    "kiosk-network.js", "kiosk-taking.js", "kiosk-words.js", "network.js", "newest.js",
)  # fmt: skip
"""Loaded side by side instead of one import after the other."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

LEVELS = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied")
"""What a holder may say of a service (好差评), the best first."""

SAID = (
    "phone.looking", "phone.expected", "phone.ahead", "phone.ahead_none", "phone.why", "phone.why_booked",
    "phone.why_priority", "phone.why_earlier", "phone.why_returned", "phone.rose", "phone.again",
    "phone.directed", "phone.from", "phone.go", "phone.window", "phone.place", "phone.floor",
    "phone.serving", "phone.parked", "phone.parked_until", "phone.missed", "phone.missed_until",
    "phone.missed_again", "phone.back", "phone.back_done", "phone.windows", "phone.cancel",
    "phone.cancel_sure", "phone.cancel_lost", "phone.cancel_yes", "phone.cancel_no", "phone.sound",
    "phone.sound_on", "phone.stale", "phone.never", "phone.data_at", "phone.asking", "phone.refused",
    "phone.lost_secret", "phone.lost_ticket", "phone.lost_do", "phone.ended_done",
    "phone.ended_void_missed", "phone.ended_hold_over", "phone.ended_cancelled_by_visitor",
    "phone.ended_cancelled_by_staff", "phone.ended_hall_closed", "phone.tomorrow", "phone.again_ticket",
    "phone.let_pass", "phone.let_pass_about", "phone.passing", "phone.passing_about", "phone.ready",
    "phone.ready_done", "phone.rate", "phone.rate_about", "phone.rate_thanks",
    *(f"phone.rate_{level}" for level in LEVELS),
)  # fmt: skip
"""Said by the page and its modules; all of them travel with it, so that a language switch needs no server."""


class PhonePage(msgspec.Struct, frozen=True):
    """What one hall's phone page is made from.

    `credit` is how many minutes a priority visitor may come before others of the same arrival, `rules`
    are the missed-call rule and whatever else a holder must know.
    """

    hall: Text
    languages: tuple[str, ...]
    timezone: str
    credit: int
    rules: tuple[Text, ...]


def routes(
    find: Callable[[str], PhonePage | None],
    asset: Callable[[str], str],
    translate: Translate,
    *,
    path: str = "/t/{hall}/{ticket}",
) -> list[Route]:
    """The route of the phone's page. `find` gives a hall's page, None for a hall that does not exist."""

    def config(page: PhonePage, hall: str, ticket: str) -> dict[str, Any]:
        return {
            "ticket": f"/api/halls/{quote(hall, safe='')}/tickets/{quote(ticket, safe='')}",
            "credit": page.credit,
            "rules": page.rules,
        }

    return [page_route(path, "phone", MODULES, SAID, config, find, asset, translate)]


def page_route(
    path: str,
    name: str,
    modules: Sequence[str],
    said: Sequence[str],
    config: Callable[[PhonePage, str, str], dict[str, Any]],
    find: Callable[[str], PhonePage | None],
    asset: Callable[[str], str],
    translate: Translate,
) -> Route:
    """The route of a page on a holder's phone: the template and script `name`, preloaded `modules`.

    Every sentence of `said` travels with it in every language of the hall; `config` is given the page, the
    hall and the ticket, and gives what else the modules must know.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    shell, lost = environment.get_template(f"{name}.html"), environment.get_template("phone_lost.html")

    async def show(request: Request) -> Response:
        hall: str = request.path_params["hall"]
        page = find(hall)
        if page is None:
            sorry = {
                lang: (translate("kiosk.unknown_hall", lang), translate("phone.lost_do", lang))
                for lang in TAGS
            }
            return answer(lost.render(said=sorry, tags=TAGS, asset=asset), 404)
        lang = spoken(request.headers.get("accept-language", ""), page.languages)
        words = {key: {one: translate(key, one) for one in page.languages} for key in said}
        known = {
            "lang": lang,
            "languages": page.languages,
            "timezone": page.timezone,
            "hall": page.hall,
            "words": words,
            **config(page, hall, request.path_params["ticket"]),
        }
        content = shell.render(
            name=name, page=page, lang=lang, words=words, tags=TAGS, names=NAMES, modules=modules,
            asset=asset, levels=LEVELS,
            config=msgspec.json.encode(known).decode().replace("<", "\\u003c"),
        )  # fmt: skip
        return answer(content)

    return Route(path, show, methods=["GET"])


def spoken(accepted: str, languages: Sequence[str]) -> str:
    """The language a browser asks for (``Accept-Language``, best first) among a hall's, else its first."""
    wanted = (part.partition(";")[0].strip()[:2].lower() for part in accepted.split(","))
    return next((lang for lang in wanted if lang in languages), languages[0])


def answer(content: str, status: int = 200) -> Response:
    """A page for one holder: nobody keeps it, frames it, or learns its address."""
    headers = {
        "content-security-policy": POLICY,
        "cache-control": "no-store",
        "vary": "accept-language",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
    }
    return HTMLResponse(content, status, headers=headers)
