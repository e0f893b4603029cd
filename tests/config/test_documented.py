"""Every setting is documented with its default, and the plan has no setting that a file cannot set."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from queue_server.config.keys import ACTS, OUTCOMES, TABLES, WEEKDAYS
from queue_server.config.server import SETTINGS, ServerSettings
from queue_server.config.values import written_clock, written_duration
from queue_server.hall import plan

OPERATING = Path(__file__).parents[2] / "docs" / "operating"
HALL_FILE = OPERATING / "hall-file.md"
HEADINGS = {
    "": "The file",
    "hall": "`[hall]`",
    "hours": "`[hours]`",
    "hours.season": "`[[hours.season]]`",
    "rules": "`[rules]`",
    "rules.credits": "`[rules.credits]`",
    "category": "`[[category]]`",
    "window": "`[[window]]`",
    "window.serves": "`serves`",
    "matter": "`[[matter]]`",
    "joint": "`[[joint]]`",
    "kiosk": "`[[kiosk]]`",
    "printer": "`[[printer]]`",
    "slip": "`[slip]`",
    "slip.texts": "`[slip.texts]`",
    "voice": "`[voice]`",
    "theme": "`[[theme]]`",
    "screen": "`[[screen]]`",
    "led": "`[[led]]`",
    "pad": "`[[pad]]`",
}
STRUCTS: dict[str, type[msgspec.Struct]] = {
    "hours": plan.Hours,
    "hours.season": plan.Season,
    "rules": plan.Rules,
    "category": plan.Category,
    "window": plan.Window,
    "matter": plan.Matter,
    "joint": plan.Joint,
    "kiosk": plan.Kiosk,
    "printer": plan.Printer,
    "slip": plan.Slip,
    "voice": plan.Voice,
    "theme": plan.Theme,
    "screen": plan.Screen,
    "led": plan.Led,
    "pad": plan.Pad,
}


def rows(section: str) -> dict[str, list[str]]:
    """The rows of a section's tables: the cells behind the name in the first one."""
    cells = [
        [c.strip() for c in line.strip("| ").split(" | ")] for line in section.splitlines() if "|" in line
    ]
    return {row[0].strip("`"): row[1:] for row in cells if row[0].startswith("`")}


def section(heading: str) -> str:
    """The text of hall-file.md under a heading."""
    parts = re.split(r"^## (.*)$", HALL_FILE.read_text("utf-8"), flags=re.MULTILINE)
    return parts[parts.index(heading) + 1]


@pytest.mark.parametrize("table", TABLES)
def test_every_key_of_a_hall_file_is_documented_and_no_other(table: str) -> None:
    assert list(rows(section(HEADINGS[table]))) == list(TABLES[table])


@pytest.mark.parametrize("table", TABLES)
def test_required_keys_are_documented_as_such(table: str) -> None:
    documented = rows(section(HEADINGS[table]))
    required = {name for name, key in TABLES[table].items() if key.required}
    assert {name for name, cells in documented.items() if cells[1] == "required"} == required


def default_of(field: Any) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def fields_of(table: str) -> dict[str, Any]:
    return {field.name: field for field in msgspec.structs.fields(STRUCTS[table])}


@pytest.mark.parametrize("table", STRUCTS)
def test_every_field_of_the_plan_can_be_set_in_a_file(table: str) -> None:
    assert {key.field or name for name, key in TABLES[table].items()} == set(fields_of(table))


def test_every_part_of_the_plan_can_be_set_in_a_file() -> None:
    settable = {key.field or name for table in ("", "hall") for name, key in TABLES[table].items()}
    assert settable - {"hall"} == set(plan.Plan.__struct_fields__) - {"hall"}
    assert set(TABLES["rules.credits"]) == set(plan.CLASSES)
    assert {"category", "cls", "penalty"} == set(plan.Serve.__struct_fields__)  # a pair and its penalty


def written(documented: str, default: Any) -> bool:
    """Whether a documented default says what the plan has."""
    if documented in ("none", "all defaults", "the letter", "see below"):
        return not default or documented in ("all defaults", "see below")
    value = tomllib.loads(f"x = {documented.strip('`')}")["x"]
    if value == "off":
        return default is None
    if isinstance(default, tuple) and default and isinstance(default[0], plan.Span):
        value = tuple(value)
        default = tuple(f"{written_clock(s.start)}-{written_clock(s.end)}" for s in default)
    if isinstance(value, list) and set(value) & set(WEEKDAYS):
        value = [WEEKDAYS.index(day) for day in value]
    if isinstance(default, tuple):
        return tuple(value) == default
    if isinstance(default, int) and isinstance(value, str):
        return value in (written_duration(default), written_clock(default))
    return bool(value == default) and type(value) is type(default)


@pytest.mark.parametrize("table", STRUCTS)
def test_documented_defaults_are_those_of_the_plan(table: str) -> None:
    fields = fields_of(table)
    for name, cells in rows(section(HEADINGS[table])).items():
        field = fields[TABLES[table][name].field or name]
        if cells[1] == "required":
            assert field.required, f"{table}.{name} has a default in the plan"
        else:
            assert written(cells[1], default_of(field)), f"{table}.{name}: {cells[1]} is not its default"


def test_the_documented_defaults_of_hall_credits_and_penalty_are_those_of_the_plan() -> None:
    defaults = {field.name: default_of(field) for field in msgspec.structs.fields(plan.Plan)}
    for name in ("languages", "boundary"):
        assert written(rows(section("`[hall]`"))[name][1], defaults[name])
    for cls, cells in rows(section("`[rules.credits]`")).items():
        assert written(cells[1], plan.Rules().credits[cls])
    assert written(rows(section("`serves`"))["penalty"][1], plan.Serve("A").penalty)


def test_every_act_and_every_result_is_documented() -> None:
    assert tuple(rows(section("`[reasons.…]`"))) == ACTS
    assert tuple(rows(section("`[outcomes]`"))) == OUTCOMES


def test_every_setting_of_the_server_is_documented_with_its_default() -> None:
    documented = rows((OPERATING / "server-settings.md").read_text("utf-8"))
    assert list(documented) == list(SETTINGS)
    assert set(SETTINGS) == set(ServerSettings.__struct_fields__)
    for field in msgspec.structs.fields(ServerSettings):
        default: Any = default_of(field).reveal() if SETTINGS[field.name].secret else default_of(field)
        assert written(documented[field.name][1], default), field.name
