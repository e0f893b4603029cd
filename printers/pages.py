"""The page of a virtual printer: its state, its slips as they come, its last jobs, and switches for faults.

For demonstrations and for installers. Not imported by `printers` itself, which needs no
web framework.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from printers.received import Received
from printers.status import State
from printers.virtual import Manner, PrintedSlip

STATIC = Path(__file__).parent / "static"
"""The page's style sheet and module, for whoever serves the assets."""

TEMPLATES = Path(__file__).parent / "templates"

TAGS = {"zh": "zh-CN", "ko": "ko-CN", "en": "en"}
SHOWN = 40
"""Slips on the page; older ones would only make it slow."""

Translate = Callable[..., str]
"""``translate(key, lang, **values)`` says a sentence in a language."""

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class SlipShelf(Protocol):
    """Where printed slips lie; a `VirtualPrinter` is one."""

    @property
    def name(self) -> str:
        """The printer's name."""
        ...

    @property
    def slips(self) -> Iterable[PrintedSlip]:
        """What came out, oldest first."""
        ...

    @property
    def manners(self) -> Iterable[Manner]:
        """The ways in which it misbehaves now."""
        ...

    @property
    def state(self) -> State:
        """How a host would find it now."""
        ...

    @property
    def jobs(self) -> Iterable[Received]:
        """The last jobs that came in, oldest first."""
        ...

    async def misbehave(self, *manners: Manner) -> None:
        """Misbehave in these ways from now on, and in no other."""
        ...


class ShownJob(msgspec.Struct, frozen=True):
    """One job on the page: when it came, how many bytes, what became of it and that in words."""

    time: str
    size: int
    fate: str
    says: str


class Now(msgspec.Struct, frozen=True):
    """How the printer is: its ways to misbehave, its state and that in words, its last jobs."""

    manners: list[str]
    state: str
    says: str
    jobs: list[ShownJob]


class ShownSlip(msgspec.Struct, frozen=True):
    """One slip on the page: its picture's address, when it came out, whether it was cut, what it says."""

    name: str
    picture: str
    time: str
    complete: bool
    text: str


def routes(
    shelf: SlipShelf,
    asset: Callable[[str], str],
    translate: Translate,
    timezone: tzinfo | None = None,
    path: str = "/printer",
) -> list[Route]:
    """The page at `path` (``?lang=zh|ko|en``), its index as JSON, and the pictures.

    `asset` gives the address of a static file by name; `timezone` is the hall's, the
    machine's by default.
    """
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    template = environment.get_template("slips.html")

    def now(lang: str) -> Now:
        return _now(shelf, translate, lang, timezone)

    async def show(request: Request) -> Response:
        lang = _language(request)
        content = template.render(
            asset=asset,
            index=f"{path}/slips",
            lang=TAGS[lang],
            name=shelf.name,
            say=lambda key, **values: translate(f"printers.{key}", lang, **values),
            slips=_newest(shelf, path, timezone),
            manners=[(manner.value, translate(f"printers.manner.{manner.value}", lang)) for manner in Manner],
            now_at=f"{path}/now?lang={lang}",
            now=now(lang),
        )
        return HTMLResponse(content, headers=_HEADERS)

    async def index(_: Request) -> Response:
        body = msgspec.json.encode(_newest(shelf, path, timezone))
        return Response(body, media_type="application/json", headers=_HEADERS)

    async def picture(request: Request) -> Response:
        wanted = request.path_params["name"]
        for slip in shelf.slips:
            if slip.path.name == wanted:
                return FileResponse(slip.path, headers=_HEADERS | {"cache-control": "max-age=86400"})
        return Response("no such slip\n", 404, media_type="text/plain", headers=_HEADERS)

    return [
        Route(path, show, methods=["GET"]),
        Route(f"{path}/now", _changing(shelf, now), methods=["GET", "POST"]),
        Route(f"{path}/slips", index, methods=["GET"]),
        Route(f"{path}/slips/{{name}}", picture, methods=["GET"]),
    ]


def _changing(shelf: SlipShelf, now: Callable[[str], Now]) -> Callable[[Request], Awaitable[Response]]:
    async def changing(request: Request) -> Response:
        """How the printer is; a POST says how to behave, as JSON, which no other site's form can send."""
        if request.method == "POST":
            if request.headers.get("content-type", "").partition(";")[0] != "application/json":
                return Response("the body must be application/json\n", 415, headers=_HEADERS)
            try:
                wanted = msgspec.json.decode(await request.body(), type=list[Manner])
            except msgspec.DecodeError as error:
                return Response(f"{error}\n", 422, media_type="text/plain", headers=_HEADERS)
            await shelf.misbehave(*wanted)
        body = msgspec.json.encode(now(_language(request)))
        return Response(body, media_type="application/json", headers=_HEADERS)

    return changing


def _language(request: Request) -> str:
    lang = request.query_params.get("lang", "zh")
    return lang if lang in TAGS else "zh"


def _now(shelf: SlipShelf, translate: Translate, lang: str, timezone: tzinfo | None) -> Now:
    jobs = [
        ShownJob(
            time=_clock(job.at, timezone),
            size=job.size,
            fate=job.fate.value,
            says=translate(f"printers.fate.{job.fate.value}", lang),
        )
        for job in reversed(tuple(shelf.jobs))
    ]
    return Now(
        manners=sorted(manner.value for manner in shelf.manners),
        state=shelf.state.value,
        says=translate(f"printers.state.{shelf.state.value}", lang),
        jobs=jobs,
    )


def _clock(at: float, timezone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at, timezone).astimezone(timezone).strftime("%H:%M:%S")


def _newest(shelf: SlipShelf, path: str, timezone: tzinfo | None) -> list[ShownSlip]:
    newest = list(shelf.slips)[: -SHOWN - 1 : -1]
    return [
        ShownSlip(
            name=slip.path.stem,
            picture=f"{path}/slips/{slip.path.name}",
            time=_clock(slip.at, timezone),
            complete=slip.complete,
            text=" / ".join(slip.lines),
        )
        for slip in newest
    ]
