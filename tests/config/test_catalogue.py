"""Catalogues from TOML, CSV and XLSX are the same; every fault names its row; versions are compared."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from openpyxl import Workbook

from queue_server.config import read_hall
from queue_server.config.catalogue import Change, differences, figures, inspect_catalogue, written
from queue_server.config.sheet import Sheet
from queue_server.config.tables import HEADINGS, LISTS, MOST_BYTES, MOST_ROWS, MOST_UNPACKED, load_table
from queue_server.demo import COUNTY
from queue_server.hall.plan import Matter

HALL = read_hall(COUNTY)
MATTERS = HALL.matters


def cells(matter: Matter, separator: str = "\n") -> list[str]:
    """A matter as a department writes it in a table."""
    told = {
        **{key: getattr(matter, key) for key in HEADINGS if hasattr(matter, key)},
        "name": matter.name["zh"],
        "name_ko": matter.name.get("ko", ""),
        "name_en": matter.name.get("en", ""),
        "instant": "是" if matter.instant else "否",
        **{key: separator.join(getattr(matter, key)) for key in LISTS if hasattr(matter, key)},
        **{f"materials_{lang}": separator.join(matter.materials_in.get(lang, ())) for lang in ("ko", "en")},
    }
    return [str(told[key]) for key in HEADINGS]


def rows(matters: tuple[Matter, ...], separator: str = "\n") -> list[list[str]]:
    return [list(HEADINGS.values()), *(cells(matter, separator) for matter in matters)]


def as_csv(path: Path, table: list[list[str]], encoding: str = "utf-8") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def as_xlsx(path: Path, table: list[list[str]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table:
        sheet.append(row)
    book.save(path)
    return path


def faults(path: Path) -> list[str]:
    return [
        f"{fault.line}: {fault.where}: {fault.sentence}" for fault in inspect_catalogue(path, HALL).errors
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_gives_the_matters_of_the_hall_file(tmp_path: Path, encoding: str) -> None:
    matters = tuple(replace(m, name={k: v for k, v in m.name.items() if k != "ko"}) for m in MATTERS)
    table = as_csv(tmp_path / "matters.csv", rows(matters, "；"), encoding)
    assert inspect_catalogue(table, HALL).matters == matters


def test_a_workbook_gives_the_matters_of_the_hall_file(tmp_path: Path) -> None:
    found = inspect_catalogue(as_xlsx(tmp_path / "matters.xlsx", rows(MATTERS)), HALL)
    assert (found.errors, found.matters) == ((), MATTERS)


def test_what_is_written_as_toml_reads_back_the_same(tmp_path: Path) -> None:
    odd = replace(
        MATTERS[0], law='《"引号"与\\反斜杠》', basic_code="XK00101000", kind="XK", verified="source"
    )
    path = tmp_path / "matters.toml"
    path.write_text(written((odd, *MATTERS[1:])), "utf-8")
    assert inspect_catalogue(path, HALL).matters == (odd, *MATTERS[1:])


def test_a_hall_file_is_a_catalogue(tmp_path: Path) -> None:
    assert inspect_catalogue(COUNTY).matters == MATTERS


def test_every_fault_names_its_row_field_character_and_word(tmp_path: Path) -> None:
    table = rows(MATTERS[:3])
    heads = list(HEADINGS)
    table[1][heads.index("materials")] = "营业执照\n身份证等"
    for other in ("materials_ko", "materials_en"):
        table[1][heads.index(other)] = ""
    table[2][heads.index("law")] = ""
    table[2][heads.index("category")] = "Z"
    table[3][heads.index("basic_code")] = "990107001000"
    table[3][heads.index("kind")] = "行政许可"
    table[3][heads.index("id")] = table[1][heads.index("id")]
    for path in (as_csv(tmp_path / "m.csv", table), as_xlsx(tmp_path / "m.xlsx", table)):
        assert faults(path) == [
            '2: matter[0].materials[1]: "等" (character 4) leaves open what is asked; name each thing',
            "3: matter[1]: `law` is missing",
            '3: matter[1].category: there is no category "Z"; there are '
            + ", ".join(c.letter for c in HALL.categories),
            f'4: matter[2].id: "{MATTERS[0].id}" is taken already, in line 2',
            '4: matter[2].basic_code: "990107001000" no region is numbered "99" (characters 1-2)',
        ]


@pytest.mark.parametrize(
    ("promised", "legal", "errors", "warnings"),
    [
        ("5工作日", "20日", [], []),
        ("5工作日", "5工作日", [], []),
        ("20工作日", "15日", [], []),  # units that cannot be compared without a calendar
        ("6工作日", "5工作日", ["the promise is longer than the legal limit (5工作日)"], []),
        ("未设", "5工作日", ["a matter that does not end on the spot promises a day"], []),
        ("尽快", "1个月", [], ['"尽快" fixes no number of days', '"1个月" fixes no number of days']),
    ],
)
def test_a_promise_can_be_counted_and_keeps_the_law(
    tmp_path: Path, promised: str, legal: str, errors: list[str], warnings: list[str]
) -> None:
    matter = replace(next(m for m in MATTERS if not m.instant), promised_limit=promised, legal_limit=legal)
    found = inspect_catalogue(as_csv(tmp_path / "m.csv", rows((matter,))), HALL)
    assert [fault.sentence for fault in found.errors] == errors
    assert [fault.sentence.partition(";")[0] for fault in found.warnings] == warnings
    instant = replace(matter, instant=True, promised_limit="未设")
    assert inspect_catalogue(as_csv(tmp_path / "i.csv", rows((instant,))), HALL).errors == ()


def test_empty_rows_are_stepped_over_and_lines_stay_those_of_the_sheet(tmp_path: Path) -> None:
    table = rows(MATTERS[:1])
    table.insert(1, [""] * len(HEADINGS))
    table[2][list(HEADINGS).index("fee")] = ""
    assert faults(as_csv(tmp_path / "m.csv", table)) == ["3: matter[0]: `fee` is missing"]


def test_a_code_that_the_spreadsheet_holds_as_a_number_is_refused(tmp_path: Path) -> None:
    table: list[list[object]] = [list(row) for row in rows(MATTERS[:1])]
    table[1][list(HEADINGS).index("basic_code")] = 220107001000
    (fault,) = faults(as_xlsx(tmp_path / "m.xlsx", table))  # type: ignore[arg-type]
    assert "a spreadsheet's number loses digits" in fault


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("m.csv", b"", "the table is empty"),
        ("m.csv", "编号\n1\n".encode(), 'column 1 is headed "编号", which is not known'),
        ("m.csv", "类别,category\nA,A\n".encode(), 'column 2, "category", is there twice'),
        ("m.csv", b"\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("m.csv", b'id,name\n"A', "this is not CSV"),
        ("m.csv", b"id\n" + b"A\n" * (MOST_ROWS + 1), f"more than {MOST_ROWS} rows"),
        ("m.csv", b"x" * (MOST_BYTES + 1), "larger than 8 MiB"),
        ("m.xlsx", b"no workbook", "this is not an XLSX workbook"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, name: str, body: bytes, sentence: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    (fault,) = faults(path)
    assert sentence in fault


def workbook() -> bytes:
    out = io.BytesIO()
    book = Workbook()
    assert book.active is not None
    for row in rows(MATTERS[:2]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


WORKBOOK = workbook()


@given(st.lists(st.tuples(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_workbook_is_a_fault_and_never_a_crash(flips: list[tuple[int, int]]) -> None:
    body = bytearray(WORKBOOK)
    for place, byte in flips:
        body[place] = byte
    read_or_refused(bytes(body))


@given(st.data())
def test_a_workbook_with_a_damaged_part_is_a_fault_and_never_a_crash(data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as packed:
        parts = {name: bytearray(packed.read(name)) for name in packed.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    start = data.draw(st.integers(0, len(parts[name])))
    parts[name][start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for part, body in parts.items():
            packed.writestr(part, bytes(body))
    read_or_refused(out.getvalue())


def read_or_refused(body: bytes) -> None:
    """A workbook gives rows, or one fault that says why it does not."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "m.xlsx"
        path.write_bytes(body)
        sheet = Sheet(str(path))
        assert (load_table(sheet) is None) == bool(sheet.errors)
        assert all(fault.sentence for fault in sheet.errors)


