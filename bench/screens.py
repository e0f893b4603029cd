"""Many screens in one process: plain sockets that speak just enough WebSocket, all in one epoll.

An asyncio client would take as long to receive as the server does to send; this one takes a few
microseconds a frame, and is the same for whichever server it listens to.
"""

from __future__ import annotations

import base64
import os
import resource
import select
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType

TEXT, CLOSE, PING, PONG, FIN = 1, 8, 9, 10, 0x80
BOARD = b'{"type":"board"'
SEQ = b'"seq":'
PATIENCE = 30.0
"""Seconds until a screen that has got nothing is an error."""


def allow_sockets(most: int = 8192) -> None:
    """Let this process, and those it starts, have this many sockets. RuntimeError if it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= most:
        return
    if hard != resource.RLIM_INFINITY and hard < most:
        raise RuntimeError(f"{most} open files are needed, {hard} are allowed: raise ulimit -n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def client_frame(opcode: int, payload: bytes) -> bytes:
    """A frame as a client sends it, masked with zeros: the payload stays as it is."""
    size = len(payload)
    head = (
        bytes((FIN | opcode, 0x80 | size)) if size < 126 else bytes((FIN | opcode, 0xFE)) + size.to_bytes(2)
    )
    return head + bytes(4) + payload


def frame_in(buffer: bytes) -> tuple[int, bytes, int] | None:
    """The first whole frame of a server: opcode, payload and its length in all; None if there is none yet."""
    if len(buffer) < 2:
        return None
    size, start = buffer[1], 2
    if size == 126:
        size, start = int.from_bytes(buffer[2:4]), 4
    elif size == 127:
        size, start = int.from_bytes(buffer[2:10]), 10
    if len(buffer) < max(start, start + size):
        return None
    return buffer[0] & 0x0F, buffer[start : start + size], start + size


def seq_of(board: bytes) -> int:
    """The log sequence that stands in a board."""
    at = board.index(SEQ) + len(SEQ)
    return int(board[at : board.index(b",", at)])


class Screens:
    """This many sockets on one path of a server; a context manager that opens and closes them."""

    def __init__(self, port: int, path: str, count: int, headers: Mapping[str, str] | None = None) -> None:
        self.payload = b""
        self._sockets: dict[int, socket.socket] = {}
        self._unread: dict[int, bytes] = {}
        self._poll = select.epoll()
        try:
            for _ in range(count):
                one = joined(port, path, headers or {})
                self._sockets[one.fileno()] = one
                self._poll.register(one.fileno(), select.EPOLLIN)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Screens:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye on every socket and close it."""
        for one in self._sockets.values():
            with suppress(ConnectionError):  # the server may have ended first
                one.sendall(client_frame(CLOSE, (1000).to_bytes(2)))
            one.close()
        self._poll.close()

    def __len__(self) -> int:
        return len(self._sockets)

    def send(self, payload: bytes) -> None:
        """Send a text on the first socket."""
        next(iter(self._sockets.values())).sendall(client_frame(TEXT, payload))

    @property
    def seq(self) -> int:
        """The log sequence of the board that came last."""
        return seq_of(self.payload)

    def gather(self, beyond: int = -1) -> float:
        """Wait until every screen has got a board beyond a log sequence; when the last did (perf_counter).

        RuntimeError when one gets none.
        """
        missing = set(self._sockets)
        until = time.perf_counter() + PATIENCE
        while missing:
            for fd, _ in self._poll.poll(1.0, len(self._sockets)):
                if self._board_came(fd, beyond):
                    missing.discard(fd)
            if time.perf_counter() > until:
                raise RuntimeError(f"{len(missing)} of {len(self)} screens got no board")
        return time.perf_counter()

    def settle(self) -> None:
        """Read away what has come so far."""
        while ready := self._poll.poll(0, len(self._sockets)):
            for fd, _ in ready:
                self._board_came(fd)

    def _board_came(self, fd: int, beyond: int = -1) -> bool:
        piece = self._sockets[fd].recv(65536)
        if not piece:
            raise RuntimeError("a screen was closed")
        buffer = self._unread.pop(fd, b"") + piece
        came = False
        while (found := frame_in(buffer)) is not None:
            opcode, payload, size = found
            buffer = buffer[size:]
            if opcode == PING:
                self._sockets[fd].sendall(client_frame(PONG, payload))
            elif opcode == TEXT and payload.startswith(BOARD):
                self.payload, came = payload, came or seq_of(payload) > beyond
        if buffer:
            self._unread[fd] = buffer
        return came


def joined(port: int, path: str, headers: Mapping[str, str], buffer: int = 0) -> socket.socket:
    """A socket after its handshake. What the server sent right behind it is left to be read.

    `buffer` is how many bytes the kernel may hold for it (0: as many as it likes).
    """
    one = socket.socket()
    if buffer:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    one.connect(("127.0.0.1", port))
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    one.settimeout(PATIENCE)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    one.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = one.recv(1)
        if not byte:
            raise RuntimeError(f"{path}: the server closed the socket")
        head += byte
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"{path}: {head.decode(errors='replace')}")
    return one
