"""The voice of the tests: the one that set-up made, or one made now."""

from __future__ import annotations

import math
import shutil
import tempfile
from array import array
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from displays.voice import LANGUAGES, tokens
from displays.voice_build import build
from displays.voice_pack import MANIFEST, Manifest, Pack, Prompt, read_pack, write_pack
from displays.voice_sound import RATE, Sound, sound_in
from queue_server.locale import translate

PLACE = Path(__file__).parents[2] / "build" / "voice"


@cache
def pack() -> Pack:
    """A whole voice in three languages."""
    if not (PLACE / MANIFEST).exists():
        build(PLACE)
    return read_pack(PLACE)


@cache
def hurried_pack() -> Pack:
    """The whole voice, its words three times as fast: as sounds they are told apart as before."""
    said = pack().manifest
    files = {said.chime, *(file for words in said.tokens.values() for file in words.values())}
    sounds = {file: Sound(sound_in(PLACE / file).samples, 3 * RATE) for file in files}
    place = Path(tempfile.mkdtemp(prefix="voice-"))
    for directory in {(place / file).parent for file in files}:
        directory.mkdir(exist_ok=True)
    write_pack(place, replace(said, rate=3 * RATE, prompts={}), sounds)
    made = read_pack(place)
    shutil.rmtree(place)
    return made


@cache
def short_pack() -> Pack:
    """A voice whose words are beeps of 40 ms: for tests in which much is said."""
    place = Path(tempfile.mkdtemp(prefix="voice-"))
    sounds = {"chime.wav": _beep(0.1, 600)}
    known: dict[str, dict[str, str]] = {}
    for lang in LANGUAGES:
        known[lang] = {token: f"{lang}{n}.wav" for n, token in enumerate(tokens(lang))}
        sounds |= {f"{lang}{n}.wav": _beep(0.04, 300 + 40 * n) for n in range(len(known[lang]))}
    sounds["prompt.wav"] = _beep(0.3, 500)
    prompts = {
        "zh": {
            "choose": Prompt("prompt.wav", translate("kiosk.choose", "zh")),
            "yours": Prompt("prompt.wav", "以前的说法"),
        }
    }
    write_pack(place, Manifest("beeps", RATE, "ours", "chime.wav", known, prompts), sounds)
    made = read_pack(place)
    shutil.rmtree(place)
    return made


def _beep(seconds: float, tone: float) -> Sound:
    count = round(seconds * RATE)
    return Sound(array("h", (round(9000 * math.sin(2 * math.pi * tone * n / RATE)) for n in range(count))))
