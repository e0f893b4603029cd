"""Moments at a window that a console shows, without a server: the hall says the same thing for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
from msgspec.structs import replace

from kiosk.menu import Guide
from queue_server import views, wire
from queue_server.api.catalogue import guide
from queue_server.console.client import HallClient, Refused
from queue_server.console.clock import HallClock
from queue_server.console.link import LinkDown, LinkEvent, LinkUp
from queue_server.console.words import cleaned
from queue_server.demo import county_plan
from queue_server.hall.day import Day
from queue_server.hall.refusals import Conflict
from queue_server.overview import overview
from queue_server.views import alarm_text, refusal_text

MINUTE = 60_000
NOW = 1_795_601_100_000  # 2026-11-25 10:45:00 in the hall
PLAN = county_plan()
HALL = views.hall(PLAN)
ME = wire.WhoAmI(id="staff:0008", name="金明花", role="clerk", hall="county", windows=(8,))


class StillClock(HallClock):
    """The hall's time stands still."""

    def now(self, monotonic: float) -> int:
        """Always the same moment."""
        return NOW


BOSS = wire.WhoAmI(id="staff:boss", name="值班经理", role="manager", hall="county", windows=())


CODES = (
    wire.WaitingCode("481302", NOW - 3 * MINUTE, "192.168.10.31"),
    wire.WaitingCode("075516", NOW - 20_000, "192.168.10.44"),
)
DEVICES = (
    wire.DeviceLine("estate", "board", "二楼不动产区", enrolled=True, state="well"),
    wire.DeviceLine("k1", "kiosk", "一楼大厅东门", enrolled=True, state="gone"),
    wire.DeviceLine("k2", "kiosk", "一楼大厅西门", enrolled=False, state="never"),
    wire.DeviceLine("p1", "printer", "", enrolled=False, state="well"),
    wire.DeviceLine("w8", "sign", "8号窗口上方", enrolled=False, state="never"),
)


EDITIONS = (
    wire.EditionLine(
        2,
        NOW - 3_600_000,
        "staff:wang.fang",
        "权力清单2026年第二次调整",
        "b",
        21,
        ("D07",),
        ("A01", "B02"),
        (),
    ),
    wire.EditionLine(1, NOW - 90_000_000, "staff:li.na", "下放至乡镇", "a", 20, (), ("A01",), ("L03",)),
)
PREVIEW = wire.CataloguePreview(
    base=2,
    added=(),
    changed=tuple(
        wire.MatterChange(id, {"zh": zh, "en": en}, ("materials", "fee"))
        for id, zh, en in (
            ("A01", "企业设立登记", "Company registration"),
            ("B02", "食品经营许可", "Food business licence"),
            ("C01", "医保关系转移", "Transfer of medical insurance"),
            ("D01", "不动产转移登记", "Transfer of real estate"),
            ("D02", "不动产抵押登记", "Mortgage of real estate"),
        )
    ),
    retired=(wire.MatterChange("D07", {"zh": "预告登记", "en": "Priority notice"}),),
    matters=20,
    instant=9,
    verified=7,
    covered=20,
)


class StillFloor(HallClient):
    """A hall that shows its manager one floor for ever; without one its line is down."""

    def __init__(self, view: wire.FloorView | None) -> None:
        super().__init__("http://hall.test", "county", "token")
        self.view = view

    async def hall(self) -> wire.Hall:
        """The county hall."""
        return HALL

    async def me(self) -> wire.WhoAmI:
        """The manager."""
        return BOSS

    async def _for_ever(self) -> AsyncGenerator[LinkEvent, None]:
        if self.view is not None:
            yield LinkUp()
            yield self.view
        else:
            yield LinkDown("unreachable")
        await asyncio.Event().wait()

    async def enrolments(self) -> wire.Enrolments:
        """Two new devices show a code."""
        return wire.Enrolments(CODES, NOW)

    async def editions(self) -> wire.Editions:
        """Two editions were published."""
        return wire.Editions(2, EDITIONS)

    async def preview(self, chosen: wire.ChooseCatalogue) -> wire.CataloguePreview:
        """What the first edition would change, were it brought back."""
        return PREVIEW

    async def devices(self) -> wire.Devices:
        """Some of the hall's devices."""
        return wire.Devices(DEVICES, NOW)

    def live_floor(self) -> AsyncGenerator[LinkEvent, None]:
        """The floor, and then nothing more."""
        return self._for_ever()


