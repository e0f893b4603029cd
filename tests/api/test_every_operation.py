"""Every operation does once what it is there for, over HTTP: no command is only in the rules."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from msgspec.structs import replace

from queue_server.access.principals import FLOOR, case_secret, check_code, receipt_code
from queue_server.api.table import OPERATIONS
from queue_server.demo import demo_plan
from queue_server.reactions import speaking
from tests.api.cards import number_of
from tests.api.cases import accepted, agent
from tests.api.hall import Served, served
from tests.api.people import PASSWORD, person
from tests.api.test_editions import matters_of

SHAPES = [(o.method, o.path, re.compile(re.sub(r"\{\w+\}", "[^/]+", o.path) + "$")) for o in OPERATIONS]


class Walk:
    """A walk through a hall that notes which operations answered well."""

    def __init__(self, hall: Served) -> None:
        self.hall = hall
        self.walked: set[tuple[str, str]] = set()

    async def do(self, who: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make a change that must succeed."""
        answer = await self.hall.post(who, path, body)
        assert answer.is_success, (path, answer.text)
        self._note("POST", f"/{path}")
        return answer.json()

    async def see(self, who: str, path: str) -> Any:
        """A look that must succeed."""
        answer = await self.hall.get(who, path)
        assert answer.is_success, (path, answer.text)
        self._note("GET", path)
        return answer.json()

    def _note(self, method: str, path: str) -> None:
        self.walked |= {(m, p) for m, p, shape in SHAPES if m == method and shape.match(path)}


