"""What the consoles ask before each act, and the request that comes of the answers, as a table.

A page is held to the same questions in the same order with the same choices, and to the same requests.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from queue_server import wire
from queue_server.console import agent_flows, back_flows, flows, hand_out, matter_flows
from queue_server.console.choices import Choice
from queue_server.console.requests import Request
from queue_server.console.scene import AgentScene, BackScene, Scene
from tests.console import moments as m

FLOWS = {**flows.FLOWS, **matter_flows.FLOWS}
LEFT = "(went back)"
"""The answer of somebody who thinks better of it."""

MATTERS = ("D01", "D02", "D03", "A01")
SMALL = replace(
    m.HALL,
    matters=tuple(each for each in m.HALL.matters if each.id in MATTERS),
    windows=m.HALL.windows[:10],
)
"""The county hall with fewer matters and windows: enough to choose from."""
SLIPS = tuple(
    wire.SlipLine(m.NOW, f"t{n}", "D031", "printed", "", marked=n > 0, says={"zh": "已打印"}) for n in (0, 1)
)
PRINTERS = (
    wire.PrinterLine("p1", ("k1",), "一楼", "ready", m.NOW - 9 * m.MINUTE, True, {"zh": "正常"}, {}, SLIPS),
    wire.PrinterLine("p2", (), "", "no_paper", m.NOW, False, {"zh": "缺纸"}, {"zh": "请装纸"}, ()),
)
FREE = m.view(queue=m.QUEUE[:5], waiting=23, serves=("D", "G"), **m.ASIDE)
EXIT = replace(FREE, serves=("J",))
CALLED = replace(m.CALLED, queue=m.QUEUE[:2])
HERE = replace(m.SERVING, pausing=False)
assert HERE.present is not None
JOINT = replace(HERE, present=replace(HERE.present, joint="j1", elsewhere=("D02",)))
PAPER = SMALL.matters[[each.id for each in SMALL.matters].index("D01")].materials[0]
LISTS = (
    wire.PaperListLine("l1", "window", "estate", {"c1": "0001", "c2": "0002"}, "staff:8", "", (), void=False),
    wire.PaperListLine("l2", "window", "police", {"c3": "0003"}, "staff:8", "", (), void=False),
)
AT_A_WINDOW: tuple[tuple[str, wire.WindowView, tuple[Any, ...]], ...] = (
    ("call_next", FREE, ()),
    ("finish_next", HERE, ()),
    ("recall", CALLED, ()),
    ("start", CALLED, ()),
    ("miss", CALLED, ()),
    ("found", CALLED, ()),
    ("finish", HERE, ({"D01": "done", "D02": "accepted"},)),
    ("finish", HERE, ({"D01": "deferred", "D02": "rejected"}, (PAPER,), "2026-11-30", "unmet")),
    ("finish", HERE, ({"D01": "supplement"}, (PAPER,))),
    ("finish", HERE, ({"D01": "supplement"}, LEFT)),
    ("finish", HERE, (LEFT,)),
    *(("matter_end", HERE, ("D02", each)) for each in ("done", "accepted", "transferred", "consult")),
    ("matter_end", HERE, ("D01", "deferred", (PAPER,), "2026-12-15")),
    ("matter_end", HERE, ("D01", "supplement", (PAPER,))),
    ("matter_end", HERE, ("D01", "rejected", "unmet")),
    ("matter_end", HERE, ("D01", "rejected", LEFT)),
    ("matter_end", HERE, (LEFT,)),
    ("finish", JOINT, ({"D01": "done"},)),
    ("carry_on", JOINT, ()),
    ("park", CALLED, ("10",)),
    ("park", FREE, ("D009",)),
    ("unpark", FREE, ("D022",)),
    ("return", FREE, ("D017",)),
    ("undo", replace(FREE, undo_ticket="D029"), ()),
    ("transfer", CALLED, ("category", "G", "copy_missing")),
    ("transfer", CALLED, ("window", "9", "")),
    ("transfer", CALLED, ("window", LEFT)),
    ("class", CALLED, ("not_justified",)),
    ("class", HERE, ("disabled", "seen")),
    ("matters", HERE, ("D03",)),
    ("cancel", CALLED, ("left",)),
    ("call", FREE, ("D031", "continued")),
    ("call", FREE, ("31", "continued")),
    ("call", FREE, ("7", "G", "continued")),
    ("serve", FREE, ("G", "question")),
    ("serve", replace(FREE, serves=("D",)), ("question",)),
    ("serve", EXIT, ("question", "20261125-0001", "ABC234")),
    ("serve", EXIT, ("question", "")),
    ("serve", EXIT, ("question", "20261125-0001", LEFT)),
    ("reprint", CALLED, ("p1",)),
    ("reprint", FREE, ("D031", "p1")),
    ("printers", FREE, ("p2", LEFT, "p1", "1", "p1")),
    ("pause", FREE, ("meal",)),
    ("pause", CALLED, ("meal", "now")),
    ("pause", HERE, ("meal",)),
    ("pause", m.view(state="closed"), ()),
    ("pause", m.view(state="paused"), ()),
    ("close", FREE, ("shift_end", "today")),
    ("release", FREE, ()),
    ("release", HERE, ("yes",)),
    ("release", CALLED, ("no",)),
    ("heard", m.view(summons={"zh": "请到咨询台"}), ()),
)
"""Acts at a window: what the hall shows, and what is answered."""


WAITS = wire.AgentTicket("t1", "D031", "staff:8", "P-12", "D", (), "waiting", "", 3, None, m.NOW)
FOR_PRINCIPALS: tuple[tuple[str, int, tuple[Any, ...]], ...] = (
    ("agent_take", 0, ("P-12", "D", "D01", "take")),
    ("agent_take", 3, ("P-12", "D", "any", "next", "QY7", "C", "take")),
    ("agent_take", 4, ("P-12", "D", "D01", "take")),
    ("agent_take", 0, ("P-12", "D", "D01", LEFT)),
    ("agent_take", 0, (LEFT,)),
    ("agent_cancel", 1, ("yes",)),
    ("agent_cancel", 1, ("no",)),
)
"""Acts of an agent: how many tickets are held of five, and what is answered."""


def case(**more: Any) -> wire.CaseLine:
    """A case of the estate office in handling, all in order; `more` says what is different."""
    plain = wire.CaseLine(
        id="c1",
        number="20261125-0001",
        matter="D01",
        name={"zh": "存量房转移登记"},
        department="estate",
        state="handling",
        standing="in_time",
        accepted="2026-11-25",
        promised_by="2026-12-01",
        legal_by="2026-12-24",
        limits_open=False,
        stopped=False,
        hall="county",
        at="county",
        exit="county",
        bound="",
        owed=(),
        owed_until="",
        supplemented=False,
        extended=0,
        way="",
        shelf="",
        papers="estate",
        handler="",
    )
    return replace(plain, **more)


def _at_the_back() -> tuple[tuple[str, wire.CaseLine, tuple[Any, ...]], ...]:
    return (
        ("case_take", case(state="accepted"), ()),
        ("case_supplement", case(), ((PAPER,),)),
        ("case_received", case(owed=("a", "b")), (("a",),)),
        ("case_ready", case(), ("window", "A-3")),
        ("case_ready", case(), ("post",)),
        ("case_ready", case(), ("window", LEFT)),
        ("case_extend", case(), ("3", "complex")),
        ("case_clock", case(), ("hearing",)),
        ("case_clock", case(stopped=True), ()),
        ("case_return", case(), ("hearing",)),
        ("case_rework", case(state="ready"), ("hearing",)),
        ("case_move", case(state="ready"), ("B-1",)),
        ("case_send", case(exit="east"), ("east",)),
        ("case_arrive", case(bound="county"), ()),
        ("case_papers", case(), ("l1", ("c1",))),
        ("case_papers", case(), ("new", ("c1",), "exit")),
        ("hand_out", case(state="ready", shelf="A-1"), ("agent", "ABC234")),
        ("hand_out", case(state="ready", shelf="A-1"), ("self", "")),
        ("hand_out", case(owed=("a", "b")), (("a",),)),
    )


class Scripted:
    """Somebody who answers as written, and a note of every question."""

    def __init__(self, scene: Scene | BackScene | AgentScene, answers: Sequence[Any]) -> None:
        self.scene: Any = scene
        self.client = self
        self.asked: list[Any] = []
        self._answers = copy.deepcopy(list(answers))

    def _answer(self, question: Any) -> Any:
        self.asked.append(question)
        answer = self._answers.pop(0)
        return None if answer == LEFT else answer

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of a list; whatever is answered must be in it."""
        answer: str | None = self._answer({"pick": [[c.value, bool(c.why)] for c in choices]})
        assert answer is None or answer in {c.value for c in choices if not c.why}, (title, answer)
        return answer

    async def several(
        self, title: str, choices: Sequence[Choice], ticked: Sequence[str]
    ) -> tuple[str, ...] | None:
        """Some of a list."""
        answer: tuple[str, ...] | None = self._answer(
            {"several": [c.value for c in choices], "ticked": list(ticked)}
        )
        return answer

    async def number(self, title: str, about: str = "") -> str | None:
        """A number, typed."""
        answer: str | None = self._answer("number")
        return answer

    async def code(self, title: str, about: str) -> str | None:
        """A check code, typed."""
        answer: str | None = self._answer("code")
        return answer

    async def case_number(self, title: str, about: str) -> str | None:
        """The number of a case, typed."""
        answer: str | None = self._answer("case_number")
        return answer

    async def shelf(self, title: str, about: str) -> str | None:
        """A place, typed."""
        answer: str | None = self._answer("shelf")
        return answer

    async def outcomes(self, ticket: wire.TicketView) -> dict[str, str] | None:
        """The result of each open matter."""
        answer: dict[str, str] | None = self._answer({"outcomes": list(matter_flows.still_open(ticket))})
        return answer

    async def printers(self) -> wire.Printers:
        """The hall's printers."""
        return wire.Printers(PRINTERS)

    async def case(self, id: str) -> wire.CaseView:
        """A case whole: only its papers matter here."""
        line: wire.CaseLine = self.scene.case
        return wire.CaseView(line, "1", (PAPER, "z"), 1, "", ())

    async def paper_lists(self) -> wire.PaperLists:
        """The lists of papers."""
        return wire.PaperLists(LISTS)


