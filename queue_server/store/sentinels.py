"""A store that sentinels watch: they name the primary, and promote a replica when it dies."""

from __future__ import annotations

from typing import Any, NamedTuple

from redis.exceptions import MovedError

from queue_server.store.address import Address, Place, Role
from queue_server.store.answers import NotReady, StoreRefused, Unanswered
from queue_server.store.node import Node, ask_all
from queue_server.store.primaries import SEARCH, Member, OneSearch, options_at


class Opinion(NamedTuple):
    """Where the sentinels see the primary (None: all are silent), and how many said so."""

    primary: Place | None
    answered: int


class Sentinels:
    """A primary and its replicas, watched by sentinels that agree on who is the primary."""

    role = Role.SENTINEL
    fails_over = True

    def __init__(self, address: Address, deadline: float) -> None:
        self.service = address.service
        self.sentinels = [
            Node(str(place), options_at(place, address.sentinel_options), deadline)
            for place in address.places
        ]
        self._options, self.deadline = address.options, deadline
        self._primary: Node | None = None
        self._replicas = 0
        self._sure = False
        self._one = OneSearch(self._find)

    async def node(self, key: str) -> Node:
        if not self._sure:
            await self._one.run(lambda: not self._sure)
        assert self._primary is not None
        return self._primary

    async def suspect(self, node: Node) -> None:
        node.forget()
        if node is self._primary:
            self._sure = False

    def redirected(self, node: Node, moved: MovedError) -> None:
        """Sentinels watch no cluster: nothing is followed."""

    def at(self, place: Place) -> Node:
        return Node(str(place), options_at(place, self._options), self.deadline, 1, every_replica=True)

    def group(self, key: str) -> str:
        return ""

    async def make_sure(self, node: Node, key: str) -> None:
        opinion = await self._opinion()
        if 2 * opinion.answered <= len(self.sentinels):
            raise Unanswered(f"{opinion.answered} of {len(self.sentinels)} sentinels answer")
        if node is not self._primary or opinion.primary != node.place:
            raise Unanswered(f"{node.name} is not the primary any more")

    async def _find(self) -> None:
        """Make the primary of the newest configuration ours, and close what led to another."""
        opinion, known = await self._opinion(), self._primary
        if opinion.primary is None and known is None:
            raise Unanswered(f"no sentinel answers where {self.service} is")
        if known is not None and opinion.primary in (None, known.place):
            # With no sentinel to ask, the primary we know goes on while all its replicas follow.
            await known.drop_idle()
            await _make_sure_it_is_primary(known)
        else:
            assert opinion.primary is not None
            self._primary = await self._open(opinion.primary)
            self._primary.promotable = max(self._replicas, 1)
            if known is not None:
                await known.aclose()
        self._sure = True

    async def _open(self, place: Place) -> Node:
        found = self.at(place)
        try:
            await _make_sure_it_is_primary(found)
        except BaseException:
            await found.aclose()
            raise
        return found

    async def _opinion(self) -> Opinion:
        """What the sentinels say; of two views that with the later epoch.

        All are asked, for only the one that leads a failover knows of it at first.
        """
        questions = [
            ("SENTINEL", "MASTER", self.service),
            ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.service),
        ]
        said = await ask_all(self.sentinels, questions, min(self.deadline, SEARCH))
        views = [(_fields(view), at) for _, (view, at) in said if not isinstance(view, Exception)]
        if said and not views:
            raise StoreRefused(f"the sentinels know no service {self.service}: {said[0][1][0]}")
        if not views:
            return Opinion(None, 0)
        newest, at = max(views, key=lambda view: int(view[0].get("config-epoch", 0)))
        if any(_is_undecided(view, at) for view, at in views):
            raise NotReady(f"the sentinels are about to replace {newest['ip']}:{newest['port']}")
        self._replicas = int(newest.get("num-slaves", 0))
        if self._primary is not None:
            self._primary.promotable = max(self._replicas, 1)
        return Opinion(Place(at[0].decode(), int(at[1])), len(views))

    async def members(self) -> list[Member]:
        primary = await self.node("")
        said = await ask_all(self.sentinels, [("SENTINEL", "REPLICAS", self.service)], SEARCH)
        replicas: dict[str, Place] = {}
        for _, (answer,) in said:
            if not isinstance(answer, Exception):
                views = [_fields(one) for one in answer]
                places = [Place(view["ip"], int(view["port"])) for view in views]
                replicas |= {str(place): place for place in places}
        replicas.pop(primary.name, None)
        others = [Member(self.at(place), False) for _, place in sorted(replicas.items())]
        return [Member(primary, True), *others]

    async def aclose(self) -> None:
        for node in (*self.sentinels, *([self._primary] if self._primary else [])):
            await node.aclose()


async def _make_sure_it_is_primary(node: Node) -> None:
    (answer,) = await node.ask([("ROLE",)])
    if isinstance(answer, Exception):
        raise answer
    if answer[0] != b"master":
        raise NotReady(f"{node.name} is not the primary yet")


def _fields(answer: Any) -> dict[str, str]:
    """A sentinel's view of a server: a flat list of names and values, or a dict."""
    flat = [part for pair in answer.items() for part in pair] if isinstance(answer, dict) else answer
    words = [part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in flat]
    return dict(zip(words[::2], words[1::2], strict=True))


def _is_undecided(view: dict[str, str], at: list[bytes]) -> bool:
    """Whether a sentinel leads a failover and has not promoted anybody yet."""
    leads = "failover_in_progress" in view.get("flags", "")
    return leads and (view["ip"], view["port"]) == (at[0].decode(), at[1].decode())
