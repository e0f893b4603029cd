"""A store of several primaries: each hall lies on the one that has its slot, and may move to another."""

from __future__ import annotations

from typing import Any, NamedTuple

from redis.crc import key_slot
from redis.exceptions import MovedError

from queue_server.store.address import Address, Place, Role
from queue_server.store.answers import NotReady, Unanswered, named
from queue_server.store.node import Node, ask_all
from queue_server.store.primaries import SEARCH, Member, OneSearch, options_at

ALL_SLOTS = 16384

UNKNOWN = {"noaddr", "handshake"}
"""Flags of nodes that the cluster has not met yet, or has lost sight of."""


class Shard(NamedTuple):
    """A primary of a cluster, its ranges of slots, and its replicas, those that are down included."""

    primary: Place
    slots: list[tuple[int, int]]
    replicas: list[Place]


class Cluster:
    """Halls spread over several primaries: each hall's keys lie on the node that has their slot."""

    role = Role.CLUSTER
    fails_over = True

    def __init__(self, address: Address, deadline: float) -> None:
        self._options, self.deadline = address.options, deadline
        self._named = tuple(self._node(place) for place in address.places)
        self._known: dict[str, Node] = {}
        self._slots: list[Node | None] = [None] * ALL_SLOTS
        self._replicas: list[Place] = []
        self._doubted: set[Node] = set()
        self._one = OneSearch(self._search)

    async def node(self, key: str) -> Node:
        slot = key_slot(key.encode())
        found = self._slots[slot]
        if found is None or found in self._doubted:
            await self._one.run(lambda: self._slots[slot] is None or self._slots[slot] in self._doubted)
            found = self._slots[slot]
        if found is None:
            raise NotReady(f"no node of the cluster has slot {slot}")
        return found

    async def suspect(self, node: Node) -> None:
        """Halls on the other nodes go on meanwhile."""
        node.forget()
        self._doubted.add(node)

    async def make_sure(self, node: Node, key: str) -> None:
        voters = {one.name for one in self._slots if one is not None}
        answered = await self._map()
        if 2 * len(voters & answered) <= len(voters):
            raise Unanswered(f"{len(voters & answered)} of {len(voters)} primaries answer")
        if self._slots[key_slot(key.encode())] is not node:
            raise Unanswered(f"{node.name} is not the primary any more")

    def redirected(self, node: Node, moved: MovedError) -> None:
        host = moved.host or node.place.host
        self._slots[moved.slot_id] = self.at(Place(host, moved.port))

    def at(self, place: Place) -> Node:
        if str(place) not in self._known:
            self._known[str(place)] = self._node(place)
        return self._known[str(place)]

    def group(self, key: str) -> str:
        """The node that has the key's slot, as far as is known: what moves meanwhile is followed."""
        slot = key_slot(key.encode())
        found = self._slots[slot]
        return str(slot) if found is None else found.name

    def _node(self, place: Place) -> Node:
        return Node(str(place), options_at(place, self._options), self.deadline, every_replica=True)

    async def _search(self) -> None:
        await self._map()

    async def _map(self) -> set[str]:
        """Learn which node has which slot from the one that knows the latest epoch; who answered, by name."""
        asked = {node.name: node for node in (*self._named, *self._known.values())}
        questions = [("CLUSTER", "INFO"), ("CLUSTER", "NODES")]
        said = await ask_all(list(asked.values()), questions, min(self.deadline, SEARCH))
        refusals = [nodes for _, (_, nodes) in said if isinstance(nodes, Exception)]
        views = [(node, _said(info), nodes) for node, (info, nodes) in said if nodes not in refusals]
        if not views:
            raise named(refusals[0]) if refusals else Unanswered("no node of the cluster answers")
        teller, _, nodes = max(views, key=lambda view: _rank(view[1]))
        passed_over = self._take(read_nodes(nodes, teller.place.host))
        for node in passed_over:
            await node.aclose()
        return {node.name for node, _, _ in views}

    def _take(self, shards: list[Shard]) -> list[Node]:
        """Send every hall to the primary of its slot; gives the nodes that are none any more."""
        self._slots = [None] * ALL_SLOTS
        self._replicas = [place for shard in shards for place in shard.replicas]
        for shard in shards:
            node = self.at(shard.primary)
            node.promotable = len(shard.replicas)
            for first, last in shard.slots:
                self._slots[first : last + 1] = [node] * (last + 1 - first)
        self._doubted.clear()
        used = set(self._slots)
        return [self._known.pop(name) for name, node in [*self._known.items()] if node not in used]

    async def members(self) -> list[Member]:
        await self._one.run(lambda: True)
        primaries = {node.name: Member(node, True) for node in self._slots if node is not None}
        replicas = [Member(self._node(place), False) for place in self._replicas]
        return [*(primaries[name] for name in sorted(primaries)), *replicas]

    async def about(self) -> dict[str, str]:
        """What a node that knows the latest epoch says of the whole cluster."""
        nodes = list({node.name: node for node in (*self._named, *self._known.values())}.values())
        said = await ask_all(nodes, [("CLUSTER", "INFO")], SEARCH)
        views = [_said(info) for _, (info,) in said if not isinstance(info, Exception)]
        if not views:
            raise Unanswered("no node of the cluster answers")
        return max(views, key=_rank)

    async def aclose(self) -> None:
        for node in (*self._named, *self._known.values()):
            await node.aclose()


def _said(info: Any) -> dict[str, str]:
    """The lines ``name:value`` of CLUSTER INFO."""
    return dict(line.strip().split(":", 1) for line in _text(info).splitlines() if ":" in line)


def _text(answer: Any) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else ""


def _rank(info: dict[str, str]) -> tuple[bool, int]:
    return info.get("cluster_state") == "ok", int(info.get("cluster_current_epoch", 0))


def read_nodes(text: Any, host: str) -> list[Shard]:
    """The shards that CLUSTER NODES tells of; `host` is that of a node that does not know its own."""
    rows = [
        row for row in map(str.split, _text(text).splitlines()) if row and not UNKNOWN & {*row[2].split(",")}
    ]
    shards = {row[0]: Shard(_near(row[1], host), _ranges(row[8:]), []) for row in rows if row[3] == "-"}
    for _, at, _, primary, *_ in rows:
        if primary in shards:
            shards[primary].replicas.append(_near(at, host))
    return [shard for shard in shards.values() if shard.slots]


def _near(at: str, host: str) -> Place:
    """The place in ``host:port@bus,name``."""
    where, _, port = at.partition("@")[0].rpartition(":")
    return Place(where if where not in ("", "?") else host, int(port))


def _ranges(words: list[str]) -> list[tuple[int, int]]:
    """The slots of a node; those in brackets are on their way."""
    pairs = [word.partition("-") for word in words if not word.startswith("[")]
    return [(int(first), int(last or first)) for first, _, last in pairs]
