"""Whether a store is fit to hold a hall's log, asked once at the start."""

from __future__ import annotations

from queue_server.store.binary import NEEDED
from queue_server.store.logs import Store


class StoreUnfit(Exception):
    """The store would lose or drop facts; `faults` are sentences for whoever runs it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("the store is not fit: " + "; ".join(faults))
        self.faults = faults


async def check_store(store: Store) -> dict[str, str]:
    """Make sure that the store keeps what it acknowledges, and give what it says of itself.

    Raises `StoreUnfit` with every fault. All of it comes from INFO, which hosted stores allow too.
    """
    said = await store.about()
    faults = faults_in(said)
    if faults:
        raise StoreUnfit(faults)
    return said


def faults_in(said: dict[str, str]) -> list[str]:
    """What is wrong with a store that says this of itself, as sentences."""
    faults = []
    version = said.get("redis_version", "0")
    if int(version.partition(".")[0]) < NEEDED:
        faults.append(f"it is version {version}: Redis >= {NEEDED} or Valkey is needed")
    policy = said.get("maxmemory_policy", "unknown")
    if policy != "noeviction":
        faults.append(f"maxmemory-policy is {policy}: it would drop facts when full; set it to noeviction")
    if said.get("aof_enabled") != "1":
        faults.append("there is no append-only file: a restart would forget facts; set appendonly yes")
    if said.get("role") != "master":
        faults.append(f"it is a {said.get('role', 'server of unknown role')}: name the primary")
    if int(said.get("connected_slaves", "0")) and "min_slaves_good_slaves" not in said:
        faults.append("it has replicas that may lag behind: set min-replicas-to-write to 1 or more")
    return faults
