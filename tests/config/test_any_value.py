"""Whatever stands in place of a value, a hall file is either a plan or has named faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from queue_server.config import inspect_hall
from tests.config.hall_files import SMALL, write

LINES = SMALL.splitlines()
STRANGE = (
    "-1",
    "true",
    "nan",
    '""',
    '"*"',
    "[]",
    "{}",
    "[[]]",
    '["A", {}]',
    "[{ zh = 1 }]",
    "{ zh = [] }",
    "2026-10-01",
)


@pytest.mark.parametrize("value", STRANGE)
def test_a_strange_value_anywhere_is_a_named_fault_or_a_plan(tmp_path: Path, value: str) -> None:
    for number, line in enumerate(LINES, 1):
        key, equals, _ = line.partition(" = ")
        if not equals:
            continue
        spoilt = [*LINES[: number - 1], f"{key} = {value}", *LINES[number:]]
        found = inspect_hall(write(tmp_path, "\n".join(spoilt)))
        assert (found.plan is None) == bool(found.errors)
        assert all(1 <= error.line <= len(spoilt) and error.sentence for error in found.errors)


def test_a_line_that_is_lost_is_a_named_fault_or_a_plan(tmp_path: Path) -> None:
    for number in range(len(LINES)):
        found = inspect_hall(write(tmp_path, "\n".join([*LINES[:number], *LINES[number + 1 :]])))
        assert (found.plan is None) == bool(found.errors)


@pytest.mark.parametrize(
    "name", ["hall", "hours", "rules", "priority_kinds", "outcomes", "category", "window", "matter"]
)
def test_a_strange_value_for_a_whole_table_is_a_named_fault(tmp_path: Path, name: str) -> None:
    errors = inspect_hall(write(tmp_path, f"{name} = 3")).errors
    assert (1, name) in [(error.line, error.where) for error in errors]
