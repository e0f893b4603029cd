"""Write what the documents say from the code: reference, access, the platform's tables, the state diagram.

``python -m scripts.reference`` writes, ``--check`` only says whether something would change.
A document shows the diagram between the lines ``<!-- states -->`` and ``<!-- /states -->``.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec

from queue_server.cases import commands as case_commands
from queue_server.cases import events as case_events
from queue_server.cases import model as case_model
from queue_server.hall import accounts, commands, events, model, refusals, register
from queue_server.locale import sentences
from scripts.access_table import access_table
from scripts.platform_table import with_tables

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference.md"
ACCESS = ROOT / "docs" / "access.md"
PLATFORM = ROOT / "docs" / "operating" / "platform.md"

_STATES = re.compile(r"(<!-- states -->\n).*?(<!-- /states -->)", re.DOTALL)

_HEAD = """\
# Reference: commands, events, refusals

Written by `make docs` from the code; `make check` fails when it is behind. Times are milliseconds since the
Unix epoch; a value without a default has to be given. The API's addresses are in `/openapi.json`; hall files
and settings are described in [operating](operating/).
"""


def reference() -> str:
    """The whole of docs/reference.md."""
    parts = [
        _HEAD,
        "## Commands\n\nWhat people, devices and time ask of a hall's day.\n",
        _table(("Command", "Meaning", "Values"), _structs(commands, commands.Command)),
        "## Events\n\nWhat is in the day log, under `t` of each entry's `e`.\n",
        _table(("Event", "Meaning", "Values"), _structs(events, events.Event)),
        "## The register\n\nWhat outlives a day: the commands that change it, and the facts in it.\n",
        _table(("Command", "Meaning", "Values"), _structs(register, commands.Command)),
        _table(("Fact", "Meaning", "Values"), _structs(register, accounts.Fact)),
        "### The hall's people\n\nA part of the register.\n",
        _table(("Command", "Meaning", "Values"), _structs(accounts, commands.Command)),
        _table(("Fact", "Meaning", "Values"), _structs(accounts, accounts.Fact)),
        "### Cases\n\nWhat follows when a matter is accepted and not finished on the spot.\n",
        _table(("Command", "Meaning", "Values"), _structs(case_commands, commands.Command)),
        _table(("Fact", "Meaning", "Values"), _structs(case_events, accounts.Fact)),
        "## Refusals\n\nWhy the hall says no: the `code` of a problem, and what a person reads.\n",
        _table(("Code", "HTTP", "Sentence"), _refusals()),
        "## States of a ticket\n\nWhat may follow what (`FOLLOWS` in `queue_server/hall/model.py`).\n",
        state_diagram(),
        "## States of a case\n\nWhat may follow what (`FOLLOWS` in `queue_server/cases/model.py`).\n",
        case_diagram(),
    ]
    return "\n".join(parts)


def state_diagram() -> str:
    """Which state of a ticket may follow which, as Mermaid draws it."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for state, following in model.FOLLOWS.items():
        lines += [f"    {state or '[*]'} --> {after}" for after in sorted(following) if after != state]
    return "\n".join([*lines, f"    {model.ENDED} --> [*]", "```", ""])


def case_diagram() -> str:
    """Which state of a case may follow which, as Mermaid draws it."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for state, following in case_model.FOLLOWS.items():
        lines += [f"    {state or '[*]'} --> {after}" for after in sorted(following)]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in case_model.CLOSED), "```", ""])


def _structs(module: ModuleType, kind: type[msgspec.Struct]) -> Iterator[tuple[str, str, str]]:
    for found in vars(module).values():
        if not isinstance(found, type) or found.__module__ != module.__name__:
            continue
        if issubclass(found, kind) and found is not kind:
            name = found.__struct_config__.tag or found.__name__
            yield f"`{name}`", _meaning(found), ", ".join(_values(found))


def _meaning(struct: type) -> str:
    return " ".join((inspect.getdoc(struct) or "").split("\n\n")[0].split())


def _values(struct: type[msgspec.Struct]) -> Iterator[str]:
    for field in msgspec.structs.fields(struct):
        optional = field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT
        yield f"`{field.name}`" + (" (optional)" if optional else "")


def _refusals() -> Iterator[tuple[str, str, str]]:
    english = sentences("en")
    for code, kind in refusals.REFUSALS.items():
        yield f"`{code}`", str(kind.status), english[f"hall.refusal.{code}"][0]


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )


def documents() -> dict[Path, str]:
    """What each document that is written from the code should say."""
    wanted = {REFERENCE: reference(), ACCESS: access_table()}
    wanted[PLATFORM] = with_tables(PLATFORM.read_text(encoding="utf-8"))
    for place in ROOT.glob("*.md"):
        text = place.read_text(encoding="utf-8")
        wanted[place] = _STATES.sub(lambda found: found[1] + state_diagram() + found[2], text)
    return wanted


def main() -> None:
    """Write the documents, or with --check name those that are behind."""
    behind = [p for p, text in documents().items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    names = ", ".join(str(place.relative_to(ROOT)) for place in behind)
    if "--check" in sys.argv:
        if behind:
            raise SystemExit(f"behind the code: {names}; run `make docs`")
        print("docs/reference.md, access.md, platform.md and the state diagram say what the code says")
        return
    for place in behind:
        place.write_text(documents()[place], encoding="utf-8")
    print(f"written: {names}" if behind else "nothing to write")


if __name__ == "__main__":
    main()
