"""The list of what is proven is read from the tests themselves."""

from __future__ import annotations

import ast

from scripts import proofs


def test_every_scenario_and_day_has_its_entry() -> None:
    known = proofs.known_ids()
    assert [name for name in known if name.startswith("S")] == [f"S{n}" for n in range(1, 41)]
    assert {"D1", "D3", "D25"} <= known.keys()


def test_marks_on_functions_classes_and_modules_are_seen() -> None:
    source = """
pytestmark = pytest.mark.proves("S1")

@pytest.mark.proves("S2", "D3")
class TestOne: ...

@pytest.mark.parametrize("x", [pytest.param(1, marks=mark.proves("S4"))])
def test_two(): ...
"""
    assert set(proofs._marked(ast.parse(source))) == {"S1", "S2", "D3", "S4"}