def _ran(who: Scripted, flow: Awaitable[Request | None]) -> Request | None:
    async def run() -> Request | None:
        return await flow

    return asyncio.run(run())


def _written(act: str, view: int, answers: Sequence[Any], who: Scripted, request: Request | None) -> Any:
    return {
        "act": act,
        "view": view,
        "answers": [None if each == LEFT else each for each in answers],
        "asked": who.asked,
        "request": _request(request),
    }


def _request(request: Request | None) -> Any:
    if request is None:
        return None
    body = request.body
    return {
        "act": request.act,
        "path": request.path,
        "body": {} if body is None else msgspec.to_builtins(body),
        "defaults": {} if body is None else _defaults(type(body)),
        "first": [_request(each) for each in request.first],
    }


def _defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """What a body says without being told."""
    return {
        each.encode_name: msgspec.to_builtins(
            each.default_factory() if each.default is msgspec.NODEFAULT else each.default
        )
        for each in msgspec.structs.fields(kind)
        if not each.required
    }


def asked() -> bytes:
    """The table as the consoles ask now."""
    rows: list[Any] = []
    views: list[Any] = []

    def kept(view: msgspec.Struct) -> int:
        """The place of a view in the table: several acts begin from the same."""
        told = msgspec.to_builtins(view)
        if told not in views:
            views.append(told)
        return views.index(told)

    for act, view, answers in AT_A_WINDOW:
        who = Scripted(Scene("zh", now=m.NOW, hall=SMALL, me=m.ME, up=True, window=8, view=view), answers)
        request = _ran(who, flows.request_for(act, who, FLOWS))
        rows.append(_written(act, kept(view), answers, who, request))
    back = []
    me = replace(m.ME, role="department", department="estate")
    for act, line, answers in _at_the_back():
        cases = wire.Cases((line,), "", {}, m.NOW)
        who = Scripted(BackScene("zh", now=m.NOW, hall=SMALL, me=me, up=True, view=cases), answers)
        request = _ran(who, _flow(act, line)(who))
        back.append(_written(act, kept(cases), answers, who, request))
    errands = []
    for act, held, answers in FOR_PRINCIPALS:
        tickets = wire.AgentTickets((WAITS,), held, 5, m.NOW)
        who = Scripted(AgentScene("zh", now=m.NOW, hall=SMALL, me=m.ME, up=True, view=tickets), answers)
        asking = agent_flows.take(who) if act == "agent_take" else agent_flows.give_up(who, WAITS)
        errands.append(_written(act, kept(tickets), answers, who, _ran(who, asking)))
    head = {
        "now": m.NOW,
        "me": m.ME.id,
        "hall": SMALL,
        "printers": PRINTERS,
        "lists": LISTS,
        "materials": (PAPER, "z"),
        "views": views,
    }
    lines = [b",\n".join(msgspec.json.encode(each) for each in some) for some in (rows, back, errands)]
    return (
        msgspec.json.encode(head)[:-1]
        + b',"window":[\n'
        + lines[0]
        + b'\n],"back":[\n'
        + lines[1]
        + b'\n],"agent":[\n'
        + lines[2]
        + b"\n]}\n"
    )


def _flow(act: str, line: wire.CaseLine) -> Callable[[Any], Awaitable[Request | None]]:
    if act == "case_papers":
        return back_flows.papers
    if act == "hand_out":
        step = hand_out.issue if line.state == "ready" else hand_out.receive
        return lambda ask: step(ask, line)
    return lambda ask: back_flows.FLOWS[act](ask, line)
