"""An operator under stress finds every alarm in the recovery guide, by its code and by its sentence."""

from __future__ import annotations

import re
from pathlib import Path

import cyclopts
import pytest

from queue_server.cli import app
from queue_server.desk import alarms
from queue_server.locale import sentences

OPERATING = Path(__file__).parents[2] / "docs" / "operating"
RECOVERY = (OPERATING / "recovery.md").read_text(encoding="utf-8")
CODES = sorted(value for name, value in vars(alarms).items() if name.isupper() and isinstance(value, str))
HEADINGS = {
    code: (zh, en) for code, zh, en in re.findall(r"^### `(\w+)` — (.+) / (.+)$", RECOVERY, re.MULTILINE)
}


def test_the_codes_are_those_that_have_a_sentence() -> None:
    spoken = {key.removeprefix("hall.alarm.") for key in sentences("en") if key.startswith("hall.alarm.")}
    assert set(CODES) == spoken
    assert set(HEADINGS) == spoken


@pytest.mark.parametrize("code", CODES)
def test_every_alarm_is_found_by_its_sentence_and_says_what_to_do(code: str) -> None:
    for lang, heading in zip(("zh", "en"), HEADINGS[code], strict=True):
        assert follows(heading, str(sentences(lang)[f"hall.alarm.{code}"])), heading
    section = RECOVERY.partition(f"### `{code}`")[2].partition("\n### ")[0]
    assert len(section.split("\n\n")) >= 2


def follows(heading: str, sentence: str) -> bool:
    """Whether a heading quotes a sentence: its parts in order, ``…`` for what is left out."""
    at = 0
    for part in (part.strip() for part in heading.split("…")):
        found = sentence.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def test_a_heading_that_misquotes_is_found() -> None:
    assert follows("Log … differs", "Log {log} differs from what was sealed")
    assert not follows("Log … is broken", "Log {log} differs from what was sealed")
    assert not follows("differs … Log", "Log {log} differs from what was sealed")


COMMANDS = [
    (page.name, command)
    for page in (OPERATING / "recovery.md", OPERATING / "backup.md")
    for command in re.findall(
        r"yichuang\s([^`#\n]+)", page.read_text(encoding="utf-8").replace("log\nrepair", "log repair")
    )
]


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_every_command_of_the_guides_is_one_that_the_command_line_takes(page: str, command: str) -> None:
    words = command.split()
    bare = len(words) <= 2 and not any(word.startswith("-") or word.isupper() for word in words)
    if bare:  # a command that is only named
        words.append("--help")
    parsed, _, _ = app.parse_args(words, exit_on_error=False, print_error=False)
    assert callable(parsed)


def test_a_command_that_does_not_exist_is_found() -> None:
    assert len(COMMANDS) > 10
    for wrong in (["backup", "--store", "S"], ["log", "repair", "H", "--store", "S", "--from", "F", "--now"]):
        with pytest.raises(cyclopts.CycloptsError):
            app.parse_args(wrong, exit_on_error=False, print_error=False)
