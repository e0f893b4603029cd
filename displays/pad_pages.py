"""The page of a window's rating pad: five levels once a service has ended, one touch, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from displays.board import Text
from displays.pages import TAGS, Translate, Words, environment, in_script, page_headers, refuse


class PadPage(msgspec.Struct, frozen=True):
    """What the page of one window's rating pad is made from; as `displays.pages.BoardPage`.

    `rate` is where an answer goes, `levels` are what a visitor may answer, the best first.
    """

    hall: Text
    languages: tuple[str, ...]
    timezone: str
    live: str
    rate: str
    version: str
    window: int
    levels: tuple[str, ...]
    device: dict[str, str]


def routes(
    find: Callable[[str, str], PadPage | None],
    asset: Callable[[str], str],
    translate: Translate,
    path: str = "/halls/{hall}/pads/{pad}",
) -> list[Route]:
    """The route of the hall's pads. `find` gives a pad's page by hall and id, None for an unknown one."""
    templates = environment()

    async def show(request: Request) -> Response:
        page = find(request.path_params["hall"], request.path_params["pad"])
        if page is None:
            return refuse(templates, asset, translate, "displays.unknown_screen", 404)
        words = Words(translate, page.languages)
        content = templates.get_template("pad.html").render(
            page=page, words=words, asset=asset, config=in_script(_config(page, translate))
        )
        return HTMLResponse(content, headers=page_headers(""))

    return [Route(path, show, methods=["GET"])]


def _config(page: PadPage, translate: Translate) -> dict[str, object]:
    """What the modules must know. A pad that is cut off says so, and not how old its data are."""

    def said(key: str) -> Text:
        return {lang: translate(key, lang) for lang in page.languages}

    off = said("displays.pad_off")
    return {
        "live": page.live,
        "rate": page.rate,
        "version": page.version,
        "timezone": page.timezone,
        "tags": TAGS,
        "device": page.device,
        "words": {
            "asked": said("phone.rate"),
            "number": said("displays.pad_number"),
            "about": said("phone.rate_about"),
            "thanks": said("phone.rate_thanks"),
            "idle": said("displays.pad_idle"),
            "unknown": said("displays.pad_unknown"),
            "stale": off,
            "never": off,
        }
        | {level: said(f"phone.rate_{level}") for level in page.levels},
    }
