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


def test_it_goes_on_however_it_ended(start: Start) -> None:
    """One demo through its life: used, started twice, ended by Ctrl-C, killed, told to end."""
    demo = start()
    told = demo.ready()
    _is_as_it_says(demo, told)
    _lets_its_people_in(demo, told)
    second = start()
    assert second.ends() == 1
    assert "running already" in second.err
    assert told.board in second.err
    assert take_ticket(told) == "D001"
    _slip_comes(demo)
    live = f"{told.address.replace('http', 'ws')}/api/halls/{told.hall}/board/live"
    with connect(live, proxy=None) as board:
        assert json.loads(board.recv(timeout=START))["type"] == "board"
        demo.signal(signal.SIGINT)
        assert demo.ends() == 0
    _ended_well(demo)

    host, _, port = told.printer.rpartition(":")
    with socket.socket() as other:
        other.bind((host, int(port)))
        other.listen()
        demo = start(port_of(told))
        again = demo.ready()
        assert again.tokens == told.tokens, "an open kiosk goes on"
        assert again.people == told.people
        assert again.neighbours_people == told.neighbours_people
        assert _role(again, "manager") == "manager"
        assert take_ticket(again) == "D002"
        _slip_comes(demo)  # although its printer's old port is taken
    demo.signal(signal.SIGKILL)
    demo.ends()

    demo = start()
    assert take_ticket(demo.ready()) == "D003"
    demo.signal(signal.SIGTERM)
    assert demo.ends() == 0
    _ended_well(demo)


def _is_as_it_says(demo: DemoProcess, told: Told) -> None:
    """Everything is where the demo says, and calls itself a demo."""
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


def _lets_its_people_in(demo: DemoProcess, told: Told) -> None:
    """Each role signs in with a password of this demo alone, which is printed nowhere."""
    assert len(set(told.people.values())) == 7
    assert {login: _role(told, login) for login in told.people} == {login: login for login in told.people}
    assert not any(password in demo.out + demo.err for password in told.people.values())
    for hall, people in told.neighbours_people.items():
        assert _role(replace(told, hall=hall, people=people), "clerk") == "clerk"
        assert f"/staff/{hall}" in demo.out
    assert {"town", "village"} < set(told.neighbours_people)


def _role(told: Told, login: str) -> str:
    body = {"login": login, "password": told.people[login]}
    answer = httpx.post(f"{told.address}/api/halls/{told.hall}/sign-in", json=body, timeout=20)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["me"]["role"])


def _slip_comes(demo: DemoProcess) -> None:
    """A slip comes out that was not there before."""
    slips = demo.directory / "slips"
    wait_for(lambda: list(slips.glob("*.png")), START)
    for slip in slips.glob("*.png"):
        slip.unlink()


def _ended_well(demo: DemoProcess) -> None:
    assert "Traceback" not in demo.err
    assert "has ended" in demo.out
    assert not (demo.directory / "store" / "address").exists(), "the store ended with it"


def port_of(told: Told) -> int:
    """The port of a demo that has ended."""
    return int(told.address.rpartition(":")[2])


def test_a_port_that_another_program_uses_is_named(start: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        demo = start(port=port)
        assert demo.ends() == 1
    assert f"Port {port}" in demo.err
    assert "Traceback" not in demo.err


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
