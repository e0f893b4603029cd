"""The place of every key of a TOML file is found, however it is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from queue_server.config.lines import Path, lines_of
from queue_server.demo import COUNTY, DEVELOPMENT_ZONE

TRICKY = '''\
# [not.a] = "table"
"quoted key" = 1
a.b."c.d" = "x = [1]" # = ]
many = """
[[window]]
"quotes" \\""" here
""""
literal = 'C:\\' # ]
verbatim = \'\'\'
x = 1\'\'\'
list = [ # comment ]
  1, "a,]",
  [2, { z = 1, "y" = [3] }],
]
empty = []
none = {}
when = 2026-10-01T08:30:00Z

[[ table . "of" ]] # header
x = 1
[table.of.below]
y = { z.w = 2 }
[[table.of]]
x = 2
[[table.of.deep]]
v = -1.5e3
'''


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every path of a value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, below in items:
        yield from paths(below, (*path, part))


@pytest.mark.parametrize("text", [TRICKY, COUNTY.read_text("utf-8"), DEVELOPMENT_ZONE.read_text("utf-8")])
def test_every_path_of_a_file_has_a_line_and_no_other_has(text: str) -> None:
    assert set(lines_of(text)) == set(paths(tomllib.loads(text)))


def test_lines_are_those_an_editor_shows() -> None:
    lines = lines_of(TRICKY)
    shown = TRICKY.splitlines()
    assert lines[("quoted key",)] == 2
    assert lines[("a", "b", "c.d")] == 3
    assert lines[("many",)] == 4
    assert lines[("literal",)] == 8
    assert lines[("list", 1)] == 12
    assert lines[("list", 2, 1, "y", 0)] == 13
    assert lines[("table", "of", 0)] == shown.index('[[ table . "of" ]] # header') + 1
    assert lines[("table", "of", 0, "below", "y", "z", "w")] == shown.index("y = { z.w = 2 }") + 1
    assert lines[("table", "of", 1, "x")] == shown.index("x = 2") + 1
    assert lines[("table", "of", 1, "deep", 0, "v")] == len(shown)
