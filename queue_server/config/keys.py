"""The keys of a hall file: what may stand in each table, within which limits.

The defaults are those of `queue_server.hall.plan`; docs/operating/hall-file.md describes
every key, and a test holds the two together.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from printers.address import BadAddress, read_address
from queue_server.hall.plan import CLASSES, DAY, EVERY_CATEGORY, HOUR, MINUTE, SECOND

from . import values
from .paper import SLIP, TEXTS
from .screen_values import DIRECTIONS, area, colour, hex_bytes, led_address, led_text, picture
from .sheet import WRONG, Key, Place, Record, unknown
from .wording import vague_words

LEVELS = ("省级", "市级", "县级", "开发区", "分厅", "乡镇", "村")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
KINDS = ("XK", "QR", "GG", "QL")
ACTS = (
    "pause", "out_of_order", "priority", "without_ticket", "close_day",
    "cancel", "close_window", "category_pause", "note", "reject", "case",
)  # fmt: skip
TEXT_MODES = ("raster", "gb18030", "gbk", "utf8")
OUTCOMES = ("done", "accepted", "deferred", "supplement", "rejected", "transferred", "consult")

ACKNOWLEDGE = ("status", "process_id", "none")

identifier = values.pattern(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", "is not an id: use letters A-Z a-z, digits, - and _, 32 at most"
)


hall_id = values.pattern(r"[a-z][a-z0-9-]{0,31}", "is not a hall id: use a-z, digits and -, 32 at most")


def timezone(value: object, place: Place) -> Any:
    """A name of the time zone database."""
    try:
        return str(ZoneInfo(value).key) if isinstance(value, str) else place.wrong("must be a text in quotes")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return place.wrong(f'"{value}" is no time zone; China is "Asia/Shanghai"')


def letter(value: object, place: Place) -> Any:
    """A category letter: a spoken E is heard as 一 or 이, I and O look like 1 and 0."""
    if isinstance(value, str) and re.fullmatch("[A-Z]", value) and value not in "EIO":
        return value
    return place.wrong(
        "must be one capital letter A to Z, and never E, I or O, which are mistaken for numbers"
    )


def weekday(value: object, place: Place) -> Any:
    """A day of the week, as its number from Monday = 0."""
    for names in (WEEKDAYS, WEEKDAYS_ZH):
        if isinstance(value, str) and value in names:
            return names.index(value)
    return place.wrong(f"must be one of {', '.join(WEEKDAYS)} or {', '.join(WEEKDAYS_ZH)}, in quotes")


def day_of_year(value: object, place: Place) -> Any:
    """A day of any year, ``MM-DD``; the 29th of February is one."""
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9][0-9]-[0-9][0-9]", value):
            date.fromisoformat(f"2024-{value}")
            return value
    except ValueError:
        pass  # told below, together with the wrong shape
    return place.wrong('must be a day of the year as month and day, such as "10-01"')


def date_key(name: str, place: Place) -> bool:
    """Whether a key is a date, ``YYYY-MM-DD``."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9][0-9]-[0-9][0-9]", name):
            date.fromisoformat(name)
            return True
    except ValueError:
        pass  # told below, together with the wrong shape
    place.wrong("is not a date; write year, month and day, such as 2026-10-01")
    return False


def address(value: object, place: Place) -> Any:
    """Where a printer is: ``host:port``, or another way to one as `printers.address` reads it."""
    if not isinstance(value, str):
        return place.wrong('must be an address in quotes, such as "192.168.1.20:9100"')
    try:
        read_address(value)
    except BadAddress as error:
        return place.wrong(str(error))
    return value


def guide_line(value: object, place: Place) -> Any:
    """One condition or material: a sentence that names what is asked, without catch-all words."""
    read = values.line(value, place)
    if read is not WRONG:
        for offset, word in vague_words(read):
            place.wrong(f'"{word}" (character {offset + 1}) leaves open what is asked; name each thing')
    return read


def other_language(name: str, place: Place) -> bool:
    """Whether a key is a language that stands beside the Chinese."""
    others = tuple(language for language in values.LANGUAGES if language != "zh")
    if name in others:
        return True
    place.wrong(unknown(name, others))
    return False


