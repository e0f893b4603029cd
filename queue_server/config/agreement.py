"""Whether the parts of a hall file agree: names that refer to each other, and what windows must cover.

Every check works on what could be read, so that a fault in one table does not hide those of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec

from queue_server.cases.limits import NO_LIMIT, Limit, Unclear, read_limit
from queue_server.hall.plan import (
    BOOKED,
    CLASSES,
    EVERY_CATEGORY,
    HALL_BOARD,
    ORDINARY,
    Hours,
    Plan,
    Rules,
)

from .codes import faults_of_basic, faults_of_implementation
from .joints import check_joints
from .keys import ACTS
from .screens import check_screens
from .sheet import Record, quoted
from .values import written_clock

_HOURS = Hours()
_RULES = Rules()
_PLAN = {field.name: field.default for field in msgspec.structs.fields(Plan)}
_YEAR = [f"{date(2024, 1, 1) + timedelta(n):%m-%d}" for n in range(366)]


def check_agreement(file: Record) -> None:
    """Note every fault between the tables of a hall file."""
    categories: list[Record] = file.get("categories", [])
    windows: list[Record] = file.get("windows", [])
    matters: list[Record] = file.get("matters", [])
    kiosks: list[Record] = file.get("kiosks", [])
    printers: list[Record] = file.get("printers", [])
    for records, key in (
        (categories, "letter"), (windows, "number"), (matters, "id"), (file.get("themes", []), "id"),
        (file.get("joints", []), "id"),
    ):  # fmt: skip
        check_unique(records, key)
    others = (device for name in ("screens", "leds", "pads") for device in file.get(name, []))
    check_devices([*kiosks, *others, *printers], windows)
    check_prefixes(categories)
    check_serves(windows, categories)
    check_matters(matters, categories)
    check_joints(file.get("joints", []), matters, categories)
    check_codes(matters)
    check_materials(matters)
    check_limits(matters)
    check_departments(matters, file.get("departments", {}))
    check_areas(file, windows)
    if not any(error.where.startswith("window") for error in file.place.sheet.errors):
        check_coverage(categories, windows, matters)
    check_printers([*kiosks, *windows], printers)
    check_screens(file)
    check_hours(file)
    check_lateness(file.get("rules", {}))
    check_languages(file)
    check_slip(file)
    check_pick_lists(file)


def names(records: Iterable[Record], key: str) -> list[Any] | None:
    """What the records are told apart by; None when one of them could not be read.

    A reference to a name whose own fault is told already is not told as a second one.
    """
    known = [record.get(key) for record in records]
    return None if None in known or not known else known


def check_unique(records: Iterable[Record], key: str) -> None:
    """Two records must not share the name by which they are told apart."""
    seen: dict[Any, int] = {}
    for record in records:
        if key not in record:
            continue
        place = record.key_place(key)
        if record[key] in seen:
            place.wrong(f'"{record[key]}" is taken already, in line {seen[record[key]]}')
        else:
            seen[record[key]] = place.line()


def check_devices(devices: Iterable[Record], windows: Iterable[Record]) -> None:
    """A device is let in, watched and taken back by its id alone, which is nothing else's name here.

    Of two with one id the later one in the file is at fault.
    """
    devices = sorted(devices, key=lambda device: device.place.line())
    check_unique(devices, "id")
    numbers = {str(window["number"]) for window in windows if "number" in window}
    for device in devices:
        id = device.get("id")
        if id == HALL_BOARD:
            device.key_place("id").wrong(f'"{id}" is the board of the whole hall; choose another id')
        elif id in numbers:
            told = f'"{id}" is the number of a window; choose another id, such as "w{id}"'
            device.key_place("id").wrong(told)


def check_prefixes(categories: Iterable[Record]) -> None:
    """No two categories may give out numbers that read the same: a prefix must not begin another one."""
    seen: list[tuple[str, str]] = []
    for category in categories:
        if "letter" not in category:
            continue
        letter, prefix = category["letter"], category.get("prefix", category["letter"])
        if not prefix.isdigit() and prefix != letter:
            category.key_place("prefix").wrong(
                f'"{prefix}" is not this category\'s letter; leave `prefix` out'
            )
            continue
        for other, taken in seen:
            if prefix.isdigit() and (taken.startswith(prefix) or prefix.startswith(taken)):
                sentence = f'"{prefix}" and the prefix "{taken}" of category {other} would give equal numbers'
                category.key_place("prefix").wrong(sentence + "; neither may begin the other")
        seen.append((letter, prefix))


def check_serves(windows: Iterable[Record], categories: Iterable[Record]) -> None:
    """Windows serve categories that exist, each pair once."""
    letters = names(categories, "letter")
    for window in windows:
        seen: list[tuple[str, str]] = []
        for serve in window.get("serves", []):
            pair = serve.get("pair")
            if pair is None:
                continue
            category, cls = pair
            if letters and category not in (EVERY_CATEGORY, *letters):
                serve.place.wrong(f'there is no category "{category}"; there are {quoted(letters)}')
            if pair in seen:
                serve.place.wrong(f'"{category}:{cls}" stands in this window twice')
            seen.append(pair)


def check_matters(matters: Iterable[Record], categories: Iterable[Record]) -> None:
    """Matters belong to categories that exist; an 即来即办 category takes only what ends on the spot."""
    letters = names(categories, "letter")
    instant = {c.get("letter") for c in categories if c.get("instant")}
    for matter in matters:
        letter = matter.get("category")
        if letter is None:
            continue
        if letters and letter not in letters:
            sentence = f'there is no category "{letter}"; there are {quoted(letters)}'
            matter.key_place("category").wrong(sentence)
        elif letter in instant and matter.get("instant") is False:
            sentence = f"category {letter} takes only matters that end on the spot, and this one does not"
            matter.key_place("instant").wrong(sentence)


def check_materials(matters: Iterable[Record]) -> None:
    """Another language names every material in the order of the Chinese: they are printed in pairs."""
    for matter in matters:
        own = matter.get("materials")
        for language, lines in matter.get("materials_in", {}).items():
            if own is not None and len(lines) != len(own):
                told = f"has {len(lines)} entries where `materials` has {len(own)}; each stands for one"
                matter.key_place("materials_in").at(language).wrong(told)


def check_codes(matters: Iterable[Record]) -> None:
    """The codes of a matter have the structure of codes, agree with its kind, and are given out once."""
    matters = list(matters)
    for matter in matters:
        kind, basic, code = matter.get("kind"), matter.get("basic_code", ""), matter.get("code", "")
        if kind is None:
            continue
        for fault in faults_of_basic(basic, kind) if basic else ():
            matter.key_place("basic_code").wrong(f'"{basic}" {fault}')
        for fault in faults_of_implementation(code, kind, basic) if code else ():
            matter.key_place("code").wrong(f'"{code}" {fault}')
    check_unique(matters, "code")


def check_limits(matters: Iterable[Record]) -> None:
    """A matter that does not end on the spot needs a promise that can be counted, and that keeps the law.

    Words that fix no number of days (尽快, 1个月) are a warning: no case of this matter can turn red.
    """
    for matter in matters:
        limits = {key: _limit(matter, key) for key in ("promised_limit", "legal_limit")}
        promised, legal = limits["promised_limit"], limits["legal_limit"]
        instant = matter.get("instant", True)
        if promised is None and matter.get("promised_limit") in NO_LIMIT and not instant:
            matter.key_place("promised_limit").wrong("a matter that does not end on the spot promises a day")
        if promised and legal and promised.unit == legal.unit and promised.count > legal.count:
            told = f"the promise is longer than the legal limit ({matter['legal_limit']})"
            matter.key_place("promised_limit").wrong(told)


def check_departments(matters: Iterable[Record], departments: Any) -> None:
    """Cases go to departments that the file names; a matter that opens cases needs one, if there are any."""
    for matter in matters:
        department = matter.get("department")
        if department is not None and department not in departments:
            known = f"there are {quoted(departments)}" if departments else "the file has no [departments]"
            matter.key_place("department").wrong(f'there is no department "{department}"; {known}')
        elif department is None and departments and matter.get("instant") is False:
            sentence = "`department` is missing: a matter that does not end on the spot opens cases for one"
            matter.place.wrong(sentence)


def check_areas(file: Record, windows: Iterable[Record]) -> None:
    """What is named in other languages is the area of a window."""
    known = tuple(dict.fromkeys(window.get("area", "") for window in windows if window.get("area")))
    for area in file.get("areas", {}):
        if area not in known:
            file.key_place("areas").at(area).wrong(f"no window lies in this area; there are {quoted(known)}")


def _limit(matter: Record, key: str) -> Limit | None:
    words = matter.get(key)
    if words is None:
        return None
    try:
        return read_limit(words)
    except Unclear:
        matter.key_place(key).warn(f'"{words}" fixes no number of days; write 5工作日, 20日, 当场 or 未设')
        return None


def check_coverage(
    categories: Iterable[Record], windows: Iterable[Record], matters: Iterable[Record]
) -> None:
    """Every class of a category should have a window; a 行政许可 must, for all are accepted in the hall."""
    pairs = [serve["pair"] for window in windows for serve in window.get("serves", []) if "pair" in serve]
    for category in categories:
        letter = category.get("letter")
        if letter is None:
            continue
        booked = [] if category.get("slots", True) else [BOOKED]
        missing = [c for c in CLASSES if c not in booked and not _covered(pairs, letter, c)]
        if missing:
            category.place.warn(f"no window serves {quoted(f'{letter}:{cls}' for cls in missing)}")
        licences = [m for m in matters if m.get("category") == letter and m.get("kind") == "XK"]
        for matter in licences if ORDINARY in missing else []:
            sentence = f"is a 行政许可 (XK), and no window serves its category {letter}; name one in `serves`"
            matter.place.wrong(sentence)


def _covered(pairs: Iterable[tuple[str, str]], letter: str, cls: str) -> bool:
    return any(c in (EVERY_CATEGORY, letter) and k in (EVERY_CATEGORY, cls) for c, k in pairs)


def check_printers(places: Iterable[Record], printers: Iterable[Record]) -> None:
    """A kiosk's or window's printer is one of the hall's, and so is the one that prints for another."""
    if any("id" not in printer for printer in printers):
        return
    ids = [printer["id"] for printer in printers]
    for kiosk in places:
        if "printer" in kiosk and kiosk["printer"] not in ids:
            known = f"there are {quoted(ids)}" if ids else "the file has no [[printer]]"
            kiosk.key_place("printer").wrong(f'there is no printer "{kiosk["printer"]}"; {known}')
    for printer in printers:
        if "fallback" in printer and printer["fallback"] not in ids:
            printer.key_place("fallback").wrong(
                f'there is no printer "{printer["fallback"]}"; there are {quoted(ids)}'
            )
        elif printer.get("fallback") == printer["id"]:
            printer.key_place("fallback").wrong("names the printer itself; name another one or leave it out")


