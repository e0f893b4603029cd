"""What the address of a store says: its role, its servers, its logins; and what it must not say."""

from __future__ import annotations

import pytest
from redis.asyncio.connection import SSLConnection, UnixDomainSocketConnection

from queue_server.config.server import STORE_SCHEMES
from queue_server.store.address import Place, Role, read_address


def test_a_single_store_is_one_server() -> None:
    tcp = read_address("redis://clerk:se%2Fcret@10.0.0.5:6380/2")
    assert tcp.role is Role.SINGLE
    assert tcp.options == {
        "username": "clerk", "password": "se/cret", "host": "10.0.0.5", "port": 6380, "db": 2,
    }  # fmt: skip
    assert read_address("valkey://10.0.0.5").options == {"host": "10.0.0.5"}
    assert read_address("valkeys://10.0.0.5").options["connection_class"] is SSLConnection
    local = read_address("unix:///run/store/s").options
    assert (local["path"], local["connection_class"]) == ("/run/store/s", UnixDomainSocketConnection)


def test_sentinels_name_a_service_and_may_have_a_login_of_their_own() -> None:
    found = read_address(
        "rediss+sentinel://clerk:secret@a,b:26380,[fe80::1]:26381/hall/3?sentinel_password=other&socket_keepalive=yes"
    )
    assert found.role is Role.SENTINEL
    assert found.places == (Place("a", 26379), Place("b", 26380), Place("fe80::1", 26381))
    assert [str(place) for place in found.places] == ["a:26379", "b:26380", "[fe80::1]:26381"]
    assert found.service == "hall"
    common = {"connection_class": SSLConnection, "socket_keepalive": True}
    assert found.options == {**common, "username": "clerk", "password": "secret", "db": 3}
    assert found.sentinel_options == {**common, "password": "other"}


def test_a_cluster_is_some_of_its_nodes() -> None:
    found = read_address("redis+cluster://:secret@10.0.0.1,10.0.0.2:7002")
    assert found.role is Role.CLUSTER
    assert found.places == (Place("10.0.0.1", 6379), Place("10.0.0.2", 7002))
    assert found.options == {"password": "secret"}


@pytest.mark.parametrize("scheme", STORE_SCHEMES)
def test_every_scheme_of_the_settings_is_understood(scheme: str) -> None:
    role = scheme.partition("+")[2] or "single"
    path = "/run/s" if scheme == "unix" else "a:1/hall" if role == "sentinel" else "a:1"
    assert read_address(f"{scheme}://{path}").role is Role(role)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://clerk:secret@a", "must specify one of"),
        ("redis+ring://clerk:secret@a", "redis\\+sentinel"),
        ("valkey+cluster://clerk:secret@a", "redis\\+sentinel"),
        ("redis+sentinel://clerk:secret@a,b", "name of the service"),
        ("redis+sentinel://clerk:secret@/hall", "names no server"),
        ("redis+cluster://clerk:secret@a/1", "one database"),
        ("redis+cluster://clerk:secret@a:99999", "no right port"),
        ("redis+cluster://clerk:secret@a:port", "no right port"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        read_address(url)
    assert "secret" not in str(refused.value)
