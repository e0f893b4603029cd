"""Making a voice: from Debian's espeak-ng, or from the takes of a hall's own speaker."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from displays.voice import LANGUAGES, LETTERS, tokens
from displays.voice_pack import Manifest, Prompt, file_of, prompt_file, write_pack
from displays.voice_sound import (
    FULL,
    RATE,
    Sound,
    Unfit,
    chime,
    levelled,
    loud_span,
    read_wav,
    sound_in,
    trimmed,
)

CHIME = "chime.wav"
PROGRAM = "espeak-ng"
DEADLINE = 10
"""Seconds that one token may take; it takes a few hundredths."""
SPEED = {"zh": 215, "ko": 175, "en": 170}
"""Words a minute: about three syllables a second, so that the longest Chinese call lasts less than 5 s."""
VOICE = {"zh": "cmn-latn-pinyin", "ko": "ko", "en": "en-us"}
LICENCE = (
    "Spoken by espeak-ng (GPL-3.0-or-later), a program of this machine; its output is not covered by that "
    "licence. The chime is made by 一窗 (Apache-2.0)."
)

PINYIN = {
    "请": "qing3", "号": "hao4", "到": "dao4", "号窗口": "hao4 chuang1 kou3", "办理": "ban4 li3",
    "零": "ling2", "一": "yi1", "二": "er4", "三": "san1", "四": "si4", "五": "wu3", "六": "liu4",
    "七": "qi1", "八": "ba1", "九": "jiu3", "十": "shi2", "百": "bai3",
}  # fmt: skip
"""What espeak-ng reads for the Chinese tokens: with tones, so that it guesses nothing."""
JAMO = dict(
    zip(
        LETTERS,
        [
            "에이",
            "비",
            "씨",
            "디",
            "에프",
            "지",
            "에이치",
            "제이",
            "케이",
            "엘",
            "엠",
            "엔",
            "피",
            "큐",
            "알",
            "에스",
            "티",
            "유",
            "브이",
            "더블유",
            "엑스",
            "와이",
            "제트",
        ],
        strict=True,
    )
)

SHORTEST, LONGEST = 0.12, 3.0
"""Seconds that a take of one token lasts."""
LONGEST_PROMPT = 15.0
"""Seconds that one of the kiosk's sentences may last."""
PROMPT_SPEED = {"zh": 175, "ko": 150, "en": 150}
"""Words a minute of a sentence that somebody hears for the first time."""

Prompts = Mapping[str, Mapping[str, tuple[str, str]]]
"""The kiosk's sentences by language and key: the text, and what a synthesiser reads for it."""
LOUDEST, SOFTEST = 0.99, 0.1
AROUND = 0.05
"""Seconds of silence that a take has at both ends: less, and its beginning or end is cut off."""


class NoSpeech(RuntimeError):
    """espeak-ng is not there, or said nothing."""


def spoken(lang: str, token: str) -> tuple[str, str]:
    """The voice and the text by which espeak-ng says a token. A Chinese hall says letters as English does."""
    if token in LETTERS:
        return (VOICE["ko"], JAMO[token]) if lang == "ko" else (VOICE["en"], f"{token}.")
    return VOICE[lang], PINYIN[token] if lang == "zh" else token


def synthesised(lang: str, token: str) -> Sound:
    """A token from espeak-ng. Raises NoSpeech."""
    voice, text = spoken(lang, token)
    return _said(voice, SPEED[lang], text)


def _said(voice: str, speed: int, text: str) -> Sound:
    words = [PROGRAM, "-v", voice, "-s", str(speed), "-z", "--stdout", text]
    try:
        done = subprocess.run(words, capture_output=True, timeout=DEADLINE, check=True)  # noqa: S603
        sound = trimmed(_measured(done.stdout))
    except FileNotFoundError:
        raise NoSpeech("espeak-ng is not there: apt-get install espeak-ng") from None
    except (subprocess.SubprocessError, Unfit) as error:
        raise NoSpeech(f"espeak-ng did not say {text!r}: {error}") from None
    if not sound.samples or sound.rate != RATE:
        raise NoSpeech(f"espeak-ng said nothing for {text!r}")
    return levelled(sound)


