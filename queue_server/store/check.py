"""Whether a store is fit to hold a hall's log, asked once at the start, of every server that may keep it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from queue_server.store.answers import TROUBLE
from queue_server.store.asking import ask_everyone
from queue_server.store.binary import NEEDED
from queue_server.store.cluster import ALL_SLOTS, Cluster
from queue_server.store.logs import Store
from queue_server.store.primaries import Member
from queue_server.store.roles import Single
from queue_server.store.sentinels import Sentinels

SENTINELS = 3
"""The least number of which one can die and the others still agree."""


class StoreUnfit(Exception):
    """The store would lose or drop facts; `faults` are sentences for whoever runs it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("the store is not fit: " + "; ".join(faults))
        self.faults = faults


async def check_store(store: Store) -> dict[str, str]:
    """Make sure that the store keeps what it acknowledges, and give what a primary of it says of itself.

    Raises `StoreUnfit` with every fault. What it asks is INFO, and of sentinels and clusters how they
    are, which hosted stores allow too.
    """
    primaries = store.primaries
    answers = await ask_everyone(primaries, ("INFO",))
    faults = await _faults_of_role(primaries)
    first: dict[str, str] = {}
    for member, answer in answers:
        prefix = "" if isinstance(primaries, Single) and member.primary else f"{member.node.name}: "
        if isinstance(answer, Exception):
            faults += [f"{prefix}it does not answer: {answer}"] if member.primary else []
            continue
        said = {name: str(value) for name, value in answer.items()}
        first = first or said
        found = faults_in(said, _duty(store, member))
        faults += [prefix + fault for fault in found]
    if faults:
        raise StoreUnfit(faults)
    return first


def _duty(store: Store, member: Member) -> str:
    """What a server is there for: the only one, the primary, or a replica that may become the primary."""
    primary = "single" if isinstance(store.primaries, Single) else "cluster"
    primary = "watched" if isinstance(store.primaries, Sentinels) else primary
    return primary if member.primary else ("copy" if primary == "single" else "replica")


def faults_in(said: dict[str, str], duty: str = "single") -> list[str]:
    """What is wrong with a server that says this of itself, as sentences.

    `duty` is ``single``, ``watched`` (the primary that sentinels watch), ``cluster`` (a cluster's primary),
    ``replica`` (one that may become a primary) or ``copy`` (one that nobody promotes).
    """
    found = [_version(said), _eviction(said), _append_only_file(said)]
    found += [_place(said, duty), _replicas(said, duty)]
    return [fault for fault in found if fault]


def _version(said: dict[str, str]) -> str:
    version = said.get("redis_version", "0")
    if int(version.partition(".")[0]) < NEEDED:
        return f"it is version {version}: Redis >= {NEEDED} or Valkey is needed"
    return ""


def _eviction(said: dict[str, str]) -> str:
    policy = said.get("maxmemory_policy", "unknown")
    if policy != "noeviction":
        return f"maxmemory-policy is {policy}: it would drop facts when full; set it to noeviction"
    return ""


def _append_only_file(said: dict[str, str]) -> str:
    if said.get("aof_enabled") != "1":
        return "there is no append-only file: a restart would forget facts; set appendonly yes"
    return ""


def _place(said: dict[str, str], duty: str) -> str:
    """Whether the server is where the address says it is."""
    if duty in ("replica", "copy"):
        return ""
    if said.get("role") != "master":
        return f"it is a {said.get('role', 'server of unknown role')}: name the primary"
    if duty != "cluster" and said.get("cluster_enabled", "0") == "1":
        return "it is a node of a cluster: name the store as redis+cluster://"
    return ""


def _replicas(said: dict[str, str], duty: str) -> str:
    """Whether what is acknowledged is kept by a replica as well, where there are any."""
    bound = "min_slaves_good_slaves" in said
    connected = int(said.get("connected_slaves", "0"))
    if duty == "watched" and not connected:
        return "no replica follows it: a failover would have nobody to turn to; connect at least one"
    if duty == "replica" and not bound:
        return "it may become the primary: set min-replicas-to-write to 1 or more here too"
    if duty in ("single", "watched", "cluster") and connected and not bound:
        return "it has replicas that may lag behind: set min-replicas-to-write to 1 or more"
    if duty == "cluster" and bound and not connected:
        return "min-replicas-to-write is set and no replica follows it: it would take no ticket"
    return ""


async def _faults_of_role(primaries: Any) -> list[str]:
    """What is wrong with those who decide who is the primary."""
    if isinstance(primaries, Sentinels):
        return await _faults_of_sentinels(primaries)
    if isinstance(primaries, Cluster):
        return faults_of_cluster(await primaries.about())
    return []


async def _faults_of_sentinels(primaries: Sentinels) -> list[str]:
    asked = [("SENTINEL", "CKQUORUM", primaries.service), ("SENTINEL", "SENTINELS", primaries.service)]
    named = primaries.sentinels
    silent = []
    known, reachable, refusals = 0, 0, []
    for sentinel in named:
        try:
            ((quorum, others),) = [await sentinel.ask(asked)]
        except TROUBLE:
            silent.append(sentinel.name)
            continue
        reachable += 1
        known = max(known, 0 if isinstance(others, Exception) else len(others) + 1)
        if isinstance(quorum, Exception):
            refusals.append(f"sentinel {sentinel.name}: {quorum}")
    return [*refusals, *faults_of_sentinels(known, reachable, silent)]


def faults_of_sentinels(known: int, reachable: int, silent: Iterable[str]) -> list[str]:
    """What is wrong with so many sentinels that know of each other and can be reached from here."""
    faults = []
    if known < SENTINELS:
        faults.append(f"{known} sentinels know of each other: {SENTINELS} are needed to agree when one dies")
    of = max(known, SENTINELS)
    if 2 * reachable <= of:
        names = ", ".join(silent) or "the others are not named in the address"
        faults.append(f"{reachable} of {of} sentinels answer here, which is no majority: {names}")
    return faults


def faults_of_cluster(said: dict[str, str]) -> list[str]:
    """What is wrong with a cluster that says this of itself."""
    faults = []
    if said.get("cluster_state") != "ok":
        faults.append(f"cluster_state is {said.get('cluster_state', 'unknown')}: some halls cannot be served")
    for name, sentence in (("assigned", "belong to no node"), ("ok", "are on nodes that fail")):
        missing = ALL_SLOTS - int(said.get(f"cluster_slots_{name}", 0))
        if missing:
            faults.append(f"{missing} of {ALL_SLOTS} slots {sentence}")
            break
    size = int(said.get("cluster_size", 0))
    if size < SENTINELS:
        faults.append(f"{size} primaries share the slots: {SENTINELS} are needed to agree when one dies")
    return faults
