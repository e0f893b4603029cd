"""The agent's settings: every fault is named at once, and what its guide says can be done so."""

from __future__ import annotations

import re
import shlex
import signal
from pathlib import Path

import pytest

from printers.address import read_local
from queue_server.cli.agent import Incomplete, Settings, settings_file, settled, token_of
from tests.cli.processes import Program, free_port, run

GUIDE = (Path(__file__).parents[2] / "docs" / "operating" / "agent.md").read_text("utf-8")
WHOLE = Settings(
    server="http://127.0.0.1:1", hall="county", name="kiosk-1", printers={"p1": "file:/dev/usb/lp0"}
)


def block(language: str) -> str:
    """A block of the guide."""
    found = re.search(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def unit() -> dict[str, str]:
    """The settings of the guide's unit."""
    return dict(line.split("=", 1) for line in block("ini").splitlines() if "=" in line)


@pytest.mark.timeout(120)
def test_the_unit_of_the_guide_starts_an_agent_with_the_settings_of_the_guide(tmp_path: Path) -> None:
    settings = tmp_path / "agent.toml"
    settings.write_text(
        block("toml").replace("192.168.1.10:8080", f"127.0.0.1:{free_port()}"), encoding="utf-8"
    )
    (tmp_path / "agent-token").write_text("t" * 43)
    program, *words = shlex.split(unit()["ExecStart"])
    assert Path(program).name == "yichuang"
    at = words.index("/etc/yichuang/agent.toml")
    words[at] = str(settings)
    agent = Program(tmp_path / "said", *words, "--spool", str(tmp_path / "spool.sqlite"))
    try:
        agent.says("一窗 agent kiosk-1: p1")
        agent.signal(signal.SIGTERM)
        assert agent.ends() == 0, agent.err
    finally:
        agent.clear()
    assert '"event": "hall not reached"' in agent.err


def test_the_unit_gives_the_agent_time_to_end_and_its_own_place_for_jobs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from printers.agent.agent import FINISH, TELL

    assert int(unit()["TimeoutStopSec"]) > FINISH + TELL
    monkeypatch.setenv("STATE_DIRECTORY", f"/var/lib/{unit()['StateDirectory']}")
    assert settled(WHOLE, (), Settings()).spool == "/var/lib/yichuang-agent/agent-kiosk-1.sqlite"
    assert "/var/lib/yichuang-agent/agent-NAME.sqlite" in GUIDE


def test_every_address_of_the_guide_is_one() -> None:
    addresses = re.findall(r"`((?:file|serial|usb|tcp):[^`…]+)`", GUIDE)
    assert len(addresses) >= 6
    for address in addresses:
        read_local(address)


def test_the_rules_of_the_guide_are_as_udev_reads_them() -> None:
    for rule in block("udev").splitlines():
        for part in rule.split(", "):
            assert re.fullmatch(r'[A-Z]+(\{\w+\})?(==|\+=|=)"[^"]*"', part), part


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    said = run("agent", "--server", "ftp://x", "--printer", "p1", "--printer", "p 2=usb:1")
    assert said.returncode == 1
    for fragment in ("http:// or https://", "which hall?", "who is this?", "printer p1:", "usb:04b8:0202"):
        assert fragment in said.stderr


def test_without_a_token_it_says_how_to_give_one() -> None:
    with pytest.raises(Incomplete, match="as whom"):
        token_of(WHOLE, {})
    assert token_of(WHOLE, {"YICHUANG_TOKEN": " secret\n"}) == "secret"


def test_an_option_wins_over_the_file_whose_paths_start_from_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(
        'server = "http://a"\nhall = "county"\nname = "k"\ntoken_file = "t"\nspool = "s"\n'
        '[printers]\np1 = "file:/a"\n'
    )
    found = settled(Settings(hall="town"), ["p1=file:/b", "p2=usb:04b8:0202"], settings_file(str(file)))
    assert (found.server, found.hall, found.token_file) == ("http://a", "town", str(tmp_path / "t"))
    assert found.spool == str(tmp_path / "s")
    assert found.printers == {"p1": "file:/b", "p2": "usb:04b8:0202"}


@pytest.mark.parametrize("text", ["server = 1", "servr = 'x'", "server", "[printers]\np1 = 3"])
def test_a_settings_file_with_a_fault_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(text)
    with pytest.raises(Incomplete, match=r"agent\.toml"):
        settings_file(str(file))
