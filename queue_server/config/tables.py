"""Matters as departments send them: a table in CSV or XLSX, one matter a row, read into a sheet's values.

A row becomes the table that `[[matter]]` is in a hall file, and its line is the row in the spreadsheet, so
that every fault names the cell's row. Files are limited before they are opened: they come by mail.
"""

from __future__ import annotations

import csv
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .sheet import Sheet, quoted

MIB = 1024 * 1024
MOST_BYTES = 8 * MIB
MOST_UNPACKED = 64 * MIB
MOST_ROWS = 10_000

HEADINGS = {
    "id": "事项编号", "name": "事项名称", "name_ko": "朝鲜文名称", "name_en": "英文名称", "category": "类别",
    "kind": "事项类型", "instant": "是否即办", "law": "法律依据", "conditions": "申报条件",
    "materials": "申报材料目录", "standard": "审查标准", "steps": "办理程序", "legal_limit": "法定办理时限",
    "promised_limit": "承诺办理时限", "fee": "收费", "verified": "核实",
    "words": "常用说法", "basic_code": "基本编码", "code": "实施编码", "department": "办理部门",
    "handled_at": "办理大厅", "exits": "出件点",
    "materials_ko": "朝鲜文材料目录", "materials_en": "英文材料目录",
}  # fmt: skip
"""A column's heading is a key of `[[matter]]` or its Chinese."""

LISTS = ("conditions", "materials", "steps", "words", "exits", "materials_ko", "materials_en")
CODES = ("basic_code", "code")
_KINDS = {"行政许可": "XK", "行政确认": "QR", "公共服务": "GG", "其他行政权力": "QL"}
_FLAGS = {"是": True, "否": False, "即办": True, "承诺": False, "true": True, "false": False}
_KEYS = {chinese: key for key, chinese in HEADINGS.items()} | {key: key for key in HEADINGS}

BROKEN_WORKBOOK = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, SyntaxError,
    ValueError, LookupError, TypeError, AttributeError, AssertionError, struct.error,
)  # fmt: skip
"""What zipfile, the XML parser (its ParseError is a SyntaxError) and openpyxl raise on a damaged workbook.

openpyxl has no error of its own for it: it stumbles wherever a part is not what it should be.
"""

Row = Sequence[object]


def load_table(sheet: Sheet) -> dict[str, Any] | None:
    """The values of a CSV or XLSX file, as a TOML file with `[[matter]]` would give them.

    None with the reason among the sheet's errors when the file as a whole cannot be used.
    """
    body = _bytes_of(sheet)
    if body is None:
        return None
    rows = _xlsx(sheet, body) if sheet.path.lower().endswith(".xlsx") else _csv(sheet, body)
    return None if rows is None else _matters(sheet, rows)


def _bytes_of(sheet: Sheet) -> bytes | None:
    try:
        with Path(sheet.path).open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        sheet.unreadable(0, f"the file cannot be read: {error.strerror or error}")
        return None
    if len(body) > MOST_BYTES:
        sheet.unreadable(0, f"the file is larger than {MOST_BYTES // MIB} MiB")
        return None
    return body


def _csv(sheet: Sheet, body: bytes) -> list[Row] | None:
    """The rows of a CSV file: UTF-8, or GB18030 as Chinese spreadsheets save it."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = body.decode("gb18030")
        except UnicodeDecodeError as error:
            sheet.unreadable(0, f"the file is neither UTF-8 nor GB18030 (byte {error.start + 1})")
            return None
    try:
        return _limited(sheet, csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        sheet.unreadable(0, f"this is not CSV: {error}")
        return None


def _xlsx(sheet: Sheet, body: bytes) -> list[Row] | None:
    """The rows of a workbook's first sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > MOST_UNPACKED:
            sheet.unreadable(0, f"the workbook unpacks to more than {MOST_UNPACKED // MIB} MiB")
            return None
        return _first_sheet(sheet, body)
    except BROKEN_WORKBOOK as error:
        sheet.unreadable(0, f"this is not an XLSX workbook: {str(error) or type(error).__name__}")
        return None


def _first_sheet(sheet: Sheet, body: bytes) -> list[Row] | None:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, of which nothing is read
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        try:
            first = book.worksheets[0]
            first.reset_dimensions()  # what the file says of its own size is often wrong
            return _limited(sheet, first.iter_rows(values_only=True))
        finally:
            book.close()


def _limited(sheet: Sheet, rows: Iterable[Row]) -> list[Row] | None:
    taken: list[Row] = []
    for row in rows:
        if len(taken) > MOST_ROWS:
            sheet.unreadable(MOST_ROWS, f"the table has more than {MOST_ROWS} rows")
            return None
        taken.append(row)
    return taken


def _matters(sheet: Sheet, rows: list[Row]) -> dict[str, Any] | None:
    sheet.last_line = len(rows)
    keys = _headings(sheet, rows[0]) if rows else None
    if keys is None:
        if not rows:
            sheet.unreadable(0, "the table is empty: its first row names the columns")
        return None
    matters: list[dict[str, Any]] = []
    for line, row in enumerate(rows[1:], 2):
        cells = dict(_cells(keys, row))
        if cells:
            sheet.lines["matter", len(matters)] = line
            matters.append(_matter(cells))
    return {"matter": matters}


def _headings(sheet: Sheet, row: Row) -> list[str] | None:
    """The key of every column; None with a fault for each heading that is unknown or there twice."""
    names = [str(cell or "").strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    for place, name in enumerate(names):
        if name not in _KEYS:
            known = quoted(HEADINGS.values())
            sheet.unreadable(
                1, f'column {place + 1} is headed "{name}", which is not known; known are {known}'
            )
        elif _KEYS[name] in [_KEYS.get(other) for other in names[:place]]:
            sheet.unreadable(1, f'column {place + 1}, "{name}", is there twice')
    return None if sheet.errors else [_KEYS[name] for name in names]


def _cells(keys: list[str], row: Row) -> Iterator[tuple[str, Any]]:
    """The cells of a row that say something."""
    for key, cell in zip(keys, row, strict=False):
        # A code that a spreadsheet holds as a number has lost digits: it stays a number, and is refused.
        value = cell if cell is None or isinstance(cell, bool) or key in CODES else _words(cell)
        if value not in (None, ""):
            yield key, value.strip() if isinstance(value, str) else value


def _words(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _matter(cells: dict[str, Any]) -> dict[str, Any]:
    """A row as a table of a hall file."""
    names = {
        language: cells.pop(key, None)
        for language, key in (("zh", "name"), ("ko", "name_ko"), ("en", "name_en"))
    }
    matter: dict[str, Any] = {key: _listed(value) if key in LISTS else value for key, value in cells.items()}
    matter["name"] = {language: name for language, name in names.items() if name}
    said = {language: matter.pop(f"materials_{language}", None) for language in ("ko", "en")}
    if any(said.values()):
        matter["materials_in"] = {language: lines for language, lines in said.items() if lines}
    matter["kind"] = _KINDS.get(matter.get("kind", ""), matter.get("kind", ""))
    if isinstance(matter.get("instant"), str):
        matter["instant"] = _FLAGS.get(matter["instant"].lower(), matter["instant"])
    return matter


def _listed(value: str) -> list[str]:
    """A cell with several entries: one a line, or with a semicolon between them."""
    parts = value.replace("\r", "\n").replace("；", "\n").replace(";", "\n").split("\n")
    return [part.strip() for part in parts if part.strip()]
