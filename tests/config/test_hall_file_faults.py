"""Every fault of a hall file is named with its line, its place and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from queue_server.config import HallFileErrors, inspect_hall, read_hall
from tests.config.hall_files import SMALL, marked_line, spoil, write

SEASON = '[[hours.season]]\nfirst = "{}-30"\nlast = "0{}-30"\nopen = []\n'

MATERIALS = '["营业执照"]\nmaterials_in = '
TRANSLATED = "matter[0].materials_in.ko"
JOINT = '[[joint]]\nid = "Y1"\nname = { zh = "一件事" }\ncategory = "A"\nmatters = '
BAD_JOINT = JOINT.replace('"Y1"', '"A01" # here')
FAULTS = [
    # the file's shape
    ('fee = "不收费"', 'fee = "不收费"\nfees = "0" # here', "matter[0].fees", 'did you mean "fee"'),
    ('[rules]\nhold = "30 min"', 'rules = "none"# here', "hours.rules", "is not known"),
    ("[rules]", "[ruels] # here", "ruels", 'did you mean "rules"'),
    ('[[kiosk]]\nid = "k1"', "[[kiosk]] # here", "kiosk[0]", "`id` is missing"),
    ("[[printer]]", "[[printer.more]] # here", "printer", "must be a list"),
    # the hall
    ('id = "small"', 'id = "Small Hall" # here', "hall.id", "is not a hall id"),
    ('zh = "小厅", ', "# here", "", "this is not TOML"),
    ('name = { zh = "小厅", ko', "name = { ko", "hall.name", "`zh` is missing"),
    ('en = "Small hall" }', 'en = "Small hall", jp = "x" } # here', "hall.name.jp", "zh, ko, en"),
    ('zh = "小厅"', 'zh = " "', "hall.name.zh", "must not be empty"),
    ('zh = "小厅"', 'zh = "小\\u001b@厅"', "hall.name.zh", "U+001B"),
    ('{ zh = "小厅", ko = "작은 중심", en = "Small hall" }', '"小厅" # here', "hall.name", "by language"),
    ('level = "乡镇"', 'level = "乡" # here', "hall.level", "县级"),
    ('"Asia/Shanghai"', '"Asia/Jilin" # here', "hall.timezone", "no time zone"),
    ('"Asia/Shanghai"', '"../etc/passwd" # here', "hall.timezone", "no time zone"),
    ('["zh", "ko", "en"]', '["ko", "en"] # here', "hall.languages", "`zh` is missing"),
    ('["zh", "ko", "en"]', '["zh",\n"ja"] # here', "hall.languages[1]", "zh, ko, en"),
    ('["zh", "ko", "en"]', '["zh", "zh"] # here', "hall.languages[1]", "twice"),
    ('"03:00"', '"3" # here', "hall.boundary", '"00:00" to "23:59"'),
    ('"03:00"', '"24:00" # here', "hall.boundary", '"00:00" to "23:59"'),
    ('"03:00"', '"12:00" # here', "hall.boundary", "closed"),
    ('"03:00"', '"08:15" # here', "hall.boundary", "08:00-16:30"),
    # hours
    ('"08:30-11:30", ', '"08:30-13:30",\n', "hours.open[1]", "in order"),
    ('"08:30-11:30", "', '"11:30-08:30", "', "hours.open[0]", "ends before it begins"),
    ('"08:30-11:30", "', '"8:30-11:30", "', "hours.open[0]", "two digits"),
    ('"周二"', '"二"', "hours.weekdays[1]", "周一"),
    ("[rules]", "[hours.dates]\n2026-02-30 = [] # here\n[rules]", "hours.dates.2026-02-30", "not a date"),
    (
        "[rules]",
        '[[hours.season]]\nfirst = "13-01" # here\nlast = "01-31"\nopen = []\n[rules]',
        "hours.season[0].first",
        "month and day",
    ),
    (
        "[rules]",
        SEASON.format(10, 4) + SEASON.format("04", 5).replace("]]", "]] # here") + "[rules]",
        "hours.season[1]",
        "also holds on 04-30",
    ),
    # rules
    ('hold = "30 min"', "hold = 30 # here", "rules.hold", "duration in quotes"),
    ('hold = "30 min"', 'hold = "-30 min" # here', "rules.hold", "duration in quotes"),
    ('hold = "30 min"', 'hold = "13 h" # here', "rules.hold", "0 s to 12 h"),
    ('hold = "30 min"', "reinsert_after = -1 # here", "rules.reinsert_after", "0 to 100"),
    ('hold = "30 min"', "max_misses = true # here", "rules.max_misses", "whole number"),
    ('hold = "30 min"', 'ratio = "never" # here', "rules.ratio", "whole number"),
    ('hold = "30 min"', 'credits = { vip = "1 h" } # here', "rules.credits.vip", "priority"),
    ('[rules]\nhold = "30 min"', '[rules] # here\nlate_kept = "1 h"', "rules", "`late_class`"),
    # pick lists
    ("elderly =", 'Elderly = { zh = "老" } # here\nother =', "priority_kinds.Elderly", "lower-case"),
    ("[reasons]", "[reasons]\nbreak = {} # here", "reasons.break", "category_pause"),
    ('done = { zh = "办结"', 'finished = { zh = "办结"', "outcomes.finished", "accepted"),
    # categories
    ('letter = "A"', 'letter = "E" # here', "category[0].letter", "never E, I or O"),
    ('letter = "A"', 'letter = "AB" # here', "category[0].letter", "one capital letter"),
    ('letter = "G"', 'letter = "A" # here', "category[1].letter", "in line 26"),
    ('letter = "A"', 'letter = "A"\nprefix = "B" # here', "category[0].prefix", "this category's letter"),
    ('letter = "A"', 'letter = "A"\nprefix = "A1" # here', "category[0].prefix", "one to three digits"),
    ('letter = "A"', 'letter = "A"\nquota = 0 # here', "category[0].quota", "1 to 100000"),
    ('target = "30 min"', 'target = "0 s" # here', "category[0].target", "1 min to 24 h"),
    ("instant = true", 'instant = "yes" # here', "category[1].instant", "true or false"),
    # windows
    ("number = 1", "number = 0 # here", "window[0].number", "1 to 999"),
    ("number = 2", "number = 1 # here", "window[1].number", "taken already, in line 36"),
    ('["A", "G:ordinary"]', '["A",\n"G:vip"] # here', "window[0].serves[1]", "ordinary, priority, booked"),
    ('["A", "G:ordinary"]', '["A",\n"D"] # here', "window[0].serves[1]", 'no category "D"; there are A, G'),
    ('["A", "G:ordinary"]', '["A",\n"A:*"] # here', "window[0].serves[1]", "twice"),
    ('["A", "G:ordinary"]', '["A",\n3] # here', "window[0].serves[1]", "pair in quotes"),
    ('["A", "G:ordinary"]', "[] # here", "window[0].serves", "at least one"),
    ('penalty = "5 min"', 'penalty = "fast"', "window[1].serves[1].penalty", "duration in quotes"),
    ('pair = "G"', 'pair = "H"', "window[1].serves[1]", 'no category "H"'),
    # matters
    ('category = "A"', 'category = "D" # here', "matter[0].category", 'no category "D"'),
    ('category = "A"\nkind = "XK"\n', 'category = "G"\nkind = "XK"\n', "matter[0].instant", "on the spot"),
    # joint errands
    ("[[kiosk]]", f'{JOINT}["A01", "A09"] # here\n[[kiosk]]', "joint[0].matters", "no matters A09"),
    ("[[kiosk]]", f'{JOINT}["A01"] # here\n[[kiosk]]', "joint[0].matters", "at least 2"),
    ("[[kiosk]]", f'{BAD_JOINT}["A01", "A01"]\n[[kiosk]]', "joint[0].id", "is the id of a matter"),
    ('"XK"', '"行政许可" # here', "matter[0].kind", "XK, QR, GG, QL"),
    ('["用地批准手续已办理"]', '["手续齐全",\n"材料等"] # here', "matter[0].conditions[1]", '"等" (char'),
    ('["营业执照"]', '["其他材料"] # here', "matter[0].materials[0]", '"其他" (character 1)'),
    ('["营业执照"]', "[] # here", "matter[0].materials", "at least one"),
    ('["营业执照"]', f'{MATERIALS}{{ ko = ["영업허가증", "위임장"] }} # here', TRANSLATED, "has 2 entries"),
    ('["营业执照"]', f"{MATERIALS}{{ ko = [] }} # here", TRANSLATED, "at least one"),
    ('["营业执照"]', f'{MATERIALS}{{ zh = ["营业执照"] }} # here', "matter[0].materials_in.zh", "ko"),
    ("[outcomes]", '[areas]\n"东区" = {} # here\n[outcomes]', "areas.东区", "no window lies"),
    ("[outcomes]", '[areas]\n"东区" = { zh = "东区" } # here\n[outcomes]', "areas.东区.zh", "ko"),
    ('law = "《建筑法》第七条"', 'law = "" # here', "matter[0].law", "must not be empty"),
    # devices
    ('printer = "p1"', 'printer = "p2" # here', "kiosk[0].printer", 'no printer "p2"; there are p1'),
    ('"127.0.0.1:9100"', '"127.0.0.1" # here', "printer[0].address", "host:port"),
    ('"127.0.0.1:9100"', '"127.0.0.1:99999" # here', "printer[0].address", "1 to 65535"),
    ('"127.0.0.1:9100"', '"serial:/dev/ttyS0?speed=1" # here', "printer[0].address", "baud, bits, parity"),
    ('"127.0.0.1:9100"', '"serial:COM3?baud=1234" # here', "printer[0].address", "baud must be one of"),
    ('"127.0.0.1:9100"', '"usb:printer" # here', "printer[0].address", "usb:04b8:0202"),
    ('"127.0.0.1:9100"', '"agent:" # here', "printer[0].address", "the agent's name"),
    ('id = "p1"\n', 'id = "p1"\nwidth = 500 # here\n', "printer[0].width", "576 or 384"),
    ('id = "p1"\n', 'id = "p1"\ntext_mode = "native" # here\n', "printer[0].text_mode", "raster, gb18030"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "fragment"), FAULTS)
def test_a_fault_is_named_with_its_line_and_its_place(
    tmp_path: Path, old: str, new: str, where: str, fragment: str
) -> None:
    text = spoil(old, new)
    with pytest.raises(HallFileErrors) as raised:
        read_hall(write(tmp_path, text))
    fault = next((error for error in raised.value if error.where == where), None)
    assert fault is not None, str(raised.value)
    assert fragment in fault.sentence
    if "# here" in text:
        assert fault.line == marked_line(text)


@pytest.mark.parametrize(
    "field", ["law", "conditions", "materials", "standard", "steps", "legal_limit", "name"]
)
def test_a_guide_lacks_none_of_its_seven_fields(tmp_path: Path, field: str) -> None:
    head, matter = SMALL.split("[[matter]]")
    kept = [line for line in matter.splitlines() if not line.startswith(f"{field} =")]
    path = write(tmp_path, head + "[[matter]]" + "\n".join(kept))
    errors = inspect_hall(path).errors
    assert [(e.line, e.where, e.sentence) for e in errors] == [
        (head.count("\n") + 1, "matter[0]", f"`{field}` is missing")
    ]


def test_all_faults_are_named_at_once_from_top_to_bottom(tmp_path: Path) -> None:
    text = SMALL
    for old, new in (
        ('level = "乡镇"', 'level = "国"'),
        ('hold = "30 min"', 'hold = "soon"'),
        ('letter = "G"', 'letter = "I"'),
        ("number = 2", "number = -2"),
        ('printer = "p1"', 'printer = "p9"'),
    ):
        text = text.replace(old, new)
    with pytest.raises(HallFileErrors) as raised:
        read_hall(write(tmp_path, text))
    named = [error.where for error in raised.value]
    for where in ("hall.level", "rules.hold", "category[1].letter", "window[1].number", "kiosk[0].printer"):
        assert where in named
    lines = [error.line for error in raised.value]
    assert lines == sorted(lines)
    assert len(str(raised.value).splitlines()) == len(raised.value)


def test_a_syntax_error_names_line_and_column(tmp_path: Path) -> None:
    errors = inspect_hall(write(tmp_path, "[hall]\nid = small\n")).errors
    assert [error.line for error in errors] == [2]
    assert "column 6" in errors[0].sentence


def test_a_syntax_error_at_the_end_names_the_last_line(tmp_path: Path) -> None:
    errors = inspect_hall(write(tmp_path, '[hall]\nname = """\nopen')).errors
    assert [error.line for error in errors] == [3]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    errors = inspect_hall(tmp_path / "none.toml").errors
    assert [(e.path, e.line) for e in errors] == [(str(tmp_path / "none.toml"), 0)]
    assert "No such file" in errors[0].sentence


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "gb.toml"
    path.write_bytes("[hall]\n# 大厅\n".encode("gb18030"))
    errors = inspect_hall(path).errors
    assert [error.line for error in errors] == [2]
    assert "UTF-8" in errors[0].sentence


