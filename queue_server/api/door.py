"""The hall's door: what a connection must look like before anything of it reaches the application.

uvicorn's own protocol lets the head of a request grow without an end and waits for it for ever. Here a
head has a size and a time, and whoever is turned away is told so by problem details like any other.

Start uvicorn with ``http="queue_server.api.door:Door"``.
"""

from __future__ import annotations

import asyncio
import socket

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from queue_server.api.problems import MEDIA_TYPE, problem_body

HEAD_LIMIT = 32 * 1024
"""Bytes of a request's first line and headers together."""
HEAD_SECONDS = 20.0
"""How long a request's head may take to come in: long for any browser, short for who only holds a line."""

LINGER_SECONDS = 1.0
"""How long what else comes from somebody who was turned away is taken and forgotten."""


class HeadTooLarge(Exception):
    """The head of a request is larger than `HEAD_LIMIT`."""


class Door(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a limit on the size and the time of a request's head."""

    head_seconds = HEAD_SECONDS
    _told = 0
    _came = 0
    _in_head = True
    _refused = False
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            # asyncio sets it only where the listener was made with the protocol named; without it every
            # second answer on a kept connection waits 40 ms for the client's delayed ACK.
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_over()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; a head that has not ended is counted by what came in."""
        if self._refused:
            return
        super().data_received(data)
        if self._in_head and not self._refused:
            self._came += len(data)  # a header without an end is never told to `on_header`
            if self._came > HEAD_LIMIT:
                self._turn_away(431, "head_too_large", _TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins; the time for its head runs."""
        super().on_message_begin()
        self._told = self._came = 0
        self._in_head = True
        if self._patience is None:
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        """Count the first line."""
        self._grow(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._grow(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head_is_over()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What the parser refuses, told as a problem; a head too large has been raised from a callback."""
        if self._told > HEAD_LIMIT:
            self._turn_away(431, "head_too_large", _TOO_LARGE)
        else:
            self._turn_away(400, "bad_http", msg)

    def _grow(self, size: int) -> None:
        self._told += size
        if self._told > HEAD_LIMIT:
            raise HeadTooLarge

    def _expect_head(self) -> None:
        self._patience = self.loop.call_later(self.head_seconds, self._too_slow)

    def _head_is_over(self) -> None:
        self._in_head = False
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _too_slow(self) -> None:
        self._patience = None
        self._turn_away(408, "too_slow", f"a request's head must be here within {self.head_seconds:g} s")

    def _turn_away(self, status: int, code: str, detail: str) -> None:
        self._refused = True
        self._head_is_over()
        if self.transport.is_closing():
            return
        body = problem_body(status, code, detail)
        head = (
            f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
        )
        self.transport.write(STATUS_LINE[status] + head + body)
        # Closing at once while the client still sends would reset the line before it has read this.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


_TOO_LARGE = f"the first line and the headers may have at most {HEAD_LIMIT} bytes together"