code = values.pattern(
    r"[0-9A-Z]{1,31}",
    "is no code: digits and capital letters, in quotes (a spreadsheet's number loses digits: make it text)",
)


def serve(value: object, place: Place) -> Any:
    """A pair that a window serves: ``"A"``, ``"A:ordinary"``, ``"*:priority"``, or with a penalty."""
    if isinstance(value, dict):
        return values.table_of(SERVE)(value, place)
    pair = _pair(value, place)
    return pair if pair is WRONG else Record(place, {"pair": pair})


def _pair(value: object, place: Place) -> Any:
    if not isinstance(value, str):
        return place.wrong('must be a pair in quotes, such as "A", "A:ordinary" or "*:priority"')
    category, colon, cls = value.partition(":")
    if category != EVERY_CATEGORY and not re.fullmatch("[A-Z]", category):
        return place.wrong(f'"{value}" must begin with a category letter or with * for every category')
    if colon and cls not in (*CLASSES, EVERY_CATEGORY):
        return place.wrong(f'"{value}": {unknown(cls, CLASSES)}')
    return category, cls or EVERY_CATEGORY


def act(name: str, place: Place) -> bool:
    """Whether a key is an act that needs a picked reason."""
    return _known(name, ACTS, place)


def outcome(name: str, place: Place) -> bool:
    """Whether a key is a result a matter can have."""
    return _known(name, OUTCOMES, place)


def _known(name: str, allowed: tuple[str, ...], place: Place) -> bool:
    if name not in allowed:
        place.wrong(unknown(name, allowed))
    return name in allowed


HALL = {
    "id": Key(
        hall_id,
        required=True,
        field="hall",
    ),
    "name": Key(values.text, required=True),
    "level": Key(values.one_of(LEVELS), required=True),
    "timezone": Key(timezone, required=True),
    "languages": Key(values.list_of(values.one_of(values.LANGUAGES), least=1, unique=True)),
    "boundary": Key(values.clock),
}

SEASON = {
    "first": Key(day_of_year, required=True),
    "last": Key(day_of_year, required=True),
    "open": Key(values.spans, required=True, field="spans"),
}

HOURS = {
    "always": Key(values.flag),
    "open": Key(values.spans, field="spans"),
    "weekdays": Key(values.list_of(weekday, unique=True)),
    "season": Key(values.list_of(values.table_of(SEASON)), field="seasons"),
    "dates": Key(values.entries_of(values.spans, date_key)),
    "issue_lead": Key(values.duration(0, 6 * HOUR)),
}

CREDITS = {cls: Key(values.duration(0, 12 * HOUR)) for cls in CLASSES}

RULES = {
    "credits": Key(values.table_of(CREDITS)),
    "calls_before_miss": Key(values.number(1, 20)),
    "miss_gap": Key(values.duration(0, 10 * MINUTE)),
    "hold": Key(values.duration(0, 12 * HOUR)),
    "reinsert_after": Key(values.number(0, 100)),
    "max_misses": Key(values.number(1, 20)),
    "undo": Key(values.duration(0, 5 * MINUTE)),
    "late_kept": Key(values.duration(0, 4 * HOUR)),
    "late_class": Key(values.duration(0, 4 * HOUR)),
    "lunch_grace": Key(values.duration(0, 4 * HOUR)),
    "cutoff_grace": Key(values.or_off(values.duration(0, 6 * HOUR))),
    "matters_per_ticket": Key(values.number(1, 50)),
    "park": Key(values.duration(MINUTE, 4 * HOUR)),
    "found_hold": Key(values.duration(0, HOUR)),
    "let_pass": Key(values.or_off(values.duration(MINUTE, HOUR))),
    "let_pass_times": Key(values.number(1, 10)),
    "claim_lapse": Key(values.duration(5 * SECOND, HOUR)),
    "slot": Key(values.duration(5 * MINUTE, 4 * HOUR)),
    "ratio": Key(values.or_off(values.number(1, 100))),
    "number_digits": Key(values.number(2, 6)),
    "long_queue": Key(values.or_off(values.number(1, 10_000))),
    "slip_expires": Key(values.duration(MINUTE, HOUR)),
    "deferred_days": Key(values.number(0, 366)),
    "supplement_stops": Key(values.flag),
    "agent_tickets": Key(values.number(1, 50)),
    "receipt_at_end": Key(values.flag),
}

