"""A catalogue of matters (事项目录) by itself: read from TOML, CSV or XLSX, checked, counted, compared."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import msgspec

from queue_server.hall.plan import ORDINARY, Matter, Plan

from .agreement import check_codes, check_departments, check_limits, check_materials, check_unique
from .faults import Fault
from .hall_file import in_order, inspect_hall
from .keys import MATTER
from .sheet import WRONG, Key, Record, Sheet, read_table
from .tables import load_table
from .values import list_of, table_of

_TOP = {"matter": Key(list_of(table_of(MATTER), least=1), required=True)}


class Catalogue(msgspec.Struct, frozen=True):
    """Matters that were read, in the file's order; none of them when anything is wrong."""

    matters: tuple[Matter, ...]
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


class Figures(msgspec.Struct, frozen=True):
    """What share of a catalogue ends on the spot, is accepted by a window of the hall, and is verified.

    `licences` are the matters of kind 行政许可; `covered` counts by the windows of the plan that serve an
    ordinary visitor of the matter's category, and is None without a hall.
    """

    matters: int
    instant: int
    verified: int
    licences: int
    covered: int | None
    licences_covered: int | None


def inspect_catalogue(path: str | os.PathLike[str], hall: Plan | None = None) -> Catalogue:
    """Look at a catalogue without raising; with `hall` its matters must fit that hall's categories.

    A hall file is a catalogue, too: it is looked at as a whole, or with `hall` for its matters.
    """
    sheet = Sheet(os.fspath(path))
    toml = sheet.path.lower().endswith(".toml")
    values = sheet.load() if toml else load_table(sheet)
    if toml and values is not None and "hall" in values:
        if hall is None:
            found = inspect_hall(path)
            return Catalogue(() if found.plan is None else found.plan.matters, found.errors, found.warnings)
        values = {"matter": values.get("matter", [])}
    return _inspected(sheet, values, hall)


def inspect_matters(matters: list[dict[str, Any]], hall: Plan) -> Catalogue:
    """Look at matters that came over the network, each as a `[[matter]]` would be read."""
    return _inspected(Sheet("catalogue"), {"matter": matters}, hall)


def _inspected(sheet: Sheet, values: dict[str, Any] | None, hall: Plan | None) -> Catalogue:
    record = WRONG if values is None else read_table(values, sheet.top(), _TOP)
    if record is not WRONG:
        _check(record.get("matter", []), hall)
    matters = () if sheet.errors else tuple(msgspec.convert(m, Matter) for m in record["matter"])
    return Catalogue(matters, in_order(sheet.errors), in_order(sheet.warnings))


def _check(matters: list[Record], hall: Plan | None) -> None:
    check_unique(matters, "id")
    check_codes(matters)
    check_limits(matters)
    check_materials(matters)
    if hall is not None:
        check_departments(matters, hall.departments)
        for matter in matters:
            _check_category(matter, hall)


def _check_category(matter: Record, hall: Plan) -> None:
    letter = matter.get("category")
    category = hall.category(letter) if letter else None
    if letter and category is None:
        known = ", ".join(c.letter for c in hall.categories)
        matter.key_place("category").wrong(f'there is no category "{letter}"; there are {known}')
    elif category is not None and category.instant and matter.get("instant") is False:
        matter.key_place("instant").wrong(f"category {letter} takes only matters that end on the spot")
    elif letter and not _covered(hall, letter):
        note = matter.place.wrong if matter.get("kind") == "XK" else matter.place.warn
        note(f"no window of the hall serves its category {letter}")


def _covered(hall: Plan, category: str) -> bool:
    return any(serve.covers(category, ORDINARY) for window in hall.windows for serve in window.serves)


def figures(matters: Iterable[Matter], hall: Plan | None = None) -> Figures:
    """The figures of a catalogue."""
    matters = tuple(matters)
    licences = tuple(m for m in matters if m.kind == "XK")

    def covered(some: tuple[Matter, ...]) -> int | None:
        return None if hall is None else sum(_covered(hall, m.category) for m in some)

    return Figures(
        matters=len(matters),
        instant=sum(m.instant for m in matters),
        verified=sum(m.verified == "source" for m in matters),
        licences=len(licences),
        covered=covered(matters),
        licences_covered=covered(licences),
    )


class Change(msgspec.Struct, frozen=True):
    """One difference between two catalogues: ``added``, ``retired`` or ``changed`` (then one field of it)."""

    what: str
    matter: str
    field: str = ""
    before: Any = None
    after: Any = None


def differences(old: Iterable[Matter], new: Iterable[Matter]) -> list[Change]:
    """What another version changes, matter by matter in the order of their ids, field by field."""
    before, after = {m.id: m for m in old}, {m.id: m for m in new}
    changes: list[Change] = []
    for id in sorted(before.keys() | after.keys()):
        if id not in before:
            changes.append(Change("added", id, after=after[id].name["zh"]))
        elif id not in after:
            changes.append(Change("retired", id, before=before[id].name["zh"]))
        else:
            changes += _fields_changed(before[id], after[id])
    return changes


def _fields_changed(before: Matter, after: Matter) -> Iterable[Change]:
    for name in Matter.__struct_fields__:
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield Change("changed", after.id, name, was, now)


def written(matters: Iterable[Matter]) -> str:
    """Matters as `[[matter]]` of a hall file; what has its default is left out."""
    return "\n".join("\n".join(_written(matter)) + "\n" for matter in matters)


def _written(matter: Matter) -> Iterable[str]:
    yield "[[matter]]"
    for field in msgspec.structs.fields(Matter):
        value = getattr(matter, field.name)
        if field.required or (value != field.default and value != {}):
            yield f"{field.name} = {_toml(value)}"


def _toml(value: str | bool | tuple[str, ...] | dict[str, Any]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for DEL, which no text of a matter may have.
        return msgspec.json.encode(value).decode()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(words)}" for key, words in value.items()) + " }"
    return "[" + ", ".join(_toml(words) for words in value) + "]"
