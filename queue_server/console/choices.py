"""What a clerk picks from: the hall's lists as lines that a digit answers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from queue_server import wire
from queue_server.console.scene import Known, Scene, minutes
from queue_server.console.words import clock_time, named, say


class Choice(msgspec.Struct, frozen=True):
    """One line of a pick list; `note` stands at its end. With `why` it cannot be picked now."""

    value: str
    label: str
    note: str = ""
    why: str = ""


def labelled(names: Sequence[wire.Labelled], lang: str) -> list[Choice]:
    """A pick list of the hall."""
    return [Choice(each.code, named(each.name, lang)) for each in names]


def categories(scene: Scene) -> list[Choice]:
    """Every category with the people who wait in it, the present visitor's own left out."""
    lines = scene.view.categories if scene.view is not None else ()
    here = scene.present.category if scene.present is not None else ""
    return [
        Choice(
            line.category,
            f"{line.category}  {named(line.name, scene.lang)}",
            say("pick.waiting", scene.lang, n=line.waiting, minutes=minutes(line.longest)),
        )
        for line in lines
        if line.category != here
    ]


def other_windows(scene: Scene) -> list[Choice]:
    """Every window but our own; one that calls nothing now cannot be picked."""
    windows = scene.hall.windows if scene.hall is not None else ()
    lines = scene.view.categories if scene.view is not None else ()
    calling = {number for line in lines for number in line.windows}
    shut = say("pick.not_open", scene.lang)
    return [
        Choice(
            str(w.number),
            f"{w.number}  {named(w.name, scene.lang)}",
            say("pick.place", scene.lang, floor=w.floor, area=w.area),
            "" if w.number in calling else shut,
        )
        for w in windows
        if w.number != scene.window
    ]


def printer_choice(printer: wire.PrinterLine, scene: Known) -> Choice:
    """A printer, where it stands, how it is and since when; one that cannot print cannot be picked."""
    state = named(printer.says, scene.lang)
    since = say("slip.since", scene.lang, n=minutes(scene.now - printer.since)) if printer.since else ""
    name = f"{printer.id}  {printer.place}".rstrip()
    return Choice(printer.id, name, f"{state}  {since}".rstrip(), "" if printer.can_print else state)


def slip_choice(value: str, slip: wire.SlipLine, scene: Known) -> Choice:
    """One of a printer's last slips, and what became of it."""
    marked = f" {say('slip.marked', scene.lang)}" if slip.marked else ""
    ago = say("slip.ago", scene.lang, n=minutes(scene.now - slip.at))
    return Choice(value, f"{slip.number}{marked}", f"{named(slip.says, scene.lang)}  {ago}")


def served(scene: Scene) -> list[str]:
    """The letters of the categories that this window serves."""
    pairs = scene.view.serves if scene.view is not None else ()
    letters = dict.fromkeys(pair.partition(":")[0] for pair in pairs)
    every = [each.code for each in scene.hall.categories] if scene.hall is not None else []
    return every if "*" in letters or not letters else list(letters)


def ended_choices(started_at: int | None, scene: Scene) -> list[Choice]:
    """When a visitor whom the last clerk left really went: at times since the service began."""
    since = (started_at or scene.now) - scene.now
    ages = [age for age in (0, 5, 10, 15, 30, 60, 120) if age * 60_000 <= -since]
    return [
        Choice(str(scene.now - age * 60_000), say("pick.ended_ago", scene.lang, n=age))
        if age
        else Choice(str(scene.now), say("pick.ended_now", scene.lang))
        for age in ages
    ] + (
        [Choice(str(started_at), say("pick.ended_at_once", scene.lang, time=clock_time(-since // 1000)))]
        if started_at
        else []
    )
