"""The store a hall brings along: a private server that only this machine's 一窗 can reach.

It listens on a unix socket and nowhere else, writes every append to the disk before it answers, and
belongs to one directory. The lock on that directory is held by the server process itself, so it lasts
exactly as long as the server does, whatever becomes of the process that started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from queue_server.store.binary import StoreMissing, find_binary

__all__ = ["EmbeddedStore", "StoreBusy", "StoreFailed", "StoreMissing"]

START, STOP, GRACE, PAUSE = 20.0, 10.0, 3.0, 0.01
"""Seconds: to read the log at a start, to stop cleanly, until a harsher step, between two looks."""
WATCH = 0.2
"""Seconds between two looks at whether the store still runs."""

FSYNC = ("always", "everysec")


class StoreBusy(Exception):
    """Something holds the directory and does not answer: a second store must not open it."""


class StoreFailed(Exception):
    """The server ended at once; the sentence carries the end of its own log."""


class StoreKilled(StoreFailed):
    """The server was killed while it started: nothing is wrong with it, and it may be started again."""


class EmbeddedStore:
    """A private store in `directory`, started by whoever comes first and adopted by those who come later.

    The one who keeps it (`keeper`) stops it; a process that finds a live store whose keeper has died
    becomes the keeper.
    """

    def __init__(self, directory: str | Path, fsync: str = "always", binary: str | None = None) -> None:
        if fsync not in FSYNC:
            raise ValueError(f"fsync is {' or '.join(FSYNC)}, not {fsync!r}")
        self.directory = Path(directory).absolute()
        self.url = ""
        self.keeper = False
        self._fsync, self._binary = fsync, binary
        self._server: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._keeping = -1

    def start(self) -> str:
        """Have a store running in the directory and give its URL.

        Raises `StoreMissing`, `StoreBusy` or `StoreFailed`.
        """
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.directory.chmod(0o700)
        end = time.monotonic() + START
        while True:
            lock = _lock(self.directory / "store.lock")
            if lock >= 0:
                return self._begin(lock)
            if self._adopt():
                return self.url
            if time.monotonic() > end:
                raise StoreBusy(f"{self.directory} is held by a store that does not answer")
            time.sleep(PAUSE)

    async def keep_alive(self) -> None:
        """Start the store anew at the same address whenever it has ended, until cancelled.

        Raises `StoreFailed` when it cannot be started again, a full disk say.
        """
        while True:
            await asyncio.sleep(WATCH)
            with contextlib.suppress(StoreKilled):  # the next look starts it again
                await asyncio.to_thread(self._revive)

    def _revive(self) -> None:
        if self._server is not None:
            self._server.poll()  # a child that ended is taken note of
        lock = _lock(self.directory / "store.lock")
        if lock >= 0:
            self._begin(lock, self._path())

    def stop(self) -> None:
        """Stop the store if we keep it: it writes what it has and ends, by force if it must."""
        if self.keeper:
            _ask(self._path(), b"SHUTDOWN NOSAVE\r\n")
            for sign in (signal.SIGTERM, signal.SIGKILL):
                if self._gone_within(STOP if sign == signal.SIGTERM else GRACE):
                    break
                self._signal(sign)
            if not self._gone_within(GRACE):
                raise StoreBusy(f"the store in {self.directory} cannot be stopped (process {self._pid})")
            _forget_socket(self.directory)
        self._let_go()

    def kill(self) -> None:
        """End the store as a power cut would, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        if not self._gone_within(GRACE):
            raise StoreBusy(f"the store in {self.directory} survived (process {self._pid})")
        self._let_go()

    async def __aenter__(self) -> EmbeddedStore:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    # --- starting ---------------------------------------------------------------------

    def _begin(self, lock: int, path: Path | None = None) -> str:
        """Start the server; it inherits the lock, and from then on only its end opens it."""
        try:
            binary = find_binary(self._binary)
            if path is None:
                _forget_socket(self.directory)
                path = _socket_place() / "s"
            else:
                path.parent.mkdir(mode=0o700, exist_ok=True)
                path.unlink(missing_ok=True)
            with (self.directory / "server.log").open("ab") as output:
                self._server = subprocess.Popen(  # noqa: S603 - the binary is the administrator's choice
                    [str(binary), *self._words(path)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=(lock,),
                    # Ctrl-C in the terminal must reach us, not the store: it stops last.
                    start_new_session=True,
                )
        finally:
            os.close(lock)
        self._pid = self._server.pid
        # Written before it answers: should we die now, the next one finds it.
        _write(self.directory / "address", str(path))
        self._wait_until_it_answers(path)
        self._keep()
        self.url = f"unix://{path}"
        return self.url

    def _words(self, path: Path) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(path),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "appendonly": "yes",
            "appendfsync": self._fsync,
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    def _wait_until_it_answers(self, path: Path) -> None:
        assert self._server is not None
        end = time.monotonic() + START
        while not _ask(path, b"PING\r\n").startswith(b"+PONG"):
            status = self._server.poll()
            if status is not None:
                self._server = None
                ended = StoreKilled if status < 0 else StoreFailed
                raise ended(f"the store ended at once: {_last_words(self.directory)}")
            if time.monotonic() > end:
                self.kill()
                raise StoreFailed(f"the store did not answer in {START} s: {_last_words(self.directory)}")
            time.sleep(PAUSE)

    def _adopt(self) -> bool:
        """Use the live store of the directory, if it answers."""
        with contextlib.suppress(FileNotFoundError):
            path = Path((self.directory / "address").read_text())
            found = re.search(rb"process_id:(\d+)", _ask(path, b"INFO server\r\n"))
            if found:
                self._pid = int(found[1])
                self.url = f"unix://{path}"
                self._keep()
                return True
        return False

    def _keep(self) -> None:
        """Become the keeper unless another process is."""
        if self._keeping < 0:
            self._keeping = _lock(self.directory / "keeper.lock")
        self.keeper = self._keeping >= 0

    # --- stopping ---------------------------------------------------------------------

    def _path(self) -> Path:
        return Path(self.url.removeprefix("unix://"))

    def _signal(self, sign: signal.Signals) -> None:
        # The number can only mean our store while the store's lock is held.
        if self._pid and not self._gone_within(0):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, sign)

    def _gone_within(self, seconds: float) -> bool:
        """Whether the server ends within so many seconds: its lock opens."""
        end = time.monotonic() + seconds
        while True:
            if self._server is not None:
                self._server.poll()  # a child that ended is taken note of
            lock = _lock(self.directory / "store.lock")
            if lock >= 0:
                os.close(lock)
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(PAUSE)

    def _let_go(self) -> None:
        if self._server is not None and (self.keeper or not self.url):
            self._server.wait(GRACE)
        if self._keeping >= 0:
            os.close(self._keeping)
        self._server, self._pid, self._keeping = None, 0, -1
        self.keeper, self.url = False, ""


