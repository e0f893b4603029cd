"""The fleet: every process knows when a device was seen last and what it shows; who is gone is alarmed."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator

import msgspec
import pytest
from websockets.asyncio.client import connect

from printers.jobs import Job, JobState
from printers.slip import Slip
from printers.status import State
from queue_server.demo import county_plan
from queue_server.desk import alarms, fleet
from queue_server.desk.fleet import Fleet, Report, is_open
from queue_server.reactions.post import Post
from queue_server.reactions.print_jobs import PrintJobs
from queue_server.reactions.printer_watch import PrinterWatch
from queue_server.reactions.printing import note_slip
from tests.api.hall import Served, served
from tests.api.test_enrolment import PLAN, enrolled, joined
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "EVERY", 0.1)
    monkeypatch.setattr(fleet, "GONE_AFTER", 1500)


@pytest.fixture
async def hall(store_url: str, hall_id: str) -> AsyncIterator[Served]:
    async with served(store_url, hall_id, PLAN) as one:
        yield one


async def line(hall: Served, device: str) -> dict[str, object]:
    devices = (await hall.get("manager", "/devices")).json()["devices"]
    found: dict[str, object] = next(one for one in devices if one["id"] == device)
    return found


def here(seq: int, version: str = "0123", sound: str = "") -> str:
    return msgspec.json.encode({"type": "here", "seq": seq, "version": version, "sound": sound}).decode()


async def test_a_device_is_seen_by_every_process_with_what_it_says_of_itself(
    hall: Served, store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as other:
        assert (await line(hall, "b1"))["state"] == "never"
        token = await enrolled(hall)
        async with joined(hall, "b1", token) as screen:
            await screen.recv()
            await screen.send(here(7, "0123.89ab", "off"))

            async def reported() -> bool:
                said = await line(other, "b1")
                return (said["shows"], said["sound"]) == ("7", "off")

            await wait_until(reported)
            said = await line(other, "b1")
        assert (said["state"], said["version"], said["place"]) == ("well", "0123.89ab", "一楼东")
        assert said["enrolled"] is True


async def test_a_device_that_falls_silent_is_gone_and_alarmed_once_and_is_well_when_it_is_back(
    hall: Served,
) -> None:
    token = await enrolled(hall)
    kept = hall.site.halls[hall.hall]
    async with joined(hall, "b1", token) as screen:  # it hangs: connected, and silent
        await screen.recv()

        async def gone() -> bool:
            return (await line(hall, "b1"))["state"] == "gone"

        await wait_until(gone, 20)

        def told() -> list[object]:
            return [a.facts["device"] for _, a in kept.alarms if a.code == alarms.DEVICE_GONE]

        await wait_until(lambda: told() == ["b1"], 20)
        rounds = kept.fleet.rounds
        await wait_until(lambda: kept.fleet.rounds > rounds + 3)
        assert told() == ["b1"]
        await screen.send(here(9))

        async def back() -> bool:
            return (await line(hall, "b1"))["state"] == "well"

        await wait_until(back)
    shown = (await hall.get("manager", "/health")).json()["alarms"]
    assert any("b1" in alarm["text"]["zh"] and "一楼东" in alarm["text"]["zh"] for alarm in shown)


async def test_whoever_has_no_token_is_in_no_fleet(hall: Served) -> None:
    async with connect(f"{hall.sockets}/screens/b1/live", compression=None) as screen:
        await screen.recv()
        await screen.send(here(7))
        rounds = hall.site.halls[hall.hall].fleet.rounds
        await wait_until(lambda: hall.site.halls[hall.hall].fleet.rounds > rounds + 2)
        assert (await line(hall, "b1"))["state"] == "never"


async def test_managers_see_the_devices_as_a_page_and_nobody_else_does(hall: Served) -> None:
    path = f"/halls/{hall.hall}/devices"

    async def page(token: str) -> tuple[int, str]:
        words = base64.b64encode(f"x:{token}".encode()).decode()
        answer = await hall.client.get(path, headers={"authorization": f"Basic {words}"} if token else {})
        return answer.status_code, answer.text

    for token in ("", "clerk8", "board", "nobody", "\xff"):
        status, text = await page(token)
        assert (status, "一楼东" in text) == (401, False)
    status, text = await page("manager")
    assert status == 200
    assert "一楼东" in text
    assert "未响应过" in text
    assert "manager" not in text


@pytest.mark.proves("S29")
async def test_printers_are_seen_with_their_state_and_slips_and_raise_their_own_alarm_alone(
    hall: Served,
) -> None:
    kept = hall.site.halls[hall.hall]
    watch = PrinterWatch(kept, PrintJobs(kept.store, kept.id), Post(kept))
    ticket = await hall.take("D")
    assert (await line(hall, "p1"))["state"] == "never"
    await watch.note("p1", State.READY)
    assert (await line(hall, "p1"))["state"] == "well"
    await watch.note("p1", State.PAPER_OUT)
    said = await line(hall, "p1")
    assert (said["state"], said["trouble"], said["place"]) == (
        "gone",
        "paper_out",
        "一楼大厅东门、一楼大厅西门、二楼扶梯口",
    )
    await watch.note("p1", State.OFFLINE)
    away = await line(hall, "p1")
    assert (away["trouble"], away["seen_at"]) == ("offline", said["seen_at"])
    job = Job(f"2026:{ticket}", "p1", Slip("", "D001", ""), 0.0, JobState.FAILED, 0.0, True, "paper_out")
    await note_slip(kept, ticket, job)
    (printer,) = (await hall.get("manager", "/devices")).json()["printers"]
    assert (printer["id"], printer["state"], printer["says"]["en"]) == ("p1", "offline", "not reached")
    assert [(slip["number"], slip["says"]["zh"]) for slip in printer["slips"]] == [("D001", "没打出（缺纸）")]
    words = base64.b64encode(b"x:manager").decode()
    page = await hall.client.get(f"/halls/{hall.hall}/devices", headers={"authorization": f"Basic {words}"})
    for told in ("没有应答", "请检查电源和网线", "最后应答", "D001", "没打出（缺纸）", 'data-mark="stopped"'):
        assert told in page.text
    rounds = kept.fleet.rounds
    await wait_until(lambda: kept.fleet.rounds > rounds + 3)
    assert [alarm.code for _, alarm in kept.alarms] == [alarms.PAPER_OUT, alarms.PRINTER_GONE]


def test_at_night_a_dark_screen_is_no_alarm() -> None:
    plan = county_plan()
    noon, night = 1_798_085_400_000, 1_798_120_800_000  # Thursday 24 December 2026, 10:50 and 20:40 there
    assert is_open(plan, noon)
    assert not is_open(plan, night)


async def test_an_older_report_of_another_process_does_not_replace_a_newer_one(hall: Served) -> None:
    store = hall.site.store
    one, other = Fleet(store, "fleet-test"), Fleet(store, "fleet-test")
    now = time.time_ns() // 1_000_000
    one.heard(Report("b1", "board", now, shows="9"))
    other.heard(Report("b1", "board", now - 5000, shows="3"))
    await one.round(frozenset({"b1"}))
    await other.round(frozenset({"b1"}))
    assert one.reports["b1"].shows == "9"
    await one.round(frozenset({"b1"}))
    assert one.reports["b1"].shows == "9"
