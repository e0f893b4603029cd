"""The chain of fonts: each character is drawn by the first that has it, and one that none has is told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from printers import fonts
from printers.fonts import Coverage, Face, FontsMissing, Typeface, typeface


class Only(Coverage):
    """The coverage of a font that has these characters and no others."""

    def __init__(self, chars: str) -> None:
        self._chars = chars

    def __contains__(self, char: str) -> bool:
        return char in self._chars


def chain(*coverages: str) -> Typeface:
    real = typeface().faces[0]
    return Typeface(tuple(replace(real, coverage=Only(chars)) for chars in coverages))


def test_each_character_is_drawn_by_the_first_font_that_has_it() -> None:
    first, second = (fallback := chain("张三A", "张𠮷A")).faces
    assert [fallback.face_of(char) for char in "张𠮷A"] == [first, second, first]


def test_a_name_falls_into_runs_that_one_font_can_draw() -> None:
    first, second = (fallback := chain("张三", "𠮷")).faces
    assert list(fallback.runs("张三𠮷張")) == [(first, "张三"), (second, "𠮷"), (None, "張")]


def test_what_no_font_has_is_told_once_and_in_order() -> None:
    assert chain("张", "𠮷").missing("㛃张䶮㛃") == ("㛃", "䶮")


@pytest.mark.parametrize("bold", [False, True])
def test_coverage_is_what_the_font_itself_says(bold: bool) -> None:
    face: Face = typeface(bold).faces[0]
    assert all(char in face.coverage for char in "综合窗口𠮷䶮㛃조선어A￥")
    assert "\U0010f123" not in face.coverage


def test_without_the_font_of_slips_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_font_files", dict)
    with pytest.raises(FontsMissing, match="fonts-noto-cjk"):
        typeface.__wrapped__(False)