class StillHall(HallClient):
    """A hall that shows one view and hears no acts; without a view its line is down."""

    def __init__(self, view: wire.WindowView | None, down: str = "") -> None:
        super().__init__("http://hall.test", "county", "token")
        self.view = view
        self.down = down

    async def hall(self) -> wire.Hall:
        """The county hall."""
        return HALL

    async def me(self) -> wire.WhoAmI:
        """The clerk of window 8."""
        return ME

    async def guide(self, matter: str, edition: int | None = None) -> Guide | None:
        """The county hall's guide of a matter."""
        found = PLAN.matter(matter)
        assert found is not None
        return msgspec.convert(cleaned(msgspec.to_builtins(guide(PLAN, found))), Guide)

    async def act(self, path: str, body: msgspec.Struct | None = None) -> wire.Done:
        """Somebody else sits at the window."""
        claimed = refusal_text(Conflict("window_claimed", window=8, clerk="staff:0021"))
        said = msgspec.convert(cleaned(claimed), wire.Text)  # as whatever comes over the network
        raise Refused(wire.Problem("", "", 409, "", "window_claimed", said))

    async def _for_ever(self) -> AsyncGenerator[LinkEvent, None]:
        if self.view is not None:
            yield LinkUp()
            yield self.view
        if self.down:
            yield LinkDown(self.down)
        await asyncio.Event().wait()

    def live(self, window: int) -> AsyncGenerator[LinkEvent, None]:
        """The view, and then nothing more."""
        return self._for_ever()


def ticket(number: str, state: str = "waiting", **more: Any) -> wire.TicketView:
    """A ticket as staff see it."""
    plain = wire.TicketView(
        id=number,
        number=number,
        category=number[0],
        cls="ordinary",
        kind="",
        state=state,  # type: ignore[arg-type]
        end="",
        matters=(),
        language="zh",
        visit=number,
        source="kiosk",
        taken_at=NOW - 25 * MINUTE,
        due=NOW,
        ahead=None,
        window=8,
        times_called=1,
        called_at=NOW - 90_000,
        started_at=None,
        ended_at=None,
        misses=0,
        note="",
    )
    return replace(plain, **more)


def line(number: str, waited: int, why: str = "order", category: str = "") -> wire.QueueLine:
    """One who waits, for `waited` minutes."""
    category = category or number[0]
    return wire.QueueLine(number, number, category, "ordinary", NOW - waited * MINUTE, NOW, why)


def view(**more: Any) -> wire.WindowView:
    """Window 8, open and free, nobody waiting; `more` says what is different."""
    plain = wire.WindowView(
        hall="county",
        seq=1,
        data_at=NOW,
        window=8,
        name={"zh": "不动产交易综合服务窗口"},
        state="open",
        pausing=False,
        reason="",
        clerk=ME.id,
        serves=("D",),
        present=None,
        queue=(),
        waiting=0,
        missed=(),
        parked=(),
        categories=tuple(
            wire.CategoryLine(each.code, each.name, place, place * 2 * MINUTE, (8, 9, 12), paused=False)
            for place, each in enumerate(HALL.categories)
        ),
        figures=wire.OwnFigures(served=14, called=17, missed=1, mean_service=8 * MINUTE + 20_000),
        calls_needed=0,
        miss_opens_at=None,
        undo="",
        undo_until=None,
    )
    return replace(plain, **more)


