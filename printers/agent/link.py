"""The agent's line to its hall: opened from here, so that no firewall at the kiosk needs a hole.

It comes back by itself with back-off and jitter. Whatever ends it, nothing is lost: jobs are on the disk
before the hall is told, and their ends stay there until the hall has noted them.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from printers.agent import words
from printers.agent.agent import Agent

log = structlog.get_logger()

MESSAGE_BYTES = 1 << 20


class Patience(msgspec.Struct, frozen=True):
    """Seconds: between two signs of life, for a connection, for the hall to answer one, between tries."""

    beat: float = 2.0
    open: float = 5.0
    silence: float = 6.0
    first_wait: float = 0.2
    longest_wait: float = 15.0


class Hall(msgspec.Struct, frozen=True):
    """Where the agent's hall is, and as whom it comes."""

    server: str
    hall: str
    name: str
    token: str
    take_over: bool = False

    @property
    def socket(self) -> str:
        """The address of the agent's socket."""
        base = self.server.rstrip("/").replace("http", "ws", 1)
        return f"{base}/api/halls/{self.hall}/agents/{self.name}/live"


class Unreadable(Exception):
    """The other end does not speak as a hall does."""


async def keep_linked(hall: Hall, agent: Agent, version: str, patience: Patience | None = None) -> None:
    """Keep the line to the hall up, for ever. Each new reason for its being down is logged once."""
    patience = patience or Patience()
    failures, told = 0, ""
    take_over = hall.take_over

    def up() -> None:
        nonlocal failures, told, take_over
        log.info("hall reached", hall=hall.hall, server=hall.server)
        # Taking over is for once: two agents that both do it each time would fight for ever.
        failures, told, take_over = 0, "", False

    while True:
        why = await _one_line(hall, agent, version, patience, take_over, up)
        if why != told:
            log.warning("hall not reached", server=hall.server, why=why)
        failures, told = failures + 1, why
        await asyncio.sleep(wait_before(failures, patience))


def wait_before(attempt: int, patience: Patience) -> float:
    """Seconds before this attempt (from 1), with jitter: forty kiosks do not return at once."""
    wait = min(patience.longest_wait, patience.first_wait * 2.0 ** min(attempt - 1, 16))
    return random.uniform(0.5, 1.0) * wait  # noqa: S311 - it guards nothing


async def _one_line(
    hall: Hall, agent: Agent, version: str, patience: Patience, take_over: bool, up: Callable[[], None]
) -> str:
    """One connection from its beginning to its end; gives why it ended."""
    headers = {
        "Authorization": f"Bearer {hall.token}",
        words.SPOOL: agent.spool.id,
        words.VERSION: version,
    } | ({words.TAKE_OVER: "1"} if take_over else {})
    try:
        async with connect(
            hall.socket,
            additional_headers=headers,
            open_timeout=patience.open,
            close_timeout=1.0,
            ping_interval=patience.silence / 2,
            ping_timeout=patience.silence / 2,
            compression=None,
            proxy=None,
            max_size=MESSAGE_BYTES,
        ) as socket:
            up()
            await _talk(socket, agent, patience)
    except ConnectionClosed as end:
        return (end.rcvd.reason or f"closed ({end.rcvd.code})") if end.rcvd else "the line broke"
    except InvalidStatus as refusal:
        return _refused(refusal)
    except TimeoutError:
        return "no answer"
    except (OSError, InvalidHandshake, EOFError) as trouble:
        return str(trouble) or type(trouble).__name__
    except Unreadable as trouble:
        return f"unreadable: {trouble}"
    return "closed"


def _refused(refusal: InvalidStatus) -> str:
    """What the hall says for refusing the line: its code is in the body, as for every other refusal."""
    status = refusal.response.status_code
    try:
        said = msgspec.json.decode(refusal.response.body or b"", type=_Refusal)
    except msgspec.DecodeError:
        return f"status {status}"
    return f"{said.code}: {said.detail} (status {status})"


class _Refusal(msgspec.Struct):
    code: str
    detail: str = ""


async def _talk(socket: ClientConnection, agent: Agent, patience: Patience) -> None:
    both = [asyncio.create_task(_tell(socket, agent, patience)), asyncio.create_task(_hear(socket, agent))]
    try:
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def _tell(socket: ClientConnection, agent: Agent, patience: Patience) -> None:
    """Signs of life, and each end once on this line; on the next one what was not noted comes again."""
    told: set[str] = set()
    while True:
        agent.news.clear()
        for job in await agent.spool.untold():
            if job.id not in told:
                told.add(job.id)
                await _say(socket, words.Ended(job.id, job.state.value, job.reason, job.sent), patience)
        await _say(socket, words.Here(dict(agent.states)), patience)
        try:
            async with asyncio.timeout(patience.beat):
                await agent.news.wait()
        except TimeoutError:
            continue


async def _say(socket: ClientConnection, message: msgspec.Struct, patience: Patience) -> None:
    async with asyncio.timeout(patience.silence):
        await socket.send(words.said(message))


async def _hear(socket: ClientConnection, agent: Agent) -> None:
    async for raw in socket:
        try:
            message = words.heard_by_agent(raw)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise Unreadable(str(error)) from None
        match message:
            case words.Print():
                await agent.take(message)
                await socket.send(words.said(words.Kept(message.job.id)))
            case words.Noted():
                await agent.spool.noted(message.job)
