"""What is pushed: boards, kiosks and window consoles get their whole state, and a beat while it stands.

Each distinct view is made and encoded once, when something has landed and somebody looks.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence, Set

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from displays import board as b
from displays.hub import Here, Hub, Told
from queue_server import views
from queue_server.access.principals import ANYONE, PUBLIC, Principal, See, may_see_window
from queue_server.api.alarms import alarm_lines
from queue_server.api.calm import Calm, Pressing
from queue_server.api.problems import Unfit, problem
from queue_server.api.staying import Staying
from queue_server.api.who import Halls, found_hall, identity_of, must_be_own_site, must_enter, principal_of
from queue_server.desk.fleet import DEVICES as IN_FLEET
from queue_server.desk.fleet import KINDS
from queue_server.desk.hall import Hall
from queue_server.desk.line import Line
from queue_server.hall.day import Day
from queue_server.hall.events import author
from queue_server.hall.on_the_spot import with_today
from queue_server.hall.refusals import NotYours, Refused
from queue_server.overview import floor_work, overview
from queue_server.store.chain import Entry
from queue_server.views import refusal_text

log = structlog.get_logger()

FRESH = 2.0
"""Seconds since the log's tail was confirmed after which data are not called fresh."""

AGAIN = 1000
"""Milliseconds within which two states of a view are of one moment; a clock set back goes further."""

PREFIX = "/api/halls/{hall}"
SOCKETS = {
    "/board/live": See.BOARD,
    "/kiosk/live": See.MENU,
    "/windows/{n}/live": See.WINDOW,
    "/zones/{zone}/live": See.VOICE,  # a loudspeaker's: `voice.py`
    "/overview/live": See.OVERVIEW,
    "/screens/{screen}/live": See.BOARD,
    "/windows/{n}/pad/live": See.PAD,  # `pads.py`
    "/floor/live": See.FLOOR_WORK,
    "/cases/live": See.CASES,  # `cases.py`
    "/agent-tickets/live": See.AGENT_TICKETS,  # `behalf.py`
}
"""Every socket and the right that whoever opens it needs."""

View = Callable[[Day, int], msgspec.Struct]
Clockwork = Callable[[Day, int], object]
"""What of a view the clock alone can change, at a time (ms)."""


