"""``yichuang voice``: make a voice, check a speaker's takes, and hear what a call will sound like."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from displays import voice_build
from displays.voice import GONG, LANGUAGES, RYEONG, Unsayable
from displays.voice_build import Prompts
from displays.voice_pack import Unusable, read_pack
from displays.voice_sound import Unfit, joined, silence, write_wav
from kiosk.sentences import PROMPTS
from kiosk.spelling import read_aloud
from queue_server.locale import translate

app = cyclopts.App(name="voice", help="The hall's voice: build one, record one, hear what it says.")

Languages = Annotated[str, Parameter(name="--lang")]
PACK = Path("build/voice")
ALL = ",".join(LANGUAGES)
BETWEEN_LANGUAGES = 0.5


def prompts() -> Prompts:
    """The sentences that a kiosk's steps say, and what a synthesiser reads for each."""
    texts = {lang: {key: translate(f"kiosk.{key}", lang) for key in PROMPTS} for lang in LANGUAGES}
    return {
        lang: {key: (text, read_aloud(text) if lang == "zh" else text) for key, text in each.items()}
        for lang, each in texts.items()
    }


@app.command
def build(*, to: Path = PACK, lang: Languages = ALL) -> None:
    """Make a voice with espeak-ng: every word in every language, the kiosk's sentences, and the chime.

    Parameters
    ----------
    to
        The directory of the new voice.
    lang
        The languages, of zh, ko and en.
    """
    try:
        count = voice_build.build(to, _languages(lang), prompts())
    except (voice_build.NoSpeech, OSError) as why:
        sys.exit(f"yichuang: no voice was made: {why}")
    print(f"{to}: {count} words and sentences in {lang}, and the chime")


@app.command
def record(
    *,
    lang: Languages = "zh",
    takes: Path | None = None,
    to: Path | None = None,
    name: str = "own",
    licence: str = "",
    kiosk: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Print what a hall's own speaker reads, check the takes, and make a voice of them.

    Parameters
    ----------
    lang
        The languages, of zh, ko and en.
    takes
        The directory with the takes, named as the script says; without it the script is printed.
    to
        The directory of the new voice; without it the takes are only checked.
    name
        What the voice is called.
    licence
        Whose voice it is, and who may use it; needed for a new voice.
    kiosk
        With the sentences that a kiosk says at its steps.
    """
    languages = _languages(lang)
    sentences = prompts() if kiosk else None
    if takes is None:
        for file, words in voice_build.script(languages, sentences):
            print(f"{file}\t{words}")
        return
    found = voice_build.check_takes(takes, languages, sentences)
    for file, faults in found.items():
        print(f"{file}: {'; '.join(faults)}")
    if found:
        sys.exit(1)
    print(f"{takes}: every take is well")
    if to is None:
        return
    if not licence:
        sys.exit("yichuang: say with --licence whose voice it is, and who may use it")
    try:
        voice_build.from_takes(takes, to, languages, name, licence, sentences)
    except (OSError, Unfit) as why:
        sys.exit(f"yichuang: no voice was made: {why}")
    print(f"{to}: the voice is ready")


@app.command
def say(
    number: str,
    window: int,
    *,
    lang: Languages = "zh",
    voice: Path = PACK,
    to: Path | None = None,
    chime: bool = False,
    ryeong: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Write what a call sounds like as a WAV file.

    Parameters
    ----------
    number
        The ticket's number, such as A023.
    window
        The window's number.
    lang
        The languages, one after the other, of zh, ko and en.
    voice
        The directory of the voice.
    to
        The file; NUMBER-WINDOW.wav here without it.
    chime
        With the chime before it.
    ryeong
        Read a Korean zero as 령 instead of 공.
    """
    try:
        pack = read_pack(voice)
        lacking = [each for each in _languages(lang) if each not in pack.languages]
        if lacking:
            sys.exit(f"yichuang: this voice does not speak {', '.join(lacking)}")
        zero = RYEONG if ryeong else GONG
        parts = []
        for place, each in enumerate(_languages(lang)):
            rest = [silence(BETWEEN_LANGUAGES, pack.manifest.rate)] if place else []
            parts += [*rest, pack.call(each, number, window, zero, chime and not place)]
        sound = joined(parts, pack.manifest.rate)
        file = to or Path(f"{number}-{window}.wav")
        file.write_bytes(write_wav(sound))
    except (Unusable, Unsayable, OSError) as why:
        sys.exit(f"yichuang: {why}")
    print(f"{file}: {sound.seconds:.1f} s")


def _languages(text: str) -> tuple[str, ...]:
    """The languages that a command names."""
    named = tuple(dict.fromkeys(text.split(",")))
    strange = [each for each in named if each not in LANGUAGES]
    if strange:
        sys.exit(f"yichuang: no voice speaks {', '.join(strange)}; it is one of {', '.join(LANGUAGES)}")
    return named
