"""`yichuang dev` on a copy of the product: a change starts it anew, with the same data and tokens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.cli.demo import Told, read_told
from queue_server.cli.dev import PACKAGES, ROOT
from tests.cli.processes import END, START, environment, free_port, stop_store, take_ticket
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Path]:
    """A copy of the product's packages."""
    place = tmp_path / "product"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__"))
    yield place
    stop_store(tmp_path / "demo" / "store")


def test_a_change_starts_it_anew_and_ctrl_c_ends_it(product: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    words = ["--quiet", "--port", str(free_port()), "--directory", str(tmp_path / "demo")]
    with said.open("wb") as out:
        dev = subprocess.Popen(
            [sys.executable, "-m", "queue_server.cli", "dev", *words],
            cwd=product, env=environment({}), stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        told = opened(said, 1, tmp_path)
        assert take_ticket(told) == "D001"
        style = product / "displays" / "static" / "board.css"
        style.write_text(style.read_text("utf-8") + "\n/* changed */\n", "utf-8")
        again = opened(said, 2, tmp_path)
        assert "displays/static/board.css" in said.read_text("utf-8")
        assert again.tokens == told.tokens
        assert take_ticket(again) == "D002"
        os.killpg(dev.pid, signal.SIGINT)
        assert dev.wait(END) == 0
        assert "Traceback" not in said.read_text("utf-8")
    finally:
        if dev.poll() is None:
            os.killpg(dev.pid, signal.SIGKILL)
            dev.wait(END)


def opened(said: Path, times: int, folder: Path) -> Told:
    """Wait until the demo has opened so many times; where everything is."""
    wait_for(lambda: said.read_text("utf-8").count("Ctrl-C ends it") >= times, START)
    told = read_told(folder / "demo")
    assert told is not None
    return told
