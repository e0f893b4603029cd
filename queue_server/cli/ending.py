"""How a server process ends: Ctrl-C or SIGTERM once is a request, a second Ctrl-C is an order.

A signal never interrupts what starts or stops the store: it is noted, and acted upon when the server
looks. uvicorn would raise the signal again once it has stopped, which ends the process before its store.
"""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

import uvicorn

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """Notes that the process is to end, from the block's begin to its end."""

    def __init__(self) -> None:
        self.asked = False
        self._server: uvicorn.Server | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Ending:
        self._before = {sign: signal.signal(sign, self._ask) for sign in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sign, before in self._before.items():
            signal.signal(sign, before)

    def stops(self, server: uvicorn.Server) -> None:
        """Stop this server when asked, now if that has happened already."""
        self._server = server
        server.should_exit = server.should_exit or self.asked

    def _ask(self, sign: int, frame: FrameType | None) -> None:
        if self._server is not None:
            self._server.force_exit = self.asked and sign == signal.SIGINT
            self._server.should_exit = True
        self.asked = True