async def test_every_operation_does_its_work(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "SILENT_AFTER", 3600.0)  # the test itself is the hall's voice
    plan = demo_plan(time.time_ns() // 1_000_000)
    voiced = replace(plan, windows=tuple(replace(w, zone="hall") for w in plan.windows))
    async with served(store_url, hall_id, voiced, others=(f"{hall_id}-b",)) as hall:
        walk = Walk(hall)
        for part in (
            windows_open,
            a_device,
            a_visit,
            an_agent,
            help_comes,
            a_service,
            a_joint_errand,
            behind_the_windows,
            nobody_comes,
            by_hand,
            the_floor,
            the_people,
            the_day,
        ):
            await part(walk)
        missing = {(o.method, o.path) for o in OPERATIONS} - walk.walked
        # A miss needs three calls and 20 s: the next test has a hall with less patience.
        assert missing == {("POST", "/tickets/{id}/miss"), ("POST", "/tickets/{id}/return")}


async def test_a_missed_visitor_comes_back(store_url: str, hall_id: str) -> None:
    plan = demo_plan(time.time_ns() // 1_000_000)
    quick = replace(plan, rules=replace(plan.rules, miss_gap=0, calls_before_miss=1))
    silent = replace(quick, windows=tuple(replace(w, zone="") for w in quick.windows))
    async with served(store_url, hall_id, silent) as hall:
        walk = Walk(hall)
        ticket, who = await hall.take(), await hall.sit(8)
        await walk.do(who, "windows/8/call-next")
        assert (await walk.do(who, f"tickets/{ticket}/miss"))["detail"] == "missed"
        assert hall.day.tickets[ticket].state == "missed"
        await walk.do(hall.holder(ticket), f"tickets/{ticket}/return")
        assert (hall.day.tickets[ticket].state, hall.day.tickets[ticket].misses) == ("waiting", 1)


async def windows_open(walk: Walk) -> None:
    for window in (8, 9):
        await walk.do(f"clerk{window}", f"windows/{window}/claim")
        await walk.do(f"clerk{window}", f"windows/{window}/open")
    assert (await walk.see("", ""))["id"] == walk.hall.hall
    assert (await walk.see("clerk8", "/me"))["windows"] == [8]
    assert (await walk.see("manager", "/health"))["halted"] == ""
    assert (await walk.see("clerk8", "/windows/8"))["clerk"] == "staff:8"


async def a_device(walk: Walk) -> None:
    asked = await walk.do("", "enrolments")
    strange = await walk.do("", "enrolments")
    await walk.see("", f"/enrolments/{asked['code']}")
    await walk.do("manager", f"enrolments/{strange['code']}/refuse")
    waiting = (await walk.see("manager", "/enrolments"))["waiting"]
    assert [one["code"] for one in waiting] == [asked["code"]]
    await walk.do("manager", f"enrolments/{asked['code']}/confirm", {"device": "board"})
    devices = (await walk.see("manager", "/devices"))["devices"]
    assert "board" in [device["id"] for device in devices if device["enrolled"]]
    await walk.do("manager", "devices/board/revoke")


async def a_visit(walk: Walk) -> None:
    first = (await walk.do("kiosk", "tickets", {"category": "D"}))["ticket"]
    second = (await walk.do("kiosk", "tickets", {"category": "F", "visit": first}))["ticket"]
    visit = await walk.see("floor", f"/tickets/{second}/visit")
    assert [t["number"] for t in visit["tickets"]] == ["D001", "F001"]
    holder = walk.hall.holder(first)
    assert (await walk.see(holder, f"/tickets/{first}/place"))["ahead"] == 0
    await walk.do(holder, f"tickets/{first}/let-pass")
    assert (await walk.see(holder, f"/tickets/{first}/place"))["passing_until"] > walk.hall.day.now.last_at
    await walk.do(holder, f"tickets/{first}/ready")
    assert "<svg" in (await walk.see(holder, f"/tickets/{first}/qr"))["svg"]
    assert (await walk.see("floor", f"/tickets/{first}"))["number"] == "D001"
    assert (await walk.see("floor", "/numbers/F001"))["id"] == second
    assert (await walk.see("", "/status"))["categories"][3]["waiting"] == 1
    assert (await walk.see("", "/catalogue"))["guides"][0]["id"] == "A01"
    code = check_code(walk.hall.site.halls[walk.hall.hall].secret(first), first)
    assert (await walk.do("kiosk", "persons", {"number": number_of()}))["senior"] is True
    claimed = await walk.do("kiosk", "claims", {"number": "d001", "code": code.lower()})
    assert f"{claimed['ticket']}.{claimed['secret']}" == holder
    slip = await walk.see(holder, f"/tickets/{first}/slip")
    assert slip == {"outcome": "", "coming": False, "printer": "", "place": ""}
    await walk.do("kiosk", f"tickets/{first}/reprint", {"code": code.lower()})
    again = await walk.do("floor", "numbers/F001/reprint", {"printer": "p1"})
    assert (again["ticket"], again["detail"]) == (second, "p1")
    assert [p["id"] for p in (await walk.see("floor", "/printers"))["printers"]] == ["p1"]
    await walk.do("floor", f"tickets/{second}/cancel", {"reason": "left"})


async def an_agent(walk: Walk) -> None:
    """An agent takes tickets for two principals, and gives one up again, the other by its own page."""
    await agent(walk.hall)
    errands = [{"principal": f"P-{n}", "category": "D"} for n in (1, 2)]
    taken = await walk.do("zhao", "agent-tickets", {"errands": errands})
    assert [(t["principal"], t["ahead"]) for t in taken["tickets"]] == [("P-1", 1), ("P-2", 2)]
    own, all_ = await walk.see("zhao", "/agent-tickets"), await walk.see("manager", "/agent-tickets")
    assert (own["held"], len(own["tickets"]), len(all_["tickets"])) == (2, 2, 2)
    assert [t["phone"] for t in all_["tickets"]] == ["", ""], "the address is the agent's alone"
    nobodys = await walk.hall.post(
        "zhao", "agent-tickets", {"errands": [{"principal": "王芳", "category": "D"}]}
    )
    assert nobodys.status_code == 422
    alone = await walk.hall.post("zhao", "tickets", {"category": "D"})
    assert alone.json()["code"] == "not_allowed", "an agent says for whom"
    first, second = own["tickets"]
    await walk.do("zhao", f"agent-tickets/{first['ticket']}/cancel")
    secret = second["phone"].partition("#")[2]
    await walk.do(f"{second['ticket']}.{secret}", f"tickets/{second['ticket']}/cancel")
    assert (await walk.see("manager", "/overview"))["by_agents"]["principals"] == 2
    await agent(walk.hall, role=FLOOR)
    looks_on = await walk.see("zhao", "/agent-tickets")
    assert looks_on["tickets"] == (await walk.see("manager", "/agent-tickets"))["tickets"], "an agent no more"


async def help_comes(walk: Walk) -> None:
    """A visitor asks for staff at a kiosk, and wants a checklist; its printer is switched off."""
    await walk.do("kiosk", "help", {"language": "ko"})
    (waits,) = (await walk.see("floor", "/help"))["calls"]
    assert (waits["kiosk"], waits["place"], waits["language"]) == ("device:k1", "一楼大厅东门", "ko")
    assert (await walk.do("floor", "help/device:k1/came"))["calls"] == []
    asked = await walk.do("kiosk", "checklists", {"matters": ["D01"]})
    assert (asked["paper"], asked["reason"]) == ("failed", "unreachable")


async def a_service(walk: Walk) -> None:
    day = walk.hall.day
    called = await walk.do("clerk8", "windows/8/call-next")
    ticket = called["ticket"]
    await walk.do("clerk8", f"tickets/{ticket}/recall")
    await walk.do("clerk8", f"tickets/{ticket}/undo")
    assert day.tickets[ticket].state == "waiting"
    await walk.do(
        "floor", f"tickets/{ticket}/class", {"cls": "priority", "reason": "seen", "kind": "elderly"}
    )
    await walk.do("clerk8", "windows/8/call", {"number": "D001", "reason": "continued"})
    await walk.do("clerk8", f"tickets/{ticket}/start")
    matter = next(m.id for m in day.plan.matters if m.category == "D")
    await walk.do("clerk8", f"tickets/{ticket}/matters", {"matters": [matter]})
    await walk.do("clerk8", f"tickets/{ticket}/park", {"minutes": 5})
    await walk.do("clerk8", f"tickets/{ticket}/unpark")
    await walk.do("clerk8", "windows/8/call-next")
    await walk.do("clerk8", f"tickets/{ticket}/start")
    closed = await walk.do("clerk8", f"tickets/{ticket}/matters/{matter}/close", {"outcome": "accepted"})
    await walk.do("clerk8", f"tickets/{ticket}/finish")
    assert day.tickets[ticket].outcomes == ((matter, "accepted"),)
    case = walk.hall.site.halls[walk.hall.hall].register.state.cases[closed["case"]]
    assert (case.number, case.ticket, case.department) == (closed["number"], ticket, "estate")
    await walk.do(walk.hall.holder(ticket), f"tickets/{ticket}/rate", {"level": "satisfied"})
    assert day.tickets[ticket].rated == "satisfied"
    other = await walk.do("kiosk", "tickets", {"category": "D"})
    await walk.do("clerk8", "windows/8/call", {"number": other["number"], "reason": "continued"})
    await walk.do("clerk8", f"tickets/{other['ticket']}/start")
    await walk.do("clerk8", f"tickets/{other['ticket']}/finish")
    await walk.do("pad", "windows/8/rate", {"ticket": other["ticket"], "level": "satisfied"})
    assert day.tickets[other["ticket"]].rated == "satisfied"
    direct = await walk.do("clerk8", "windows/8/serve", {"category": "D", "reason": "question"})
    await walk.do("clerk8", f"tickets/{direct['ticket']}/transfer", {"window": 9})
    assert day.tickets[direct["ticket"]].directed_window == 9


async def a_joint_errand(walk: Walk) -> None:
    """一件事 begins where its first matter is accepted; the others of it are called, then it is over."""
    day = walk.hall.day
    await walk.do("manager", "windows/9/assign", {"serves": ["B", "D"]})
    await walk.hall.sit(20)
    await walk.do("manager", "windows/20/assign", {"serves": ["C", "G"]})
    offered = (await walk.see("", "/menu"))["choices"][1]["matters"]
    assert offered[0]["id"] == "Y02"
    assert (await walk.see("", "/catalogue"))["guides"][-1]["name"]["zh"] == "开办餐饮店一件事"
    ticket = (await walk.do("kiosk", "tickets", {"category": "B", "matters": ["Y02"]}))["ticket"]
    await walk.do("clerk9", "windows/9/call", {"number": "B001", "reason": "continued"})
    await walk.do("clerk9", f"tickets/{ticket}/start")
    assert (await walk.see("clerk9", "/windows/9"))["present"]["elsewhere"] == ["C01"]
    alone = await walk.hall.post("clerk9", f"tickets/{ticket}/finish")
    assert alone.json()["code"] == "joint_open"
    assert (await walk.do("clerk9", f"tickets/{ticket}/carry-on"))["detail"] == "20"
    assert "B001" in (await walk.see("clerk20", "/windows/20"))["summons"]["zh"]
    await walk.do("clerk20", "windows/20/summons/answered")
    await walk.do("clerk9", f"tickets/{ticket}/finish", {"outcomes": {"C01": "accepted"}})
    assert dict(day.tickets[ticket].outcomes) == {"B01": "done", "C01": "accepted"}
    await walk.do("clerk20", "windows/20/release")
    # The same by appointment: a slot is booked for all of it, and the check-in keeps it.
    body = {"category": "B", "slot": walk.hall.site.halls[walk.hall.hall].clock() + 3_600_000}
    wrong = {"joint_alone": ["Y02", "B01"], "matter_elsewhere": ["Y01"], "unknown_matter": ["no"]}
    for said, matters in wrong.items():
        refused = await walk.hall.post("kiosk", "bookings", body | {"matters": matters})
        assert refused.json()["code"] == said
    booked = await walk.do("kiosk", "bookings", body | {"matters": ["Y02"]})
    came = await walk.do("kiosk", "check-ins", {"code": booked["code"]})
    assert (day.tickets[came["ticket"]].joint, day.tickets[came["ticket"]].matters) == ("Y02", ("B01", "C01"))
    await walk.do("floor", f"tickets/{came['ticket']}/cancel", {"reason": "left"})


async def behind_the_windows(walk: Walk) -> None:
    """The case goes through every step that a case can; another one is sent on and withdrawn."""
    opened = await accepted(walk.hall, "D01", "D02", "D03")
    first, second, third = [one["case"] for one in opened]
    (paper,) = (await walk.see("manager", f"/cases/{first}"))["materials"][:1]
    for name, body in (
        ("take", {}),
        ("supplement", {"missing": [paper]}),
        ("received", {}),
        ("stop", {"reason": "hearing"}),
        ("run", {}),
        ("extend", {"days": 2, "reason": "complex"}),
        ("ready", {"shelf": "A-1"}),
        ("move", {"shelf": "A-2"}),
        ("rework", {"reason": "wrong_result"}),
        ("return", {"reason": "unmet"}),
    ):
        await walk.do("manager", f"cases/{first}/{name}", body)
    number = (await walk.see("manager", f"/cases/{first}"))["case"]["number"]
    await walk.do("clerk8", f"cases/{second}/withdraw", {"reason": "asked"})
    await walk.see("manager", "/cases")
    assert (await walk.see("manager", f"/case-numbers/{number}"))["cases"][0]["state"] == "returned"
    assert (await walk.see("manager", "/case-events"))["events"]
    assert (await walk.see("manager", "/exchange/records"))["records"][0]["table"] == "SL"
    await another_edition(walk)
    await the_way_out(walk)
    hands = {"giver": "window", "receiver": "estate", "cases": [third]}
    given = (await walk.do("clerk8", "paper-lists", hands))["detail"]
    await walk.do("clerk8", f"paper-lists/{given}/take-back")
    again = (await walk.do("clerk8", "paper-lists", hands))["detail"]
    await walk.do("manager", f"paper-lists/{again}/confirm")
    assert len((await walk.see("manager", "/paper-lists"))["lists"]) == 2
    neighbour = f"{walk.hall.hall}-b"
    await walk.do("manager", f"cases/{third}/send", {"hall": neighbour})
    arrived = await walk.hall.at(neighbour).post("manager", f"cases/{third}/arrive")
    assert arrived.is_success, arrived.text
    walk._note("POST", f"/cases/{third}/arrive")


async def another_edition(walk: Walk) -> None:
    """The catalogue goes on without its last matter."""
    kept = {"matters": matters_of(walk.hall)[:-1]}
    assert len((await walk.do("manager", "catalogue/previews", kept))["retired"]) == 1
    body = {"base": 0, "reason": "停办", **kept}
    assert (await walk.do("manager", "catalogue/editions", body))["detail"] == "1"
    assert (await walk.see("manager", "/catalogue/editions"))["in_force"] == 1


async def the_way_out(walk: Walk) -> None:
    """Another visitor's result is ready, asked for, and handed out; the receipt's printer is switched off."""
    (one,) = await accepted(walk.hall, "D01")
    case, ticket = one["case"], one["ticket"]
    notice = {"case": case, "shelf": "A-9"}
    assert (await walk.do("platform", "exchange/ready", {"id": "m1", "ready": [notice]}))["ready"] == 1
    code = receipt_code(walk.hall.site.halls[walk.hall.hall].receipts, ticket)
    said = {"number": one["number"], "code": code}
    assert (await walk.do("kiosk", "receipts", said))["ready"] == 1
    secret = case_secret(walk.hall.site.halls[walk.hall.hall].receipts, ticket)
    (line,) = (await walk.do("", "case-pages", {"ticket": ticket, "secret": secret}))["cases"]
    assert (line["number"], line["ready"]) == (one["number"], True)
    for whose, guess in ((ticket, secret[::-1]), ("t0", secret)):
        answer = await walk.hall.post("", "case-pages", {"ticket": whose, "secret": guess})
        assert answer.json()["code"] == "unknown_case", "not even that there are cases"
    came = await walk.do("kiosk", "pick-ups", said)
    assert (await walk.see("clerk8", f"/tickets/{came['ticket']}/cases"))["cases"][0]["shelf"] == "A-9"
    await walk.do("clerk8", f"cases/{case}/issue", {"receiver": "agent", "code": code})
    await walk.do("floor", f"tickets/{came['ticket']}/cancel", {"reason": "left"})
    printed = await walk.do("clerk8", f"tickets/{ticket}/receipt")
    assert (printed["paper"], printed["reason"], printed["shown"]["code"]) == ("failed", "unreachable", code)


async def nobody_comes(walk: Walk) -> None:
    """A call is spoken, once; the sound breaks; somebody is found."""
    hall = walk.hall
    called = await walk.do("clerk9", "windows/9/call-next")
    shown = (await walk.see("", "/board"))["current"][0]
    far = hall.site.halls[hall.hall].clock() + 3_600_000
    await walk.do("board", f"calls/{shown['seq']}/spoken", {"spoken_at": far})
    (call,) = hall.day.tickets[called["ticket"]].calls
    assert call.spoken_at is not None
    assert call.at <= call.spoken_at < far, "a loudspeaker's clock does not reach into the future"
    for seq in (shown["seq"], 999_999):
        stale = await hall.post("board", f"calls/{seq}/spoken", {"spoken_at": 1})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    await walk.do("board", "zones/hall/sound", {"broken": True})
    assert hall.day.now.broken_zones == ("hall",)
    nowhere = await hall.post("board", "zones/nowhere/sound", {"broken": True})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "unknown_zone")
    await walk.do("floor", f"tickets/{called['ticket']}/found")
    assert hall.day.tickets[called["ticket"]].found_until is not None


async def by_hand(walk: Walk) -> None:
    """The hall was down; numbers written by hand get their true places; a booked visitor comes."""
    hall = walk.hall
    now = hall.site.halls[hall.hall].clock()
    await walk.do("manager", "down-times", {"since": now - 600_000, "until": now - 60_000})
    assert [(s.since, s.until) for s in hall.day.now.down] == [(now - 600_000, now - 60_000)]
    later = await hall.take()
    body = {"category": "D", "number": "Z01", "taken_at": now - 300_000}
    written = await walk.do("manager", "paper-tickets", body)
    assert (written["number"], written["taken_at"], written["ahead"]) == ("Z01", now - 300_000, 0)
    assert hall.day.tickets[later].key > hall.day.tickets[written["ticket"]].key
    booked = await walk.do("kiosk", "bookings", {"category": "F", "slot": now + 3_600_000})
    checked_in = await walk.do("kiosk", "check-ins", {"code": booked["code"]})
    assert hall.day.tickets[checked_in["ticket"]].cls == "booked"


async def the_floor(walk: Walk) -> None:
    day = walk.hall.day
    await walk.do("manager", "categories/F/pause", {"reason": "network_down"})
    assert day.categories["F"].paused
    await walk.do("manager", "categories/F/resume")
    await walk.do("manager", "notice", {"text": {"zh": "今天下午系统维护"}})
    assert (await walk.see("", "/menu"))["notices"] == [{"zh": "今天下午系统维护"}]
    await walk.do("manager", "summons", {"text": {"zh": "请到咨询台"}, "windows": [8]})
    assert (await walk.see("clerk8", "/windows/8"))["summons"] == {"zh": "请到咨询台"}
    await walk.do("clerk8", "windows/8/summons/answered")
    assert not day.windows[8].summons
    await walk.do("manager", "categories/F/quota", {"quota": 500})
    shown = await walk.see("manager", "/overview")
    assert next(line["quota"] for line in shown["categories"] if line["category"] == "F") == 500
    whole, *departments = shown["shares"]
    assert (whole["accepted"], whole["red"]) == (sum(each["accepted"] for each in departments), True)
    now = walk.hall.site.halls[walk.hall.hall].clock()
    await walk.do("manager", "alarms/seen", {"code": "clock_stepped", "log": walk.hall.hall, "until": now})
    await walk.do("manager", "windows/8/assign", {"serves": ["D", "F:priority"]})
    assert (await walk.see("clerk8", "/windows/8"))["serves"] == ["D", "F:priority"]
    await walk.do("clerk8", "windows/8/pause", {"reason": "rest"})
    await walk.do("clerk8", "windows/8/open")
    await walk.do("clerk8", "windows/8/close", {"reason": "shift_end"})
    await walk.do("clerk8", "windows/8/release")
    assert (day.windows[8].state, day.windows[8].clerk) == ("closed", "")


async def the_people(walk: Walk) -> None:
    await person(walk.hall, "li", "clerk")
    token = (await walk.do("", "sign-in", {"login": "li", "password": PASSWORD}))["token"]
    changed = await walk.do(token, "password", {"old": PASSWORD, "new": "autumn-leaf-8"})
    await walk.do(changed["token"], "sign-out")


async def the_day(walk: Walk) -> None:
    await walk.do("manager", "day/close", {"reason": "agreed"})
    ends = {t.end for t in walk.hall.day.tickets.values()}
    assert ends == {"done", "cancelled_by_visitor", "cancelled_by_staff", "hall_closed"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_every_operation_says_what_it_does(operation: Any) -> None:
    assert (operation.does.__doc__ or "").strip().endswith(".")
