"""A WebSocket of the hall onto which ready frames can be written directly.

uvicorn's own way to send goes through a coroutine, a state machine and a new frame for
each socket. A board goes out as the same bytes to every screen, so the hub encodes the
frame once and writes it to the transport of each. This protocol hands itself to the
application through ``scope["extensions"]`` and tells when its write buffer has drained;
receiving, pings and closing stay with uvicorn.

Start uvicorn with ``ws="displays.sockets:FrameProtocol"`` and ``ws_per_message_deflate=False``.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

EXTENSION = "yichuang.frames"
"""Where in ``scope["extensions"]`` the protocol is found."""

KERNEL_BUFFER = 64 * 1024
"""Bytes the kernel may hold for one screen: a frozen one must not collect megabytes of old boards."""


def text_frame(payload: bytes) -> bytes:
    """One unmasked, unfragmented WebSocket text frame (RFC 6455, 5.2), as a server sends it."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class FrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with a way to write a ready frame and to hear of draining."""

    drained: Callable[[], None] | None = None

    async def run_asgi(self) -> None:
        """Run the application with this protocol named in its scope."""
        extensions = self.scope.setdefault("extensions", {})
        assert extensions is not None
        extensions[EXTENSION] = self  # type: ignore[assignment]
        await super().run_asgi()

    def lead(self, drained: Callable[[], None]) -> None:
        """Send on this socket by frames from now on; `drained` is told when a full buffer emptied.

        The buffer's limit is zero: whatever the kernel does not take at once makes the
        socket behind, so that it is offered nothing but the newest when it drains.
        """
        self.drained = drained
        self.transport.set_write_buffer_limits(high=0)
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)

    def write_frame(self, frame: bytes) -> bool:
        """Write a ready frame; False if the socket has not taken all of it yet."""
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            self.transport.write(frame)
        return self.writable.is_set()

    def resume_writing(self) -> None:
        """The transport drained: let waiting senders go on, and the hub send the newest."""
        super().resume_writing()
        if self.drained is not None:
            self.drained()

    def abort(self) -> None:
        """Drop the socket at once, unsent bytes included."""
        self.transport.abort()