QUEUE = (
    line("G012", 41, "directed", "D"),
    line("D031", 25),
    line("D033", 9, "priority"),
    line("D020", 3, "booked"),
    line("D026", 38, "returned"),
    *(line(f"D{n:03}", 60 - n) for n in range(34, 46)),
)
ASIDE = {
    "missed": (ticket("D017", "missed", hold_until=NOW + 12 * MINUTE),),
    "parked": (
        ticket("D022", "parked", parked_until=NOW + 4 * MINUTE),
        ticket("D009", "parked", parked_until=NOW - 70_000),
    ),
}
CALLED = view(
    queue=QUEUE,
    waiting=23,
    present=ticket("D030", "called", cls="priority", kind="elderly", language="ko", matters=("D01",)),
    calls_needed=2,
    undo="call",
    undo_until=NOW + 7000,
    **ASIDE,
)
SERVING = view(
    queue=QUEUE[:3],
    waiting=3,
    present=ticket(
        "D1030",
        "serving",
        started_at=NOW - 342_000,
        times_called=2,
        note="copy_missing",
        matters=("D01", "D02"),
        stations=(wire.Station(3, "staff:0003", NOW - 50 * MINUTE, NOW - 41 * MINUTE),),
    ),
    pausing=True,
    reason="meal",
)
FLOOR = overview(Day(county_plan(), "2026-11-25"), NOW)


def window_now(number: int, **more: Any) -> wire.WindowNow:
    """A window of the floor as it is before the day, with what is different."""
    return replace(next(w for w in FLOOR.windows if w.number == number), **more)


def _sits(number: int, clerk: str, **more: Any) -> wire.WindowNow:
    return window_now(
        number, state=more.pop("state", "open"), clerk=clerk, claimed_at=NOW - 105 * MINUTE, **more
    )


def _line_now(letter: str, waiting: int = 0, wait: int = 0, **more: Any) -> wire.CategoryNow:
    plain = next(c for c in FLOOR.categories if c.category == letter)
    oldest = NOW - wait * MINUTE if waiting else None
    return replace(plain, waiting=waiting, oldest=oldest, issued=waiting + 20, **more)


def _floor(
    windows: tuple[wire.WindowNow, ...], lines: tuple[wire.CategoryNow, ...], **more: Any
) -> wire.FloorView:
    changed = {w.number: w for w in windows}
    moved = {c.category: c for c in lines}
    return replace(
        FLOOR,
        windows=tuple(changed.get(w.number, w) for w in FLOOR.windows),
        categories=tuple(moved.get(c.category, c) for c in FLOOR.categories),
        **more,
    )


def _alarm(code: str, ago: int, seen_by: str = "", **facts: str | int) -> wire.AlarmNow:
    at = NOW - ago * MINUTE
    text = msgspec.convert(cleaned(alarm_text(code, {"log": "county", **facts})), wire.Text)
    return wire.AlarmNow(code, "county", at, 1, text, seen_by, at + MINUTE if seen_by else None)


