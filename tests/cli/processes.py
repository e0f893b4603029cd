"""Real processes of the command line, in a process group of their own as a terminal gives them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from queue_server.cli.demo import Told, read_told
from queue_server.store.embedded import EmbeddedStore
from tests.waiting import wait_for

YICHUANG = str(Path(sys.executable).with_name("yichuang"))
START = 45.0
"""Seconds that a process may take on a machine that is busy with other things."""
END = 20.0


class Program:
    """One ``yichuang ...`` in the background; what it says goes to files."""

    def __init__(self, folder: Path, *words: str, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._out, self._err = folder / "stdout", folder / "stderr"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [YICHUANG, *words],
                env=environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def out(self) -> str:
        """What it printed so far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it complained of so far."""
        return self._err.read_text(encoding="utf-8")

    def says(self, words: str) -> None:
        """Wait until it has printed some words."""
        wait_for(lambda: words in self.out or self.process.poll() is not None, START)
        assert words in self.out, self.err

    def signal(self, sign: signal.Signals) -> None:
        """Signal the whole group, as Ctrl-C in a terminal does."""
        os.killpg(self.process.pid, sign)

    def ends(self) -> int:
        """Wait for its end; the exit status."""
        return self.process.wait(END)

    def clear(self) -> None:
        """Whatever the test did, nothing of it is left running."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(END)


class DemoProcess(Program):
    """One ``yichuang demo`` with its data in a directory."""

    def __init__(self, directory: Path, port: int = 0, visitors: bool = False) -> None:
        self.directory = directory
        self.port = port or free_port()
        given = ["--directory", str(directory), "--port", str(self.port), *([] if visitors else ["--quiet"])]
        super().__init__(directory.parent / f"said-{self.port}", "demo", *given)

    def ready(self) -> Told:
        """Wait until it is open; where everything is."""
        self.says("Ctrl-C ends it")
        told = read_told(self.directory)
        assert told is not None
        return told


def take_ticket(told: Told, category: str = "D") -> str:
    """Take a ticket at the demo's first kiosk, as a script would; its number."""
    headers = {"authorization": f"Bearer {told.tokens['kiosk:k1']}", "idempotency-key": os.urandom(8).hex()}
    url = f"{told.address}/api/halls/{told.hall}/tickets"
    answer = httpx.post(url, json={"category": category}, headers=headers, timeout=10)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


def stop_store(directory: Path) -> None:
    """Stop the embedded store that a killed process left running."""
    if (directory / "address").exists():
        store = EmbeddedStore(directory)
        store.start()
        store.stop()


def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run ``yichuang ...`` to its end."""
    return subprocess.run(
        [YICHUANG, *words],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )


def environment(settings: Mapping[str, Any]) -> dict[str, str]:
    """This environment with nothing of 一窗 in it but these settings."""
    here = {name: value for name, value in os.environ.items() if not name.startswith("YICHUANG_")}
    return here | {f"YICHUANG_{name.upper()}": str(value) for name, value in settings.items()}


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
