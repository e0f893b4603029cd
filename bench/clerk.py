"""A clerk and a kiosk over one kept-alive connection: the acts that the measurements need."""

from __future__ import annotations

import http.client
import time
import uuid

import msgspec

from bench.screens import Screens
from bench.server import Served
from queue_server import wire

WINDOW = 8


class Clerk:
    """The clerk of window 8 of a hall (or of another), at work: the window is claimed and open."""

    def __init__(self, served: Served, hall: str = "", window: int = WINDOW, token: str = "") -> None:
        self._served = served
        self._window = window
        self._token = token or served.clerk
        self._base = f"/api/halls/{hall or served.halls[0]}"
        self._link = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        for act in ("claim", "open"):
            self.send(f"/windows/{window}/{act}")
            self.answer()

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def send(self, path: str, body: bytes = b"{}", token: str = "") -> None:
        """Post a change and do not wait for its answer."""
        headers = {
            "Authorization": f"Bearer {token or self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        self._link.request("POST", self._base + path, body, headers)

    def answer(self) -> bytes:
        """The answer to what was sent last. RuntimeError if it is a refusal."""
        response = self._link.getresponse()
        content = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{response.status}: {content.decode()}")
        return content

    def takes_a_ticket(self) -> None:
        """A visitor of the window's category takes a ticket."""
        self.send("/tickets", b'{"category":"D"}', self._served.kiosk)
        self.answer()

    def send_call(self) -> None:
        """Finish the present visitor, if there is one, and call the next."""
        self.send(f"/windows/{self._window}/call-next", b'{"finish":true}')

    def called(self) -> str:
        """The ticket that was called."""
        done = msgspec.json.decode(self.answer(), type=wire.Done)
        if not done.ticket:
            raise RuntimeError(f"nobody was called: {done.detail}")
        return done.ticket

    def starts(self, ticket: str) -> None:
        """The visitor is at the window."""
        self.send(f"/tickets/{ticket}/start")
        self.answer()


def call(clerk: Clerk, boards: Screens) -> float:
    """The time (s) of one call to the last board; afterwards its visitor is at the window."""
    boards.settle()
    shown = boards.seq
    began = time.perf_counter()
    clerk.send_call()
    last = boards.gather(shown)
    clerk.starts(clerk.called())
    boards.gather(boards.seq)
    return last - began
