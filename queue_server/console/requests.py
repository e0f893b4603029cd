"""What a flow comes to: one request to the hall."""

from __future__ import annotations

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One act to send: `path` below the hall, and its body. `first` are sent before it."""

    act: str
    path: str
    body: msgspec.Struct | None = None
    first: tuple[Request, ...] = ()
