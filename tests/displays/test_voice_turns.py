"""What a zone's voice says next: everyone once first, then the second language, then all once more."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from displays.voice import EXTRAS_WITHIN, LANGUAGES, TOO_OLD, Reading, Waiting, next_utterance, program

BOTH = Reading(("zh", "ko"))
NOW = 1_000_000


def call(seq: int, language: str = "zh", at: int = NOW, spoken: int | None = None) -> Waiting:
    return Waiting("2026-11-25", seq, seq, f"A{seq:03}", seq % 30 + 1, at, language, spoken)


def spoken_in_turn(calls: Sequence[Waiting], reading: Reading = BOTH, most: int = 1000) -> list[str]:
    """All that is said of calls that nobody answers, as the log and the loudspeaker note it."""
    said: list[str] = []
    waiting = list(calls)
    while len(said) < most:
        found = next_utterance(waiting, said, reading, LANGUAGES, NOW)
        if found is None:
            return said
        said.append(found.id)
        waiting = [
            replace(each, spoken_at=NOW) if each.seq == found.call.seq and each.spoken_at is None else each
            for each in waiting
        ]
    raise AssertionError("it never ends")


def test_a_call_with_time_is_said_twice_in_both_languages() -> None:
    assert spoken_in_turn([call(7)]) == [
        "2026-11-25/7.zh.1", "2026-11-25/7.ko.1", "2026-11-25/7.zh.2", "2026-11-25/7.ko.2",
    ]  # fmt: skip


def test_the_tickets_own_language_comes_first() -> None:
    korean = [utterance.lang for utterance in program(call(7, language="ko"), BOTH, LANGUAGES)]
    english = [utterance.lang for utterance in program(call(7, language="en"), BOTH, LANGUAGES)]
    assert korean == ["ko", "zh", "ko", "zh"]
    assert english == ["en", "zh", "ko", "en", "zh", "ko"]


def test_a_voice_without_the_tickets_language_says_it_in_the_halls_first() -> None:
    first = next_utterance([call(7, language="en")], (), BOTH, ("zh", "ko"), NOW)
    assert first is not None
    assert first.lang == "zh"


def test_the_chime_sounds_once_before_each_call() -> None:
    assert [each.chime for each in program(call(7), BOTH, LANGUAGES)] == [True, False, False, False]
    assert not any(each.chime for each in program(call(7), Reading(("zh",), chime=False), LANGUAGES))


@given(
    st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=24),
    st.sampled_from([("zh",), ("ko", "zh"), ("zh", "ko", "en")]),
    st.booleans(),
)
def test_everyone_is_called_once_before_any_second_language_and_that_before_any_repetition(
    languages: list[str], spoken: tuple[str, ...], twice: bool
) -> None:
    calls = [call(seq, language=lang) for seq, lang in enumerate(languages, 1)]
    said = spoken_in_turn(calls, Reading(spoken, twice=twice))
    firsts = said[: len(calls)]
    assert firsts == [f"2026-11-25/{each.seq}.{each.language}.1" for each in calls]
    turns = [int(each[-1]) for each in said]
    assert turns == sorted(turns)
    assert len(said) == len(set(said))
    assert (2 in turns) == twice


def test_a_new_call_goes_before_what_was_left_of_the_others() -> None:
    old = call(1, spoken=NOW)
    found = next_utterance([old, call(2)], ["2026-11-25/1.zh.1"], BOTH, LANGUAGES, NOW)
    assert found is not None
    assert found.id == "2026-11-25/2.zh.1"


def test_a_recall_keeps_the_place_of_the_call_that_it_replaces() -> None:
    recalled = replace(call(9), place=1)
    found = next_utterance([call(2), recalled], (), BOTH, LANGUAGES, NOW)
    assert found is not None
    assert found.call.seq == 9


def test_what_is_too_old_when_the_voice_comes_back_is_not_said() -> None:
    old, young = call(1, at=NOW - TOO_OLD - 1), call(2, at=NOW - TOO_OLD)
    assert next_utterance([old], (), BOTH, LANGUAGES, NOW, since=NOW) is None
    found = next_utterance([old, young], (), BOTH, LANGUAGES, NOW, since=NOW)
    assert found is not None
    assert found.call == young


def test_a_call_that_waits_its_turn_never_grows_too_old() -> None:
    late = NOW + 10 * TOO_OLD
    assert next_utterance([call(1)], (), BOTH, LANGUAGES, late, since=NOW) is not None


def test_what_is_left_over_is_not_said_long_after_the_call() -> None:
    heard = call(1, spoken=NOW)
    said = ["2026-11-25/1.zh.1"]
    assert next_utterance([heard], said, BOTH, LANGUAGES, NOW + EXTRAS_WITHIN) is not None
    assert next_utterance([heard], said, BOTH, LANGUAGES, NOW + EXTRAS_WITHIN + 1) is None


def test_another_loudspeaker_does_not_repeat_what_this_one_began() -> None:
    assert next_utterance([call(1, spoken=NOW)], (), BOTH, LANGUAGES, NOW) is None
