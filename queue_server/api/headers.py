"""What every answer tells a browser not to do, whichever route gave it, errors and unknown paths included."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAMES = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
ALWAYS = (
    (b"content-security-policy", FRAMES),  # a page brings its own, which is as strict as it can be
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), display-capture=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
STAY = (b"strict-transport-security", b"max-age=31536000")
"""Over TLS: a browser that was here once does not come back without it."""


class SafeAnswers:
    """An application whose every answer carries these headers, unless the route has set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        wanted = (*ALWAYS, STAY) if scope["scheme"] in ("https", "wss") else ALWAYS

        async def sent(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                there = {name for name, _ in message.get("headers", ())}
                added = [pair for pair in wanted if pair[0] not in there]
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self._app(scope, receive, sent)
