"""Catch-all words are found in guides, and words that merely look like them are not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from queue_server.config.wording import INNOCENT, VAGUE, vague_words

EXAMPLES = tomllib.loads(Path(__file__).with_name("wording_examples.toml").read_text("utf-8"))
DIRTY: list[tuple[str, list[list[object]]]] = EXAMPLES["dirty"]
CLEAN: list[str] = EXAMPLES["clean"]


@pytest.mark.parametrize(("sentence", "found"), DIRTY)
def test_a_catch_all_is_found_with_its_offset(sentence: str, found: list[list[object]]) -> None:
    assert vague_words(sentence) == [tuple(place) for place in found]


@pytest.mark.parametrize("sentence", CLEAN)
def test_a_word_that_says_something_definite_is_let_be(sentence: str) -> None:
    assert vague_words(sentence) == []


def test_half_of_the_examples_are_clean_and_most_of_those_look_dirty() -> None:
    assert len(DIRTY) >= 40
    assert len(CLEAN) >= 40
    suspicious = [sentence for sentence in CLEAN if any(word in sentence for word in (*VAGUE, "有关"))]
    assert len(suspicious) >= 40
    assert len({*CLEAN, *(sentence for sentence, _ in DIRTY)}) == len(CLEAN) + len(DIRTY)


def test_every_offset_points_at_its_word() -> None:
    for sentence, found in DIRTY:
        for offset, word in found:
            assert isinstance(offset, int)
            assert isinstance(word, str)
            assert sentence[offset : offset + len(word)] == word


@pytest.mark.parametrize("pattern", INNOCENT)
def test_no_pattern_of_the_allow_list_lets_a_bare_catch_all_pass(pattern: str) -> None:
    assert not any(re.search(pattern, f"材料{word}") for word in VAGUE)
