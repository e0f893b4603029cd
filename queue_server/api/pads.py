"""Rating pads: the page of each, what is pushed to it, and what a visitor says there."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from displays.hub import Told
from displays.pad_pages import PadPage
from queue_server import screens, wire
from queue_server.access.principals import See, may_be_pad
from queue_server.api.calls import Call
from queue_server.api.live import PREFIX, Live, only_a_socket, to_device, to_hall
from queue_server.api.screens import device_of
from queue_server.api.tickets import done
from queue_server.api.who import Halls, principal_of
from queue_server.api.windows import number, read_number
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall.model import LEVELS
from queue_server.hall.plan import Pad, Plan
from queue_server.hall.refusals import NotYours

SOCKET = "/windows/{n}/pad/live"


async def rate(call: Call) -> wire.Done:
    """How the service at this window was, on its pad: one touch, once for each service."""
    body = await call.body(wire.RateHere)
    command = do.RateAtWindow(window=number(call), ticket=body.ticket, level=body.level)
    return done(await call.change(command))


def page_of(plan: Plan, pad: Pad, assets: str) -> PadPage:
    """What a pad's page is made from."""
    window = f"/api/halls/{plan.hall}/windows/{pad.window}"
    return PadPage(
        hall=plan.name, languages=plan.languages, timezone=plan.timezone, live=f"{window}/pad/live",
        rate=f"{window}/rate", version=assets, window=pad.window, levels=LEVELS, device=device_of(plan.hall),
    )  # fmt: skip


def routes(halls: Halls, live: Live) -> list[BaseRoute]:
    """The sockets of rating pads."""

    async def pad(websocket: WebSocket) -> None:
        async def show(hall: Hall) -> None:
            window = read_number(websocket.path_params["n"])
            if not may_be_pad(await principal_of(websocket, halls, hall), window):
                raise NotYours("not_allowed")

            def view(told: Told | None) -> Awaitable[None]:
                return live.serve(
                    websocket,
                    hall,
                    f"pad/{hall.id}/{window}",
                    lambda day, at: screens.pad(day, window, hall.clock(), at, live.version),
                    lambda day, now: screens.asked_about(day, window, now) is None,
                    told=told,
                )

            await to_device(websocket, halls, live, hall, view)

        await to_hall(websocket, halls, See.PAD, show)

    return [WebSocketRoute(PREFIX + SOCKET, pad), Route(PREFIX + SOCKET, only_a_socket)]
