"""What a voice says: every number digit by digit, every window as a number, in three languages."""

from __future__ import annotations

import itertools
import re

import pytest

from displays.voice import LANGUAGES, LETTERS, RYEONG, Unsayable, phrase, tokens

NUMBERS = ["A023", "A000", "B107", "C999", "D045", "Z01", "0012", "A1000", "W777", "S4096", "F888", "8023"]
NUMBERS += [f"{letter}{number:03}" for letter, number in zip(LETTERS, itertools.count(17, 43), strict=False)]
WINDOWS = [*range(1, 32), 40, 45, 99, 100, 101, 105, 110, 111, 112, 119, 120, 200, 212, 305, 999]


def said(lang: str, number: str, window: int, **how: str) -> str:
    return " | ".join(" ".join(group) for group in phrase(lang, number, window, **how))


@pytest.mark.parametrize(
    ("lang", "number", "window", "words"),
    [
        ("zh", "A023", 3, "请 A 零 二 三 号 | 到 三 号窗口 办理"),
        ("zh", "A110", 105, "请 A 一 一 零 号 | 到 一 百 零 五 号窗口 办理"),
        ("zh", "B008", 12, "请 B 零 零 八 号 | 到 十 二 号窗口 办理"),
        ("zh", "B008", 20, "请 B 零 零 八 号 | 到 二 十 号窗口 办理"),
        ("zh", "B008", 110, "请 B 零 零 八 号 | 到 一 百 一 十 号窗口 办理"),
        ("ko", "A023", 3, "A 공 이 삼 번 손님 | 삼 번 창구로 오십시오"),
        ("ko", "A023", 112, "A 공 이 삼 번 손님 | 백 십 이 번 창구로 오십시오"),
        ("ko", "A023", 25, "A 공 이 삼 번 손님 | 이 십 오 번 창구로 오십시오"),
        ("en", "A023", 3, "Ticket A zero two three | window three please"),
        ("en", "A023", 105, "Ticket A zero two three | window one hundred and five please"),
        ("en", "A023", 42, "Ticket A zero two three | window forty two please"),
    ],
)
def test_a_call_is_worded_as_the_hall_says_it(lang: str, number: str, window: int, words: str) -> None:
    assert said(lang, number, window) == words


@pytest.mark.proves("S6")
def test_ticket_1000_and_window_100_are_whole_in_speech() -> None:
    assert said("zh", "A1000", 100) == "请 A 一 零 零 零 号 | 到 一 百 号窗口 办理"
    assert said("ko", "A1000", 100) == "A 일 공 공 공 번 손님 | 백 번 창구로 오십시오"
    assert said("en", "A1000", 100) == "Ticket A one zero zero zero | window one hundred please"


def test_a_hall_chooses_its_korean_zero() -> None:
    assert said("ko", "A100", 10, zero=RYEONG) == "A 일 령 령 번 손님 | 십 번 창구로 오십시오"


def test_what_was_said_reads_back_as_the_number_and_the_window() -> None:
    """A reader that knows only how people write numbers hears every call as it was made."""
    for number, window in itertools.product(NUMBERS, WINDOWS):
        assert heard_zh(phrase("zh", number, window)) == (number, window)
        assert heard_ko(phrase("ko", number, window)) == (number, window)
        assert heard_en(phrase("en", number, window)) == (number, window)


def test_every_word_of_every_call_is_in_the_script_once() -> None:
    for lang in LANGUAGES:
        script = tokens(lang)
        assert len(script) == len(set(script))
        used = {
            token
            for number, window in itertools.product([*NUMBERS, "A0123456", "A789"], range(1, 1000))
            for group in phrase(lang, number, window)
            for token in group
        }
        assert used <= set(script)


@pytest.mark.parametrize(
    ("number", "window"), [("E001", 3), ("", 3), ("a01", 3), ("A-1", 3), ("A1", 0), ("A1", 1000), ("A٣", 1)]
)
def test_what_cannot_be_said_is_refused(number: str, window: int) -> None:
    for lang in LANGUAGES:
        with pytest.raises(Unsayable):
            phrase(lang, number, window)


def parts(words: tuple[tuple[str, ...], ...], before: str, between: str, window: str) -> tuple[str, str]:
    text = "".join(token for group in words for token in group)
    found = re.fullmatch(f"{before}(.+?){between}(.+){window}", text)
    assert found, text
    return found[1], found[2]


def heard_zh(words: tuple[tuple[str, ...], ...]) -> tuple[str, int]:
    number, window = parts(words, "请", "号到", "号窗口办理")
    return number.translate({ord(c): str(n) for n, c in enumerate("零一二三四五六七八九")}), chinese(window)


def chinese(text: str) -> int:
    value, digit = 0, 0
    for sign in text:
        if sign in "十百":
            value, digit = value + (digit or 1) * (10 if sign == "十" else 100), 0
        else:
            digit = "零一二三四五六七八九".index(sign)
    return value + digit


def heard_ko(words: tuple[tuple[str, ...], ...]) -> tuple[str, int]:
    number, window = parts(words, "", "번 손님", "번 창구로 오십시오")
    digits = "공일이삼사오륙칠팔구"
    pairs = zip(digits + "십백", "零一二三四五六七八九十百", strict=True)
    as_zh = window.translate({ord(a): b for a, b in pairs})
    return number.translate({ord(c): str(n) for n, c in enumerate(digits)}), chinese(as_zh)


def heard_en(words: tuple[tuple[str, ...], ...]) -> tuple[str, int]:
    (_, *spelt), (_, *window, _) = words
    number = "".join(str(ENGLISH.get(word, word)) for word in spelt)
    value = 0
    for word in window:
        value = value * 100 if word == "hundred" else value + ENGLISH.get(word, 0)
    return number, value


ENGLISH = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
