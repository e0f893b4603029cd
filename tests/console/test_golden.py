"""Screens that a person has looked at, as plain text at 80x24 and at 120x40.

Draw them anew with `python -m tests.console.test_golden`, and look at each: the console is for
people in a hurry, and a column that is one cell off shows at once.
"""

from __future__ import annotations

import asyncio
import sys
import unicodedata
from functools import partial
from pathlib import Path

import pytest
from rich.cells import cell_len

from queue_server.console.agent_desk import AgentDeskApp
from queue_server.console.app import ConsoleApp
from queue_server.console.back_office import BackOfficeApp
from queue_server.console.client import HallClient
from queue_server.console.dialogs import Dialog
from queue_server.console.overview import OverviewApp
from queue_server.console.station import Station
from queue_server.locale import sentences
from tests.console.case_moments import AGENTS, BACKS, EXIT, EXITS, StillAgent, StillCases, StillExit
from tests.console.moments import FLOORS, MOMENTS, StillClock, StillFloor, StillHall
from tests.console.sitting import Clerk, Manager, Person
from tests.waiting import wait_until

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("zh", "ko", "en")
SMALL, LARGE = (80, 24), (120, 40)
OPENING = ("f", "ctrl+")
"""How the keys begin that bring a question."""
SCREENS = {
    **{f"{moment}-{lang}": (moment, lang, SMALL, "dark") for moment in MOMENTS for lang in ("zh", "en")},
    **{f"{moment}-ko": (moment, "ko", SMALL, "dark") for moment in ("called", "help", "more", "line-down")},
    "called-zh-large": ("called", "zh", LARGE, "dark"),
    "called-en-large": ("called", "en", LARGE, "dark"),
    "large-zh-large": ("large", "zh", LARGE, "dark"),
    "guide-ko": ("guide", "ko", SMALL, "dark"),
    "find-ko": ("find", "ko", SMALL, "dark"),
    "called-zh-plain": ("called", "zh", SMALL, "plain"),
    "more-zh-plain": ("more", "zh", SMALL, "plain"),
}
FLOOR_SCREENS = {
    **{f"{moment}-{lang}": (moment, lang, SMALL, "dark") for moment in FLOORS for lang in ("zh", "en")},
    "floor-ko": ("floor", "ko", SMALL, "dark"),
    "floor-help-ko": ("floor-help", "ko", SMALL, "dark"),
    "floor-devices-ko": ("floor-devices", "ko", SMALL, "dark"),
    "floor-catalogue-ko": ("floor-catalogue", "ko", SMALL, "dark"),
    "floor-publish-ko": ("floor-publish", "ko", SMALL, "dark"),
    "floor-enrol-ko": ("floor-enrol", "ko", SMALL, "dark"),
    "floor-zh-large": ("floor", "zh", LARGE, "dark"),
    "floor-en-large": ("floor", "en", LARGE, "dark"),
    "floor-zh-plain": ("floor", "zh", SMALL, "plain"),
}
CASE_SCREENS = {
    **{f"{m}-{lang}": (m, lang, SMALL, "dark") for m in (*BACKS, *EXITS, *AGENTS) for lang in ("zh", "en")},
    **{f"{m}-ko": (m, "ko", SMALL, "dark") for m in ("back", "exit-cases", "agent")},
    **{
        f"{m}-{lang}-large": (m, lang, LARGE, "dark")
        for m in ("back", "exit", "agent")
        for lang in ("zh", "en")
    },
    "back-zh-plain": ("back", "zh", SMALL, "plain"),
}
SCREENS |= FLOOR_SCREENS | CASE_SCREENS


async def case_drawn(name: str) -> str:
    """A screen that has to do with cases, as it is drawn now."""
    moment, lang, size, theme = SCREENS[name]
    hall: HallClient
    app: Station
    if moment in BACKS:
        shown, keys = BACKS[moment]
        hall = StillCases(shown)
        app = BackOfficeApp(hall, lang, theme, clock=StillClock())
    elif moment in AGENTS:
        brought, keys = AGENTS[moment]
        hall = StillAgent(brought)
        app = AgentDeskApp(hall, lang, theme, clock=StillClock())
    else:
        keys, hall = EXITS[moment], StillExit(EXIT)
        app = ConsoleApp(hall, 8, lang, theme, clock=StillClock())
    async with hall, app.run_test(size=size) as pilot:
        person = Person(app, pilot)
        await person.until(lambda: app.scene.up and app.scene.hall is not None)
        for key in keys:
            before = app.screen
            await person.press(key)
            if key != "down":
                await wait_until(partial(_asks, person, before), 20)
        return await settled(person, "F3" if moment in AGENTS else "F12")


