"""The role that an address gives to the store: one server, watched by sentinels, or a cluster."""

from __future__ import annotations

from redis.exceptions import MovedError

from queue_server.store.address import Address, Place, Role, read_address
from queue_server.store.cluster import Cluster
from queue_server.store.node import Node
from queue_server.store.primaries import Member, options_at
from queue_server.store.sentinels import Sentinels

SHARED = ("username", "password", "db")
"""What opens a replica as it opens its primary, whatever way leads there."""


class Single:
    """One server, named by its address."""

    role = Role.SINGLE
    fails_over = False

    def __init__(self, address: Address, deadline: float) -> None:
        options = self._options = address.options
        self.deadline = deadline
        name = options.get("path") or str(Place(options.get("host", "localhost"), options.get("port", 6379)))
        self.only = Node(str(name), options, deadline)

    async def node(self, key: str) -> Node:
        return self.only

    async def suspect(self, node: Node) -> None:
        """A name may lead to another server after a failover that somebody else manages."""
        node.forget()
        await node.drop_idle()

    async def make_sure(self, node: Node, key: str) -> None:
        """Nobody promotes here without a person who looks first."""

    def redirected(self, node: Node, moved: MovedError) -> None:
        """A cluster's node named as a single store: `check_store` says so, and nothing is followed."""

    def at(self, place: Place) -> Node:
        return self.only

    def group(self, key: str) -> str:
        return ""

    async def members(self) -> list[Member]:
        (said,) = await self.only.ask([("ROLE",)])
        if isinstance(said, Exception) or said[0] != b"master":
            return [Member(self.only, True)]
        places = [Place(host.decode(), int(port)) for host, port, _ in said[2]]
        options = {name: value for name, value in self._options.items() if name in SHARED}
        nodes = [Node(str(place), options_at(place, options), self.deadline) for place in places]
        return [Member(self.only, True), *(Member(node, False) for node in nodes)]

    async def aclose(self) -> None:
        await self.only.aclose()


def primaries_of(url: str, deadline: float) -> Single | Sentinels | Cluster:
    """Who finds the primaries of the store at an address. ValueError for one that cannot be used."""
    address = read_address(url)
    if address.role is Role.SENTINEL:
        return Sentinels(address, deadline)
    return (Cluster if address.role is Role.CLUSTER else Single)(address, deadline)
