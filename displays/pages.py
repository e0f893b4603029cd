"""The board's page: a shell in the hall's languages that the live link fills.

Everything it needs is handed in. The page holds no setting that can be changed on it,
no credential and no form: a board that fails shows its calls, or that they are old.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
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

DIRECTIONS = ("left", "right", "ahead", "behind", "up", "down")

SPOKEN_LATER = (
    "wait", "stale", "never", "hint", "nobody", "paused", "wait_short", "floor",
    *(f"to_{direction}" for direction in DIRECTIONS),
)  # fmt: skip
"""Sentences that the page's modules fill in by themselves."""


Translate = Callable[..., str]
"""``translate(key, lang, **values)`` says a sentence in a language; KeyError when there is none."""


class Look(msgspec.Struct, frozen=True):
    """The colours of a screen: a shipped theme, with a hall's own colours (``#rrggbb`` by token) over it."""

    theme: str = "dark"
    colours: dict[str, str] = {}


class BoardPage(msgspec.Struct, frozen=True):
    """What one hall's board page is made from.

    `live` is the address of its socket, `version` the content hash of the pages' files (the
    one that `Board.version` names), `languages` one or two, Chinese first. `prepare` is how many next
    numbers stand in the row 请准备, `directions` where an area lies, `media` the addresses of pictures and
    films.
    `device` has the addresses where a screen with a token of its own asks who it is, and to be let in,
    `zones` the address under which the hall's voice zones are ("" in a hall without any), and `zone` the
    one whose calls a screen with such a token says.
    """

    hall: Text
    languages: tuple[str, ...]
    timezone: str
    live: str
    version: str
    screen: Screen = Screen()
    page_seconds: float = 6.0
    zones: str = ""
    zone: str = ""
    look: Look = Look()
    prepare: int = 0
    directions: dict[str, str] = {}
    media: tuple[str, ...] = ()
    media_seconds: float = 10.0
    device: dict[str, str] = {}


def environment() -> Environment:
    """The templates of every screen."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


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
    templates = environment()

    async def show(request: Request) -> Response:
        page = find(request.path_params["hall"])
        if page is None:
            return refuse(templates, asset, translate, "displays.unknown_hall", 404)
        try:
            return render_board(templates, with_query(page, request.query_params), asset, translate)
        except (LayoutRefused, msgspec.ValidationError) as reason:
            return refuse(templates, asset, translate, "displays.unfit", 400, str(reason))

    return [Route(path, show, methods=["GET"])]


def render_board(
    templates: Environment, page: BoardPage, asset: Callable[[str], str], translate: Translate
) -> Response:
    """A board's page. Raises LayoutRefused when the screen cannot show a call."""
    layout = plan(page.screen, len(page.languages), prepare=page.prepare > 0)
    nonce = secrets.token_urlsafe(16)
    words = Words(translate, page.languages)
    content = templates.get_template("board.html").render(
        page=page, layout=layout, words=words, asset=asset, nonce=nonce, tags=TAGS,
        config=in_script(_config(page, layout, words)),
    )  # fmt: skip
    return HTMLResponse(content, headers=page_headers(nonce))


def refuse(
    templates: Environment,
    asset: Callable[[str], str],
    translate: Translate,
    key: str,
    status: int,
    reason: str = "",
) -> Response:
    """A screen that cannot be shown, said in every language."""
    said = [(TAGS[lang], translate(key, lang)) for lang in TAGS]
    content = templates.get_template("refusal.html").render(said=said, reason=reason, asset=asset)
    return HTMLResponse(content, status, headers=page_headers(""))


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


class Words:
    """The board's sentences in its languages, for the template."""

    def __init__(self, translate: Translate, languages: tuple[str, ...]) -> None:
        self._translate = translate
        self._languages = languages

    def __call__(self, key: str) -> list[tuple[str, str]]:
        """(language tag, sentence) for each language; placeholders stay for the modules to fill."""
        return [(TAGS[lang], self._translate(f"displays.{key}", lang)) for lang in self._languages]

    def by_key(self, keys: Iterable[str]) -> dict[str, Text]:
        """Several sentences for the modules, each by language."""
        return {key: dict(zip(self._languages, (text for _, text in self(key)), strict=True)) for key in keys}

    def of(self, text: Text) -> list[tuple[str, str]]:
        """The same for a hall's own text; a language it lacks is left out, Chinese never is."""
        found = [(TAGS[lang], text[lang]) for lang in self._languages if text.get(lang)]
        return found or [(TAGS["zh"], text["zh"])]


def in_script(config: object) -> str:
    """What the modules must know, as JSON that is safe inside a script element."""
    return msgspec.json.encode(config).decode().replace("<", "\\u003c")


def _config(page: BoardPage, layout: Layout, words: Words) -> dict[str, object]:
    return {
        "live": page.live,
        "zones": page.zones,
        "zone": page.zone,
        "version": page.version,
        "timezone": page.timezone,
        "languages": page.languages,
        "tags": TAGS,
        "pageSeconds": page.page_seconds,
        "layout": msgspec.to_builtins(layout),
        "words": words.by_key(SPOKEN_LATER),
        "directions": page.directions,
        "media": page.media,
        "mediaSeconds": page.media_seconds,
        "device": page.device or None,
    }


def page_headers(nonce: str) -> dict[str, str]:
    """What every screen's page says of itself: nothing from elsewhere, nothing kept, no form, no frame."""
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