def check_hours(file: Record) -> None:
    """The business date turns while the hall is closed, and no two seasons hold on one day."""
    hours: Any = file.get("hours", {})
    check_seasons(hours.get("seasons", []))
    hall = file.get("hall")
    if hall is None or hours.get("always"):
        return
    boundary = hall.get("boundary", _PLAN["boundary"])
    lead = hours.get("issue_lead", _HOURS.issue_lead)
    usual = hours.get("spans", [{"start": s.start, "end": s.end} for s in _HOURS.spans])
    days = [usual, *(s.get("spans", []) for s in hours.get("seasons", [])), *hours.get("dates", {}).values()]
    opened = [(day[0]["start"] - lead, day[-1]["end"]) for day in days if day]
    inside = next((o for o in opened if o[0] < boundary < o[1]), None)
    if inside is not None:
        span = f"{written_clock(max(0, inside[0]))}-{written_clock(inside[1])}"
        sentence = f"{written_clock(boundary)} lies in the day's opening hours {span} (the time from which"
        hall.key_place("boundary").wrong(
            sentence + " tickets are issued included); the business date must turn while the hall is closed"
        )


def check_seasons(seasons: Iterable[Record]) -> None:
    """Two seasons that hold on the same day would leave its hours open."""
    taken: dict[str, int] = {}
    for season in seasons:
        if "first" not in season or "last" not in season:
            continue
        days = days_of(season["first"], season["last"])
        shared = next((day for day in days if day in taken), None)
        if shared is not None:
            season.place.wrong(f"also holds on {shared}, as the season in line {taken[shared]} does")
        taken.update((day, season.place.line()) for day in days)


