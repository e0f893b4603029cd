"""What docs/operating/platform.md says from the code: the tables of the platform, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable

from queue_server.cases.events import CaseFact
from queue_server.cases.exchange import PERSONS, TABLES, Field, Table

PLACE = re.compile(r"(<!-- records -->\n).*?(<!-- /records -->)", re.DOTALL)


def with_tables(text: str) -> str:
    """The document with its tables as the code has them."""
    return PLACE.sub(lambda found: found[1] + platform_tables() + found[2], text)


def platform_tables() -> str:
    """Every table with its fields, then the fields that identify persons."""
    parts = [_table(table) for table in TABLES]
    persons = [("Table", "Fields", "Whom they name"), ("---",) * 3]
    persons += [(f"{name} `{id}`", fields, whom) for id, name, fields, whom in PERSONS]
    return "\n".join([*parts, "### Never filled: they identify persons\n", _lines(persons), ""])


def _table(table: Table) -> str:
    steps = ", ".join(f"`{_tag(step)}`" for step in table.steps)
    head = ("Field", "Data item", "Type", "From", "Codes", "Basis")
    rows = [head, ("---",) * len(head), *map(_row, table.fields)]
    return f"### {table.name} `{table.id}`\n\nA record for each {steps}.\n\n{_lines(rows)}\n"


def _row(field: Field) -> tuple[str, ...]:
    return (f"`{field.name}`", field.item, field.type, field.said, field.codes or "-", field.basis)


def _tag(step: type[CaseFact]) -> str:
    return str(step.__struct_config__.tag)


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
