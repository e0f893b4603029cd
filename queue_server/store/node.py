"""One server of the store, as this process reaches it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection, Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

from queue_server.store.address import Place
from queue_server.store.answers import TROUBLE

CONNECT_DEADLINE = 2.0
COMMAND_DEADLINE = 3.0

CONNECTIONS = 64
"""Connections of this process to one server of the store; whoever needs one more waits for the first."""

WAIT_SHARE = 0.6
"""The share of a command's deadline in which the replicas must have what was written."""

REMEMBERED = 1.0
"""Seconds for which it is remembered how many replicas a server wants."""

MOST_LAG = 2
"""Seconds without a word after which a replica is not waited for: it hangs, and the hall must go on."""

SECOND_CHANCE, QUICK = 5.0, 0.2
"""Seconds for which a silent server gets less time in a search, and how much."""

Command = Sequence[Any]


class Following(NamedTuple):
    """How many replicas of a server must have a write before it is a fact, and how many are in step."""

    least: int
    in_step: int


class Node:
    """A server and the connections to it. `name` is how people call it.

    `least_replicas` are needed there in any case. With `every_replica` each that is in step is waited for,
    since it may be promoted; `promotable` are those that are known to whoever promotes, the lost included.
    `silent_since` is when it began not to answer a search (0: it answers).
    """

    def __init__(
        self,
        name: str,
        options: dict[str, Any],
        deadline: float,
        least_replicas: int = 0,
        every_replica: bool = False,
    ) -> None:
        self.name = name
        self.place = Place(str(options.get("host", "localhost")), int(options.get("port", 6379)))
        room = int(options.get("max_connections", CONNECTIONS))
        self._room = asyncio.Semaphore(room)
        self._deadline = deadline
        self.redis = Redis.from_pool(
            ConnectionPool(
                **{
                    "socket_connect_timeout": min(CONNECT_DEADLINE, deadline),
                    "socket_timeout": deadline,
                    **options,
                    "max_connections": 2 * room,  # what is asked by hand comes without waiting
                    # A question that got no answer is repeated by whoever knows what it means.
                    "retry": Retry(NoBackoff(), 0),
                    "health_check_interval": 0,
                }
            )
        )
        self.wait_ms = max(1, int(deadline * 1000 * WAIT_SHARE))
        self.every_replica = every_replica
        self.promotable = 0
        self.silent_since = 0.0
        self._least = least_replicas
        self._following = Following(0, 0)
        self._asked_at = -REMEMBERED

    async def ask(
        self, commands: Sequence[Command], then: Sequence[Command] = (), asking: bool = False
    ) -> list[Any]:
        """Put commands on one connection in one go; gives an answer or the store's refusal for each.

        `then` follows on the same connection if none was refused. `asking` says to a cluster's node that
        a hall is on its way to it. Raises what the client does, TimeoutError when no connection came free.
        """
        # The client's own waiting pool rests on a condition: with Python 3.11 whoever is cancelled there when
        # it is their turn takes the turn along, and the next waits beside a connection that nobody uses.
        async with asyncio.timeout(self._deadline):
            await self._room.acquire()
        try:
            with hearing_cancellation():
                return await self._ask(commands, then, asking)
        finally:
            self._room.release()

    async def _ask(self, commands: Sequence[Command], then: Sequence[Command], asking: bool) -> list[Any]:
        pool = self.redis.connection_pool
        connection: Connection = await pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            answers = await self._exchange(connection, commands, asking)
            if then and not any(isinstance(answer, Exception) for answer in answers):
                answers += await self._exchange(connection, then, asking)
        except BaseException:
            await connection.disconnect(nowait=True)  # answers may still be on their way
            raise
        finally:
            await pool.release(connection)
        return answers

    async def _exchange(self, connection: Connection, commands: Sequence[Command], asking: bool) -> list[Any]:
        words = [one for command in commands for one in ((("ASKING",), command) if asking else (command,))]
        await connection.send_packed_command(connection.pack_commands(words))
        answers: list[Any] = []
        for name, *_ in words:
            try:
                answers.append(await self.redis.parse_response(connection, name))
            except ResponseError as refusal:
                answers.append(refusal)
        return answers[1::2] if asking else answers

    async def following(self) -> Following:
        """How many replicas must have a write, and how many should; remembered for a moment."""
        if time.monotonic() - self._asked_at >= REMEMBERED:
            self._following, self._asked_at = await self._ask_following(), time.monotonic()
        return self._following

    async def _ask_following(self) -> Following:
        (said,) = await self.ask([("INFO", "replication")])
        if isinstance(said, Exception):
            raise said
        followers = [one for one in said.values() if isinstance(one, dict)]
        setting = await self._ask_setting() if "min_slaves_good_slaves" in said else 0
        if not self.every_replica:
            least = max(setting, min(1, len(followers)))
            return Following(least, least)
        in_step = [one for one in followers if one["state"] == "online" and int(one["lag"]) <= MOST_LAG]
        least = max(setting, self._least)
        return Following(least, max(least, len(in_step)))

    async def _ask_setting(self) -> int:
        (found,) = await self.ask([("CONFIG", "GET", "min-replicas-to-write")])
        if isinstance(found, Exception):
            return 1  # a hosted store does not let us look, but it has the setting
        return max(1, int([*(found.values() if isinstance(found, dict) else found)][-1]))

    def line(self) -> AbstractConnection:
        """A connection of its own, for who listens instead of asking. The caller closes it."""
        pool = self.redis.connection_pool
        made: AbstractConnection = pool.connection_class(**{**pool.connection_kwargs, "protocol": 2})
        return made

    def forget(self) -> None:
        """Trouble came from here: ask again who follows."""
        self._asked_at = -REMEMBERED

    async def drop_idle(self) -> None:
        """Close the connections that nobody uses now: the server's name may lead elsewhere by now."""
        await self.redis.connection_pool.disconnect(inuse_connections=False)

    async def aclose(self) -> None:
        """Close every connection; whoever waits on one is unanswered."""
        await self.redis.aclose()


@contextmanager
def hearing_cancellation() -> Iterator[None]:
    """The client swallows a cancellation that comes while it connects or sends: the task would never end."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


async def ask_all(
    nodes: Sequence[Node], commands: Sequence[Command], deadline: float
) -> list[tuple[Node, list[Any]]]:
    """Ask several servers the same at once; gives what those say that answer within `deadline`.

    One that was silent lately gets less time: a machine that died must not slow down every question.
    """
    answers: list[tuple[Node, list[Any]]] = []

    async def one(node: Node) -> None:
        now = time.monotonic()
        doubtful = node.silent_since and now - node.silent_since < SECOND_CHANCE
        try:
            async with asyncio.timeout(min(deadline, QUICK) if doubtful else deadline):
                answers.append((node, await node.ask(commands)))
        except TROUBLE:
            node.silent_since = node.silent_since if doubtful else now
        else:
            node.silent_since = 0.0

    async with asyncio.TaskGroup() as asked:
        for node in nodes:
            asked.create_task(one(node))
    return answers
