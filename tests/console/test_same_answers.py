"""The console and the web page of a window say the same of every act: one table, which both are held to.

Draw it anew with ``python -m tests.console.test_same_answers``; ``tests/js/window-acts.test.js`` reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from queue_server import wire
from queue_server.console import acts
from queue_server.console.keys import Why
from queue_server.console.scene import Scene
from tests.console.moments import ASIDE, CALLED, HALL, ME, MOMENTS, NOW, QUEUE, SERVING, ticket, view

TABLE = Path(__file__).parent / "golden" / "acts.json"
ACTS = tuple(dict.fromkeys((*acts.KEYS, *acts.MORE)))
OF_A_VIEW = (
    "state", "pausing", "clerk", "serves", "calls_needed", "miss_opens_at", "undo", "undo_until",
    "undo_ticket",
)  # fmt: skip
OF_A_TICKET = ("id", "number", "state", "category", "cls", "matters")
ONLY_AT_THE_CONSOLE = frozenset({"help", "more", "matter_end", "receipt"})


class Said(msgspec.Struct, frozen=True):
    """What is said of every act at one moment: why not (None: it can be done), and what it comes to."""

    moment: str
    up: bool
    view: dict[str, Any] | None
    why: dict[str, Why | None]
    meaning: dict[str, str]


def views() -> dict[str, wire.WindowView | None]:
    """The moments of the golden screens, and those that only differ in what may be done."""
    here = ticket("D030", "called")
    return {
        **{name: each for name, (each, _, keys) in MOMENTS.items() if not keys},
        "miss open": view(present=here, miss_opens_at=NOW - 1, calls_needed=0),
        "miss soon": view(present=here, miss_opens_at=NOW + 12_400),
        "not heard": view(present=here),
        "undo finish": view(undo="finish", undo_until=NOW + 9_001, undo_ticket="D029"),
        "undo finish, next here": view(present=here, undo="finish", undo_until=NOW + 900, undo_ticket="D029"),
        "undo over": view(undo="call", undo_until=NOW, undo_ticket="D029"),
        "closed": view(state="closed", queue=QUEUE),
        "closed, nobody sits": view(state="closed", clerk=""),
        "aside only": view(**ASIDE),
        "pausing": replace(SERVING, pausing=True),
        "called, first call": replace(CALLED, calls_needed=2),
    }


def matters_of(shown: wire.WindowView) -> dict[str, Any]:
    """What of a view the answers are taken from; whatever else a view says may change without them."""
    view: dict[str, Any] = msgspec.to_builtins(shown)
    here = view["present"]
    return {name: view[name] for name in OF_A_VIEW} | {
        "present": {name: here[name] for name in OF_A_TICKET} if here else None,
        "queue": [{"number": line["number"], "category": line["category"]} for line in view["queue"][:2]],
        "missed": [{"id": each["id"]} for each in view["missed"]],
        "parked": [{"id": each["id"]} for each in view["parked"]],
        "categories": [],
    }


def drawn() -> bytes:
    """The table as the console answers now."""
    said = []
    for name, each in views().items():
        for up in (True, False) if name == "called" else (each is not None,):
            scene = Scene("zh", now=NOW, hall=HALL, me=ME, up=up, window=8, view=each)
            wanted = [act for act in ACTS if act not in ONLY_AT_THE_CONSOLE]
            why = {act: acts.why_not(act, scene) for act in wanted}
            meaning = {act: acts.meaning(act, scene) for act in wanted}
            least = matters_of(each) if each is not None else None
            said.append(Said(f"{name}{'' if up else ', link down'}", up, least, why, meaning))
    lines = b",\n".join(msgspec.json.encode(each) for each in said)
    return b'{"now":%d,"me":"%s","said":[\n%s\n]}\n' % (NOW, ME.id.encode(), lines)


def test_the_table_says_what_the_console_says() -> None:
    assert TABLE.read_bytes() == drawn()


if __name__ == "__main__":
    TABLE.write_bytes(drawn())
