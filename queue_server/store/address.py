"""Where the store is and in which role: what an address such as ``redis+sentinel://a,b,c/hall`` says."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from redis.asyncio.connection import parse_url

SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
ROLES = {"sentinel": 26379, "cluster": 6379}
"""The roles behind a ``+`` and the port where each listens when none is named."""


class Role(Enum):
    """How a store keeps a hall's log when one of its machines dies."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


class Place(NamedTuple):
    """One server on the network."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Address(NamedTuple):
    """A store's address, read.

    `places` are the sentinels, or some of the cluster's nodes; `options` open a connection to a server
    that keeps logs, `sentinel_options` one to a sentinel, both without a place.
    """

    role: Role
    places: tuple[Place, ...]
    options: dict[str, Any]
    service: str
    sentinel_options: dict[str, Any]


def read_address(url: str) -> Address:
    """What a store's address says. ValueError for one that cannot be used; it never repeats a password."""
    scheme, plus, role = url.partition("://")[0].partition("+")
    if not plus:
        rest = url[len(scheme) :]
        return Address(Role.SINGLE, (), dict(parse_url(SCHEMES.get(scheme, scheme) + rest)), "", {})
    if SCHEMES.get(scheme) != scheme or role not in ROLES:
        raise ValueError("a store's role is written redis+sentinel://, redis+cluster:// or with rediss")
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    places = tuple([_place(host, ROLES[role]) for host in hosts.split(",") if host])
    if not places:
        raise ValueError("the store's address names no server")
    prefix = f"{scheme}://{login}@" if login else f"{scheme}://"
    if role == "cluster":
        if parts.path.strip("/"):
            raise ValueError("a cluster has one database: nothing may follow its servers")
        return Address(Role.CLUSTER, places, _options(prefix, parts.query), "", {})
    return _sentinel(scheme, prefix, places, parts.path, parts.query)


def _sentinel(scheme: str, prefix: str, places: tuple[Place, ...], path: str, query: str) -> Address:
    service, _, database = path.strip("/").partition("/")
    if not service:
        raise ValueError("the sentinels' address must end in the name of the service: .../hall")
    given = parse_qsl(query, keep_blank_values=True)
    asked = {name: value for name, value in given if name.startswith("sentinel_")}
    shared = [(name, value) for name, value in given if name not in asked]
    data = [*shared, ("db", database)] if database else shared
    own = [pair for pair in shared if pair[0] != "db"]
    sentinels = _options(f"{scheme}://", urlencode(own))
    sentinels |= {name.removeprefix("sentinel_"): value for name, value in asked.items()}
    return Address(Role.SENTINEL, places, _options(prefix, urlencode(data)), unquote(service), sentinels)


def _options(prefix: str, query: str) -> dict[str, Any]:
    """The client's own reading of login and query; the place is put in for each connection."""
    options = dict(parse_url(f"{prefix}host:1?{query}"))
    del options["host"], options["port"]
    return options


def _place(text: str, default: int) -> Place:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(default)
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("a server of the store's address has no right port")
    return Place(host.strip("[]"), int(port))
