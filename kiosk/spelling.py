"""How Chinese words are typed by whoever has only letters: their pinyin, syllable by syllable."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=16_384)
def pinyin(text: str) -> str:
    """The syllables of the Chinese in a text, without tones: "开店" is "kai dian"; "" without any Chinese.

    A character with several readings is read as its word asks (长期 chang, 成长 zhang).
    """
    return " ".join(lazy_pinyin(text, errors="ignore"))


def read_aloud(text: str) -> str:
    """A Chinese sentence as a synthesiser reads it: syllables with their tones, rests where it has commas."""
    spelled = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=lambda other: ",")
    return " ".join(spelled)
