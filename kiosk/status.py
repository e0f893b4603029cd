"""The hall's public status as a page: for a link or a frame on the hall's web site, renewed by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kiosk.menu import Menu
from kiosk.pages import NAMES, TAGS, TEMPLATES
from kiosk.phone import spoken
from kiosk.sentences import Translate

RENEWED = 30
"""Seconds after which the page asks again, and for which it may be kept on the way."""

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"


def routes(
    menu: Callable[[str], Menu | None],
    asset: Callable[[str], str],
    translate: Translate,
    *,
    path: str = "/halls/{hall}/status",
) -> list[Route]:
    """The route of the status page. `menu` gives what a hall offers now, None for one that does not exist.

    It needs no script and may stand in a frame of another site: it shows nothing that could be touched.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    shell, lost = environment.get_template("status.html"), environment.get_template("phone_lost.html")

    async def show(request: Request) -> Response:
        hall: str = request.path_params["hall"]
        offered = menu(hall)
        if offered is None:
            said = {lang: (translate("kiosk.unknown_hall", lang), "") for lang in TAGS}
            return HTMLResponse(lost.render(said=said, tags=TAGS, asset=asset), 404, headers=_headers(False))
        wanted = request.query_params.get("lang", "")
        accepted = wanted or request.headers.get("accept-language", "")
        lang = spoken(accepted, offered.languages)

        def say(key: str, **values: object) -> str:
            return translate(key, lang, **values)

        def clock(at: int) -> str:
            zone = ZoneInfo(offered.timezone) if offered.timezone else None
            return datetime.fromtimestamp(at / 1000, zone).strftime("%H:%M")

        content = shell.render(
            menu=offered,
            lang=lang,
            tags=TAGS,
            names=NAMES,
            say=say,
            clock=clock,
            asset=asset,
            renewed=RENEWED,
        )
        return HTMLResponse(content, headers=_headers(True))

    return [Route(path, show, methods=["GET"])]


def _headers(kept: bool) -> dict[str, str]:
    return {
        "content-security-policy": POLICY,
        "cache-control": f"public, max-age={RENEWED // 3}" if kept else "no-store",
        "vary": "accept-language",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