BUSY_FLOOR = _floor(
    (
        _sits(1, "staff:0001", present="A1017", present_state="serving", present_since=NOW - 725_000),
        _sits(2, "staff:0002", state="paused", reason="meal"),
        window_now(3, for_today=True),
        _sits(4, "", present="B021", present_state="serving", present_since=NOW - 2_400_000, left_open=True),
        _sits(8, "staff:0008", present="D030", present_state="called", present_since=NOW - 42_000),
        _sits(
            9, "staff:0021", pausing=True, present="D029", present_state="serving", present_since=NOW - 9_000
        ),
        _sits(12, "staff:0012"),
    ),
    (
        _line_now("A", 7, 21, windows=(1,)),
        _line_now("B", 3, 14),
        _line_now("D", 23, 64, windows=(8, 9), quota=150),
        _line_now("S", 1, 2, paused=True, issuing=False),
        _line_now("G", 12, 34, windows=(20, 21)),
    ),
    alarms=(_alarm("clock_stepped", 3, seconds=90), _alarm("was_down", 50, "staff:boss", seconds=120)),
    issued=163,
    waiting=46,
    served=98,
    notices=({"zh": "今天下午三点停电检修。"},),
)
QUIET_FLOOR = _floor((), (), notices=({"zh": "今天下午三点停电检修。"},))
SHARES = (
    wire.ShareNow("", PLAN.name, 13, 20, 650, red=True, catalogue=550),
    wire.ShareNow("market", PLAN.departments["market"], 7, 8, 875, red=False, catalogue=400),
    wire.ShareNow("estate", PLAN.departments["estate"], 6, 12, 500, red=True, catalogue=333),
    wire.ShareNow("police", PLAN.departments["police"], 0, 0, None, red=False, catalogue=333),
)
VISITS = (
    wire.VisitsNow("", PLAN.name, 9, 15, 3, 166),
    wire.VisitsNow("estate", PLAN.departments["estate"], 6, 12, 0, 200),
    wire.VisitsNow("market", PLAN.departments["market"], 3, 3, 3, 100),
)
BY_AGENTS = wire.AgentsNow(issued=7, done=5, abandoned=1, agents=2, principals=6)
FLOORS: dict[str, tuple[wire.FloorView | None, tuple[str, ...]]] = {
    "floor": (BUSY_FLOOR, ()),
    "floor-empty": (QUIET_FLOOR, ()),
    "floor-lines": (BUSY_FLOOR, ("right", "down", "down", "down")),
    "floor-down": (None, ()),
    "floor-help": (BUSY_FLOOR, ("f1",)),
    "floor-serves": (BUSY_FLOOR, ("f5",)),
    "floor-alarm": (BUSY_FLOOR, ("f10",)),
    "floor-quota": (BUSY_FLOOR, ("right", "down", "down", "down", "f7")),
    "floor-notice": (BUSY_FLOOR, ("f8",)),
    "floor-more": (BUSY_FLOOR, ("f12",)),
    "floor-by-hand": (BUSY_FLOOR, ("f9", "D", "Z", "0", "1")),
    "floor-devices": (BUSY_FLOOR, ("f12", "4")),
    "floor-enrol": (BUSY_FLOOR, ("f12", "4", "1")),
    "floor-catalogue": (BUSY_FLOOR, ("f12", "9")),
    "floor-publish": (BUSY_FLOOR, ("f12", "9", "4")),
    "floor-shares": (replace(BUSY_FLOOR, shares=SHARES, visits=VISITS, by_agents=BY_AGENTS), ("f12", "8")),
}
"""What the floor looks like, and the keys that the manager presses then."""
MOMENTS: dict[str, tuple[wire.WindowView | None, str, tuple[str, ...]]] = {
    "free": (view(queue=QUEUE, waiting=23), "", ()),
    "empty": (view(notices=({"zh": "今天下午三点停电检修。"},)), "", ()),
    "called": (CALLED, "", ()),
    "serving": (SERVING, "", ()),
    "needs": (replace(SERVING, needs=("wheelchair", "korean")), "", ()),
    "paused": (view(state="paused", reason="meeting", queue=QUEUE, waiting=23), "", ()),
    "taken": (view(clerk="staff:0021", queue=QUEUE, waiting=23), "", ()),
    "line-down": (CALLED, "stale", ("f2",)),
    "no-server": (None, "unreachable", ()),
    "help": (CALLED, "", ("f1",)),
    "more": (CALLED, "", ("f12",)),
    "park": (CALLED, "", ("f8",)),
    "transfer": (CALLED, "", ("f10", "1")),
    "result": (SERVING, "", ("f5", "2")),
    "find": (SERVING, "", ("ctrl+p", "b")),
    "guide": (SERVING, "", ("f12", "pagedown", "3", "1")),
    "hand-over": (SERVING, "", ("f12", "pagedown", "4")),
    "large": (SERVING, "", ("f12", "pagedown", "5")),
}
"""What the hall shows, why the line is down, and the keys that are pressed then."""
