"""The page on which a new device shows its code, and the page on which managers see every device."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from displays.board import Text
from displays.pages import Translate, Words, environment, in_script, page_headers, refuse

LANGUAGES = ("zh", "ko", "en")
HEADS = (
    "devices_device", "devices_kind", "devices_place", "devices_state",
    "devices_seen", "devices_version", "devices_shows", "devices_sound",
)  # fmt: skip
KINDS = {
    "board": "devices_board", "sign": "devices_sign", "kiosk": "devices_kiosk",
    "led": "devices_led", "pad": "devices_pad",
}  # fmt: skip
STATES = {"well": "devices_well", "gone": "devices_gone", "never": "devices_never"}
SOUNDS = {"on": "devices_on", "off": "devices_off"}


class Device(msgspec.Struct, frozen=True):
    """One device as managers see it. `state` is well, gone or never; `seen` the hall's time of day."""

    id: str
    kind: str
    place: str
    state: str
    seen: str
    version: str
    current: bool
    shows: str
    sound: str
    trouble: str


class Slip(msgspec.Struct, frozen=True):
    """One of a printer's last slips: when that was over, whose, and what became of it, in words."""

    at: str
    number: str
    says: str
    well: bool
    marked: bool


class Printer(msgspec.Struct, frozen=True):
    """A printer as managers see it: its state in words, since when, what to do, when it last answered."""

    id: str
    place: str
    mark: str
    says: str
    since: str
    seen: str
    trouble: str
    slips: Sequence[Slip]


class FleetPage(msgspec.Struct, frozen=True):
    """What the page of devices shows."""

    hall: Text
    at: str
    devices: Sequence[Device]
    printers: Sequence[Printer] = ()


def routes(
    name_of: Callable[[str], Text | None],
    fleet: Callable[[Request], Awaitable[FleetPage | Response]],
    asset: Callable[[str], str],
    translate: Translate,
) -> list[Route]:
    """The routes of both. `fleet` gives the devices, or the answer to whoever may not see them."""
    templates = environment()
    words = Words(translate, LANGUAGES)

    async def enrol(request: Request) -> Response:
        hall = request.path_params["hall"]
        name = name_of(hall)
        if name is None:
            return refuse(templates, asset, translate, "displays.unknown_hall", 404)
        config = in_script({"enrolments": f"/api/halls/{hall}/enrolments"})
        content = templates.get_template("enrol.html").render(
            name=words.of(name), words=words, asset=asset, config=config
        )
        return HTMLResponse(content, headers=page_headers(secrets.token_urlsafe(16)))

    async def devices(request: Request) -> Response:
        found = await fleet(request)
        if isinstance(found, Response):
            return found
        content = templates.get_template("devices.html").render(
            page=found,
            asset=asset,
            heads=HEADS,
            kinds=KINDS,
            states=STATES,
            sounds=SOUNDS,
            say=lambda key, **values: translate(f"displays.{key}", "zh", **values),
        )
        return HTMLResponse(content, headers=page_headers(""))

    return [
        Route("/halls/{hall}/enrol", enrol, methods=["GET"]),
        Route("/halls/{hall}/devices", devices, methods=["GET"]),
    ]
