"""The demo for developers: started anew whenever a file of the product changes, data and tokens kept.

Open pages reconnect by themselves, so what was changed is seen at once.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import watchfiles

from queue_server.cli.demo import held

ROOT = Path(__file__).parents[2]
PACKAGES = ("queue_server", "kiosk", "displays", "printers")
SUFFIXES = (".py", ".js", ".css", ".html", ".toml", ".po", ".svg", ".tcss")
QUIET = 200
"""Milliseconds without a change until the demo is started anew: an editor writes several files at once."""
PATIENCE = 15
"""Seconds that the demo has to end before it is killed."""


class Demo:
    """The demo as a process that can be ended and started again."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [sys.executable, "-m", "queue_server.cli", "demo", *words]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it says itself where everything is, or what is wrong with the code."""
        self._process = subprocess.Popen(self._words)  # noqa: S603 - our own program

    def end(self) -> None:
        """End it as Ctrl-C would, and wait."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def run_dev(directory: Path, port: int, visitors: bool) -> int:
    """Run the demo and start it anew at every change until Ctrl-C; gives the exit status."""
    directory = directory.absolute()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with held(directory) as ours:
        if not ours:
            print(f"The demo is running already, with its data in {directory}.", file=sys.stderr)
            return 1
    stop = threading.Event()

    def ask(sign: int, frame: FrameType | None) -> None:
        stop.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, ask)
    words = ["--directory", str(directory), "--port", str(port), *([] if visitors else ["--quiet"])]
    demo = Demo(words)
    demo.start()
    for changes in changed(stop):
        print(f"一窗: starting anew: {', '.join(changes)}", file=sys.stderr)
        demo.end()
        demo.start()
    demo.end()
    return 0


def changed(stop: threading.Event, root: Path = ROOT) -> Iterator[list[str]]:
    """The files that changed, each time that some did, until `stop` is set."""
    places = [root / package for package in PACKAGES]
    for found in watchfiles.watch(
        *places, watch_filter=_matters, step=QUIET, stop_event=stop, rust_timeout=500, raise_interrupt=False
    ):
        yield sorted({str(Path(path).relative_to(root)) for _, path in found})


def _matters(change: watchfiles.Change, path: str) -> bool:
    return path.endswith(SUFFIXES)
