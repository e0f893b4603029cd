"""The provincial platform says which results are there: what holds becomes ready, the rest is named, once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.cases import accepted, joins, step
from tests.api.hall import Served, served
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(120)


async def says(hall: Served, id: str, *notices: dict[str, Any]) -> dict[str, Any]:
    """The platform's message, which must be taken in; gives the answer."""
    answer = await hall.post("platform", "exchange/ready", {"id": id, "ready": notices})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def state(hall: Served, case: str) -> tuple[str, str, str]:
    """Where a case stands: its state, its place on the shelf, and who did the last step."""
    found = hall.site.halls[hall.hall].register.state.cases[case]
    return found.state, found.shelf, found.steps[-1].by


async def test_each_notice_of_a_message_is_answered_for_itself(store_url: str, hall_id: str) -> None:
    neighbour, third = f"{hall_id}-b", f"{hall_id}-c"
    async with served(store_url, hall_id, others=(neighbour, third)) as hall:
        await hall.sit(8)
        cases = await accepted(hall, "D01", "D02", "D03") + await accepted(hall, "D01", "D02", "D03")
        untaken, taken, waiting, stopped, gone, posted = [one["case"] for one in cases]
        numbers = [one["number"] for one in cases]
        estate = await joins(hall, "estate")
        for case in (taken, waiting, stopped):
            await step(hall, "manager", case, "take")
        paper = (await hall.get("manager", f"/cases/{waiting}")).json()["materials"][0]
        await step(hall, "manager", waiting, "supplement", missing=[paper])
        await step(hall, "manager", stopped, "stop", reason="hearing")
        await step(hall, "clerk8", gone, "withdraw", reason="asked")
        assert estate

        message = [
            {"case": f"{hall_id}-{numbers[0]}", "shelf": "A-01", "exit": hall_id},
            {"case": numbers[1], "shelf": "A-02"},
            {"case": posted, "way": "post"},
            {"case": waiting, "shelf": "A-03"},
            {"case": stopped, "shelf": "A-04"},
            {"case": gone, "shelf": "A-05"},
            {"case": "20200101-0001", "shelf": "A-06"},
            {"case": untaken, "shelf": "A-07"},
        ]
        seqs = [(await says(hall, "m1", *message), hall.site.halls[hall_id].register.tail.seq) for _ in "12"]
        (told, before), (again, after) = seqs
        assert (again, after) == (told, before), "the same message changes nothing more"
        assert (told["id"], told["ready"]) == ("m1", 3)
        assert [(one["code"], one["field"]) for one in told["notices"]] == [
            ("", ""), ("", ""), ("", ""), ("case_state", ""), ("case_stopped", ""), ("case_state", ""),
            ("unknown_case", "case"), ("list_unclear", "case"),
        ]  # fmt: skip
        assert [one["number"] for one in told["notices"]][:6] == [
            numbers[0], numbers[1], numbers[5], numbers[2], numbers[3], numbers[4],
        ]  # fmt: skip
        assert numbers[2] in told["notices"][3]["says"]["zh"]
        assert state(hall, untaken) == ("ready", "A-01", "device:province")
        assert state(hall, taken) == ("ready", "A-02", "device:province")
        assert state(hall, posted) == ("ready", "", "device:province")
        events = (await hall.get("platform", f"/case-events?after={before - 5}")).json()["events"]
        assert [one["type"] for one in events if one["case"] == untaken] == ["case_taken", "case_readied"]

        other = await says(hall, "m1", {"case": numbers[1], "shelf": "B-02"})
        assert other["notices"][0]["code"] == "key_reused", "another message under the same id is none"


async def test_what_lacks_its_place_or_is_handed_out_elsewhere_stays_as_it_was(
    store_url: str, hall_id: str
) -> None:
    neighbour, third = f"{hall_id}-b", f"{hall_id}-c"
    async with served(store_url, hall_id, others=(neighbour, third)) as hall:
        await hall.sit(8)
        first, second = await accepted(hall, "D01", "D02")
        case, number = first["case"], first["number"]
        told = await says(
            hall, "m2", {"case": case}, {"case": second["case"], "shelf": "A-1", "exit": neighbour}
        )
        assert [(one["code"], one["field"]) for one in told["notices"]] == [
            ("shelf_needed", "shelf"), ("exit_elsewhere", "exit"),
        ]  # fmt: skip
        assert state(hall, case)[0] == state(hall, second["case"])[0] == "accepted", "nor was it taken"

        elsewhere = await says(hall.at(third), "m3", {"case": f"{hall_id}-{number}", "shelf": "A-1"})
        assert elsewhere["notices"][0]["code"] == "exit_elsewhere"
        await step(hall, "manager", case, "take")
        await step(hall, "manager", case, "send", hall=neighbour)
        there = hall.at(neighbour)
        assert (await says(there, "m4", {"case": number, "shelf": "A-1"}))["notices"][0]["code"] == (
            "case_travelling"
        )
        await step(there, "manager", case, "arrive")
        assert (await says(there, "m5", {"case": number, "shelf": "A-1"}))["ready"] == 1
        await wait_until(lambda: state(hall, case)[0] == "ready")
        assert state(hall, case) == ("ready", "A-1", f"{neighbour}/device:province")

        for who, body, status in (
            ("manager", {"id": "m6", "ready": [{"case": case}]}, 403),
            ("platform", {"id": "m6", "ready": [{"case": case}] * 501}, 422),
            ("platform", {"id": "m6", "ready": []}, 422),
            ("platform", {"id": "", "ready": [{"case": case}]}, 422),
            ("platform", {"id": "m6", "ready": [{"case": case, "name": "李"}]}, 422),
        ):
            answer = await hall.post(who, "exchange/ready", body)
            assert answer.status_code == status, answer.text
        large = await hall.post("platform", "exchange/ready", {"id": "x" * 300_000, "ready": []})
        assert large.status_code == 413
