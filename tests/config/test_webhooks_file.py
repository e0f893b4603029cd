"""The file of webhooks: every fault at once and in its place; secrets apart and long enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from queue_server.config import SettingsErrors, read_webhooks
from queue_server.config.webhooks import ALL_KINDS
from queue_server.hall.plan import HOUR, MINUTE

GOOD = """\
[[webhook]]
name = "wall"
hall = "county"
url = "https://wall.example.org/told"
secret_file = "wall.secret"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wall.secret").write_text("x" * 24 + "\n")
    return tmp_path


def read(folder: Path, text: str) -> tuple:  # type: ignore[type-arg]
    (folder / "webhooks.toml").write_text(text)
    return read_webhooks(folder / "webhooks.toml")


def faults(folder: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(SettingsErrors) as raised:
        read(folder, text)
    assert "x" * 24 not in str(raised.value), "a secret is never shown"
    return [(fault.line, fault.where) for fault in raised.value]


def test_a_target_has_its_defaults_and_its_secret_beside_it(folder: Path) -> None:
    (one,) = read(folder, GOOD)
    assert (one.name, one.hall, one.url) == ("wall", "county", "https://wall.example.org/told")
    assert (one.events, one.give_up) == (ALL_KINDS, 24 * HOUR)
    assert one.secret.reveal() == "x" * 24
    assert "x" * 24 not in repr(one)


def test_kinds_and_patience_are_chosen(folder: Path) -> None:
    (one,) = read(folder, GOOD + 'events = ["called"]\ngive_up = "10 min"\n')
    assert (one.events, one.give_up) == (("called",), 10 * MINUTE)


def test_no_targets_is_well(folder: Path) -> None:
    assert read(folder, "") == ()


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('events = ["called", "born"]\n', (6, "webhook[0].events[1]")),
        ('give_up = "1 s"\n', (6, "webhook[0].give_up")),
        ('urk = "x"\n', (6, "webhook[0].urk")),
    ],
)
def test_a_fault_has_its_place(folder: Path, line: str, where: tuple[int, str]) -> None:
    assert faults(folder, GOOD + line) == [where]


def test_an_address_in_the_clear_is_for_this_machine_alone(folder: Path) -> None:
    assert faults(folder, GOOD.replace("https://wall", "http://wall")) == [(4, "webhook[0].url")]
    (one,) = read(folder, GOOD.replace("https://wall.example.org", "http://127.0.0.1:81"))
    assert one.url == "http://127.0.0.1:81/told"


@pytest.mark.parametrize("secret", ["short", "whsec_%%%", "whsec_c2hvcnQ="])
def test_a_secret_that_is_too_short_or_no_base64_is_refused(folder: Path, secret: str) -> None:
    (folder / "wall.secret").write_text(secret)
    assert faults(folder, GOOD) == [(5, "webhook[0].secret_file")]


def test_a_secret_that_is_not_there_and_a_name_that_comes_twice_are_named_together(folder: Path) -> None:
    again = GOOD.replace("wall.secret", "none")
    assert faults(folder, GOOD + again) == [(7, "webhook[1].name"), (10, "webhook[1].secret_file")]
