"""The pages of a hall's own screens: its boards by their settings, and the signs of its windows."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import msgspec
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from displays.board import Text
from displays.layout import LayoutRefused, Screen, plan_sign
from displays.pages import (
    TAGS,
    BoardPage,
    Look,
    Translate,
    Words,
    environment,
    in_script,
    page_headers,
    refuse,
    render_board,
)

SIGN_LATER = (
    "stale",
    "never",
    "sign_open",
    "sign_closed",
    "sign_paused",
    "sign_called",
    "sign_serving",
    "staff",
)
"""Sentences that the modules of a window's sign fill in by themselves."""


class SignPage(msgspec.Struct, frozen=True):
    """What the page of one window's sign is made from; as `BoardPage`."""

    hall: Text
    languages: tuple[str, ...]
    timezone: str
    live: str
    version: str
    window: int
    screen: Screen = Screen()
    look: Look = Look()
    device: dict[str, str] = {}


Page = BoardPage | SignPage


def screen_routes(
    find: Callable[[str, str], Page | None],
    asset: Callable[[str], str],
    translate: Translate,
    path: str = "/halls/{hall}/screens/{screen}",
) -> list[Route]:
    """The route of the hall's screens. `find` gives a screen's page by hall and id, None for an unknown one.

    What a screen shows is set in the hall file, never in its address.
    """
    templates = environment()

    async def show(request: Request) -> Response:
        page = find(request.path_params["hall"], request.path_params["screen"])
        if page is None:
            return refuse(templates, asset, translate, "displays.unknown_screen", 404)
        try:
            if isinstance(page, SignPage):
                return render_sign(templates, page, asset, translate)
            return render_board(templates, page, asset, translate)
        except LayoutRefused as reason:
            return refuse(templates, asset, translate, "displays.unfit", 400, str(reason))

    return [Route(path, show, methods=["GET"])]


def render_sign(
    templates: Environment, page: SignPage, asset: Callable[[str], str], translate: Translate
) -> Response:
    """The page of a window's sign. Raises LayoutRefused when its number could not be read."""
    layout = plan_sign(page.screen, len(page.languages))
    nonce = secrets.token_urlsafe(16)
    words = Words(translate, page.languages)
    config = {
        "live": page.live,
        "version": page.version,
        "timezone": page.timezone,
        "languages": page.languages,
        "tags": TAGS,
        "layout": msgspec.to_builtins(layout),
        "words": words.by_key(SIGN_LATER),
        "device": page.device or None,
    }
    content = templates.get_template("sign.html").render(
        page=page, layout=layout, words=words, asset=asset, nonce=nonce, config=in_script(config)
    )
    return HTMLResponse(content, headers=page_headers(nonce))
