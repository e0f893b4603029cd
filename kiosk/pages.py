"""The kiosk's page: one shell with every step in it, in every language of the hall.

Everything it needs is handed in. The page carries no credential: a device's token comes to
it in the address's fragment, which never reaches a server.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kiosk.menu import Menu
from kiosk.sentences import Translate, page_words
from kiosk.tiles import BLANK, clock, facts_of

STATIC = Path(__file__).parent / "static"
"""The kiosk's own style sheets and modules."""

TEMPLATES = Path(__file__).parent / "templates"

TAGS = {"zh": "zh-CN", "ko": "ko-CN", "en": "en"}
"""Language tags for the page, so that each language gets its own glyphs."""

NAMES = {"zh": "中文", "ko": "한국어", "en": "English"}
"""What each language calls itself on its button."""

PAIRED = ("ko",)
"""Languages that are shown under the Chinese rather than instead of it."""

WORKER = "kiosk-worker.js"
"""Runs beside the page, not in it: it must come from an address above the pages it keeps."""

MODULES = (
    *sorted(place.name for place in STATIC.glob("kiosk-*.js") if place.name != WORKER),
    "link.js", "network.js", "newest.js", "phone-place.js",
)  # fmt: skip
"""Loaded after the first painting, side by side instead of one import after the other."""


FIRST = ("tokens.css", "kiosk.css", "kiosk-start.css")
"""The style sheets of the start page. They stand in the page: asked for by themselves they cost three more
answers, and Chromium meanwhile lays out the page without them, which takes as long as with them.
"""


class Voice(msgspec.Struct, frozen=True):
    """The hall's own voice: where its clips are, and the keys of the sentences it says, by language."""

    base: str
    said: dict[str, tuple[str, ...]]


NO_VOICE = Voice("", {})
"""Prompts are then said by the browser's voice."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' '{look}'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self' ws: wss:; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

SHORTER = [Middleware(GZipMiddleware, minimum_size=1024)]
"""A page without secrets goes packed: a fifth as long."""

HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}

WORKER_HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; connect-src 'self'",
    "x-content-type-options": "nosniff",
}


def routes(
    menu: Callable[[str], Menu | None],
    asset: Callable[[str], str],
    style: Callable[[str], str],
    translate: Translate,
    voice: Callable[[], Voice] = lambda: NO_VOICE,
    *,
    path: str = "/kiosk/{hall}",
) -> list[Route]:
    """The route of the kiosk's page.

    `menu` gives what a hall offers now, None for a hall that does not exist. `asset` gives
    the address of a static file by its name (KeyError without one), `style` what a style sheet says,
    `translate` a sentence, `voice` the hall's own.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    shell = environment.get_template("kiosk.html")
    lost = environment.get_template("unknown_hall.html")
    look = _look(style)
    headers = HEADERS | {"content-security-policy": POLICY.format(look=_told_apart(look))}

    async def show(request: Request) -> Response:
        hall: str = request.path_params["hall"]
        offered = menu(hall)
        if offered is None:
            gone = lost.render(said=_lost(hall, translate), tags=TAGS, asset=asset)
            return HTMLResponse(gone, 404, headers)
        page = _page(shell, hall, offered, asset, look, translate, voice())
        return HTMLResponse(page, headers=headers)

    script = (STATIC / WORKER).read_bytes()

    async def worker(_: Request) -> Response:
        return Response(script, headers=WORKER_HEADERS, media_type="text/javascript")

    return [
        Route(f"/{WORKER}", worker, methods=["GET"]),
        Route(path, show, methods=["GET"], middleware=SHORTER),
    ]


def _page(
    shell: Template,
    hall: str,
    menu: Menu,
    asset: Callable[[str], str],
    look: str,
    translate: Translate,
    voice: Voice,
) -> str:
    words = page_words(translate, menu.languages)
    config = {
        "menu": msgspec.to_builtins(menu),
        "words": words,
        "paired": PAIRED,
        "live": f"/api/halls/{hall}/kiosk/live",
        "voice": msgspec.to_builtins(voice),
    }
    return shell.render(
        hall=hall,
        menu=menu,
        words=words,
        tags=TAGS,
        names=NAMES,
        modules=MODULES,
        asset=asset,
        look=look,
        clock=clock(menu.data_at, menu.timezone),
        facts={choice.category: facts_of(choice, menu, words) for choice in menu.choices},
        blank=BLANK,
        config=msgspec.json.encode(config).decode().replace("<", "\\u003c"),
    )


def _lost(hall: str, translate: Translate) -> dict[str, tuple[str, str]]:
    """What a machine with a wrong address says: what is wrong and what to check."""
    return {
        lang: (translate("kiosk.unknown_hall", lang), translate("kiosk.unknown_hall_do", lang, hall=hall))
        for lang in TAGS
    }


def _look(style: Callable[[str], str]) -> str:
    """What the start page looks like, without comments and indents: a third less to read for the browser."""
    bare = re.sub(r"/\*.*?\*/", "", "".join(style(name) for name in FIRST), flags=re.DOTALL)
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())


def _told_apart(text: str) -> str:
    """By which the browser knows the one style that may stand in the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
