"""The socket of an agent: slips go to the printers beside it, and what became of them comes back."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

import msgspec
import structlog
from msgspec.structs import replace
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from printers.agent import words
from printers.jobs import ENDS, Job, JobState
from queue_server.access.principals import See, may_be_agent
from queue_server.api.live import PREFIX, only_a_socket
from queue_server.api.problems import Unfit, told
from queue_server.api.who import Halls, found_hall, must_be_own_site, must_enter, principal_of
from queue_server.hall.refusals import NotYours, Refused
from queue_server.reactions.post import QUICK, SEAT, Parcel, Post, Seat, rest, ticket_of
from queue_server.reactions.printing import note_slip
from queue_server.store.logs import StoreRefused, Unanswered

log = structlog.get_logger()

SOCKETS = {"/agents/{name}/live": See.SLIPS}
"""Every socket here and the right that whoever opens it needs."""

SILENT = SEAT / 1000
"""Seconds without a word from an agent after which its line is taken for dead."""
STUCK = 10.0
"""Seconds that an agent may take to accept a message."""
LONGEST = 16_384
"""Characters of an agent's message; it never has more to say."""
_SPOOL = re.compile(r"[0-9a-f]{32}")


class Farewell(Exception):
    """The line to an agent ends, with a close code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Session:
    """One agent's line: it offers what lies ready, and hears what became of it."""

    def __init__(self, websocket: WebSocket, halls: Halls, post: Post, name: str) -> None:
        self.name = name
        self._websocket = websocket
        self._halls = halls
        self._post = post
        self._seat = Seat("", "", 0)
        self._fence = 0
        self._sent: set[str] = set()

    async def admit(self) -> None:
        """Give the agent its place, or refuse; before anything of the socket is open."""
        headers = self._websocket.headers
        await self._may()
        spool = headers.get(words.SPOOL, "")
        if not _SPOOL.fullmatch(spool):
            raise Unfit(400, "no_spool", f"send {words.SPOOL}: 32 hexadecimal digits that name the spool")
        version = headers.get(words.VERSION, "")[:40]
        self._seat = Seat(spool, version if version.isprintable() else "", self._post.hall.clock())
        take_over = headers.get(words.TAKE_OVER) == "1"
        fence = await self._post.sit(self.name, spool, version, take_over)
        if fence is None:
            raise Unfit(409, "agent_here", f"another agent is here as {self.name!r}")
        self._fence = fence

    async def _may(self) -> None:
        who = await principal_of(self._websocket, self._halls, self._post.hall)
        must_enter(who, See.SLIPS)
        if not may_be_agent(who, self.name):
            raise NotYours("not_allowed")

    async def run(self) -> None:
        """Serve the agent until its line ends."""
        log.info("agent here", hall=self._post.hall.id, agent=self.name, version=self._seat.version)
        both: list[asyncio.Task[None]] = []
        try:
            await self._websocket.accept()
            both = [asyncio.create_task(self._hear()), asyncio.create_task(self._deliver())]
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Farewell as farewell:
            await self._close(farewell)
        except (Unanswered, StoreRefused, Refused) as trouble:
            await self._close(Farewell(words.AWAY, str(trouble)[:100]))
        except (WebSocketDisconnect, TimeoutError):
            pass  # a line that ended or hangs: the agent comes back by itself
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            await self._post.leave(self.name, self._fence)
            log.info("agent gone", hall=self._post.hall.id, agent=self.name)

    async def _close(self, farewell: Farewell) -> None:
        log.warning("agent sent away", hall=self._post.hall.id, agent=self.name, why=farewell.reason)
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):  # it is gone already
            async with asyncio.timeout(STUCK):
                await self._websocket.close(farewell.code, farewell.reason)

    # --- hearing ------------------------------------------------------------------------------

    async def _hear(self) -> None:
        while True:
            async with asyncio.timeout(SILENT):
                message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect
            text = message.get("text") or ""
            try:
                heard = words.heard_by_hall(text if len(text) <= LONGEST else "")
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise Farewell(words.UNREADABLE, f"unreadable: {error}"[:100]) from None
            match heard:
                case words.Here():
                    await self._here(heard)
                case words.Kept():
                    await self._post.kept(self.name, self._seat.spool, heard.job)
                case words.Ended():
                    await self._ended(heard)

    async def _here(self, heard: words.Here) -> None:
        try:
            await self._may()
        except (Unfit, NotYours):
            raise Farewell(words.NO_TOKEN, "the token was taken back") from None
        self._seat = replace(self._seat, seen=self._post.hall.clock(), printers=heard.printers)
        if not await self._post.stay(self.name, self._fence, self._seat):
            raise Farewell(words.TAKEN_OVER, "another agent has taken this place")

    async def _ended(self, heard: words.Ended) -> None:
        states = {state.value: state for state in ENDS}
        if heard.state not in states:
            raise Farewell(words.UNREADABLE, f"{heard.state[:20]!r} is no end of a job")
        now = self._post.hall.clock() / 1000

        def end(job: Job) -> Job:
            return replace(
                job, state=states[heard.state], reason=heard.reason[:60], sent=heard.sent, changed=now
            )

        parcel = await self._post.ended(self.name, self._seat.spool, heard.job, end)
        if parcel is not None and parcel.state == "given_up":
            await self._tell_late(parcel)
        await self._say(words.Noted(heard.job))

    async def _tell_late(self, parcel: Parcel) -> None:
        """The hall has noted that nobody knows; now somebody does."""
        ticket = ticket_of(parcel.job)
        if ticket and parcel.job.state is not JobState.UNCONFIRMED:
            await note_slip(self._post.hall, ticket, parcel.job, late=True)

    # --- delivering ---------------------------------------------------------------------------

    async def _deliver(self) -> None:
        bell, pause = self._post.bell(), QUICK
        try:
            while True:
                bell.clear()
                for parcel in await self._post.offer(self.name, self._seat.spool, self._fence):
                    if parcel.job.id not in self._sent:
                        await self._send(parcel)
                pause = await rest(bell, pause)
        finally:
            self._post.unhang(bell)

    async def _send(self, parcel: Parcel) -> None:
        left = parcel.job.expires - self._post.hall.clock() / 1000
        self._sent.add(parcel.job.id)
        await self._say(words.Print(parcel.job, parcel.printer, left))

    async def _say(self, message: msgspec.Struct) -> None:
        async with asyncio.timeout(STUCK):
            await self._websocket.send_text(words.said(message))


def routes(halls: Halls, posts: dict[str, Post]) -> list[BaseRoute]:
    """The sockets of agents, one address for each."""

    async def agent(websocket: WebSocket) -> None:
        try:
            must_be_own_site(websocket, halls)
            hall = found_hall(halls, websocket.path_params["hall"])
            session = Session(websocket, halls, posts[hall.id], websocket.path_params["name"])
            await session.admit()
        except (Unfit, Refused) as refusal:
            await websocket.send_denial_response(told(refusal))
            return
        except (Unanswered, StoreRefused) as trouble:
            await websocket.send_denial_response(told(Unfit(503, "store_gone", str(trouble))))
            return
        await session.run()

    return [
        *(WebSocketRoute(PREFIX + path, agent) for path in SOCKETS),
        *(Route(PREFIX + path, only_a_socket) for path in SOCKETS),
    ]
