"""The board's page: a shell in the hall's languages that the live link fills.

Everything it needs is handed in. The page holds no setting that can be changed on it,
no credential and no form: a board that fails shows its calls, or that they are old.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from displays.board import Text
from displays.layout import Layout, LayoutRefused, Screen, plan

STATIC = Path(__file__).parent / "static"
"""The board's own style sheet and modules."""

TEMPLATES = Path(__file__).parent / "templates"

TAGS = {"zh": "zh-CN", "ko": "ko-CN", "en": "en"}
"""Language tags for the page, so that each language gets its own glyphs."""

SPOKEN_LATER = ("wait", "stale", "never", "hint", "nobody", "paused", "wait_short", "floor")
"""Sentences that the page's modules fill in by themselves."""


Translate = Callable[..., str]
"""``translate(key, lang, **values)`` says a sentence in a language; KeyError when there is none."""


class BoardPage(msgspec.Struct, frozen=True):
    """What one hall's board page is made from.

    `live` is the address of its socket, `version` the content hash of the pages' files (the
    one that `Board.version` names), `languages` one or two, Chinese first, `zones` the address under which
    its voice zones are ("" in a hall without any).
    """

    hall: Text
    languages: tuple[str, ...]
    timezone: str
    live: str
    version: str
    screen: Screen = Screen()
    page_seconds: float = 6.0
    zones: str = ""


def routes(
    find: Callable[[str], BoardPage | None],
    asset: Callable[[str], str],
    translate: Translate,
    path: str = "/halls/{hall}/board",
) -> list[Route]:
    """The route of the board's page. `find` gives a hall's page, None for an unknown hall.

    The query may name what differs on one screen: ``lang=zh,ko``, ``diagonal``, ``width``,
    ``height``, ``distance``.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("board.html")
    refusal = environment.get_template("refusal.html")

    async def show(request: Request) -> Response:
        page = find(request.path_params["hall"])
        if page is None:
            return refuse("displays.unknown_hall", 404, "")
        try:
            page = with_query(page, request.query_params)
            layout = plan(page.screen, len(page.languages))
        except (LayoutRefused, msgspec.ValidationError) as reason:
            return refuse("displays.unfit", 400, str(reason))
        nonce = secrets.token_urlsafe(16)
        words = _Words(translate, page.languages)
        content = template.render(
            page=page, layout=layout, words=words, asset=asset, nonce=nonce, tags=TAGS,
            config=_config(page, layout, words),
        )  # fmt: skip
        return HTMLResponse(content, headers=_headers(nonce))

    def refuse(key: str, status: int, reason: str) -> Response:
        said = [(TAGS[lang], translate(key, lang)) for lang in TAGS]
        content = refusal.render(said=said, reason=reason, asset=asset)
        return HTMLResponse(content, status, headers=_headers(""))

    return [Route(path, show, methods=["GET"])]


def with_query(page: BoardPage, query: Mapping[str, str]) -> BoardPage:
    """The page with what the query says of this one screen. Raises ValidationError for nonsense."""
    known = {name for name in Screen.__struct_fields__ if name in query}
    changes = {name: query[name] for name in known}
    screen = msgspec.convert(msgspec.to_builtins(page.screen) | changes, Screen, strict=False)
    languages = tuple(query["lang"].split(",")) if "lang" in query else page.languages
    if not 1 <= len(languages) <= 2 or any(lang not in TAGS for lang in languages):
        raise msgspec.ValidationError(f"lang: one or two of {', '.join(TAGS)}, not {query.get('lang')!r}")
    ordered = tuple(sorted(set(languages), key=lambda lang: lang != "zh"))
    return msgspec.structs.replace(page, screen=screen, languages=ordered)


class _Words:
    """The board's sentences in its languages, for the template."""

    def __init__(self, translate: Translate, languages: tuple[str, ...]) -> None:
        self._translate = translate
        self._languages = languages

    def __call__(self, key: str) -> list[tuple[str, str]]:
        """(language tag, sentence) for each language; placeholders stay for the modules to fill."""
        return [(TAGS[lang], self._translate(f"displays.{key}", lang)) for lang in self._languages]

    def of(self, text: Text) -> list[tuple[str, str]]:
        """The same for a hall's own text; a language it lacks is left out, Chinese never is."""
        found = [(TAGS[lang], text[lang]) for lang in self._languages if text.get(lang)]
        return found or [(TAGS["zh"], text["zh"])]


def _config(page: BoardPage, layout: Layout, words: _Words) -> str:
    """What the modules must know, as JSON that is safe inside a script element."""
    config = {
        "live": page.live,
        "zones": page.zones,
        "version": page.version,
        "timezone": page.timezone,
        "languages": page.languages,
        "tags": TAGS,
        "pageSeconds": page.page_seconds,
        "layout": msgspec.to_builtins(layout),
        "words": {
            key: dict(zip(page.languages, (text for _, text in words(key)), strict=True))
            for key in SPOKEN_LATER
        },
    }
    return msgspec.json.encode(config).decode().replace("<", "\\u003c")


def _headers(nonce: str) -> dict[str, str]:
    style = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    policy = (
        f"default-src 'none'; script-src 'self'; style-src {style}; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    return {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
