"""Cases behind the windows: each department its own, step by step, over HTTP."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from queue_server.api import cases
from queue_server.desk.past_cases import cases_in_log
from queue_server.hall.commands import Ask
from queue_server.hall.plan import DAY
from queue_server.hall.register import Grant, GrantToken
from queue_server.hall.remembering import CLOSED
from queue_server.records.case_rows import CaseRows
from queue_server.store import keys
from tests.api.cases import accepted, at_window, joins, refused, step
from tests.api.hall import demo_with, served


async def test_a_department_handles_its_own_cases_and_sees_no_others(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        opened = await accepted(hall, "D01", "D02")
        estate, market = await joins(hall, "estate"), await joins(hall, "market")
        first, second = (one["case"] for one in opened)
        listed = (await hall.get(estate, "/cases")).json()
        assert {line["number"] for line in listed["cases"]} == {one["number"] for one in opened}
        assert (await hall.get(market, "/cases")).json()["cases"] == []
        assert await refused(hall, market, first, "take") == "unknown_case"

        await step(hall, estate, first, "take")
        assert (
            await refused(hall, estate, first, "supplement", missing=["一份说不清的材料"]) == "list_unclear"
        )
        shown = (await hall.get(estate, f"/cases/{first}")).json()
        missing = list(shown["materials"][:2])
        await step(hall, estate, first, "supplement", missing=missing)
        assert await refused(hall, estate, first, "ready", shelf="A-03") == "case_state"
        await step(hall, "clerk8", first, "received", still=missing[1:])
        await step(hall, estate, first, "received", visit=False)
        assert await refused(hall, estate, first, "stop", reason="mood") == "unknown_reason"
        await step(hall, estate, first, "stop", reason="hearing")
        await step(hall, estate, first, "run")
        await step(hall, estate, first, "extend", days=3, reason="complex")
        assert await refused(hall, estate, first, "ready") == "shelf_needed"
        await step(hall, estate, first, "ready", shelf="A-03")
        await step(hall, "clerk8", first, "move", shelf="A-04")
        await step(hall, estate, first, "rework", reason="wrong_result")
        await step(hall, estate, first, "ready", shelf="A-05")
        shown = (await hall.get("clerk8", f"/cases/{first}")).json()
        assert (shown["case"]["state"], shown["case"]["shelf"], shown["visits"]) == ("ready", "A-05", 2)
        done = [s["what"] for s in shown["steps"]]
        assert done[:4] == ["opened", "taken", "supplement_asked", "supplement_received"]
        assert shown["steps"][0]["by"] == "staff:8"

        await step(hall, "clerk8", second, "withdraw", reason="asked")
        ready = (await hall.get("clerk8", "/cases?state=ready")).json()
        assert [line["id"] for line in ready["cases"]] == [first]
        number = opened[0]["number"]
        assert (await hall.get("clerk8", f"/case-numbers/{number}")).json()["cases"][0]["id"] == first

        told = (await hall.get("manager", "/case-events")).json()
        assert told["events"][0]["type"] == "case_opened"
        assert "staff" not in str(told), "other systems are told nobody's name"
        assert "A-03" not in str(told)
        last = (await hall.get("manager", f"/case-events?after={told['next']}")).json()
        assert (last["events"], last["next"]) == ([], told["next"])
        steps = {id: len(each.steps) for id, each in hall.site.halls[hall_id].register.state.cases.items()}
        assert Counter(event["case"] for event in told["events"]) == steps, "no step is missing"
        monkeypatch.setattr(cases, "EVENTS", 2)
        pulled: list[dict[str, Any]] = []
        after = 0
        while (page := (await hall.get("manager", f"/case-events?after={after}")).json())["next"] > after:
            pulled, after = [*pulled, *page["events"]], page["next"]
        assert pulled == told["events"], "page by page it is the same"


async def test_papers_change_hands_when_both_sides_have_confirmed_the_list(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        cases = [one["case"] for one in await accepted(hall, "D01", "D02")]
        estate, market = await joins(hall, "estate"), await joins(hall, "market")
        body = {"giver": "window", "receiver": "estate", "cases": cases}
        assert (await hall.post(estate, "paper-lists", body)).json()["code"] == "not_allowed"
        id = (await hall.post("clerk8", "paper-lists", body)).json()["detail"]
        (shown,) = (await hall.get(estate, "/paper-lists")).json()["lists"]
        assert (shown["given_by"], shown["taken_by"], len(shown["numbers"])) == ("staff:8", "", 2)
        assert (await hall.post(market, f"paper-lists/{id}/confirm")).json()["code"] == "not_allowed"
        counted = await hall.post(estate, f"paper-lists/{id}/confirm", {"missing": cases[1:]})
        assert counted.is_success
        held = [(await hall.get(estate, f"/cases/{case}")).json()["case"]["papers"] for case in cases]
        assert held == ["estate", "window"]


async def test_a_case_is_accepted_here_handled_there_and_handed_out_at_a_third_place(
    store_url: str, hall_id: str
) -> None:
    town, county, village = hall_id, f"{hall_id}-c", f"{hall_id}-v"
    plan = demo_with()
    elsewhere = tuple(
        replace(m, handled_at=county, exits=(village,)) if m.id == "D01" else m for m in plan.matters
    )
    async with served(store_url, town, replace(plan, matters=elsewhere), others=(county, village)) as hall:
        await hall.sit(8)
        (opened,) = await accepted(hall, "D01")
        case = opened["case"]
        there = await joins(hall, "estate", county)
        here = await joins(hall, "estate")
        assert await refused(hall, here, case, "take") == "unknown_case", "it is handled elsewhere"

        await step(hall.at(county), there, case, "take")
        await step(hall.at(county), there, case, "ready", shelf="C-01")
        await step(hall.at(county), there, case, "send", hall=village)
        await step(hall.at(village), "clerk8", case, "arrive")
        steps = (await hall.get("clerk8", f"/cases/{case}")).json()["steps"]
        hops = [(s["what"], s["detail"]) for s in steps if s["what"] in ("opened", "sent", "arrived")]
        assert hops == [("opened", town), ("sent", village), ("arrived", "")]
        assert steps[1]["by"] == f"{county}/staff:estate", "who acted elsewhere is known with the hall"


async def test_the_list_goes_by_the_last_day_in_pages_and_says_how_all_stand(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.casework.PAGE", 2)
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        for _ in range(2):
            await accepted(hall, "D01", "D02")
        seen: list[str] = []
        after = ""
        while True:
            page = (await hall.get("manager", f"/cases?after={after}")).json()
            assert sum(page["standings"].values()) == 4
            seen += [line["number"] for line in page["cases"]]
            after = page["after"]
            if not after:
                break
        assert len(seen) == len(set(seen)) == 4
        for query in ("after=;", "state=READY", "token=x"):
            assert (await hall.get("manager", f"/cases?{query}")).status_code == 422
        assert (await at_window(hall)) != ""


@pytest.mark.parametrize("by_rows", [True, False])
async def test_a_case_that_was_closed_long_ago_is_found_among_the_rows_or_in_the_log(
    store_url: str, hall_id: str, tmp_path: Path, by_rows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        (one,) = await accepted(hall, "D01")
        estate, here = await joins(hall, "estate"), hall.site.halls[hall_id]
        for name, body in (("take", {}), ("ready", {"shelf": "A-1"})):
            await step(hall, estate, one["case"], name, **body)
        await step(hall, "clerk8", one["case"], "issue")
        later = here.register.state.last_at + CLOSED + DAY
        await here.register.ask(Ask(later, "system", GrantToken("x", Grant("device:x", "x", "kiosk"))))
        assert here.register.state.cases == {}
        if by_rows:
            hall.site.rows = rows = CaseRows(tmp_path / "cases.sqlite")
            rows.take_in(hall_id, await hall.site.store.read(keys.register(hall_id), 0))
            assert rows.cases([one["case"]])[one["case"]].visits == 2
        seen = (await hall.get("clerk8", f"/cases/{one['case']}")).json()
        assert (seen["case"]["state"], seen["visits"]) == ("issued", 2)
        assert [s["what"] for s in seen["steps"]] == ["opened", "taken", "readied", "issued"]
        (line,) = (await hall.get("clerk8", f"/case-numbers/{one['number']}")).json()["cases"]
        assert line["id"] == one["case"]
        told = (await hall.get("manager", "/case-events")).json()["events"]
        assert {event["number"] for event in told} == {one["number"]}
        assert await refused(hall, estate, one["case"], "take") == "case_state"
        looked = 0

        async def looks(*given: Any) -> Any:
            nonlocal looked
            looked += 1
            return await cases_in_log(*given)

        monkeypatch.setattr("queue_server.desk.past_cases.cases_in_log", looks)
        notices = [{"case": case, "shelf": "A-1"} for case in ("20200101-0001", one["number"], "c0", "c1")]
        said = await hall.post("platform", "exchange/ready", {"id": "m1", "ready": notices})
        unknown = "unknown_case"
        assert [each["code"] for each in said.json()["notices"]] == [unknown, "case_state", unknown, unknown]
        assert looked == (not by_rows), "the log is read once for a whole message"