async def floor_drawn(name: str) -> str:
    """The manager's screen of one name as it is drawn now."""
    moment, lang, size, theme = SCREENS[name]
    view, keys = FLOORS[moment]
    async with StillFloor(view) as hall:
        app = OverviewApp(hall, lang, theme, clock=StillClock())
        async with app.run_test(size=size) as pilot:
            manager = Manager(app, pilot)
            down = "" if view is not None else "unreachable"
            await manager.until(lambda: app.scene.down == down)
            if view is not None:
                await manager.until(lambda: app.scene.hall is not None and app.scene.view is not None)
            for key in keys:
                before = app.screen
                await manager.press(key)
                if key.startswith(OPENING):
                    await wait_until(partial(_asks, manager, before), 20)
            return await settled(manager)


async def drawn(name: str) -> str:
    """The screen of one name as it is drawn now."""
    if name in CASE_SCREENS:
        return await case_drawn(name)
    if name in FLOOR_SCREENS:
        return await floor_drawn(name)
    moment, lang, size, theme = SCREENS[name]
    view, down, keys = MOMENTS[moment]
    async with StillHall(view, down) as hall:
        app = ConsoleApp(hall, 8, lang, theme, clock=StillClock())
        async with app.run_test(size=size) as pilot:
            clerk = Clerk(app, pilot)
            await wait_until(lambda: _has_heard(clerk, bool(view), down), 20)
            if clerk.scene.view is not None and not clerk.scene.seated:
                await clerk.until(lambda: _asks(clerk, None))
            for key in keys:
                before = app.screen
                await clerk.press(key)
                if key.startswith(OPENING) and not down:
                    await wait_until(partial(_asks, clerk, before), 20)
            return await settled(clerk)


async def settled(clerk: Person, last: str = "F12") -> str:
    """The screen once nothing on it changes any more."""
    seen: list[str] = []

    async def still() -> str:
        await clerk.pilot.pause()
        seen.append(clerk.screen())
        return seen[-1] if last in seen[-1] and seen[-3:] == [seen[-1]] * 3 else ""

    return await wait_until(still, 20)


def _has_heard(clerk: Clerk, has_view: bool, down: str) -> bool:
    scene = clerk.scene
    told = scene.view is not None and scene.hall is not None if has_view else True
    return told and (scene.down == down if down else scene.up)


def _asks(clerk: Person, before: object) -> bool:
    return clerk.app.screen is not before and isinstance(clerk.app.screen, Dialog)


@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_looks_as_it_did_when_it_was_looked_at(name: str) -> None:
    assert await drawn(name) == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_fills_its_size_and_no_more(name: str) -> None:
    wide, high = SCREENS[name][2]
    rows = (GOLDEN / f"{name}.txt").read_text().splitlines()
    assert len(rows) == high
    assert max(map(cell_len, rows)) <= wide


def ambiguous(text: str) -> list[str]:
    """Characters that are one cell wide here and two on a Chinese Windows console."""
    return [each for each in text if unicodedata.east_asian_width(each) == "A"]


@pytest.mark.parametrize("name", SCREENS)
def test_nothing_on_a_screen_is_of_ambiguous_width(name: str) -> None:
    assert ambiguous((GOLDEN / f"{name}.txt").read_text()) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_of_the_console_has_a_character_of_ambiguous_width(lang: str) -> None:
    said = {key: forms for key, forms in sentences(lang).items() if key.startswith("console.")}
    assert len(said) > 200
    assert {key: ambiguous("".join(forms)) for key, forms in said.items() if ambiguous("".join(forms))} == {}


def test_the_check_for_ambiguous_width_finds_what_it_should() -> None:
    assert ambiguous("8号窗口 · “开放” — …○│") == ["·", "“", "”", "—", "…", "○", "│"]


@pytest.mark.parametrize("theme", ["dark", "plain"])
@pytest.mark.parametrize("size", [SMALL, (100, 30), LARGE])
async def test_a_toast_keeps_its_chinese_whole(size: tuple[int, int], theme: str) -> None:
    """Where a toast crosses a panel's edge a character there is cut in two, and both halves are gone."""
    async with StillHall(MOMENTS["called"][0]) as hall:
        app = ConsoleApp(hall, 8, "zh", theme, clock=StillClock())
        async with app.run_test(size=size, notifications=True) as pilot:
            clerk = Clerk(app, pilot)
            await clerk.until(lambda: clerk.scene.up and clerk.scene.hall is not None)
            await clerk.press("f7")
            await clerk.until(lambda: clerk.screen().count("还要再叫2次才能过号。按 F3。") == 2)


async def draw_anew() -> None:
    """Write every screen, for a person to look at."""
    GOLDEN.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SCREENS:
        (GOLDEN / f"{name}.txt").write_text(await drawn(name))


if __name__ == "__main__":
    asyncio.run(draw_anew())
