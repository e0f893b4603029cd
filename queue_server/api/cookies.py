"""The cookie in which a page's session travels: no script reads it, no other site's request carries it."""

from __future__ import annotations

from starlette.requests import HTTPConnection

COOKIE = "yichuang-{hall}"
"""The cookie's name; each hall has its own. With TLS ``__Host-`` before it ties it to this very host."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_plain(connection: HTTPConnection) -> bool:
    """Whether a cookie may go without TLS: over http on this very machine and nowhere else."""
    return connection.url.scheme in ("http", "ws") and connection.url.hostname in LOOPBACK


def cookie_name(connection: HTTPConnection, hall: str) -> str:
    """What the session's cookie of a hall is called on this connection."""
    name = COOKIE.format(hall=hall)
    return name if is_plain(connection) else f"__Host-{name}"


def set_cookie(connection: HTTPConnection, hall: str, token: str) -> str:
    """The header's value that gives a browser its session; an empty token takes it away."""
    end = "; Max-Age=0" if not token else ""
    secure = "" if is_plain(connection) else "; Secure"
    return f"{cookie_name(connection, hall)}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{end}"
