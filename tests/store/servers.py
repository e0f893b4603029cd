"""Stores of several servers, started as real processes: a watched primary, and a cluster."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from redis import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from queue_server.store import keys
from tests.store_server import binary
from tests.waiting import wait_for

SERVICE = "hall"
KEEP = {
    "appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction",
    "repl-diskless-sync-delay": "0", "repl-ping-replica-period": "1", "repl-timeout": "4",
    "shutdown-timeout": "0",
}  # fmt: skip
FOLLOWED = {"min-replicas-to-write": "1", "min-replicas-max-lag": "2"}
PEER, CLIENT = "peer", "client"
USERS = {
    "user default": "off",
    **{f"user {name}": f"on >{name} ~* &* +@all" for name in (PEER, CLIENT)},
    "masteruser": PEER, "masterauth": PEER,
}  # fmt: skip
"""Replicas and sentinels come as a user of their own, so that a server can be cut off from them alone."""
PATIENCE = 30.0
"""Seconds that a step may take on a machine with much else to do; each takes about one."""


class Server:
    """One server process with a folder and a port of its own."""

    def __init__(self, place: Path, settings: dict[str, str], words: Sequence[str] = ()) -> None:
        self.place = place
        self.port = int(settings["port"])
        self.address = f"127.0.0.1:{self.port}"
        self._login = CLIENT if "masteruser" in settings else None
        self.url = f"redis://{CLIENT}:{CLIENT}@{self.address}" if self._login else f"redis://{self.address}"
        self._words = words
        self._conf = place / "server.conf"
        place.mkdir()
        lines = [f"{name} {value or chr(34) * 2}" for name, value in {**settings, "dir": str(place)}.items()]
        self._conf.write_text("\n".join(["bind 127.0.0.1", *lines, ""]))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it; what it had on disk is there again."""
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [binary(), str(self._conf), *self._words],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=_die_with_the_test,  # noqa: PLW1509 - no thread runs here
            )  # fmt: skip
        wait_for(self.answers, PATIENCE)

    def answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.address} ended: {(self.place / 'log').read_text()[-2000:]}")
        return bool(_quiet(lambda: self.ask("PING")))

    def ask(self, *words: Any) -> Any:
        """Put one command to it, whatever its role is."""
        login = self._login
        with Redis(port=self.port, socket_timeout=5, username=login, password=login) as client:
            return client.execute_command(*words)

    def role(self) -> str:
        """``master`` or ``slave``; "" while it does not answer."""
        said = _quiet(lambda: self.ask("ROLE"))
        return said[0].decode() if said else ""

    def signal(self, which: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(which)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def cut_off(self) -> None:
        """Part it from replicas and sentinels, while its clients still reach it."""
        self.ask("ACL", "SETUSER", PEER, "off")
        self.ask("CLIENT", "KILL", "USER", PEER)

    def reunite(self) -> None:
        """Let replicas and sentinels reach it again."""
        self.ask("ACL", "SETUSER", PEER, "on")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


class Watched:
    """A primary, two replicas, and three sentinels that watch them."""

    def __init__(self, servers: list[Server], sentinels: list[Server]) -> None:
        self.servers = servers
        self.sentinels = sentinels
        places = ",".join(one.address for one in sentinels)
        self.url = f"redis+sentinel://{CLIENT}:{CLIENT}@{places}/{SERVICE}"

    def primary(self) -> Server:
        """The server that the first sentinel to answer calls the primary."""
        for sentinel in self.sentinels:
            said = _quiet(partial(sentinel.ask, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE))
            if said:
                return next(one for one in self.servers if one.port == int(said[1]))
        raise RuntimeError("no sentinel answers")

    def is_whole(self) -> bool:
        """Whether everyone agrees, and both replicas follow the primary."""
        try:
            views = [_view(one.ask("SENTINEL", "MASTER", SERVICE)) for one in self.sentinels]
            calm = all(v["flags"] == "master" and v["num-other-sentinels"] == "2" for v in views)
            primary = self.primary()
            replicas = _view_of_replicas(primary)
            return calm and len({v["port"] for v in views}) == 1 and replicas == len(self.servers) - 1
        except RedisError:
            return False

    def failed_over_from(self, old: Server) -> bool:
        """Whether the sentinels name another primary, and it is one."""
        new = self.primary()
        return new is not old and new.role() == "master"


class Clustered:
    """Three primaries that share the halls, each with so many replicas."""

    def __init__(self, primaries: list[Server], replicas: list[Server]) -> None:
        self.primaries = primaries
        self.servers = [*primaries, *replicas]
        self.url = f"redis+cluster://{','.join(one.address for one in primaries[:2])}"
        self.ids = {one.port: one.ask("CLUSTER", "MYID").decode() for one in self.servers}

    def owner(self, log: str) -> Server:
        """The server that has the slot of a log, as a server that answers sees it."""
        slot = key_slot(log.encode())
        for server in self.servers:
            for first, last, primary, *_ in _quiet(partial(server.ask, "CLUSTER", "SLOTS")) or ():
                if first <= slot <= last:
                    return next(one for one in self.servers if one.port == int(primary[1]))
        raise RuntimeError(f"nobody has slot {slot}")

    def move(self, log: str, target: Server, between: Callable[[], None] = lambda: None) -> None:
        """Move the slot of a log key by key, as ``valkey-cli --cluster reshard`` does.

        `between` is called when the slot is open at both ends: with all keys still there, and after each.
        """
        slot, source = key_slot(log.encode()), self.owner(log)
        target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", self.ids[source.port])
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", self.ids[target.port])
        between()
        while found := source.ask("CLUSTER", "GETKEYSINSLOT", slot, 1):
            source.ask("MIGRATE", "127.0.0.1", target.port, found[0], 0, 5000)
            between()
        others = [one for one in self.servers if one not in (target, source) and one.role() == "master"]
        for server in (target, source, *others):
            server.ask("CLUSTER", "SETSLOT", slot, "NODE", self.ids[target.port])

    def is_whole(self) -> bool:
        """Whether every server sees all slots served and every replica in step."""
        infos = [_quiet(partial(server.ask, "CLUSTER", "INFO")) for server in self.servers]
        return all(b"cluster_state:ok" in (info or b"") for info in infos) and all(
            self.owner(keys.day(f"hall-{n}", "2026-11-24")).role() == "master" for n in range(3)
        )


@contextmanager
def watched(down_after_ms: int = 600) -> Iterator[Watched]:
    """A store of the role Sentinel; all its processes and folders are gone afterwards."""
    with _started() as start:
        ports = free_ports(6)
        first = start({**KEEP, **FOLLOWED, **USERS, "port": str(ports[0])})
        replicas = [_following(start, port, first) for port in ports[1:3]]
        sentinels = [_sentinel(start, port, first, down_after_ms) for port in ports[3:]]
        store = Watched([first, *replicas], sentinels)
        wait_for(store.is_whole, PATIENCE)
        yield store


def _following(start: Callable[..., Server], port: int, primary: Server) -> Server:
    server = start({**KEEP, **FOLLOWED, **USERS, "port": str(port)})
    server.ask("REPLICAOF", "127.0.0.1", primary.port)
    # A server that is started anew after a failover must not come back as what it was.
    server.ask("CONFIG", "REWRITE")
    return server


def _sentinel(start: Callable[..., Server], port: int, primary: Server, down_after_ms: int) -> Server:
    settings = {
        "monitor": f"127.0.0.1 {primary.port} 2", "auth-user": PEER, "auth-pass": PEER,
        "down-after-milliseconds": str(down_after_ms), "failover-timeout": "1500", "parallel-syncs": "2",
    }  # fmt: skip
    lines = {f"sentinel {name} {SERVICE}": value for name, value in settings.items()}
    return start({"port": str(port), **lines}, ["--sentinel"])


@contextmanager
def clustered(replicas: int = 0) -> Iterator[Clustered]:
    """A store of the role Cluster; all its processes and folders are gone afterwards."""
    with _started() as start:
        count = 3 * (1 + replicas)
        ports = free_ports(2 * count)
        own = {"cluster-enabled": "yes", "cluster-node-timeout": "1500"} | (FOLLOWED if replicas else {})
        servers = [
            start({**KEEP, **own, "port": str(port), "cluster-port": str(bus)})
            for port, bus in zip(ports[:count], ports[count:], strict=True)
        ]
        for server, bus in zip(servers[1:], ports[count + 1 :], strict=True):
            servers[0].ask("CLUSTER", "MEET", "127.0.0.1", server.port, bus)
        for n, (first, last) in enumerate(((0, 5460), (5461, 10922), (10923, 16383))):
            servers[n].ask("CLUSTER", "ADDSLOTSRANGE", first, last)
        store = Clustered(servers[:3], servers[3:])
        wait_for(store.is_whole, PATIENCE)
        for n, server in enumerate(servers[3:]):
            server.ask("CLUSTER", "REPLICATE", store.ids[servers[n % 3].port])
        wait_for(lambda: all(_view_of_replicas(one) == replicas for one in servers[:3]), PATIENCE)
        yield store


@contextmanager
def slow_to_load() -> Iterator[Server]:
    """A single server that needs some tenths of a second to read its file when it starts anew."""
    with _started() as start:
        slow = {"key-load-delay": "3000", "loading-process-events-interval-bytes": "1024"}
        server = start({**KEEP, **slow, "port": str(free_ports(1)[0])})
        for n in range(300):
            server.ask("SET", f"filling-{n}", os.urandom(512))
        server.ask("BGREWRITEAOF")
        wait_for(lambda: server.ask("INFO", "persistence")["aof_rewrite_in_progress"] == 0, PATIENCE)
        yield server


@contextmanager
def _started() -> Iterator[Callable[..., Server]]:
    """Starts servers below one folder, and ends every one of them whatever happens."""
    root = Path(tempfile.mkdtemp(prefix="ycr-"))
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, root, ignore_errors=True)

        def start(settings: dict[str, str], words: Sequence[str] = ()) -> Server:
            server = Server(root / settings["port"], settings, words)
            ending.callback(server.kill)
            server.start()
            return server

        yield start


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()


def _die_with_the_test() -> None:
    """Even a test run that is killed leaves no server behind (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _quiet(ask: Callable[[], Any]) -> Any:
    """The answer, or None while nobody answers."""
    try:
        return ask()
    except (RedisError, OSError):
        return None


def _view(answer: Any) -> dict[str, str]:
    pairs = answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
    return {_text(name): _text(value) for name, value in pairs}


def _text(word: Any) -> str:
    return word.decode() if isinstance(word, bytes) else str(word)


def _view_of_replicas(primary: Server) -> int:
    """How many replicas are in step."""
    said = primary.ask("INFO", "replication")
    return sum(one.get("state") == "online" for one in said.values() if isinstance(one, dict))
