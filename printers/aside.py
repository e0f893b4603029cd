"""Calls that may block, made beside the event loop and given a deadline.

A device that hangs must not hang the loop, and a call that comes back after its deadline
must not leave an open device behind.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Aside:
    """One thread for one device: its calls come one after the other, and a stuck one holds up no other.

    The thread is a daemon: a device that never answers does not keep the process from ending.
    """

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def do(self, seconds: float, call: Callable[[], T], late: Callable[[T], object] | None = None) -> T:
        """What the call gives; TimeoutError after `seconds`; then `late` gets what it gives at last."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                given = call()
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
                _tell(loop, answer, None, error)
                return
            if not _tell(loop, answer, given, None) and late is not None:
                late(given)

        self._calls.put(run)
        async with asyncio.timeout(seconds):
            return await answer

    def end(self) -> None:
        """Let the thread go once it has done what it was asked."""
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _tell(
    loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Any], given: Any, error: Exception | None
) -> bool:
    """Hand an answer to the loop and wait until it is taken; False when nobody waits for it any more."""
    taken: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def tell() -> None:
        waiting = not answer.done()
        if waiting and error is not None:
            answer.set_exception(error)
        elif waiting:
            answer.set_result(given)
        taken.put(waiting)

    try:
        loop.call_soon_threadsafe(tell)
    except RuntimeError:  # the loop has ended, and whoever waited with it
        return False
    try:
        return taken.get(timeout=1.0)
    except queue.Empty:  # the loop ended before it came to this
        return False
