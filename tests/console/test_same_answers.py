"""The console and the staff's web pages say the same of every act, and ask the same before it.

Both are held to tables. Draw them anew with ``python -m tests.console.test_same_answers``;
``tests/js/window-acts.test.js`` reads them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from queue_server import wire
from queue_server.console import acts, agent_desk, back_acts
from queue_server.console.keys import Keys, Why
from queue_server.console.scene import AgentScene, BackScene, Scene
from tests.console.case_moments import BROUGHT, ZHAO, brought
from tests.console.moments import ASIDE, CALLED, HALL, ME, MOMENTS, NOW, QUEUE, SERVING, ticket, view
from tests.console.questions import asked, case

GOLDEN = Path(__file__).parent / "golden"
OF_A_VIEW = (
    "state", "pausing", "clerk", "serves", "calls_needed", "miss_opens_at", "undo", "undo_until",
    "undo_ticket",
)  # fmt: skip
OF_A_TICKET = ("id", "number", "state", "category", "cls", "matters", "closed", "cases", "elsewhere")
ALWAYS = frozenset({"help", "more"})
"""Keys that every page has and that can always be used."""
OFFICER = wire.WhoAmI("staff:estate", "朴哲", "department", "county", (), department="estate")


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
    served = SERVING.present
    assert served is not None
    one, two = (wire.MatterResult(id, "accepted", NOW, case="c1") for id in ("D01", "D02"))
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
        "one matter over": view(present=replace(served, closed=(one,))),
        "all matters over": view(present=replace(served, closed=(one, two))),
        "papers missing": view(
            present=replace(served, closed=(replace(one, outcome="supplement", case="", papers=("x",)),))
        ),
        "one matter elsewhere": view(present=replace(served, elsewhere=("D02",))),
        "the rest is elsewhere": view(present=replace(served, closed=(one,), elsewhere=("D02",))),
        "urgent call": view(summons={"zh": "请到咨询台"}),
    }


CASES = {
    **{
        state: case(state=state)
        for state in ("accepted", "handling", "supplement", "ready", "issued", "returned", "withdrawn")
    },
    "stopped": case(stopped=True),
    "waiting for papers": case(state="supplement", stopped=True, supplemented=True, owed=("身份证",)),
    "supplemented, extended": case(supplemented=True, extended=3),
    "papers owed": case(owed=("身份证",), owed_until="2026-12-05"),
    "on its way": case(bound="other"),
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
        "summons": view["summons"],
    }


def _said(name: str, up: bool, keys: Keys, scene: Any, least: dict[str, Any] | None, *also: str) -> Said:
    every = [act for act in dict.fromkeys((*keys.table, *keys.more, *also)) if act not in ALWAYS]
    why = {act: keys.why_not(act, scene) for act in every}
    return Said(
        f"{name}{'' if up else ', link down'}",
        up,
        least,
        why,
        {act: keys.meaning(act, scene) for act in every},
    )


def at_a_window() -> bytes:
    """The table of a window's acts as the console answers now."""
    said = []
    for name, each in views().items():
        for up in (True, False) if name == "called" else (each is not None,):
            scene = Scene("zh", now=NOW, hall=HALL, me=ME, up=up, window=8, view=each)
            least = matters_of(each) if each is not None else None
            said.append(_said(name, up, acts.WINDOW, scene, least, "heard", "find"))
    return _drawn(acts.WINDOW, said)


def at_the_back() -> bytes:
    """The table of a department's acts."""
    said = []
    for name, each in [*CASES.items(), ("no case", None)]:
        for up in (True, False) if name == "handling" else (True,):
            cases = wire.Cases((each,) if each is not None else (), "", {}, NOW)
            scene = BackScene(
                "zh", now=NOW, hall=HALL, me=OFFICER, up=up, view=cases, closed=name == "issued"
            )
            said.append(
                _said(
                    name,
                    up,
                    back_acts.BACK,
                    scene,
                    {"cases": msgspec.to_builtins(cases.cases), "closed": scene.closed},
                    "find",
                )
            )
    return _drawn(back_acts.BACK, said)


TICKETS = {
    **{each.number: each for each in BROUGHT},
    "in service": brought("D033", "P-1", "serving", window=9),
    "missed": brought("D034", "P-1", "missed"),
    "parked": brought("D035", "P-1", "parked"),
}


def of_an_agent() -> bytes:
    """The table of an agent's acts."""
    said = []
    for name, each in [*TICKETS.items(), ("no ticket", None)]:
        for up, held in ((True, 4), (True, 5), (False, 4)) if name == "parked" else ((True, 0),):
            tickets = wire.AgentTickets((each,) if each is not None else (), held, 5, NOW)
            scene = AgentScene("zh", now=NOW, hall=HALL, me=ZHAO, up=up, view=tickets)
            least = msgspec.to_builtins(tickets)
            said.append(_said(name, up, agent_desk.AGENT, scene, least, "find"))
    return _drawn(agent_desk.AGENT, said)


def _drawn(keys: Keys, said: list[Said]) -> bytes:
    table = {act: key.upper() for act, key in keys.table.items() if act != "help"}
    head = msgspec.json.encode({"now": NOW, "me": ME.id, "keys": table, "more": keys.more})
    lines = b",\n".join(msgspec.json.encode(each) for each in said)
    return head[:-1] + b',"said":[\n' + lines + b"\n]}\n"


TABLES = {
    "acts.json": at_a_window,
    "back-acts.json": at_the_back,
    "agent-acts.json": of_an_agent,
    "questions.json": asked,
}


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_say_what_the_console_says(name: str) -> None:
    assert (GOLDEN / name).read_bytes() == TABLES[name]()


if __name__ == "__main__":
    for name, drawn in TABLES.items():
        (GOLDEN / name).write_bytes(drawn())
