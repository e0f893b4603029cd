"""`make demo` on real processes: it says where everything is, ends well, and goes on where it was."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from websockets.sync.client import connect

from queue_server.cli.demo import DAY_LIES_AHEAD, Told, boundary_for
from queue_server.demo import boundary_after, demo_plan
from queue_server.hall.hours import business_date, day_bounds
from queue_server.hall.plan import HOUR, Plan
from tests.cli.processes import START, DemoProcess, stop_store, take_ticket
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(180)
Start = Callable[..., DemoProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a demo on the test's own directory; everything has ended afterwards."""
    demos: list[DemoProcess] = []

    def begin(port: int = 0, visitors: bool = False) -> DemoProcess:
        demos.append(DemoProcess(tmp_path / "demo", port, visitors))
        return demos[-1]

    yield begin
    for demo in demos:
        demo.clear()
    stop_store(tmp_path / "demo" / "store")


def test_it_says_where_everything_is_and_scripts_can_use_it(start: Start) -> None:
    demo = start()
    told = demo.ready()
    for place in (told.kiosk, told.board, told.slips, told.console, str(demo.directory / "demo.json")):
        assert place in demo.out
    assert (demo.directory / "demo.json").stat().st_mode & 0o777 == 0o600
    assert Path(told.token_file).stat().st_mode & 0o777 == 0o600
    phone = f"{told.address}/t/{told.hall}/x"
    for page in (told.kiosk, told.board, told.slips, phone):
        shown = httpx.get(page, timeout=10)
        assert shown.status_code == 200
        assert "演示" in shown.text or "demo" in shown.text, page
    assert {urlsplit(page).hostname for page in (told.kiosk, told.address)} == {"127.0.0.1"}
    assert not any(token in told.console for token in told.tokens.values())
    assert take_ticket(told) == "D001"
    wait_for(lambda: list((demo.directory / "slips").glob("*.png")), START)


def test_its_people_sign_in_with_passwords_of_this_demo_alone_and_keep_them(start: Start) -> None:
    first = start()
    told = first.ready()
    assert len(set(told.people.values())) == 7

    def role(login: str) -> str:
        body = {"login": login, "password": told.people[login]}
        answer = httpx.post(f"{told.address}/api/halls/{told.hall}/sign-in", json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["me"]["role"])

    assert {login: role(login) for login in told.people} == {login: login for login in told.people}
    assert not any(password in first.out + first.err for password in told.people.values())
    first.signal(signal.SIGTERM)
    assert first.ends() == 0
    again = start(told_port(told))
    told = again.ready()
    assert role("manager") == "manager"


def told_port(told: Told) -> int:
    """The port of a demo that has ended."""
    return int(told.address.rpartition(":")[2])


def test_the_second_start_says_that_the_first_is_running_and_leaves_it_alone(start: Start) -> None:
    first = start()
    told = first.ready()
    second = start()
    assert second.ends() == 1
    assert "running already" in second.err
    assert told.board in second.err
    assert take_ticket(told) == "D001"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_with_screens_on_it_and_goes_on_at_the_next_start(
    start: Start, sign: signal.Signals
) -> None:
    demo = start()
    told = demo.ready()
    assert [take_ticket(told) for _ in range(3)] == ["D001", "D002", "D003"]
    live = f"{told.address.replace('http', 'ws')}/api/halls/{told.hall}/board/live"
    with connect(live, proxy=None) as board:
        assert json.loads(board.recv(timeout=START))["type"] == "board"
        demo.signal(sign)
        assert demo.ends() == 0
    assert "Traceback" not in demo.err
    assert "has ended" in demo.out
    assert not (demo.directory / "store" / "address").exists(), "the store ended with it"
    again = start().ready()
    assert again.tokens == told.tokens, "an open kiosk goes on"
    assert take_ticket(again) == "D004"


def test_it_starts_again_after_it_was_killed(start: Start) -> None:
    demo = start()
    told = demo.ready()
    take_ticket(told)
    demo.signal(signal.SIGKILL)
    demo.ends()
    assert take_ticket(start().ready()) == "D002"


def test_a_port_that_another_program_uses_is_named(start: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        demo = start(port=port)
        assert demo.ends() == 1
    assert f"Port {port}" in demo.err
    assert "Traceback" not in demo.err


def test_slips_come_out_although_the_printer_s_old_port_is_taken(start: Start) -> None:
    demo = start()
    told = demo.ready()
    demo.signal(signal.SIGINT)
    assert demo.ends() == 0
    host, _, port = told.printer.rpartition(":")
    with socket.socket() as other:
        other.bind((host, int(port)))
        other.listen()
        demo = start()
        take_ticket(demo.ready())
        wait_for(lambda: list((demo.directory / "slips").glob("*.png")), START)


def test_the_visitors_come_to_several_windows_by_themselves(start: Start) -> None:
    demo = start(visitors=True)
    told = demo.ready()

    def lively() -> bool:
        board = httpx.get(f"{told.address}/api/halls/{told.hall}/board", timeout=10).json()
        called = {call["number"][0] for call in board["current"]}
        waiting = [queue["waiting"] for queue in board["queues"]]
        return len(called) > 3 and max(waiting) < 12

    wait_for(lively, START)
    before = demo.err
    demo.signal(signal.SIGINT)
    assert demo.ends() == 0
    assert demo.err == before, "whoever ends the demo reads no complaint of its visitors"


# --- the day's boundary ---------------------------------------------------------------------------------

NOON = 1_790_000_000_000
"""Some day of 2026."""


AT_NOON = demo_plan(NOON)


def begun(now: int) -> Plan:
    """The demo hall as a first start at `now` has it."""
    return replace(AT_NOON, boundary=boundary_after(now, DAY_LIES_AHEAD * HOUR, AT_NOON.timezone))


@given(first=st.integers(NOON, NOON + 48 * HOUR), later=st.integers(0, 80 * HOUR))
def test_whenever_it_is_started_again_there_is_a_day_and_no_date_comes_twice(first: int, later: int) -> None:
    last, now = begun(first), first + later
    date = business_date(last, first)
    plan = replace(AT_NOON, boundary=boundary_for(begun(now), last, (date,), now))
    if day_bounds(last, date)[1] > now:
        assert plan.boundary == last.boundary
        return
    assert business_date(plan, now) > date
    assert day_bounds(plan, business_date(plan, now))[1] - now > (DAY_LIES_AHEAD - 1) * HOUR


def test_the_first_day_ends_half_a_day_after_the_start() -> None:
    plan = demo_plan(NOON)
    plan = replace(plan, boundary=boundary_for(plan, None, (), NOON))
    end = day_bounds(plan, business_date(plan, NOON))[1]
    assert abs(end - NOON - DAY_LIES_AHEAD * HOUR) < 60_000
