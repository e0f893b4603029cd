"""The hall's own screens: the page of each by its settings, what is pushed to it, and its pictures."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from displays.contrast import luminance
from displays.hub import Told
from displays.pages import BoardPage, Look
from displays.screen_pages import Page, SignPage
from queue_server import screens
from queue_server.access.principals import See
from queue_server.api.live import Live, only_a_socket, to_device, to_hall
from queue_server.api.who import Halls
from queue_server.config.screen_values import FILMS, PICTURES
from queue_server.config.screens import SHIPPED_THEMES, board_languages
from queue_server.desk.hall import Hall
from queue_server.hall.plan import Plan, Screen

MEDIA_TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
    ".gif": "image/gif", ".webm": "video/webm", ".mp4": "video/mp4",
}  # fmt: skip
assert set(MEDIA_TYPES) == {*PICTURES, *FILMS}


class Screened(Halls, Protocol):
    """What screens need of the server they run in."""

    media: Path


def plan_in_force(hall: Hall) -> Plan | None:
    """The plan that screens follow: the newest, for a new screen must not wait until tomorrow."""
    return hall.register.state.plan


def page_of(plan: Plan, screen: Screen, assets: str) -> Page:
    """What a screen's page is made from."""
    languages = tuple(screen.languages or board_languages(plan.languages))
    live = f"/api/halls/{plan.hall}/screens/{screen.id}/live"
    version = screens.version_of(assets, screen, plan.theme(screen.theme))
    device = device_of(plan.hall)
    if screen.window is not None:
        return SignPage(
            hall=plan.name, languages=languages, timezone=plan.timezone, live=live, version=version,
            window=screen.window, screen=screens.measures(plan, screen), look=look_of(plan, screen),
            device=device,
        )  # fmt: skip
    return BoardPage(
        hall=plan.name, languages=languages, timezone=plan.timezone, live=live, version=version,
        screen=screens.measures(plan, screen), look=look_of(plan, screen), device=device,
        prepare=screen.prepare, directions=screen.directions,
        media=tuple(f"/media/{plan.hall}/{name}" for name in screen.media),
        media_seconds=screen.media_time / 1000, zones=zones_of(plan), zone=screen.zone,
    )  # fmt: skip


def device_of(hall: str) -> dict[str, str]:
    """Where a screen with a token asks who it is, and to be let in."""
    return {"who": f"/api/halls/{hall}/me", "enrol": f"/halls/{hall}/enrol"}


def zones_of(plan: Plan) -> str:
    """The address under which a hall's voice zones are; "" in a hall without any."""
    return f"/api/halls/{plan.hall}/zones" if any(window.zone for window in plan.windows) else ""


def look_of(plan: Plan, screen: Screen) -> Look:
    """A screen's colours: a shipped theme, or the hall's own over the one it is nearest to."""
    theme = plan.theme(screen.theme)
    if theme is None:
        return Look(screen.theme if screen.theme in SHIPPED_THEMES else SHIPPED_THEMES[0])
    colours = {name: value for name, value in msgspec.structs.asdict(theme).items() if name != "id"}
    return Look("light" if luminance(theme.paper) > 0.4 else "dark", colours)


def routes(site: Screened, live: Live) -> list[BaseRoute]:
    """The sockets of screens, and the pictures that they show."""

    async def screen(websocket: WebSocket) -> None:
        async def show(hall: Hall) -> None:
            id = websocket.path_params["screen"]
            plan = plan_in_force(hall) or hall.today().state.plan
            kind = "sign" if screens.screen_of(plan, id).window is not None else "board"

            def view(told: Told | None) -> Awaitable[None]:
                return live.serve(
                    websocket,
                    hall,
                    f"{kind}/{hall.id}/{id}",
                    lambda day, at: screens.shown(day, plan_in_force(hall) or day.plan, id, at, live.version),
                    told=told,
                )

            await to_device(websocket, site, live, hall, view)

        await to_hall(websocket, site, See.BOARD, show)

    async def picture(request: Request) -> Response:
        hall, name = request.path_params["hall"], request.path_params["name"]
        found = site.hall(hall)
        plan = plan_in_force(found) if found else None
        place = site.media / hall / name
        # Only what a screen of the hall names is served: the folder itself is nobody's to browse.
        if plan is None or not any(name in s.media for s in plan.screens) or not place.is_file():
            raise HTTPException(404, "no such picture")
        headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
        return FileResponse(place, media_type=MEDIA_TYPES[place.suffix.lower()], headers=headers)

    path = "/api/halls/{hall}/screens/{screen}/live"
    return [
        WebSocketRoute(path, screen),
        Route(path, only_a_socket),
        Route("/media/{hall}/{name}", picture, methods=["GET"]),
    ]