def days_of(first: str, last: str) -> list[str]:
    """The days (``MM-DD``) from `first` to `last`, both included, over the new year if need be."""
    start, end = _YEAR.index(first), _YEAR.index(last)
    return _YEAR[start : end + 1] if start <= end else _YEAR[start:] + _YEAR[: end + 1]


def check_lateness(rules: Any) -> None:
    """A late visitor loses the slot before the class."""
    kept = rules.get("late_kept", _RULES.late_kept)
    if kept > rules.get("late_class", _RULES.late_class):
        rules.place.wrong(
            "`late_kept` must not be longer than `late_class`: the slot is lost before the class"
        )


def check_languages(file: Record) -> None:
    """A hall speaks Chinese at least; what has no translation is shown in Chinese, which deserves a word."""
    languages = file.get("hall", {}).get("languages", _PLAN["languages"])
    if "zh" not in languages:
        file["hall"].key_place("languages").wrong("`zh` is missing: every hall shows Chinese")
    # The slip's own sentences are left out: one without a translation keeps the shipped sentence.
    texts = {name: table for name, table in file.items() if name != "slip"}
    for language in languages:
        count = _untranslated(texts, language) if language != "zh" else 0
        if count:
            file.place.warn(f"{count} texts have no `{language}`; they are shown in Chinese")


def _untranslated(value: Any, language: str) -> int:
    if isinstance(value, list):
        return sum(_untranslated(element, language) for element in value)
    if not isinstance(value, dict):
        return 0
    if isinstance(value.get("zh"), str):
        return int(language not in value)
    return sum(_untranslated(element, language) for element in value.values())


def check_slip(file: Record) -> None:
    """Languages that stand together on a slip are languages of the hall."""
    languages = file.get("hall", {}).get("languages", _PLAN["languages"])
    slip: Any = file.get("slip", {})
    for index, language in enumerate(slip.get("languages", [])):
        if language not in languages:
            place = slip.key_place("languages").at(index)
            place.wrong(f"`{language}` is not among the `languages` of [hall]: {quoted(languages)}")


def check_pick_lists(file: Record) -> None:
    """Acts that need a picked reason cannot be done without a list; a matter left unsaid is ``done``."""
    outcomes = file.get("outcomes")
    if outcomes is not None and "done" not in outcomes:
        file.key_place("outcomes").wrong(
            "`done` is missing: it is the result of a matter that the clerk does not name"
        )
    reasons = file.get("reasons", {})
    empty = [name for name in ACTS if not reasons.get(name)]
    if empty:
        file.key_place("reasons").warn(f"no reasons to pick from for {quoted(empty)}")
