"""The way out of a case: receipt, pick-up ticket, exit window; and the way back with papers that are owed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from printers.virtual import VirtualPrinter
from queue_server.access.principals import receipt_code
from queue_server.cases.visits import Visits
from queue_server.hall import events, register
from queue_server.store import keys
from tests.api.agents import reprints
from tests.api.cases import accepted, at_window, joins, refused, step
from tests.api.hall import Served, demo_with, served
from tests.cases.test_remembering import recomputed


def code_of(hall: Served, ticket: str) -> str:
    return receipt_code(hall.site.halls[hall.hall].receipts, ticket)


async def comes(hall: Served, number: str, code: str, who: str = "kiosk", **how: Any) -> Any:
    """The holder of a receipt at a kiosk; gives the answer."""
    return await hall.post(who, "pick-ups", {"number": number, "code": code, **how})


async def opens(hall: Served, number: str, code: str) -> Any:
    """What a kiosk is told for number and code."""
    return (await hall.post("kiosk", "receipts", {"number": number, "code": code})).json()


async def test_all_results_that_are_ready_are_one_ticket_and_go_out_by_the_check_code(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        for window in (8, 9):
            await hall.sit(window)
        await hall.post("manager", "windows/9/assign", {"serves": ["J"]})
        one, two, three = await accepted(hall, "D01", "D02", "D03")
        code = code_of(hall, one["ticket"])
        early = (await comes(hall, one["number"], code)).json()
        assert early["code"] == "case_not_ready"
        assert three["number"] in early["sentence"]["zh"], "the one that is promised first"
        estate = await joins(hall, "estate")
        for case, shelf in ((one, "A-1"), (two, "A-2")):
            await step(hall, estate, case["case"], "take")
            await step(hall, estate, case["case"], "ready", shelf=shelf)
        told = await opens(hall, one["number"], code.lower())
        assert (told["ready"], told["owing"], len(told["cases"])) == (2, 0, 3)
        assert told["cases"][0]["says"]["zh"] == "已办好，可以取号领取。"

        typed = one["number"].replace("-", "")
        ticket = (await comes(hall, typed, code)).json()
        assert (ticket["category"], ticket["number"]) == ("J", "J001")
        again = (await comes(hall, two["number"], code)).json()
        assert (again["code"], "J001" in again["sentence"]["zh"]) == ("already_waiting", True)

        called = (await hall.post("clerk9", "windows/9/call-next")).json()
        await hall.post("clerk9", f"tickets/{called['ticket']}/start")
        shown = (await hall.get("clerk9", f"/tickets/{called['ticket']}/cases")).json()["cases"]
        assert [(c["id"], c["shelf"]) for c in shown] == [(one["case"], "A-1"), (two["case"], "A-2")]
        wrong = await refused(hall, "clerk9", one["case"], "issue", code="222222")
        assert wrong == "wrong_check_code"
        await step(hall, "clerk9", one["case"], "issue", code=code)
        await step(hall, "clerk9", two["case"], "issue", receiver="other")
        assert await refused(hall, "clerk9", three["case"], "issue", code=code) == "case_state"
        await hall.post("clerk9", f"tickets/{called['ticket']}/finish")
        for case, receiver in ((one, "self"), (two, "other")):
            seen = (await hall.get("clerk9", f"/cases/{case['case']}")).json()
            assert (seen["case"]["state"], seen["receiver"], seen["visits"]) == ("issued", receiver, 2)
        stored = await hall.site.store.read(keys.register(hall_id), 0)
        counted = recomputed([register.decode(entry.body) for entry in stored])
        assert counted == Visits(2, 4, 0)
        whole, *departments = (await hall.get("manager", "/overview")).json()["visits"]
        assert (whole["cases"], whole["visits"], whole["once"], whole["hundredths"]) == (2, 4, 0, 200)
        assert [each["department"] for each in departments] == ["estate"]


async def test_whoever_tries_codes_is_stopped_after_five(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        (one,) = await accepted(hall, "D01")
        said = [(await opens(hall, one["number"], f"22222{n}"))["code"] for n in range(2, 8)]
        assert said == ["wrong_check_code"] * 5 + ["too_many_tries"]
        right = await opens(hall, one["number"], code_of(hall, one["ticket"]))
        assert right["code"] == "too_many_tries"
        assert (await opens(hall, "20200101-0001", "222222"))["code"] == "wrong_check_code"


async def test_papers_that_are_owed_bring_a_priority_ticket_to_the_same_clerk_if_wanted(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        (one,) = await accepted(hall, "D01")
        estate, code = await joins(hall, "estate"), code_of(hall, one["ticket"])
        materials = (await hall.get(estate, f"/cases/{one['case']}")).json()["materials"]
        await step(hall, estate, one["case"], "supplement", missing=materials[:1])
        told = await opens(hall, one["number"], code)
        assert (told["ready"], told["owing"], told["clerk"]) == (0, 1, True)
        assert materials[0] in told["cases"][0]["says"]["zh"]
        ticket = (await comes(hall, one["number"], code, same_clerk=True)).json()["ticket"]
        taken = hall.day.tickets[ticket]
        assert (taken.category, taken.cls, taken.directed_clerk) == ("D", "priority", "staff:8")
        await hall.post("kiosk", "tickets", {"category": "D"})
        assert (await hall.post("clerk8", "windows/8/call-next")).json()["ticket"] == ticket
        await hall.post("clerk8", f"tickets/{ticket}/start")
        await step(hall, "clerk8", one["case"], "received")
        seen = (await hall.get("clerk8", f"/cases/{one['case']}")).json()["case"]
        assert (seen["state"], seen["owed"]) == ("handling", [])

        await hall.post("clerk8", f"tickets/{ticket}/finish")
        await hall.post("clerk8", "windows/8/release")
        await step(hall, estate, one["case"], "ready", shelf="A-9")
        other = (await comes(hall, one["number"], code)).json()
        assert other["category"] == "J"


async def test_a_result_that_lies_elsewhere_is_said_to_lie_there(store_url: str, hall_id: str) -> None:
    village = f"{hall_id}-v"
    async with served(store_url, hall_id, others=(village,)) as hall:
        await hall.sit(8)
        (one,) = await accepted(hall, "D01")
        estate, code = await joins(hall, "estate"), code_of(hall, one["ticket"])
        await step(hall, estate, one["case"], "take")
        await step(hall, estate, one["case"], "ready", shelf="A-1")
        await step(hall, estate, one["case"], "send", hall=village)
        gone = (await comes(hall, one["number"], code)).json()
        assert gone["code"] == "case_elsewhere"
        assert await refused(hall, "clerk8", one["case"], "issue", code=code) == "case_elsewhere"


async def test_without_a_printer_the_receipt_is_shown_and_without_a_ticket_its_bringer_is_served(
    store_url: str, hall_id: str
) -> None:
    plan = demo_with()
    plan = replace(plan, windows=tuple(replace(window, printer="") for window in plan.windows))
    async with served(store_url, hall_id, plan) as hall:
        await hall.sit(8)
        (one,) = await accepted(hall, "D01")
        told = (await hall.post("clerk8", f"tickets/{one['ticket']}/receipt")).json()
        shown, code = told["shown"], code_of(hall, one["ticket"])
        assert (told["paper"], shown["code"], shown["lacking"]) == ("none", code, [])
        assert [case["number"] for case in shown["cases"]] == [one["number"]]
        assert shown["url"].endswith(f".{one['number']}.{code}")
        assert shown["svg"].startswith("<svg")

        lacks = await at_window(hall, 8, "D", "D02")
        (paper, *_) = plan.matter("D02").materials  # type: ignore[union-attr]
        said = {"outcome": "supplement", "papers": [paper]}
        await hall.post("clerk8", f"tickets/{lacks}/matters/D02/close", said)
        shown = (await hall.post("clerk8", f"tickets/{lacks}/receipt")).json()["shown"]
        assert (shown["code"], shown["url"], shown["svg"]) == ("", "", "")
        assert [(end["matter"], end["papers"]) for end in shown["lacking"]] == [("D02", [paper])]
        await hall.post("clerk8", f"tickets/{lacks}/finish")

        await hall.post("manager", "windows/8/assign", {"serves": ["D", "J"]})
        comes_without = {"category": "J", "reason": "question", "case": one["number"]}
        tail = hall.tail
        for typed, why in ((code, "case_not_ready"), ("", "case_not_ready"), ("222222", "wrong_check_code")):
            answer = await hall.post("clerk8", "windows/8/serve", {**comes_without, "code": typed})
            assert answer.json()["code"] == why
        unknown = await hall.post("clerk8", "windows/8/serve", {**comes_without, "case": "20200101-0001"})
        other = await hall.post("clerk9", "windows/8/serve", comes_without)
        assert (unknown.json()["code"], other.json()["code"]) == ("unknown_case", "not_allowed")
        assert hall.tail == tail, "nobody was given a number"
        estate = await joins(hall, "estate")
        await step(hall, estate, one["case"], "take")
        await step(hall, estate, one["case"], "ready", shelf="A-1")
        waits = (await comes(hall, one["number"], code)).json()["ticket"]
        twice = await hall.post("clerk8", "windows/8/serve", {**comes_without, "code": code})
        assert twice.json()["code"] == "already_waiting"
        await hall.post("floor", f"tickets/{waits}/cancel", {"reason": "left"})
        here = (await hall.post("clerk8", "windows/8/serve", comes_without)).json()["ticket"]
        assert (hall.day.tickets[here].cases, hall.day.tickets[here].state) == ((one["case"],), "serving")


async def test_the_receipt_comes_out_beside_the_window_once_for_each_wish(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path) as printer:
        address = f"127.0.0.1:{printer.address[1]}"
        plan = demo_with(address)
        plan = replace(plan, printers=tuple(replace(each, text_mode="gb18030") for each in plan.printers))
        async with served(store_url, hall_id, plan) as hall:
            await hall.sit(8)
            (one,) = await accepted(hall, "D01")
            path = f"tickets/{one['ticket']}/receipt"
            for key, again in (("a wish", False), ("a wish", False), ("another", True)):
                printed = await hall.post("clerk8", path, {}, key=key)
                expected = {"paper": "printed", "reason": "", "again": again, "shown": None}
                assert printed.json() == expected, printed.text
            await printer.wait_for_slips(2)
            assert reprints(printer) == [False, True]
            records = [
                events.decode(entry.body)
                for entry in await hall.site.store.read(keys.day(hall_id, hall.day.date), 0)
            ]
            noted = [(r.by, r.e.again, r.e.outcome) for r in records if isinstance(r.e, events.ReceiptNoted)]
            assert noted == [("staff:8", False, "printed"), ("staff:8", True, "printed")]
            # A receipt with one matter more on it is another.
            open_ = await at_window(hall, 8, "D", "D01", "D02")
            await hall.post("clerk8", f"tickets/{open_}/matters/D01/close", {"outcome": "accepted"})
            path, told = f"tickets/{open_}/receipt", []
            for more in ("", "D02"):
                if more:
                    await hall.post(
                        "clerk8", f"tickets/{open_}/matters/{more}/close", {"outcome": "accepted"}
                    )
                told += [(await hall.post("clerk8", path, {})).json()["again"] for _ in range(2)]
            assert told == [False, True, False, True]
            nothing = await hall.post("clerk8", "tickets/nobody/receipt", {"printer": "p1"})
            assert nothing.json()["code"] == "unknown_case"
