"""Reading a hall file (TOML) into the plan a day runs under, with every fault named at once."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from queue_server.hall.plan import Plan, Rules, plan_bytes

from .agreement import check_agreement
from .faults import Fault, HallFileErrors
from .keys import TOP
from .sheet import WRONG, Record, Sheet, read_table


class Inspection(msgspec.Struct, frozen=True):
    """What a look at a hall file brought: its plan when it has no error, its errors and its warnings."""

    plan: Plan | None
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def read_hall(path: str | os.PathLike[str]) -> Plan:
    """The plan in a hall file. Raises HallFileErrors with every fault of the file."""
    found = inspect_hall(path)
    if found.plan is None:
        raise HallFileErrors(found.errors)
    return found.plan


def inspect_hall(path: str | os.PathLike[str]) -> Inspection:
    """Look at a hall file without raising: what ``check`` prints."""
    sheet = Sheet(os.fspath(path))
    values = sheet.load()
    record = WRONG if values is None else read_table(values, sheet.top(), TOP)
    if record is not WRONG:
        check_agreement(record)
    plan = None if sheet.errors else plan_of(record)
    return Inspection(plan, in_order(sheet.errors), in_order(sheet.warnings))


def in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """Faults as one meets them when reading the file from top to bottom."""
    return tuple(sorted(faults, key=lambda fault: fault.line))


def plan_of(record: Record) -> Plan:
    """The plan of a record without faults, exactly as it will be read back from the register."""
    fields: dict[str, Any] = {**record, **record["hall"]}
    fields["windows"] = [
        {**window, "serves": [serve_of(serve) for serve in window["serves"]]} for window in record["windows"]
    ]
    fields["rules"] = rules_of(record.get("rules", {}))
    return msgspec.json.decode(plan_bytes(msgspec.convert(fields, Plan)), type=Plan)


def serve_of(record: Record) -> dict[str, Any]:
    """A window's pair as the plan has it."""
    category, cls = record["pair"]
    return {"category": category, "cls": cls, "penalty": record.get("penalty", 0)}


def rules_of(record: dict[str, Any]) -> dict[str, Any]:
    """The rules, with the shipped credits for the classes that the file leaves out."""
    return {**record, "credits": {**Rules().credits, **record.get("credits", {})}}