class Live:
    """Keeps every screen of every hall in step with what has landed."""

    def __init__(self, hub: Hub, version: str) -> None:
        self.hub = hub
        self.version = version
        self._views: dict[str, tuple[Hall, View]] = {}
        self._watching: Counter[str] = Counter()
        self._current: set[str] = set()
        self._said_at: dict[str, int] = {}
        self._clockwork: dict[str, tuple[Clockwork, object]] = {}
        self._calm: dict[str, Calm] = {}
        self._encoder = msgspec.json.Encoder()
        self.staying = Staying()

    def follow(self, hall: Hall) -> None:
        """Push a hall's changes from now on."""

        def on_day(line: Line[Day]) -> None:
            def landed(entries: Sequence[Entry]) -> None:
                self._push(hall, {author(entry.body) for entry in entries} if self._calm else set())

            line.on_landed.append(landed)

        hall.on_day.append(on_day)
        hall.needs.on_found.append(lambda: self._push(hall))
        hall.help.on_changed.append(lambda: self._push(hall))
        hall.register.on_landed.append(lambda _: self._push(hall))  # screens may have other settings now

    def _push(self, hall: Hall, authors: Set[str] | None = None) -> None:
        """Show every view of a hall; where they are told, what concerns none of the `authors` may wait."""
        line = hall.day
        if line is None:
            return
        for name, (of, _) in list(self._views.items()):
            if of is hall and not self._may_wait(name, line.state, authors):
                self._show_now(name, line)

    def _may_wait(self, name: str, day: Day, authors: Set[str] | None) -> bool:
        calm = self._calm.get(name)
        if calm is None or authors is None or name not in self._current:
            return False
        try:
            return calm.may_wait(day, authors)
        except Refused:
            return False  # the view itself says why it is gone

    def _show_now(self, name: str, line: Line[Day]) -> None:
        hall, view = self._views[name]
        try:
            self._show(name, view, line.state, data_at(hall, line))
        except Refused as refusal:
            # A new day's plan may lack this window: its own console waits, nobody else does.
            self._current.discard(name)
            log.warning("view gone", view=name, why=str(refusal))

    def _catch_up(self, name: str) -> bool:
        """Show what has waited; False while what is in memory may not have landed yet."""
        line = self._views[name][0].day
        if line is None or line.busy:
            return False
        self._show_now(name, line)
        return True

    def _show(self, name: str, view: View, day: Day, at: int) -> None:
        last = self._said_at.get(name, 0)
        if last - AGAIN < at <= last:
            # What is no event (a need, a call for help) came since the tail was last confirmed: for a
            # screen that is the same moment, and it would keep what it holds.
            at = last + 1
        self._said_at[name] = at
        self.hub.publish(name, self._encoder.encode(view(day, at)))
        self._current.add(name)

    async def keep_in_time(self, every: float = 1.0) -> None:
        """Show anew what the clock alone has changed (the hall opens, a cut-off comes), until cancelled."""
        while True:
            await asyncio.sleep(every)
            for name, (clockwork, before) in list(self._clockwork.items()):
                hall, view = self._views[name]
                line = hall.day
                if name not in self._current or line is None or line.busy:
                    continue  # what is under way is shown when it has landed
                now = clockwork(line.state, hall.clock())
                if now != before:
                    self._clockwork[name] = (clockwork, now)
                    self._show(name, view, line.state, data_at(hall, line))

    async def serve(
        self,
        websocket: WebSocket,
        hall: Hall,
        name: str,
        view: View,
        clockwork: Clockwork | None = None,
        told: Told | None = None,
        pressing: Pressing | None = None,
    ) -> None:
        """Show a view to one screen until it goes. With `pressing`, all else of it may wait (`calm.py`).

        While somebody watches, whatever lands is published; so only the first who comes needs it made,
        and a thousand boards that come back at once are sent one board each.
        """
        self._views[name] = (hall, view)
        self._watching[name] += 1
        if clockwork is not None:
            self._clockwork.setdefault(name, (clockwork, None))
        if pressing is not None and name not in self._calm:
            self._calm[name] = Calm(pressing, lambda: self._catch_up(name))
        try:
            if name not in self._current:
                await hall.look(lambda day: self._show(name, view, day, hall.clock()))
            await self.hub.serve(websocket, name, told)
        finally:
            self._leave(name)

    def _leave(self, name: str) -> None:
        """A screen went; what nobody watches is not made any more."""
        self._watching[name] -= 1
        if not self._watching[name]:
            del self._watching[name], self._views[name]
            self._current.discard(name)
            self._said_at.pop(name, None)
            self._clockwork.pop(name, None)
            if name in self._calm:
                self._calm.pop(name).forget()
            self.hub.forget(name)

    def confirmed(self, name: str) -> b.Beat | None:
        """The beat of a view; None while the log's tail is not confirmed."""
        found = self._views.get(name)
        line = found[0].day if found else None
        if name not in self._current or (name in self._calm and self._calm[name].waits):
            return None  # what is shown is over or not the newest, and must not look fresh
        if found is None or line is None or time.monotonic() - line.confirmed_at > FRESH:
            return None
        return b.Beat(seq=line.tail.seq, data_at=data_at(found[0], line))


def data_at(hall: Hall, line: Line[Day]) -> int:
    """When the tail was last confirmed, on the hall's clock (ms)."""
    return hall.clock() - round((time.monotonic() - line.confirmed_at) * 1000)


def routes(halls: Halls, live: Live) -> list[BaseRoute]:
    """The sockets of boards, kiosks and windows."""

    async def board(websocket: WebSocket) -> None:
        async def show(hall: Hall) -> None:
            def view(told: Told | None) -> Awaitable[None]:
                return live.serve(
                    websocket,
                    hall,
                    f"board/{hall.id}",
                    lambda day, at: views.board(day, at, live.version),
                    told=told,
                )

            await to_device(websocket, halls, live, hall, view)

        await to_hall(websocket, halls, See.BOARD, show)

    async def kiosk(websocket: WebSocket) -> None:
        async def show(hall: Hall) -> None:
            def view(told: Told | None) -> Awaitable[None]:
                return live.serve(
                    websocket,
                    hall,
                    f"kiosk/{hall.id}",
                    lambda day, at: views.menu(day, hall.clock(), at, live.version),
                    views.offers_at,
                    told,
                )

            # A kiosk whose token counts no more still shows the hall, and says itself that it is not known.
            await to_device(websocket, halls, live, hall, view, strict=False)

        await to_hall(websocket, halls, See.MENU, show)

    shows = {
        "/board/live": board,
        "/kiosk/live": kiosk,
        "/windows/{n}/live": _window(halls, live),
        "/overview/live": _overview(halls, live),
        "/floor/live": _floor_work(halls, live),
    }
    return [
        *(WebSocketRoute(PREFIX + path, show) for path, show in shows.items()),
        *(Route(PREFIX + path, only_a_socket) for path in shows),
    ]


