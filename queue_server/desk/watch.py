"""Watching a line from outside: what it answers and how long its appends take, for whoever counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from queue_server.hall.commands import Ask
from queue_server.hall.refusals import Refused

Act = TypeVar("Act", bound=Callable[..., Any])
DONE = "done"


class Watch(Protocol):
    """Whoever counts. Called on the way of every command: it must take no time and never raise."""

    def answered(self, command: str, outcome: str) -> None:
        """A command was answered: ``done``, or with the code of its refusal."""
        ...

    def appended(self, seconds: float) -> None:
        """The store said what became of a batch after so long."""
        ...


class Watched(Protocol):
    """Something that may have a watch."""

    watch: Watch | None


def answering(ask: Act) -> Act:
    """Tell the watch what each command was answered."""

    @wraps(ask)
    async def watched(line: Watched, asked: Ask, *words: Any) -> Any:
        outcome = DONE
        try:
            return await ask(line, asked, *words)
        except Refused as refusal:
            outcome = refusal.code
            raise
        except BaseException:
            outcome = "unanswered"  # whoever asked has gone, or the process ends
            raise
        finally:
            if line.watch is not None:
                line.watch.answered(type(asked.command).__name__, outcome)

    return cast(Act, watched)


def appending(append: Act) -> Act:
    """Tell the watch how long each append took."""

    @wraps(append)
    async def watched(line: Watched, *words: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return await append(line, *words, **named)
        finally:
            if line.watch is not None:
                line.watch.appended(time.perf_counter() - began)

    return cast(Act, watched)
