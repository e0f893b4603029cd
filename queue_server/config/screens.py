"""Whether a hall's screens and strips agree with it, and can be read: colours, sizes, what they show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from displays import layout
from displays.contrast import contrast
from displays.layout import LayoutRefused
from queue_server.hall import plan

from .sheet import Record, quoted

SHIPPED_THEMES = ("dark", "light")
LEAST_TEXT, LEAST_EDGE = 7.0, 3.0
"""Contrast ratios: text (WCAG AAA), and lines that carry a meaning."""
TEXTS = (
    *((text, ground) for text in ("ink", "ink_soft", "primary", "warm") for ground in ("paper", "surface")),
    ("on_lamp", "lamp"), ("on_alert", "alert_ground"),
)  # fmt: skip
"""Every text of a screen, and the ground on which it stands."""
EDGES = (("edge", "paper"), ("edge", "surface"))

_SCREEN = {field.name: field.default for field in msgspec.structs.fields(plan.Screen)}
_LED = {field.name: field.default for field in msgspec.structs.fields(plan.Led)}
_PLAN = {field.name: field.default for field in msgspec.structs.fields(plan.Plan)}


def check_screens(file: Record) -> None:
    """Note every fault of themes, screens and strips."""
    for theme in file.get("themes", []):
        check_theme(theme)
    letters = {c.get("letter") for c in file.get("categories", [])}
    numbers = {w.get("number") for w in file.get("windows", [])}
    zones = {w["zone"] for w in file.get("windows", []) if w.get("zone")}
    themes = [*SHIPPED_THEMES, *(t["id"] for t in file.get("themes", []) if "id" in t)]
    for screen in file.get("screens", []):
        check_known(screen, "categories", letters, "category")
        check_known(screen, "windows", numbers, "window")
        if screen.get("theme", "dark") not in themes:
            screen.key_place("theme").wrong(
                f'there is no theme "{screen["theme"]}"; there are {quoted(themes)}'
            )
        if screen.get("zone") and screen["zone"] not in zones:
            screen.key_place("zone").wrong(f'no window is heard in a zone "{screen["zone"]}"')
        check_sign(screen, numbers)
        check_fit(screen, file)
    for led in file.get("leds", []):
        check_known(led, "windows", numbers, "window")
        check_line(led)
    for pad in file.get("pads", []):
        check_window(pad, numbers)


def check_theme(theme: Record) -> None:
    """A theme is refused where a text of it could not be read by all (7:1)."""
    if theme.get("id") in SHIPPED_THEMES:
        theme.key_place("id").wrong(f'"{theme["id"]}" is a shipped theme; choose another id')
    for pairs, least in ((TEXTS, LEAST_TEXT), (EDGES, LEAST_EDGE)):
        for text, ground in pairs:
            if text in theme and ground in theme and contrast(theme[text], theme[ground]) < least:
                ratio = int(contrast(theme[text], theme[ground]) * 100) / 100
                theme.key_place(text).wrong(
                    f"{theme[text]} on {ground} {theme[ground]} has a contrast of {ratio:g}:1; "
                    f"it must be {least:g}:1 at least"
                )


def check_known(record: Record, key: str, known: Iterable[Any], what: str) -> None:
    """What a screen or strip is limited to exists in the hall."""
    for name in record.get(key, []):
        if None not in known and name not in known:
            record.key_place(key).wrong(f'there is no {what} "{name}"')


def check_sign(screen: Record, numbers: Iterable[Any]) -> None:
    """A window's sign shows that window and nothing else."""
    if "window" not in screen:
        return
    check_window(screen, numbers)
    for key in ("categories", "windows", "prepare", "zone"):
        if screen.get(key):
            screen.key_place(key).wrong("is for boards; the sign of a window shows that window only")


def check_window(record: Record, numbers: Iterable[Any]) -> None:
    """What stands at one window stands at one of the hall's."""
    if "window" in record and None not in numbers and record["window"] not in numbers:
        record.key_place("window").wrong(f'there is no window "{record["window"]}"')


def check_fit(screen: Record, file: Record) -> None:
    """A screen on which people could not read a call from where they stand is refused, not crowded."""
    languages = screen.get("languages") or board_languages(
        file.get("hall", {}).get("languages", _PLAN["languages"])
    )
    if len(languages) > 2 or "zh" not in languages:
        screen.key_place("languages").wrong("must be `zh`, alone or with one other language")
        return
    numbers = [w["number"] for w in file.get("windows", []) if "number" in w]
    sizes = {key: screen.get(key, _SCREEN[key]) for key in ("diagonal", "width", "height", "distance")}
    declared = layout.Screen(**sizes, longest_window=len(str(max(numbers, default=1))))
    try:
        if "window" in screen:
            layout.plan_sign(declared, len(languages))
        else:
            layout.plan(declared, len(languages), prepare=bool(screen.get("prepare")))
    except LayoutRefused as refused:
        screen.place.wrong(str(refused))


def board_languages(languages: Iterable[str]) -> tuple[str, ...]:
    """The languages of a hall's screens that name none: Chinese, and Korean where the hall has it."""
    return tuple(x for x in ("zh", "ko") if x in languages)


def check_line(led: Record) -> None:
    """A strip's address is of the kind its transport needs."""
    address, transport = led.get("address"), led.get("transport", _LED["transport"])
    if address is not None and address.startswith("/dev/") != (transport == "serial"):
        wanted = "a serial line such as /dev/ttyS0@9600" if transport == "serial" else "host:port"
        led.key_place("address").wrong(f"{transport} needs {wanted}")