def test_an_empty_file_lacks_every_table_that_must_be_there(tmp_path: Path) -> None:
    sentences = [error.sentence for error in inspect_hall(write(tmp_path, "")).errors]
    assert sentences == [f"`{name}` is missing" for name in ("hall", "outcomes", "category", "window")]


@pytest.mark.parametrize(("one", "other"), [("1", "1"), ("1", "12"), ("12", "1")])
def test_digit_prefixes_that_begin_one_another_are_refused(tmp_path: Path, one: str, other: str) -> None:
    text = SMALL.replace('letter = "A"', f'letter = "A"\nprefix = "{one}"')
    text = text.replace('letter = "G"', f'letter = "G"\nprefix = "{other}" # here')
    errors = inspect_hall(write(tmp_path, text)).errors
    assert [(e.line, e.where) for e in errors] == [(marked_line(text), "category[1].prefix")]


def test_a_category_without_a_window_is_a_warning(tmp_path: Path) -> None:
    more = '[[category]] # here\nletter = "H"\nname = { zh = "标准地", ko = "표준용지", en = "Land" }\n'
    text = SMALL.replace("[[window]]\nnumber = 1", more + "[[window]]\nnumber = 1")
    found = inspect_hall(write(tmp_path, text))
    assert found.plan is not None
    warning = next(w for w in found.warnings if w.where == "category[2]")
    assert warning.line == marked_line(text)
    assert "H:ordinary, H:booked" in warning.sentence


def test_a_licence_without_a_window_is_an_error(tmp_path: Path) -> None:
    text = spoil('serves = ["A", "G:ordinary"]', 'serves = ["A:priority", "G"]')
    errors = inspect_hall(write(tmp_path, text)).errors
    assert [(e.where, "行政许可" in e.sentence) for e in errors] == [("matter[0]", True)]


def test_what_follows_from_a_fault_is_not_told_as_another(tmp_path: Path) -> None:
    text = spoil('letter = "A"', 'letter = "O"').replace('id = "p1"', 'id = "p 1"')
    errors = inspect_hall(write(tmp_path, text)).errors
    assert [error.where for error in errors] == ["category[0].letter", "printer[0].id"]


def test_texts_without_a_translation_are_a_warning(tmp_path: Path) -> None:
    found = inspect_hall(write(tmp_path, spoil(', ko = "휴식", en = "Rest"', "")))
    assert found.plan is not None
    assert found.plan.reasons["pause"]["rest"] == {"zh": "休息"}
    assert [w.sentence for w in found.warnings if "shown in Chinese" in w.sentence] == [
        "1 texts have no `ko`; they are shown in Chinese",
        "1 texts have no `en`; they are shown in Chinese",
    ]
