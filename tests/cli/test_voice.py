"""`yichuang voice`: a hall hears what a call sounds like, and makes a voice of its own speaker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from displays.voice import tokens
from displays.voice_pack import read_pack
from displays.voice_sound import joined, read_wav, silence, write_wav
from kiosk.sentences import PROMPTS
from queue_server.locale import translate
from tests.displays.voices import PLACE, pack


def voice(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    line = [sys.executable, "-m", "queue_server.cli", "voice", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def test_say_writes_the_call_in_both_languages(tmp_path: Path) -> None:
    spoken = pack()
    done = voice(
        "say", "A023", 3, "--lang", "zh,ko", "--voice", PLACE, "--to", tmp_path / "call.wav", "--chime"
    )
    assert done.returncode == 0, done.stderr
    heard = read_wav((tmp_path / "call.wav").read_bytes())
    chinese, korean = spoken.call("zh", "A023", 3, chimed=True), spoken.call("ko", "A023", 3)
    assert heard.samples == joined([chinese, silence(0.5), korean]).samples


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("say", "E023", 3), "'E' in 'E023' cannot be said"),
        (("say", "A023", 0), "a window has a number from 1 to 999, not 0"),
        (("say", "A023", 3, "--lang", "fr"), "no voice speaks fr"),
        (("say", "A023", 3, "--voice", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_said_is_told_in_one_line(words: tuple[object, ...], why: str, tmp_path: Path) -> None:
    place = () if "--voice" in words else ("--voice", PLACE)
    assert pack().languages
    done = voice(*words, *place, "--to", tmp_path / "none.wav")
    assert done.returncode == 1
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "none.wav").exists()


def test_the_script_of_a_speaker_has_every_word_once() -> None:
    done = voice("record", "--lang", "zh,ko")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [words for _, words in lines] == [*tokens("zh"), *tokens("ko")]
    assert len({file for file, _ in lines}) == len(lines)


def test_the_script_holds_the_kiosks_sentences_where_they_are_wanted() -> None:
    lines = [line.split("\t") for line in voice("record", "--lang", "zh", "--kiosk").stdout.splitlines()]
    said = [["zh/prompts/" + key + ".wav", translate(f"kiosk.{key}", "zh")] for key in PROMPTS]
    assert lines[len(tokens("zh")) :] == said


def test_takes_that_are_well_become_a_voice_and_one_that_is_not_is_named(tmp_path: Path) -> None:
    spoken, takes, own = pack(), tmp_path / "takes", tmp_path / "own"
    (takes / "zh").mkdir(parents=True)
    for token, file in spoken.manifest.tokens["zh"].items():
        word = read_wav((PLACE / file).read_bytes())
        (takes / file).write_bytes(write_wav(joined([silence(0.2), word, silence(0.2)])))
        assert token
    making = ("record", "--takes", takes, "--to", own)
    refused = voice(*making)
    assert (refused.returncode, "--licence" in refused.stderr) == (1, True)
    done = voice(*making, "--licence", "recorded for this test")
    assert done.returncode == 0, done.stderr
    assert read_pack(own).languages == ("zh",)
    (takes / "zh" / "07.wav").write_bytes(write_wav(silence(0.5)))
    bad = voice(*making, "--licence", "recorded for this test")
    assert bad.returncode == 1
    assert bad.stdout.startswith("zh/07.wav: nothing or almost nothing is heard")