def _measured(data: bytes) -> Sound:
    """What espeak-ng writes to a pipe names no length; the file ends where the pipe does."""
    body = len(data) - 44
    if body <= 0:
        raise Unfit("an empty answer")
    head = bytearray(data)
    head[4:8] = (36 + body).to_bytes(4, "little")
    head[40:44] = body.to_bytes(4, "little")
    return read_wav(bytes(head))


def build(directory: Path, languages: Sequence[str] = LANGUAGES, prompts: Prompts | None = None) -> int:
    """Make a pack with espeak-ng; gives how many recordings it has. Raises NoSpeech and OSError."""
    sounds = {CHIME: chime()}
    known: dict[str, dict[str, str]] = {}
    for lang in languages:
        known[lang] = {token: file_of(lang, token) for token in tokens(lang)}
        sounds |= {file: synthesised(lang, token) for token, file in known[lang].items()}
    said: dict[str, dict[str, Prompt]] = {}
    for lang in languages:
        for key, (text, read) in (prompts or {}).get(lang, {}).items():
            said.setdefault(lang, {})[key] = Prompt(prompt_file(lang, key), text)
            sounds[prompt_file(lang, key)] = _said(VOICE[lang], PROMPT_SPEED[lang], read)
    write_pack(directory, Manifest("espeak-ng", RATE, LICENCE, CHIME, known, said), sounds)
    return len(sounds) - 1


# --- a hall's own speaker --------------------------------------------------------------------


def script(languages: Sequence[str], prompts: Prompts | None = None) -> list[tuple[str, str]]:
    """What the speaker reads, one take each: the file and the words; last, where wanted, the kiosk's."""
    words = [(file_of(lang, token), token) for lang in languages for token in tokens(lang)]
    return words + [
        (prompt_file(lang, key), text)
        for lang in languages
        for key, (text, _) in (prompts or {}).get(lang, {}).items()
    ]


def faults_of(sound: Sound, longest: float = LONGEST) -> list[str]:
    """What is wrong with a take, in words for whoever records."""
    first, last = loud_span(sound)
    heard = (last - first) / sound.rate
    if heard == 0 or sound.peak < SOFTEST:
        return ["nothing or almost nothing is heard: speak louder or nearer"]
    found = []
    if sound.peak >= LOUDEST:
        clipped = sum(abs(sample) >= LOUDEST * FULL for sample in sound.samples)
        found.append(f"too loud: {clipped} samples are clipped")
    if not SHORTEST <= heard <= longest:
        found.append(f"lasts {heard:.2f} s, not {SHORTEST} to {longest} s")
    if min(first, len(sound.samples) - last) < AROUND * sound.rate:
        found.append(f"cut off: leave {AROUND:g} s of silence before and after the words")
    return found


def check_takes(
    directory: Path, languages: Sequence[str], prompts: Prompts | None = None
) -> dict[str, list[str]]:
    """The faults of every take, by its file; what is missing too. Empty when all are well."""
    found: dict[str, list[str]] = {}
    rates = set()
    sentences = {prompt_file(lang, key) for lang in languages for key in (prompts or {}).get(lang, {})}
    for file, token in script(languages, prompts):
        try:
            sound = sound_in(directory / file)
        except FileNotFoundError:
            found[file] = [f"is missing: {token}"]
            continue
        except Unfit as error:
            found[file] = [str(error)]
            continue
        rates.add(sound.rate)
        if faults := faults_of(sound, LONGEST_PROMPT if file in sentences else LONGEST):
            found[file] = faults
    if len(rates) > 1:
        found["(all)"] = [f"takes have different rates: {', '.join(map(str, sorted(rates)))}"]
    return found


def from_takes(
    takes: Path,
    directory: Path,
    languages: Sequence[str],
    name: str,
    licence: str,
    prompts: Prompts | None = None,
) -> None:
    """Make a pack of takes that were checked: trimmed, and as loud as each other. Raises OSError, Unfit."""
    known = {lang: {token: file_of(lang, token) for token in tokens(lang)} for lang in languages}
    said = {
        lang: {key: Prompt(prompt_file(lang, key), text) for key, (text, _) in each.items()}
        for lang, each in (prompts or {}).items()
        if lang in languages
    }
    files = [file for file, _ in script(languages, prompts)]
    sounds = {file: levelled(trimmed(sound_in(takes / file))) for file in files}
    rate = next(iter(sounds.values())).rate
    sounds[CHIME] = chime(rate)
    write_pack(directory, Manifest(name, rate, licence, CHIME, known, said), sounds)
