"""An edition of the catalogue reaches every device of every server of the hall, without a restart."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from msgspec.structs import replace
from websockets.asyncio.client import connect

from queue_server.config.catalogue import written as written_as_toml
from queue_server.hall.plan import Matter
from tests.api.hall import Served, demo_with, served
from tests.waiting import wait_until

NEW = "D99"
PATIENCE = 30.0
"""Seconds after which what has not come will not, on a machine that is busy with other things."""


def written(matter: Matter) -> dict[str, Any]:
    """A matter as a client sends it: what has its default is left out."""
    defaults = {f.name: f.default for f in msgspec.structs.fields(Matter)}
    told: dict[str, Any] = msgspec.to_builtins(matter)
    return {name: value for name, value in told.items() if value and value != defaults[name]} | {
        "instant": matter.instant
    }


def matters_of(hall: Served) -> list[dict[str, Any]]:
    """The catalogue in force, as a client would send it again."""
    return [written(matter) for matter in hall.day.plan.matters]


def changed(hall: Served) -> list[dict[str, Any]]:
    """The same without D02, with a new matter, and with other materials for D01."""
    matters = {each["id"]: each for each in matters_of(hall)}
    del matters["D02"]
    matters["D01"] = matters["D01"] | {"materials": ["居民身份证"], "materials_in": {}}
    matters["D01"].pop("materials_in")
    new = matters["D01"] | {"id": NEW, "name": {"zh": "预告登记", "ko": "예고등기", "en": "Priority notice"}}
    return [*matters.values(), new]


async def publish(hall: Served, matters: list[dict[str, Any]], base: int = 0, who: str = "manager") -> Any:
    """Put a catalogue in force."""
    return await hall.post(
        who, "catalogue/editions", {"base": base, "reason": "权力清单调整", "matters": matters}
    )


@asynccontextmanager
async def two_servers(store_url: str, hall_id: str) -> AsyncIterator[tuple[Served, Served]]:
    """Two servers of one hall over one store."""
    plan = demo_with()
    async with served(store_url, hall_id, plan) as one, served(store_url, hall_id, plan) as other:
        yield one, other


async def shown(hall: Served, path: str, who: str = "", until: str = NEW) -> str:
    """What a socket pushes, as soon as it names a matter."""
    headers = {"authorization": f"Bearer {who}"} if who else {}
    async with connect(f"{hall.sockets}/{path}", additional_headers=headers) as socket:
        async for text in socket:
            if until in str(text):
                return str(text)
    raise AssertionError(f"{path} ended")


async def test_an_edition_is_live_on_every_device_of_both_servers(store_url: str, hall_id: str) -> None:
    async with two_servers(store_url, hall_id) as (one, other):
        held = await other.take("D", matters=["D01", "D02"])
        watching = [asyncio.create_task(shown(each, "kiosk/live")) for each in (one, other)]
        before = (await held_by_phone(other, held))["matters"]
        public = (await one.client.get(f"/api/halls/{hall_id}/status")).json()["catalogue"]
        assert (await publish(one, changed(one))).json()["detail"] == "1"
        async with asyncio.timeout(PATIENCE):
            for menu in await asyncio.gather(*watching):
                assert '"D02"' not in menu
            version = json.loads(menu)["catalogue"]
            await wait_until(lambda: other.day.plan.matter(NEW) and one.day.plan.matter(NEW))
        for each in (one, other):
            hall = (await each.get("")).json()
            assert NEW in [matter["id"] for matter in hall["matters"]]
            guides = (await each.get("", "/catalogue")).json()
            assert (hall["catalogue"], guides["version"]) == (version, version)
            for who, path in (("clerk8", "/windows/8"), ("manager", "/overview")):
                assert (await each.get(who, path)).json()["catalogue"] == version
            told = (await each.client.get(f"/api/halls/{hall_id}/status")).json()
            assert told["catalogue"] == version != public
            # The phone goes by what the ticket was issued under: the retired matter, the earlier guide.
            assert (await held_by_phone(each, held))["matters"] == before
        assert [matter["id"] for matter in before] == ["D01", "D02"]
        in_force = (await one.get("", "/catalogue")).json()["guides"]
        now = {guide["id"]: guide["version"] for guide in in_force}
        assert before[0]["version"] != now["D01"]
        await nobody_takes_what_is_retired(other)
        await a_ticket_keeps_its_edition(other, held)


async def held_by_phone(hall: Served, ticket: str) -> dict[str, Any]:
    """A ticket as its holder's phone sees it."""
    seen: dict[str, Any] = (await hall.get(hall.holder(ticket), f"/tickets/{ticket}/place")).json()
    return seen


async def nobody_takes_what_is_retired(hall: Served) -> None:
    """Whoever was at the kiosk meanwhile is told what to do; the new matter is taken."""
    late = await hall.post("kiosk", "tickets", {"category": "D", "matters": ["D02"]})
    assert (late.status_code, late.json()["code"]) == (409, "matter_retired")
    assert "重新选择" in late.json()["sentence"]["zh"]
    assert (await hall.post("kiosk", "tickets", {"category": "D", "matters": [NEW]})).status_code == 201
    said = await hall.post("kiosk", "checklists", {"matters": ["D02"]})
    assert said.json()["code"] == "matter_retired"


