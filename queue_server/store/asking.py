"""Putting a question to a hall's primary, wherever it is now, and having the replicas confirm the answer.

What was surely not done is asked again here for a moment: a slot that moves, a failover under way. What
may have been done is not: that is `Unanswered`, and only who asked knows how to repeat it.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence
from typing import Any

from redis.exceptions import AskError, BusyLoadingError, MovedError, NoScriptError

from queue_server.store import keys
from queue_server.store.address import Place
from queue_server.store.answers import (
    SOON,
    TROUBLE,
    NotReady,
    StoreRefused,
    Unanswered,
    is_passed_over,
    named,
)
from queue_server.store.node import Command, Node
from queue_server.store.primaries import Member, Primaries

PATIENCE = 2.0
"""Seconds for which the same is asked again when the store did nothing and soon can."""
PAUSE = 0.03
PULSE_MS = 60_000


async def ask(
    primaries: Primaries,
    key: str,
    commands: Sequence[Command],
    confirmed: bool = False,
    patience: float | None = None,
) -> list[Any]:
    """Put commands about keys of one group to its primary, on one connection; gives their answers.

    `confirmed`: no answer counts before the replicas, where there are any, have all that it rests on.
    `patience` (s) is how long the same is asked again; without any, `PATIENCE`.
    Raises `Unanswered` or `StoreRefused`; that a script is unknown is an answer.
    """
    end = time.monotonic() + (PATIENCE if patience is None else patience)
    ask_at: Node | None = None
    while True:
        node = None
        try:
            node = ask_at or await primaries.node(key)
            answers, error, kept = await _put(node, key, commands, confirmed, asking=ask_at is not None)
            if error is None and kept < node.promotable:
                await _make_sure(primaries, node, key, kept)
        except TROUBLE as trouble:
            await _suspect(primaries, node)
            if not isinstance(trouble, BusyLoadingError) or time.monotonic() > end:
                raise named(trouble) from trouble
            await asyncio.sleep(PAUSE)
            continue
        except Unanswered as silence:
            await _suspect(primaries, node)
            if not isinstance(silence, NotReady) or time.monotonic() > end:
                raise
            await asyncio.sleep(PAUSE)
            continue
        if error is None:
            return answers
        halved = _is_halved(answers)
        ask_at = None if halved else await _follow(primaries, node, error)
        if not _is_worth_asking_again(primaries, error) or time.monotonic() > end:
            raise named(error) from error
        if halved or not isinstance(error, MovedError | AskError):
            await asyncio.sleep(PAUSE)


async def ask_everyone(primaries: Primaries, command: Command) -> list[tuple[Member, Any]]:
    """Put a command to every server that keeps logs, primaries first; a failure is an answer, too."""
    said: list[tuple[Member, Any]] = []
    for member in await primaries.members():
        try:
            (answer,) = await member.node.ask([command])
        except TROUBLE as trouble:
            answer = trouble
        finally:
            if not member.primary:
                await member.node.aclose()
        said.append((member, answer))
    return said


async def _put(
    node: Node, key: str, commands: Sequence[Command], confirmed: bool, asking: bool
) -> tuple[list[Any], Exception | None, int]:
    """The answers, the first that is an error, and how many replicas have what the answers rest on."""
    least, in_step = await node.following() if confirmed else (0, 0)
    # WAIT looks at the connection's own last write. An append that finds its first copy there, or a
    # read, has none and would be waved through: the pulse is a write behind everything it saw.
    pulse = [_pulse(key, asking)] if in_step else []
    wait = [("WAIT", in_step, node.wait_ms)] if in_step else []
    answers = await node.ask([*commands, *pulse], wait, asking)
    own = answers[: len(commands)]
    errors = [answer for answer in own if isinstance(answer, Exception)]
    if errors:
        return own, None if isinstance(errors[0], NoScriptError) else errors[0], node.promotable
    if not in_step:
        return own, None, 0 if confirmed else node.promotable
    for answer in answers[len(commands) :]:
        if isinstance(answer, Exception):  # it ceased to be the primary meanwhile
            raise Unanswered(f"not confirmed by replicas: {answer}") from answer
    if answers[-1] < least:
        raise Unanswered(f"confirmed by {answers[-1]} of {in_step} replicas of {node.name}")
    return own, None, answers[-1]


def _pulse(key: str, asking: bool) -> Command:
    """The pulse of a hall.

    A hall on its way to a node may have left its pulse where it was, and a second one of that name would
    stop the move: there each has a name of its own, and is gone at once so that none need be moved later.
    """
    name = keys.pulse(key)
    return (
        ("SET", f"{name}:{uuid.uuid4().hex}", "", "PX", 100) if asking else ("SET", name, "", "PX", PULSE_MS)
    )


async def _make_sure(primaries: Primaries, node: Node, key: str, kept: int) -> None:
    """A replica lacks what was confirmed: if it was promoted meanwhile, nothing is confirmed.

    Only an answer that comes after the confirmation counts. Whoever is promoted later has it, or is
    behind one that has it.
    """
    try:
        await primaries.make_sure(node, key)
    except (Unanswered, StoreRefused, *TROUBLE) as error:
        raise Unanswered(f"confirmed by {kept} of {node.promotable} replicas: {error}") from error


async def _suspect(primaries: Primaries, node: Node | None) -> None:
    if node is not None:
        await primaries.suspect(node)


def _is_halved(answers: Sequence[Any]) -> bool:
    """Whether some of the keys have moved on and others have not: then neither side may be asked for all.

    Where a hall is going, what is still on its way looks as if it were not there, and whatever is written
    under its name stops the move.
    """
    moved = sum(isinstance(answer, AskError) for answer in answers)
    return 0 < moved < len(answers)


async def _follow(primaries: Primaries, node: Node, error: Exception) -> Node | None:
    """Take from a refusal where to ask next; a node when it is to be asked only this once."""
    if isinstance(error, MovedError):
        primaries.redirected(node, error)
    elif isinstance(error, AskError):
        return primaries.at(Place(error.host or node.place.host, error.port))
    elif isinstance(error, SOON) or is_passed_over(error):
        await primaries.suspect(node)
    return None


def _is_worth_asking_again(primaries: Primaries, error: Exception) -> bool:
    """Whether nothing was done and it is only a matter of time or place."""
    return primaries.fails_over and (isinstance(error, SOON) or is_passed_over(error))
