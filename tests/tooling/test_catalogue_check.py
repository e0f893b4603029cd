"""The check of the catalogues finds each kind of fault, and finds none in sound ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import catalogues
from scripts.catalogues import LANGUAGES, language_faults, read_book, use_faults

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
SOUND = {lang: {"kiosk.take": "take {number}", "kiosk.no.paper": "no paper"} for lang in LANGUAGES}
CODE = 'translate("kiosk.take", lang, number=n)\ntranslate(f"kiosk.no.{what}", lang)\n'


def written(place: Path, entries: dict[str, dict[str, str]], extra: str = "") -> Path:
    for lang, sentences in entries.items():
        folder = place / lang / "LC_MESSAGES"
        folder.mkdir(parents=True)
        lines = [f'msgid "{key}"\nmsgstr "{text}"\n' for key, text in sentences.items()]
        (folder / "kiosk.po").write_text(HEADER + "\n".join([*lines, extra]), encoding="utf-8")
    return place


def faults(place: Path, code: str = CODE, script: str = "") -> list[str]:
    book, found = read_book(place)
    found += language_faults(book)
    used = [
        *catalogues.python_uses("kiosk/pages.py", code),
        *catalogues.text_uses("kiosk/static/a.js", script),
    ]
    return found + list(use_faults(book, used))


def test_sound_catalogues_have_no_fault(tmp_path: Path) -> None:
    assert faults(written(tmp_path, SOUND)) == []


def test_a_key_missing_in_one_language_is_found(tmp_path: Path) -> None:
    entries = SOUND | {"ko": {"kiosk.take": "take {number}"}}
    assert faults(written(tmp_path, entries)) == ["kiosk.no.paper: missing in ko"]


def test_an_empty_sentence_is_found(tmp_path: Path) -> None:
    entries = SOUND | {"en": SOUND["en"] | {"kiosk.no.paper": ""}}
    assert faults(written(tmp_path, entries)) == ["kiosk.no.paper: empty in en"]


def test_a_fuzzy_sentence_is_found(tmp_path: Path) -> None:
    entry = '#, fuzzy\nmsgid "kiosk.no.bin"\nmsgstr "perhaps"\n'
    assert faults(written(tmp_path, SOUND, entry)) == [f"kiosk.no.bin: fuzzy in {lang}" for lang in LANGUAGES]


def test_differing_placeholders_are_found(tmp_path: Path) -> None:
    entries = SOUND | {"ko": SOUND["ko"] | {"kiosk.take": "take {numer}"}}
    found = faults(written(tmp_path, entries))
    assert found == ["kiosk.take: ko differs from the other languages in {number, numer}"]


def test_a_key_of_another_area_is_found(tmp_path: Path) -> None:
    entry = 'msgid "board.title"\nmsgstr "board"\n'
    found = faults(written(tmp_path, SOUND, entry))
    assert "zh/kiosk.po: board.title does not begin with 'kiosk.'" in found


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    place = written(tmp_path, SOUND)
    (place / "en" / "LC_MESSAGES" / "kiosk.po").write_text('msgid "kiosk.take"\noops\n', encoding="utf-8")
    assert any(fault.startswith("en/kiosk.po:") for fault in faults(place))


@pytest.mark.parametrize(
    ("code", "script"),
    [
        (CODE + 'translate("kiosk.gone", lang)', ""),
        (CODE + 'say("gone")', ""),
        (CODE, 'say(words, "kiosk.gone")'),
        (CODE, "t('kiosk.gone')"),
    ],
)
def test_a_sentence_that_no_catalogue_has_is_found(tmp_path: Path, code: str, script: str) -> None:
    (found,) = faults(written(tmp_path, SOUND), code, script)
    assert "no sentence" in found


def test_a_sentence_said_without_a_value_it_needs_is_found(tmp_path: Path) -> None:
    code = CODE + 'translate("kiosk.take", lang, window=3)'
    assert faults(written(tmp_path, SOUND), code) == ["kiosk/pages.py:3: kiosk.take needs number"]


def test_a_sentence_nobody_says_is_found(tmp_path: Path) -> None:
    assert faults(written(tmp_path, SOUND), 'translate("kiosk.take", lang)') == [
        "kiosk.no.paper: nothing says it"
    ]


def test_a_script_s_short_and_built_keys_count_as_said(tmp_path: Path) -> None:
    script = "say(words, 'take', {number}); say(words, `no.${what}`)"
    assert faults(written(tmp_path, SOUND), "", script) == []
