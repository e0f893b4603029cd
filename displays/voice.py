"""What a voice says of a call, in which words, and what it says next: pure, so that all of it can be tested.

A ticket's number is read digit by digit (A 零 二 三), a window's as a number (一百零五号窗口), in Chinese,
Korean and English. A phrase is groups of tokens: a voice pack has one recording for each token.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

LANGUAGES = ("zh", "ko", "en")
LETTERS = "ABCDFGHJKLMNPQRSTUVWXYZ"
"""Letters that numbers begin with: never E, I or O, which are heard as digits."""

GONG, RYEONG = "공", "령"
"""The two Korean zeros; a hall chooses."""

EXTRAS_WITHIN = 60_000
"""How long (ms) after a call was first spoken its other languages and its repetition still make sense."""
TOO_OLD = 60_000
"""A call (ms) this much older than the moment at which the voice came back is shown, not spoken."""

_ZH = "零一二三四五六七八九"
_KO = (GONG, "일", "이", "삼", "사", "오", "륙", "칠", "팔", "구")
_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_EN_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

Phrase = tuple[tuple[str, ...], ...]
"""Groups of tokens, a short rest between two of them."""


class Unsayable(ValueError):
    """This number or window cannot be said."""


def phrase(lang: str, number: str, window: int, zero: str = GONG) -> Phrase:
    """The tokens that call a number to a window. `zero` is the Korean word for the digit 0."""
    if not 1 <= window <= 999:
        raise Unsayable(f"a window has a number from 1 to 999, not {window}")
    digits = spelt(lang, number, zero)
    if lang == "zh":
        return (("请", *digits, "号"), ("到", *_zh(window), "号窗口", "办理"))
    if lang == "ko":
        return ((*digits, "번 손님"), (*_ko(window), "번 창구로 오십시오"))
    return (("Ticket", *digits), ("window", *_en(window), "please"))


def tokens(lang: str) -> tuple[str, ...]:
    """Every token that a language's voice must have, once, in the order in which a speaker reads them."""
    numbers: dict[str, tuple[str, ...]] = {
        "zh": ("请", "号", "到", "号窗口", "办理", *_ZH, "十", "百"),
        "ko": ("번 손님", "번 창구로 오십시오", *_KO, RYEONG, "십", "백"),
        "en": ("Ticket", "window", "please", *_EN, *_EN_TEENS, *_EN_TENS[2:], "hundred", "and"),
    }
    return (*numbers[lang], *LETTERS)


def spelt(lang: str, number: str, zero: str = GONG) -> tuple[str, ...]:
    """A ticket's number, character by character. Raises Unsayable."""
    digits: Sequence[str] = {"zh": _ZH, "ko": (zero, *_KO[1:]), "en": _EN}[lang]
    if not number or len(number) > 8:
        raise Unsayable(f"{number[:20]!r} is no ticket's number")
    said = []
    for sign in number:
        if sign in LETTERS:
            said.append(sign)
        elif sign.isascii() and sign.isdigit():
            said.append(digits[int(sign)])
        else:
            raise Unsayable(f"{sign!r} in {number!r} cannot be said")
    return tuple(said)


def _zh(n: int) -> list[str]:
    """一百零五, 一百一十, 十二, 二十."""
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    said = [_ZH[hundreds], "百"] if hundreds else []
    if tens == 1 and not hundreds:
        said.append("十")
    elif tens:
        said += [_ZH[tens], "十"]
    elif hundreds and ones:
        said.append("零")
    return [*said, _ZH[ones]] if ones else said


def _ko(n: int) -> list[str]:
    """백오, 백십, 십이, 이십: a one before 백 and 십 is not said."""
    said: list[str] = []
    for count, unit in ((n // 100, "백"), (n // 10 % 10, "십")):
        if count:
            said += ([_KO[count]] if count > 1 else []) + [unit]
    return [*said, _KO[n % 10]] if n % 10 else said


def _en(n: int) -> list[str]:
    """One hundred and five, twelve, twenty one."""
    hundreds, rest = divmod(n, 100)
    said = [_EN[hundreds], "hundred"] if hundreds else []
    if hundreds and rest:
        said.append("and")
    if not rest:
        return said
    if rest < 10:
        return [*said, _EN[rest]]
    if rest < 20:
        return [*said, _EN_TEENS[rest - 10]]
    return [*said, _EN_TENS[rest // 10], *([_EN[rest % 10]] if rest % 10 else [])]


# --- what is said next ---------------------------------------------------------------------


class Reading(msgspec.Struct, frozen=True):
    """How a hall has its calls read: its languages in order, a chime before each call, and each twice."""

    languages: tuple[str, ...] = ("zh",)
    zero: str = GONG
    chime: bool = True
    twice: bool = True


class Waiting(msgspec.Struct, frozen=True):
    """A present call as a voice sees it, by its newest log sequence `seq`.

    `place` orders the calls: a recall takes the place of the call that was still waiting. `at` and
    `spoken_at` (None: not yet) in ms; `language` is the ticket's. `date` is the business day.
    """

    date: str
    seq: int
    place: int
    number: str
    window: int
    at: int
    language: str
    spoken_at: int | None = None


class Utterance(msgspec.Struct, frozen=True):
    """One thing to say: a call in one language, for the first or the second time."""

    call: Waiting
    lang: str
    turn: int = 1
    chime: bool = False

    @property
    def id(self) -> str:
        """Its name: what a loudspeaker has said once it never says again."""
        return f"{self.call.date}/{self.call.seq}.{self.lang}.{self.turn}"


def first_of(call: Waiting, reading: Reading, can_say: Collection[str]) -> Utterance:
    """The one utterance that is never left out: in the ticket's language, or the hall's first."""
    lang = next((each for each in (call.language, *reading.languages, "zh") if each in can_say), "zh")
    return Utterance(call, lang, 1, reading.chime)


def program(call: Waiting, reading: Reading, can_say: Collection[str]) -> list[Utterance]:
    """All that is said of a call when there is time: first, the other languages, and all once more."""
    first = first_of(call, reading, can_say)
    others = [lang for lang in reading.languages if lang in can_say and lang != first.lang]
    langs = (first.lang, *others)
    turns = (1, 2) if reading.twice else (1,)
    return [
        Utterance(call, lang, turn, reading.chime and turn == 1 and lang == first.lang)
        for turn in turns
        for lang in langs
    ]


def next_utterance(
    calls: Iterable[Waiting],
    said: Collection[str],
    reading: Reading,
    can_say: Collection[str],
    now: int,
    since: int = 0,
) -> Utterance | None:
    """What the voice of a zone says next, None when it may be silent.

    First every call once in its ticket's language, in order; then the other languages; then what is
    said twice. So under backlog repetitions go first, then the second language, never the first
    utterance. `said` are the ids that this loudspeaker has said; what another one said before it, it does
    not take up. `since` (ms) is when the voice came back: what is too old for it then is only shown.
    """
    in_order = sorted(calls, key=lambda call: call.place)
    for call in in_order:
        first = first_of(call, reading, can_say)
        if call.spoken_at is None and first.id not in said and since - call.at <= TOO_OLD:
            return first
    owed: list[tuple[int, int, Utterance]] = []
    for call in in_order:
        if call.spoken_at is None or now - call.spoken_at > EXTRAS_WITHIN:
            continue
        whole = program(call, reading, can_say)
        if whole[0].id in said:
            owed += [(each.turn, rank, each) for rank, each in enumerate(whole) if each.id not in said]
    return min(owed, key=lambda one: one[:2])[2] if owed else None