CATEGORY = {
    "letter": Key(letter, required=True),
    "name": Key(values.text, required=True),
    "prefix": Key(
        values.pattern(r"[A-Z]|[0-9]{1,3}", "is no prefix: leave it out, or write one to three digits")
    ),
    "target": Key(values.duration(MINUTE, DAY)),
    "service": Key(values.duration(10 * SECOND, DAY)),
    "quota": Key(values.or_off(values.number(1, 100_000))),
    "slots": Key(values.number(0, 1_000)),
    "instant": Key(values.flag),
    "exit": Key(values.flag),
}

SERVE = {
    "pair": Key(_pair, required=True),
    "penalty": Key(values.duration(0, 12 * HOUR)),
}

WINDOW = {
    "number": Key(values.number(1, 999), required=True),
    "name": Key(values.text, required=True),
    "serves": Key(values.list_of(serve, least=1), required=True),
    "floor": Key(values.line),
    "area": Key(values.plain),
    "zone": Key(values.plain),
    "duty": Key(values.flag),
    "printer": Key(identifier),
}

MATTER = {
    "id": Key(identifier, required=True),
    "name": Key(values.text, required=True),
    "category": Key(letter, required=True),
    "kind": Key(values.one_of(KINDS), required=True),
    "instant": Key(values.flag, required=True),
    "law": Key(values.line, required=True),
    "conditions": Key(values.list_of(guide_line, least=1), required=True),
    "materials": Key(values.list_of(guide_line, least=1), required=True),
    "standard": Key(values.line, required=True),
    "steps": Key(values.list_of(values.line, least=1), required=True),
    "legal_limit": Key(values.line, required=True),
    "promised_limit": Key(values.line, required=True),
    "fee": Key(values.line, required=True),
    "verified": Key(values.one_of(("source", "memory"))),
    "words": Key(values.list_of(values.line, unique=True)),
    "basic_code": Key(code),
    "code": Key(code),
    "materials_in": Key(values.entries_of(values.list_of(values.line, least=1), other_language)),
    "identity": Key(values.flag),
    "department": Key(values.pattern(r"[a-z][a-z0-9_]{0,31}", "is no code: a-z, digits and _, 32 at most")),
    "handled_at": Key(hall_id),
    "exits": Key(values.list_of(hall_id, least=1, unique=True)),
}

JOINT = {
    "id": Key(identifier, required=True),
    "name": Key(values.text, required=True),
    "category": Key(letter, required=True),
    "matters": Key(values.list_of(identifier, least=2, unique=True), required=True),
    "others": Key(values.one_of(("come", "move"))),
    "words": Key(values.list_of(values.line, unique=True)),
}

KIOSK = {
    "id": Key(identifier, required=True),
    "place": Key(values.plain),
    "printer": Key(identifier),
    "reader_prefix": Key(values.plain),
    "reader_suffix": Key(values.one_of(("Enter", "Tab"))),
    "card_reader": Key(values.number(1024, 65535)),
}

PAD = {
    "id": Key(identifier, required=True),
    "window": Key(values.number(1, 999), required=True),
    "place": Key(values.plain),
}

PRINTER = {
    "id": Key(identifier, required=True),
    "address": Key(address, required=True),
    "width": Key(values.one_number_of(576, 384)),
    "text_mode": Key(values.one_of(TEXT_MODES)),
    "acknowledge": Key(values.one_of(ACKNOWLEDGE)),
    "fallback": Key(identifier),
}

VOICE = {
    "languages": Key(values.list_of(values.one_of(("zh", "ko", "en")), unique=True)),
    "twice": Key(values.flag),
    "chime": Key(values.flag),
    "korean_zero": Key(values.one_of(("공", "령"))),
}

