"""The sound of calls: every clip whole, in order, without a click, a clip or a hole."""

from __future__ import annotations

import itertools
from array import array
from pathlib import Path

import msgspec
import pytest

from displays import voice_build
from displays.voice import LANGUAGES, LETTERS, Unsayable, phrase, tokens
from displays.voice_pack import (
    BETWEEN_GROUPS,
    BETWEEN_TOKENS,
    MANIFEST,
    Manifest,
    Unusable,
    read_pack,
    write_pack,
)
from displays.voice_sound import (
    FULL,
    RATE,
    Sound,
    Unfit,
    chime,
    joined,
    levelled,
    longest_gap,
    loud_span,
    read_wav,
    silence,
    trimmed,
    write_wav,
)  # fmt: skip
from tests.displays.voices import PLACE, pack

DIGITS = itertools.cycle(("023", "107", "999", "1000"))
NUMBERS = [f"{letter}{digits}" for letter, digits in zip(LETTERS, DIGITS, strict=False)]
WINDOWS = (1, 3, 8, 10, 12, 25, 60, 77, 100, 105, 119)
CALLS = list(itertools.product(NUMBERS, WINDOWS))


def tone(seconds: float = 0.4, loud: float = 0.5, around: float = 0.1) -> Sound:
    count = round(seconds * RATE)
    wave = array("h", (round(loud * FULL * (1 if n // 50 % 2 else -1)) for n in range(count)))
    return joined([silence(around), Sound(wave), silence(around)])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_over_two_hundred_calls_have_the_right_words_in_order(lang: str) -> None:
    """The samples of a clip are those of its tokens' own files, one after the other."""
    voice = pack()
    files = voice.manifest.tokens[lang]
    kept = {token: read_wav((PLACE / file).read_bytes()).samples for token, file in files.items()}
    gap, rest = silence(BETWEEN_TOKENS).samples, silence(BETWEEN_GROUPS).samples
    assert len(CALLS) >= 200
    for number, window in CALLS:
        expected = array("h")
        for place, group in enumerate(phrase(lang, number, window)):
            expected += rest if place else array("h")
            for token in group:
                expected += kept[token] + gap
        assert read_wav(voice.clip(lang, number, window)).samples == expected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_is_clipped_or_has_a_hole(lang: str) -> None:
    """With the test before, so for every call: a rest is all that comes between two words."""
    for token, file in pack().manifest.tokens[lang].items():
        sound = read_wav((PLACE / file).read_bytes())
        first, last = loud_span(sound)
        assert 0.5 < sound.peak < 0.95, token
        assert longest_gap(sound) < 0.2, token
        assert (first + len(sound.samples) - last) / sound.rate < 0.05, token


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_call_is_clipped_or_falls_apart(lang: str) -> None:
    for number, window in CALLS[::8]:
        sound = pack().call(lang, number, window)
        assert 0.5 < sound.peak < 0.95, (number, window)
        assert longest_gap(sound) < 0.38, (number, window)


def test_a_chinese_call_said_once_lasts_at_most_five_seconds() -> None:
    longest = max(pack().call("zh", number, window).seconds for number, window in [*CALLS, ("W1999", 999)])
    assert longest <= 5.0
    assert pack().call("zh", "A023", 3, chimed=True).seconds <= 5.0


def test_the_chime_comes_first_and_is_soft() -> None:
    voice = pack()
    bell = chime()
    with_chime, without = voice.call("zh", "A023", 3, chimed=True), voice.call("zh", "A023", 3)
    assert with_chime.samples[: len(bell.samples)] == bell.samples
    assert with_chime.samples[-len(without.samples) :] == without.samples
    assert 0.2 < bell.peak < 0.7
    assert bell.samples[0] == bell.samples[-1] == 0


def test_a_voice_has_another_name_when_any_of_its_sounds_changes(tmp_path: Path) -> None:
    sounds = {"chime.wav": chime(), **{f"{n}.wav": tone() for n, _ in enumerate(tokens("zh"))}}
    known = {"zh": {token: f"{n}.wav" for n, token in enumerate(tokens("zh"))}}
    manifest = Manifest("test", RATE, "ours", "chime.wav", known)
    write_pack(tmp_path, manifest, sounds)
    first = read_pack(tmp_path)
    assert read_pack(tmp_path).version == first.version
    write_pack(tmp_path, manifest, sounds | {"7.wav": tone(0.5)})
    assert read_pack(tmp_path).version != first.version


def test_a_directory_that_is_no_voice_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=MANIFEST):
        read_pack(tmp_path)
    manifest = Manifest("test", RATE, "ours", "chime.wav", {"zh": {"请": "1.wav"}})
    write_pack(tmp_path, manifest, {"chime.wav": chime(), "1.wav": tone()})
    with pytest.raises(Unusable, match="zh lacks 号"):
        read_pack(tmp_path)
    (tmp_path / "1.wav").write_bytes(b"RIFF....")
    with pytest.raises(Unusable, match="no WAV file"):
        read_pack(tmp_path)
    (tmp_path / "1.wav").write_bytes(write_wav(Sound(tone().samples, 44_100)))
    with pytest.raises(Unusable, match="44100 samples"):
        read_pack(tmp_path)
    outside = msgspec.structs.replace(manifest, chime="../chime.wav")
    (tmp_path / MANIFEST).write_bytes(msgspec.json.encode(outside))
    with pytest.raises(Unusable, match="outside"):
        read_pack(tmp_path)


def test_a_call_that_cannot_be_said_has_no_clip() -> None:
    with pytest.raises(Unsayable):
        pack().clip("zh", "E001", 3)


def test_a_wav_that_is_not_mono_is_refused() -> None:
    with pytest.raises(Unfit, match="mono"):
        read_wav(write_wav(tone())[:22] + b"\2\0" + write_wav(tone())[24:])


def test_a_token_is_trimmed_to_what_is_heard_with_soft_edges() -> None:
    sound = trimmed(tone(0.4, around=0.3))
    assert 0.4 <= sound.seconds <= 0.42
    assert (sound.samples[0], sound.samples[-1]) == (0, 0)
    assert levelled(sound).peak == pytest.approx(0.8, abs=0.001)
    assert loud_span(silence(0.2)) == (0, 0)


# --- a hall's own speaker -----------------------------------------------------------------


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    """A speaker's takes of everything in Chinese, all of them well."""
    for file, _ in voice_build.script(["zh"]):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(write_wav(tone()))
    return tmp_path


@pytest.mark.parametrize(
    ("take", "fault"),
    [
        (tone(loud=1.0), "clipped"),
        (tone(loud=0.03), "almost nothing"),
        (silence(1.0), "almost nothing"),
        (tone(3.5), "lasts 3.50 s"),
        (tone(0.05), "lasts 0.05 s"),
        (tone(around=0.01), "cut off"),
        (Sound(tone().samples, 44_100), "different rates"),
    ],
)
def test_a_bad_take_is_named_with_what_is_wrong(takes: Path, take: Sound, fault: str) -> None:
    assert voice_build.check_takes(takes, ["zh"]) == {}
    (takes / "zh/09.wav").write_bytes(write_wav(take))
    found = voice_build.check_takes(takes, ["zh"])
    assert any(fault in " ".join(faults) for faults in found.values()), found


def test_a_missing_take_is_named_with_its_words(takes: Path) -> None:
    (takes / "zh/01.wav").unlink()
    assert voice_build.check_takes(takes, ["zh"]) == {"zh/01.wav": ["is missing: 请"]}


def test_a_voice_is_made_of_the_halls_own_takes(takes: Path, tmp_path: Path) -> None:
    voice_build.from_takes(takes, tmp_path / "own", ["zh"], "王老师", "本厅自用")
    own = read_pack(tmp_path / "own")
    assert (own.languages, own.manifest.licence) == (("zh",), "本厅自用")
    assert own.call("zh", "A023", 3).peak == pytest.approx(0.8, abs=0.01)


def test_without_espeak_ng_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(voice_build, "PROGRAM", str(tmp_path / "espeak-ng"))
    with pytest.raises(voice_build.NoSpeech, match="apt-get install espeak-ng"):
        voice_build.build(tmp_path / "none")
    assert not (tmp_path / "none" / MANIFEST).exists()
