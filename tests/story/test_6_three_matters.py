"""A visitor brings three matters. One ends on the spot, one opens a case, one lacks a paper.

Behind the windows the department handles the case; its result is sent to the village point, and the visitor
fetches it there.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from printers.virtual import VirtualPrinter
from queue_server.access.principals import receipt_code
from tests.api.cases import joins, step
from tests.api.hall import demo_with, served
from tests.console.sitting import at_the_back, open_window, sitting
from tests.story.hall import Hall


async def test_three_matters_one_call_a_case_and_its_result_at_the_village_point(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    village = f"{hall_id}-village"
    async with VirtualPrinter(tmp_path) as printer:
        plan = demo_with(f"127.0.0.1:{printer.address[1]}")
        matters = tuple(replace(m, exits=(village,)) if m.id == "D01" else m for m in plan.matters)
        async with served(store_url, hall_id, replace(plan, matters=matters), others=(village,)) as there:
            hall = Hall(there)

            # One ticket carries all three; the hall calls it once.
            ticket = await hall.visitor_takes("D", "D01", "D02", "D03")
            async with sitting(hall_id, there.base, 8) as clerk:
                await open_window(clerk)
                await clerk.does("f2", said=f"已叫 {ticket['number']}")
                assert await hall.calls_on_the_board() == [f"{ticket['number']}>8"]
                await clerk.does("f4", said="开始办理")

                # 存量房转移登记 is accepted, 抵押权首次登记 lacks a paper, the search is done at once.
                await clerk.asks("f5")
                await clerk.press("2", "4", "1")
                await clerk.asks("enter")
                await clerk.shows("补正，缺哪些？ 抵押权首次登记")
                await clerk.press("1")
                await clerk.does("enter", said=f"{ticket['number']} 已办结")
            told = await hall.ticket(ticket)
            ends = {end["matter"]: end["outcome"] for end in told["closed"]}
            assert ends == {"D01": "accepted", "D02": "supplement"}
            case = next(end["case"] for end in told["closed"] if end["case"])
            missing = next(end["papers"] for end in told["closed"] if end["papers"])

            # The receipt says what was accepted, and what to bring for the other matter.
            printed = await there.post("clerk8", f"tickets/{ticket['ticket']}/receipt")
            assert printed.json()["paper"] == "printed"
            assert len(await printer.wait_for_slips(1)) == 1
            assert missing == list(plan.matter("D02").materials[:1])  # type: ignore[union-attr]

            # The department handles the case and sends its result to the village.
            estate = await joins(there, "estate")
            async with at_the_back(hall_id, there.base, estate) as officer:
                number = officer.scene.case.number if officer.scene.case else ""
                await officer.does("f2", said="开始办理")
                await officer.asks("f5")
                await officer.asks("1")
                await officer.press("b", "7")
                await officer.does("enter", said="待出件")
                await officer.asks("f12")
                await officer.does("2", "1", said="已送出")

            # Too early at the village, and at the county nothing is to be had either.
            code = receipt_code(there.site.halls[hall_id].receipts, ticket["ticket"])
            wish = {"number": number, "code": code}
            at_village = there.at(village)
            early = (await at_village.post("kiosk", "pick-ups", wish)).json()
            assert (early["code"], number in early["sentence"]["zh"]) == ("case_elsewhere", True)
            await step(at_village, "clerk8", case, "arrive")
            await step(at_village, "clerk8", case, "move", shelf="V-1")

            # The village point calls the visitor, sees where the result lies, and hands it out.
            came = (await at_village.post("kiosk", "pick-ups", wish)).json()
            assert came["number"] == "J001"
            async with sitting(village, there.base, 20) as exit_window:
                await there.at(village).post("manager", "windows/20/assign", {"serves": ["J"]})
                await open_window(exit_window)
                await exit_window.does("f2", said="已叫 J001")
                await exit_window.does("f4", said="开始办理")
                await exit_window.asks("f5")
                await exit_window.shows("在 V-1")
                await exit_window.asks("1")
                await exit_window.asks("1")
                await exit_window.press(*code.lower())
                await exit_window.does("enter", said="J001 已办结")

            # The case shows every hop, and that the visitor came twice.
            seen = (await there.get("manager", f"/cases/{case}")).json()
            what = [s["what"] for s in seen["steps"]]
            assert what == ["opened", "taken", "readied", "sent", "arrived", "result_moved", "issued"]
            assert (seen["case"]["state"], seen["visits"]) == ("issued", 2)