def _lock(path: Path) -> int:
    """An open file with the only lock on it; -1 when another has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return -1
    return file


def _ask(path: Path, words: bytes) -> bytes:
    """Say one thing to the server and hear its answer; b"" when there is none."""
    answer = b""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(GRACE)
            line.connect(str(path))
            line.sendall(words)
            while not answer.endswith(b"\r\n"):
                part = line.recv(65536)
                if not part:
                    break
                answer += part
    except OSError:
        return b""  # nobody there, or too busy: the caller decides how long to try
    return answer


def _socket_place() -> Path:
    """A new private folder whose path is short: a unix socket's has 108 bytes at most."""
    place = Path(tempfile.mkdtemp(prefix="yc-"))
    if len(os.fsencode(place)) > 90:
        place.rmdir()
        place = Path(tempfile.mkdtemp(prefix="yc-", dir="/tmp"))
    return place


def _forget_socket(directory: Path) -> None:
    """Take away the socket's folder that a store which has ended left behind."""
    address = directory / "address"
    with contextlib.suppress(FileNotFoundError):
        place = Path(address.read_text()).parent
        if place.name.startswith("yc-"):
            shutil.rmtree(place, ignore_errors=True)
        address.unlink()


def _write(path: Path, text: str) -> None:
    """Replace a small file in one step."""
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.replace(path)


def _last_words(directory: Path) -> str:
    return (directory / "server.log").read_text(errors="replace")[-2000:].strip()