def test_a_missing_table_says_so(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path / "none.csv")
    assert "cannot be read" in fault


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * (MOST_UNPACKED + 1))
    assert path.stat().st_size < 1024 * 1024
    (fault,) = faults(path)
    assert "unpacks to more than 64 MiB" in fault


def test_a_licence_that_no_window_accepts_is_an_error_and_another_matter_a_warning(tmp_path: Path) -> None:
    bare = replace(
        HALL, windows=tuple(w for w in HALL.windows if not any(s.category == "A" for s in w.serves))
    )
    licences = [m.id for m in MATTERS if m.category == "A" and m.kind == "XK"]
    found = inspect_catalogue(as_csv(tmp_path / "m.csv", rows(MATTERS)), bare)
    assert licences
    assert len(found.errors) == len(licences)
    assert all("no window of the hall serves its category A" in fault.sentence for fault in found.errors)
    assert len(found.warnings) == len([m for m in MATTERS if m.category == "A"]) - len(licences)


def test_figures_count_what_ends_on_the_spot_and_what_a_window_accepts() -> None:
    whole = figures(MATTERS, HALL)
    assert (whole.matters, whole.covered) == (21, 21)
    assert whole.instant == len([m for m in MATTERS if m.instant])
    assert whole.licences == whole.licences_covered == len([m for m in MATTERS if m.kind == "XK"])
    without = figures(MATTERS, replace(HALL, windows=()))
    assert (without.covered, without.licences_covered) == (0, 0)
    assert figures(MATTERS).covered is None


def test_versions_are_compared_matter_by_matter_and_field_by_field() -> None:
    first, second, third = MATTERS[:3]
    renamed = replace(second, fee="收费", materials=(*second.materials, "委托书"))
    assert differences((first, second), (second, first)) == []
    assert differences((first, second), (renamed, third)) == [
        Change("retired", first.id, before=first.name["zh"]),
        Change("changed", second.id, "materials", second.materials, renamed.materials),
        Change("changed", second.id, "fee", second.fee, "收费"),
        Change("added", third.id, after=third.name["zh"]),
    ]
