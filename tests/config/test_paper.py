"""`[slip]` of a hall file: logo, order, languages, sentences; and every way to get them wrong."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from queue_server.config import HallFileErrors, inspect_hall, read_hall
from tests.config.hall_files import SMALL, marked_line, write


def with_slip(folder: Path, keys: str) -> Path:
    return write(folder, f"{SMALL}\n[slip]\n{keys}\n")


def picture(path: Path, size: tuple[int, int] = (40, 20), mode: str = "RGBA") -> Image.Image:
    """A logo file: left half dark, right half clear."""
    image = Image.new(mode, size, (255, 255, 255, 0) if mode == "RGBA" else 255)
    image.paste((20, 30, 90, 255) if mode == "RGBA" else 60, (0, 0, size[0] // 2, size[1]))
    image.save(path)
    return image


def test_a_hall_chooses_languages_order_and_sentences(tmp_path: Path) -> None:
    plan = read_hall(
        with_slip(
            tmp_path,
            'languages = ["zh", "ko"]\norder = ["number", "claim"]\n'
            'texts = { ahead = { zh = "您前面{n}位" }, note = { zh = "电话 12345" } }',
        )
    )
    assert plan.slip.languages == ("zh", "ko")
    assert plan.slip.order == ("number", "claim")
    assert plan.slip.texts["ahead"] == {"zh": "您前面{n}位"}


def test_without_the_table_the_slip_is_as_it_ships(tmp_path: Path) -> None:
    plan = read_hall(write(tmp_path, SMALL))
    assert plan.slip == type(plan.slip)()


def test_a_logo_becomes_one_bit_and_what_is_clear_is_paper(tmp_path: Path) -> None:
    picture(tmp_path / "logo.png")
    plan = read_hall(with_slip(tmp_path, 'logo = "logo.png"'))
    with Image.open(BytesIO(base64.b64decode(plan.slip.logo))) as kept:
        assert (kept.mode, kept.size) == ("1", (40, 20))
        assert (kept.getpixel((5, 5)), kept.getpixel((30, 5))) == (0, 255)


def test_the_same_picture_gives_the_same_plan(tmp_path: Path) -> None:
    picture(tmp_path / "logo.png", mode="L")
    path = with_slip(tmp_path, 'logo = "logo.png"')
    assert read_hall(path) == read_hall(path)


def test_a_sentence_of_the_slip_in_chinese_alone_is_no_warning(tmp_path: Path) -> None:
    before = inspect_hall(write(tmp_path, SMALL)).warnings
    after = inspect_hall(with_slip(tmp_path, 'texts = { ahead = { zh = "您前面{n}位" } }')).warnings
    assert [warning.sentence for warning in after] == [warning.sentence for warning in before]


FAULTS = [
    ('order = ["hall"] # here', "slip.order", "`number` is missing"),
    ('order = ["number", "qr"] # here', "slip.order[1]", '"qr" is not known'),
    ('order = ["number", "number"] # here', "slip.order[1]", "twice"),
    ('languages = ["zh", "ko", "en"] # here', "slip.languages", "more than two"),
    ('languages = ["ko", "zh"] # here', "slip.languages", "must begin with `zh`"),
    ('logo = "none.png" # here', "slip.logo", "No such file"),
    ('logo = "hall.toml" # here', "slip.logo", "cannot be read as a PNG"),
    ('logo = "wide.png" # here', "slip.logo", "577 by 10 dots; allowed are 576 by 240"),
    ("logo = 3 # here", "slip.logo", "the name of a PNG file"),
    ('texts = { ahead = { zh = "很多人" } } # here', "slip.texts.ahead.zh", "must say {n}"),
    ('texts = { ahead = { zh = "{n} {m}" } } # here', "slip.texts.ahead.zh", "{m} is not known here"),
    ('texts = { note = { zh = "a {b}" } } # here', "slip.texts.note.zh", "allowed are none"),
    ('texts = { ahead = { zh = "{n.real} {n}" } } # here', "slip.texts.ahead.zh", "a brace that"),
    ('texts = { ahead = { ko = "{n}" } } # here', "slip.texts.ahead", "`zh` is missing"),
    ('texts = { note = { zh = "a\\u001bb" } } # here', "slip.texts.note.zh", "U+001B"),
    ('texts = { note = { zh = "a\\u202eb" } } # here', "slip.texts.note.zh", "U+202E"),
    ('texts = { footer = { zh = "a" } } # here', "slip.texts.footer", '"footer" is not known'),
]


@pytest.mark.parametrize(("keys", "where", "fragment"), FAULTS)
def test_a_fault_is_named_with_its_line_and_its_place(
    tmp_path: Path, keys: str, where: str, fragment: str
) -> None:
    picture(tmp_path / "wide.png", (577, 10))
    path = with_slip(tmp_path, keys)
    with pytest.raises(HallFileErrors) as raised:
        read_hall(path)
    fault = next((error for error in raised.value if error.where == where), None)
    assert fault is not None, str(raised.value)
    assert fragment in fault.sentence
    assert fault.line == marked_line(path.read_text("utf-8"))


def test_a_language_that_the_hall_does_not_have_cannot_stand_on_its_slips(tmp_path: Path) -> None:
    text = SMALL.replace('languages = ["zh", "ko", "en"]', 'languages = ["zh", "en"]')
    path = write(tmp_path, f'{text}\n[slip]\nlanguages = ["zh", "ko"]\n')
    errors = inspect_hall(path).errors
    assert [(error.where, "not among" in error.sentence) for error in errors] == [("slip.languages[1]", True)]
