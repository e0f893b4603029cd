"""What staff do about paper: look at the printers and their last slips, and have one printed elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from queue_server import wire
from queue_server.console.choices import Choice, printer_choice, slip_choice
from queue_server.console.requests import Request
from queue_server.console.scene import Known
from queue_server.console.words import named, say


class Paper(Protocol):
    """Whoever looks after the paper, clerk or manager. Every answer is None when that person goes back."""

    @property
    def scene(self) -> Known:
        """What is known right now."""

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit."""

    async def printers(self) -> wire.Printers:
        """How the hall's printers are now."""


async def printers(ask: Paper) -> Request | None:
    """How each printer is, what became of its last slips, and one of these once more at any printer.

    Looking changes nothing; a slip that is picked goes to another printer by a person's word (S29).
    """
    scene = ask.scene
    known = (await ask.printers()).printers
    looked = [msgspec.structs.replace(printer_choice(each, scene), why="") for each in known]
    title = say("title.printers", scene.lang)
    while (picked := await ask.pick(title, looked, say("pick.printers", scene.lang))) is not None:
        printer = next(each for each in known if each.id == picked)
        # A slip that came out twice is in the list twice, under one number.
        slips = {str(place): slip for place, slip in enumerate(printer.slips)}
        choices = [slip_choice(place, slip, scene) for place, slip in slips.items()]
        about = named(printer.trouble, scene.lang) or say("pick.slips", scene.lang)
        chosen = await ask.pick(f"{title} {printer.id}", choices, about)
        if chosen is not None:
            slip = slips[chosen]
            return await once_more(ask, slip.number, f"tickets/{slip.ticket}/reprint")
    return None


async def once_more(ask: Paper, number: str, path: str) -> Request | None:
    """A ticket's slip at a printer that is picked (补打)."""
    scene = ask.scene
    known = (await ask.printers()).printers
    title = say("title.reprint", scene.lang)
    printer = await ask.pick(title, [printer_choice(each, scene) for each in known], number)
    return Request("reprint", path, wire.Reprint(printer=printer)) if printer is not None else None