THEME = {
    "id": Key(identifier, required=True),
    **{
        name: Key(colour, required=True)
        for name in (
            "paper", "surface", "ink", "ink_soft", "primary", "warm",
            "lamp", "on_lamp", "alert_ground", "on_alert", "edge",
        )
    },
}  # fmt: skip

SCREEN = {
    "id": Key(identifier, required=True),
    "place": Key(values.plain),
    "window": Key(values.number(1, 999)),
    "categories": Key(values.list_of(letter, unique=True)),
    "windows": Key(values.list_of(values.number(1, 999), unique=True)),
    "languages": Key(values.list_of(values.one_of(values.LANGUAGES), least=1, unique=True)),
    "diagonal": Key(values.measure(5, 300)),
    "width": Key(values.number(160, 15360)),
    "height": Key(values.number(160, 15360)),
    "distance": Key(values.measure(0.5, 100)),
    "theme": Key(identifier),
    "prepare": Key(values.number(0, 20)),
    "directions": Key(values.entries_of(values.one_of(DIRECTIONS), area)),
    "media": Key(values.list_of(picture, unique=True)),
    "media_time": Key(values.duration(2 * SECOND, 10 * MINUTE)),
    "zone": Key(values.plain),
}

LED = {
    "id": Key(identifier, required=True),
    "address": Key(led_address, required=True),
    "place": Key(values.plain),
    "transport": Key(values.one_of(("tcp", "udp", "serial"))),
    "windows": Key(values.list_of(values.number(1, 999), unique=True)),
    "prefix": Key(hex_bytes),
    "unit": Key(values.number(0, 255)),
    "checksum": Key(values.one_of(("none", "sum8", "xor8", "crc16"))),
    "suffix": Key(hex_bytes),
    "idle": Key(led_text),
    "hold": Key(values.duration(2 * SECOND, HOUR)),
}

TOP = {
    "hall": Key(values.table_of(HALL), required=True),
    "hours": Key(values.table_of(HOURS)),
    "rules": Key(values.table_of(RULES)),
    "priority_kinds": Key(values.entries_of(values.text, values.code)),
    "reasons": Key(values.entries_of(values.entries_of(values.text, values.code), act)),
    "outcomes": Key(values.entries_of(values.text, outcome), required=True),
    "departments": Key(values.entries_of(values.text, values.code)),
    "areas": Key(values.entries_of(values.entries_of(values.line, other_language), area)),
    "category": Key(values.list_of(values.table_of(CATEGORY), least=1), required=True, field="categories"),
    "window": Key(values.list_of(values.table_of(WINDOW), least=1), required=True, field="windows"),
    "matter": Key(values.list_of(values.table_of(MATTER)), field="matters"),
    "joint": Key(values.list_of(values.table_of(JOINT)), field="joints"),
    "kiosk": Key(values.list_of(values.table_of(KIOSK)), field="kiosks"),
    "printer": Key(values.list_of(values.table_of(PRINTER)), field="printers"),
    "slip": Key(values.table_of(SLIP)),
    "voice": Key(values.table_of(VOICE)),
    "theme": Key(values.list_of(values.table_of(THEME)), field="themes"),
    "screen": Key(values.list_of(values.table_of(SCREEN)), field="screens"),
    "led": Key(values.list_of(values.table_of(LED)), field="leds"),
    "pad": Key(values.list_of(values.table_of(PAD)), field="pads"),
}

TABLES = {
    "": TOP,
    "hall": HALL,
    "hours": HOURS,
    "hours.season": SEASON,
    "rules": RULES,
    "rules.credits": CREDITS,
    "category": CATEGORY,
    "window": WINDOW,
    "window.serves": SERVE,
    "matter": MATTER,
    "joint": JOINT,
    "kiosk": KIOSK,
    "printer": PRINTER,
    "slip": SLIP,
    "slip.texts": TEXTS,
    "voice": VOICE,
    "theme": THEME,
    "screen": SCREEN,
    "led": LED,
    "pad": PAD,
}
"""Every table with fixed keys, by its name in the file."""
