"""Screens, their colours and LED strips in a hall file: what cannot be is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from queue_server.config import inspect_hall
from tests.config.hall_files import SMALL, write

THEME = {
    "id": '"night"',
    "paper": '"#101018"', "surface": '"#1c1c2a"', "ink": '"#ffffff"', "ink_soft": '"#c8c8d8"',
    "primary": '"#a8d8ff"', "warm": '"#ffe08a"', "lamp": '"#ffe08a"', "on_lamp": '"#101018"',
    "alert_ground": '"#7a1410"', "on_alert": '"#ffffff"', "edge": '"#8a8aa8"',
}  # fmt: skip


def table(name: str, keys: dict[str, str]) -> str:
    return f"\n[[{name}]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def theme(**changes: str) -> str:
    return table("theme", THEME | changes)


def screen(**keys: str) -> str:
    return table("screen", {"id": '"s1"'} | keys)


def led(**keys: str) -> str:
    return table("led", {"id": '"l1"', "address": '"127.0.0.1:5005"'} | keys)


def pad(**keys: str) -> str:
    return table("pad", {"id": '"r1"'} | keys)


def test_a_hall_with_a_theme_screens_and_strips_is_read_as_it_is_written(tmp_path: Path) -> None:
    more = theme() + screen(categories='["A"]', theme='"night"', prepare="4", directions='{ "2" = "up" }')
    more += pad(window="1")
    more += led(prefix='"AA 55"', unit="7", checksum='"crc16"', idle='"欢迎"')
    found = inspect_hall(write(tmp_path, SMALL + more))
    assert found.errors == ()
    assert found.plan is not None
    shown = found.plan.screens[0]
    assert (shown.categories, shown.theme, shown.diagonal) == (("A",), "night", 55.0)
    assert shown.directions == {"2": "up"}
    assert found.plan.theme("night") == found.plan.themes[0]
    assert (found.plan.pads[0].id, found.plan.pads[0].window) == ("r1", 1)
    assert (found.plan.leds[0].prefix, found.plan.leds[0].unit) == ("aa55", 7)


FAULTS = [
    (theme(ink_soft='"#777788"'), "theme[0].ink_soft", "must be 7:1 at least"),
    (theme(on_lamp='"#ffffff"'), "theme[0].on_lamp", "contrast of 1."),
    (theme(edge='"#303040"'), "theme[0].edge", "must be 3:1 at least"),
    (theme(paper='"black"'), "theme[0].paper", "is no colour"),
    (theme(id='"dark"'), "theme[0].id", "shipped theme"),
    (table("kiosk", {"id": '"s1"'}) + screen(), "screen[0].id", '"s1" is taken already'),
    (led(id='"s1"') + screen(), "screen[0].id", '"s1" is taken already'),
    (screen() + screen(), "screen[1].id", '"s1" is taken already'),
    (screen(id='"p1"'), "screen[0].id", '"p1" is taken already'),
    (led(id='"p1"'), "led[0].id", '"p1" is taken already'),
    (screen(id='"board"'), "screen[0].id", "is the board of the whole hall"),
    (led(id='"board"'), "led[0].id", "is the board of the whole hall"),
    (screen(id='"1"'), "screen[0].id", 'is the number of a window; choose another id, such as "w1"'),
    (screen(zone='"attic"'), "screen[0].zone", 'no window is heard in a zone "attic"'),
    (screen(theme='"night"'), "screen[0].theme", 'there is no theme "night"; there are dark, light'),
    (screen(distance="40"), "screen[0]", "cannot show a call that is readable from 40 m; it can from"),
    (screen(window="1", diagonal="10", distance="20"), "screen[0]", "readable from 20 m"),
    (screen(distance='"far"'), "screen[0].distance", "must be a number from 0.5 to 100"),
    (screen(diagonal="true"), "screen[0].diagonal", "must be a number"),
    (screen(categories='["Q"]'), "screen[0].categories", 'there is no category "Q"'),
    (screen(windows="[99]"), "screen[0].windows", 'there is no window "99"'),
    (screen(window="99"), "screen[0].window", 'there is no window "99"'),
    (screen(window="1", prepare="2"), "screen[0].prepare", "is for boards"),
    (screen(languages='["ko"]'), "screen[0].languages", "must be `zh`"),
    (screen(languages='["zh", "ko", "en"]'), "screen[0].languages", "one other language"),
    (screen(directions='{ "东区" = "north" }'), "screen[0].directions.东区", "left, right"),
    (screen(media='["../secret.png"]'), "screen[0].media[0]", "name of a picture or film"),
    (screen(media='["page.svg"]'), "screen[0].media[0]", "name of a picture or film"),
    (screen() + screen(), "screen[1].id", "is taken already"),
    (
        screen() + table("printer", {"id": '"s1"', "address": '"10.0.0.5:9100"'}),
        "printer[1].id",
        '"s1" is taken already',
    ),
    (led(address='"strip"'), "led[0].address", "host:port"),
    (led(transport='"serial"'), "led[0].address", "serial needs a serial line"),
    (led(address='"/dev/ttyS0@9600"'), "led[0].address", "tcp needs host:port"),
    (led(prefix='"AA 5"'), "led[0].prefix", "bytes in hex"),
    (led(checksum='"md5"'), "led[0].checksum", "crc16"),
    (led(idle='"䶮"'), "led[0].idle", "not in GB2312"),
    (led(unit="256"), "led[0].unit", "out of range"),
    (pad(window="99"), "pad[0].window", 'there is no window "99"'),
    (pad(window="1") + screen(id='"r1"'), "screen[0].id", '"r1" is taken already'),
]


@pytest.mark.parametrize(
    ("more", "where", "said"), FAULTS, ids=[f"{w}-{n}" for n, (_, w, _) in enumerate(FAULTS)]
)
def test_a_fault_of_a_screen_is_named_with_its_place(
    tmp_path: Path, more: str, where: str, said: str
) -> None:
    found = inspect_hall(write(tmp_path, SMALL + more))
    assert {(fault.where, said in fault.sentence) for fault in found.errors} == {(where, True)}
    assert found.errors[0].line > SMALL.count("\n")
