"""Which scenarios and days of docs/scenarios.md have a test that proves them, and which have none yet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCENARIOS = ROOT / "docs" / "scenarios.md"

_ENTRY = re.compile(r"^- ([SD]\d+) (.+)$", re.MULTILINE)
_IN_JAVASCRIPT = re.compile(r"""\b(?:proves |test\(["'`])([SD]\d+)\b""")


@cache
def known_ids() -> dict[str, str]:
    """Every scenario and day by its id, in the order of the document."""
    return {found[1]: found[2] for found in _ENTRY.finditer(SCENARIOS.read_text(encoding="utf-8"))}


def proven_ids() -> set[str]:
    """Every id that a test is marked with: ``@pytest.mark.proves("S7")``, in JavaScript `test("S7: ...")`."""
    found: set[str] = set()
    for place in (ROOT / "tests").rglob("*.py"):
        found |= set(_marked(ast.parse(place.read_text(encoding="utf-8"))))
    for place in (ROOT / "tests").rglob("*.test.js"):
        found |= set(_IN_JAVASCRIPT.findall(place.read_text(encoding="utf-8")))
    return found


def _marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.proves"):
            yield from (str(word.value) for word in node.args if isinstance(word, ast.Constant))


def main() -> None:
    """Print what has no proof yet. It is a reminder: only an unknown id is an error."""
    known, proven = known_ids(), proven_ids()
    missing = [name for name in known if name not in proven]
    print(f"{len(known) - len(missing)} of {len(known)} scenarios and days are proven by a test")
    for name in missing:
        print(f"  no proof yet: {name} {known[name]}")
    if unknown := proven - known.keys():
        raise SystemExit(f"tests prove what docs/scenarios.md does not name: {', '.join(sorted(unknown))}")


if __name__ == "__main__":
    main()