async def a_ticket_keeps_its_edition(hall: Served, ticket: str) -> None:
    """Its clerk reads the guides it was issued under, and its case goes by them."""
    seen = (await hall.get("clerk8", f"/tickets/{ticket}")).json()
    earlier = {each["id"]: each["materials"] for each in seen["guides"]}
    assert set(earlier) == {"D01", "D02"}
    assert earlier["D01"] != ["居民身份证"]
    guides = (await hall.get("", f"/catalogue?edition={seen['edition']}")).json()["guides"]
    was = next(guide for guide in guides if guide["id"] == "D02")
    clerk = await hall.sit(8)
    for path in ("windows/8/call-next", f"tickets/{ticket}/start"):
        assert (await hall.post(clerk, path)).is_success
    closed = await hall.post(clerk, f"tickets/{ticket}/matters/D02/close", {"outcome": "accepted"})
    case = (await hall.get(clerk, f"/cases/{closed.json()['case']}")).json()
    assert (case["version"], case["case"]["name"]) == (was["version"], was["name"])


async def test_of_two_authors_at_two_servers_one_is_told(store_url: str, hall_id: str) -> None:
    async with two_servers(store_url, hall_id) as (one, other):
        first, second = changed(one), matters_of(one)[1:]
        answers = await asyncio.gather(publish(one, first), publish(other, second))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        lost = next(answer.json() for answer in answers if answer.status_code == 409)
        assert (lost["code"], "第1版" in lost["sentence"]["zh"]) == ("catalogue_moved", True)
        told = (await other.get("manager", "/catalogue/editions?at_least=1")).json()
        assert told["in_force"] == 1
        assert [(e["number"], e["by"], e["reason"]) for e in told["editions"]] == [
            (1, "staff:manager", "权力清单调整")
        ]
        assert (await other.get("", "/catalogue?edition=7")).json()["code"] == "unknown_edition"


async def test_a_catalogue_with_faults_is_refused_and_each_is_named_with_its_place(
    store_url: str, hall_id: str
) -> None:
    uncovered = demo_with()
    windows = tuple(
        replace(w, serves=tuple(s for s in w.serves if s.category != "A")) for w in uncovered.windows
    )
    async with served(store_url, hall_id, replace(uncovered, windows=windows)) as hall:
        matters = matters_of(hall)
        matters[0] = matters[0] | {"materials": ["身份证等"], "kind": "XX"}
        matters[1] = {key: value for key, value in matters[1].items() if key != "law"}
        licence = next(
            at for at, each in enumerate(matters) if each["category"] == "A" and each["kind"] == "XK"
        )
        answer = await publish(hall, matters)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_catalogue")
        said = answer.json()["detail"]
        for place in ("matter[0].materials[0]:", "matter[0].kind:", "matter[1]: `law` is missing"):
            assert place in said, said
        assert f"matter[{licence}]: no window of the hall serves its category A" in said
        assert (await publish(hall, matters_of(hall), who="clerk8")).status_code == 403
        assert hall.site.halls[hall_id].register.state.edition == 0


async def test_a_catalogue_is_looked_at_before_it_is_published_in_whichever_way_it_is_said(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, demo_with()) as hall:

        async def told(status: int = 200, **chosen: Any) -> Any:
            answer = await hall.post("manager", "catalogue/previews", chosen)
            assert answer.status_code == status, answer.text
            return answer.json()

        names = {matter.id: matter.name for matter in hall.day.plan.matters}
        seen = await told(matters=changed(hall))
        assert [one["id"] for one in seen["added"]] == [NEW]
        fields = ["materials", "materials_in"]
        assert seen["changed"] == [{"id": "D01", "name": names["D01"], "fields": fields}]
        assert seen["retired"] == [{"id": "D02", "name": names["D02"], "fields": []}]
        assert (seen["base"], seen["matters"], seen["covered"]) == (0, len(names), len(names))
        table = "事项编号,事项名称\nA01,\n".encode("gb18030")
        content = base64.b64encode(table).decode()
        assert (
            "line 2, matter[0].name"
            in (await told(422, file={"name": "next.csv", "content": content}))["detail"]
        )
        nested = base64.b64encode(b"matter = " + b"[" * 5000).decode()
        deep = await told(422, file={"name": "next.toml", "content": nested})
        assert deep["detail"] == "the file is nested too deeply"
        toml = base64.b64encode(written_as_toml(hall.day.plan.matters[1:]).encode()).decode()
        from_file = await told(file={"name": "C:\\next.toml", "content": toml})
        assert [one["id"] for one in from_file["retired"]] == [hall.day.plan.matters[0].id]
        assert [one["id"] for one in (await told(retire=["D02"]))["retired"]] == ["D02"]
        assert (await told(404, retire=["D02", "nothing"]))["code"] == "unknown_matter"
        assert "one of" in (await told(422))["detail"]
        assert "one of" in (await told(422, retire=["D02"], edition=1))["detail"]
        assert "no edition 1" in (await told(422, edition=1))["detail"]

        body = {"base": 0, "reason": "下放至乡镇", "retire": ["D02"]}
        assert (await hall.post("manager", "catalogue/editions", body)).json()["detail"] == "1"
        assert (await publish(hall, matters_of(hall), base=1)).status_code == 409, "it changes nothing"
        body = {"base": 1, "reason": "扩大", "retire": ["D01"]}
        assert (await hall.post("manager", "catalogue/editions", body)).json()["detail"] == "2"
        assert [one["id"] for one in (await told(edition=1))["added"]] == ["D01"]
