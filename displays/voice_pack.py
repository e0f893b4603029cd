"""A voice pack: a directory with a manifest and one WAV for each token, and the calls spliced from it.

``manifest.json`` names the rate, a note on whose voice it is and under which licence, the chime, and for each
language the file of each token. A call is served as one ready clip; its address holds the pack's content
hash, so it may be kept for ever.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path

import msgspec

from displays.voice import GONG, LANGUAGES, Phrase, phrase, spelt, tokens
from displays.voice_sound import Sound, Unfit, joined, silence, sound_in, write_wav

MANIFEST = "manifest.json"
BETWEEN_TOKENS = 0.03
BETWEEN_GROUPS = 0.16
"""Rests (s): number and window are told apart, and it is far from the 0.4 s at which a phrase falls apart."""
AFTER_CHIME = 0.08
KEPT = 64
"""Clips kept ready: each window's present call in the two languages of the largest hall, nearly."""


class Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole sentence of a kiosk: its file, and the text that was spoken; no other text is said by it."""

    file: str
    text: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pack says of itself. `tokens` gives by language the file of each token, beside the manifest.

    `prompts` are the sentences of the kiosk's steps by language and key; a pack may have none.
    """

    name: str
    rate: int
    licence: str
    chime: str
    tokens: dict[str, dict[str, str]]
    prompts: dict[str, dict[str, Prompt]] = {}


class Unusable(ValueError):
    """This directory is no voice pack that can be used."""


class Pack:
    """A voice in memory. `version` is the hash of all its files, `languages` those it has every token of."""

    def __init__(self, manifest: Manifest, sounds: dict[str, Sound], version: str) -> None:
        self.manifest = manifest
        self.version = version
        self.languages = tuple(lang for lang in LANGUAGES if lang in manifest.tokens)
        self._sounds = sounds
        self._clips: OrderedDict[str, bytes] = OrderedDict()

    def splice(self, said: Phrase, lang: str, chimed: bool = False) -> Sound:
        """The sound of a phrase."""
        rate, files = self.manifest.rate, self.manifest.tokens[lang]
        parts: list[Sound] = []
        if chimed:
            parts += [self._sounds[self.manifest.chime], silence(AFTER_CHIME, rate)]
        for place, group in enumerate(said):
            if place:
                parts.append(silence(BETWEEN_GROUPS, rate))
            for token in group:
                parts += [self._sounds[files[token]], silence(BETWEEN_TOKENS, rate)]
        return joined(parts, rate)

    def call(self, lang: str, number: str, window: int, zero: str = GONG, chimed: bool = False) -> Sound:
        """A call in one language. Raises Unsayable; KeyError for a language that the pack lacks."""
        return self.splice(phrase(lang, number, window, zero), lang, chimed)

    def clip(self, lang: str, number: str, window: int, zero: str = GONG, chimed: bool = False) -> bytes:
        """The same as a WAV file, kept for whoever asks next."""
        name = f"{lang} {number} {window} {zero} {chimed}"
        made = self._clips.get(name)
        if made is None:
            made = self._clips[name] = write_wav(self.call(lang, number, window, zero, chimed))
        self._clips.move_to_end(name)
        if len(self._clips) > KEPT:
            self._clips.popitem(last=False)
        return made

    def prompts(self, lang: str) -> dict[str, str]:
        """The kiosk's sentences that this voice says in a language: their texts by their keys."""
        return {key: prompt.text for key, prompt in self.manifest.prompts.get(lang, {}).items()}

    def prompt(self, lang: str, key: str) -> bytes:
        """One of them as a WAV file. Raises KeyError."""
        return write_wav(self._sounds[self.manifest.prompts[lang][key].file])

    def number(self, lang: str, number: str, zero: str = GONG) -> bytes:
        """A ticket's number, read out, as a WAV file. Raises Unsayable; KeyError as above."""
        return write_wav(self.splice((spelt(lang, number, zero),), lang))


def read_pack(directory: Path) -> Pack:
    """The pack of a directory, whole in memory (about 5 MB). Raises Unusable and says why."""
    try:
        written = (directory / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(written, type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise Unusable(f"{directory}: {error}") from None
    digest = hashlib.sha256(written)
    sounds: dict[str, Sound] = {}
    files = {manifest.chime, *(file for each in manifest.tokens.values() for file in each.values())}
    files |= {prompt.file for each in manifest.prompts.values() for prompt in each.values()}
    for file in sorted(files):
        sounds[file] = _sound(directory, file, manifest.rate)
        digest.update(f"\0{file}\0".encode() + sounds[file].samples.tobytes())
    for lang, known in manifest.tokens.items():
        if lang not in LANGUAGES:
            raise Unusable(f"{directory}: no hall speaks {lang!r}; it is one of {', '.join(LANGUAGES)}")
        lacking = [token for token in tokens(lang) if token not in known]
        if lacking:
            raise Unusable(f"{directory}: {lang} lacks {', '.join(lacking)}")
    return Pack(manifest, sounds, digest.hexdigest()[:16])


def _sound(directory: Path, file: str, rate: int) -> Sound:
    path = directory / file
    if not path.resolve().is_relative_to(directory.resolve()):
        raise Unusable(f"{file} lies outside {directory}")
    try:
        sound = sound_in(path)
    except (OSError, Unfit) as error:
        raise Unusable(f"{path}: {error}") from None
    if sound.rate != rate:
        raise Unusable(f"{path}: has {sound.rate} samples a second, the pack {rate}")
    return sound


def write_pack(directory: Path, manifest: Manifest, sounds: dict[str, Sound]) -> None:
    """Write a pack; its manifest comes last, so that one that was interrupted is none."""
    (directory / MANIFEST).unlink(missing_ok=True)
    for file, sound in sounds.items():
        place = directory / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(write_wav(sound))
    draft = directory / (MANIFEST + ".new")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    draft.replace(directory / MANIFEST)


def file_of(lang: str, token: str) -> str:
    """Where a token's recording lies in a pack: numbered as in the script, a name that every disk takes."""
    return f"{lang}/{tokens(lang).index(token) + 1:02}.wav"


def prompt_file(lang: str, key: str) -> str:
    """Where the recording of one of the kiosk's sentences lies in a pack."""
    return f"{lang}/prompts/{key}.wav"