def _window(halls: Halls, live: Live) -> Callable[[WebSocket], Awaitable[None]]:
    """The socket of a window's console."""

    async def window(websocket: WebSocket) -> None:
        async def show(hall: Hall) -> None:
            text = websocket.path_params["n"]
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1

            async def allowed(used: bool = True) -> Principal:
                who = await principal_of(websocket, halls, hall, used)
                if not may_see_window(who, number):
                    raise NotYours("not_allowed")
                return who

            who = await allowed()
            view = live.serve(
                websocket,
                hall,
                f"window/{hall.id}/{number}",
                lambda day, at: views.window_view(day, number, hall.clock(), at, hall.needs.of),
                pressing=lambda day, authors: views.pressing(day, number, hall.clock(), authors),
            )
            with hall.presence.console(number, who.id):
                await live.staying.while_allowed(websocket, hall, who, allowed, view)

        await to_hall(websocket, halls, See.WINDOW, show)

    return window


async def to_device(
    websocket: WebSocket,
    halls: Halls,
    live: Live,
    hall: Hall,
    view: Callable[[Told | None], Awaitable[None]],
    strict: bool = True,
) -> None:
    """Show what anybody may see; a device with a token is in the fleet, and stays while its token counts.

    `strict` refuses a token that nobody holds, so that the screen asks to be let in.
    """

    async def allowed(used: bool = True) -> Principal:
        return (await identity_of(websocket, halls, hall, used, cookies=False)).principal

    try:
        who = await allowed()
    except Unfit:
        if strict:
            raise
        who = ANYONE
    if who.role not in IN_FLEET:
        await view(None)
        return
    with hall.fleet.connected(who.name, KINDS.get(who.role, who.role), hall.clock) as hear:

        def told(here: Here) -> None:
            hear(version=here.version, shows=str(here.seq), sound=here.sound)

        await live.staying.while_allowed(websocket, hall, who, allowed, view(told))


def _overview(halls: Halls, live: Live) -> Callable[[WebSocket], Awaitable[None]]:
    """The socket that shows the whole floor to whoever has the right."""

    def view(websocket: WebSocket, hall: Hall, _: Principal) -> Awaitable[None]:
        return live.serve(
            websocket,
            hall,
            f"overview/{hall.id}",
            lambda day, at: overview(day, at, alarm_lines(hall), with_today(hall.register.state, day)),
            lambda day, now: tuple(hall.alarms)[-1:],  # an alarm is no event, and must be seen
        )

    return to_people(halls, live, See.OVERVIEW, view)


def _floor_work(halls: Halls, live: Live) -> Callable[[WebSocket], Awaitable[None]]:
    """The socket that shows floor staff what there is to do."""

    async def view(websocket: WebSocket, hall: Hall, _: Principal) -> None:
        with hall.help.watched():
            await hall.help.look()
            await live.serve(
                websocket,
                hall,
                f"floor/{hall.id}",
                lambda day, at: floor_work(day, hall.clock(), at, hall.help.waiting),
                views.offers_at,
            )

    return to_people(halls, live, See.FLOOR_WORK, view)


def to_people(
    halls: Halls, live: Live, right: See, view: Callable[[WebSocket, Hall, Principal], Awaitable[None]]
) -> Callable[[WebSocket], Awaitable[None]]:
    """A socket that shows a view to people for as long as they have a right."""

    async def opened(websocket: WebSocket) -> None:
        async def show(hall: Hall) -> None:
            async def allowed(used: bool = True) -> Principal:
                who = await principal_of(websocket, halls, hall, used)
                must_enter(who, right)
                return who

            who = await allowed()
            await live.staying.while_allowed(websocket, hall, who, allowed, view(websocket, hall, who))

        await to_hall(websocket, halls, right, show)

    return opened


async def only_a_socket(_: Request) -> Response:
    """Somebody asked for a socket's address without wanting one."""
    raise Unfit(426, "socket_only", "this address is a WebSocket", {"upgrade": "websocket"})


async def to_hall(
    websocket: WebSocket, halls: Halls, right: See, show: Callable[[Hall], Awaitable[None]]
) -> None:
    """Show to whoever has the right, or answer the handshake with the problem that says why not.

    A socket that is closed before it was accepted reads 403 at the other end, whatever its close
    code: a console could not tell a wrong token from a wrong hall or a hall that opens in a minute.
    """
    try:
        must_be_own_site(websocket, halls)
        hall = found_hall(halls, websocket.path_params["hall"])
        if right not in PUBLIC:
            must_enter(await principal_of(websocket, halls, hall), right)
        await show(hall)
    except Unfit as error:
        await websocket.send_denial_response(
            problem(error.status, error.code, error.detail, headers=error.headers)
        )
    except Refused as refusal:
        status = refusal.status if refusal.status in (401, 403, 404) else 503
        await websocket.send_denial_response(
            problem(status, refusal.code, str(refusal), refusal_text(refusal))
        )
