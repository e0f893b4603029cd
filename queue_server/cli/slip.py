"""``yichuang slip``: a hall's slips looked at before they are printed, and a printer's modes found out.

Pictures, and bytes for a device, need the base package only: an installer has no server at hand.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from PIL import Image, ImageOps

from printers import fonts
from printers.commissioning import commissioning_slip
from printers.compile import STATUS_REQUEST, compile_slip
from printers.encoding import TextMode
from printers.head import Head
from printers.layout import PAPER_58_MM, PAPER_80_MM
from printers.printer import Printer
from printers.status import MAY_PRINT, AtEnd, Conversation
from printers.transports import LineDown, connected
from queue_server.config import HallFileErrors, read_hall
from queue_server.hall.plan import ORDINARY, PRIORITY, Category, Plan
from queue_server.slips import Told, languages_of, word

DOTS = {"80": PAPER_80_MM, "58": PAPER_58_MM}
MARGIN = 32
"""Dots of paper that no printer reaches, left and right (4 mm), and shown above and below."""

SAMPLE_AHEAD = 4
SAMPLE_CODE = "7K3QD"
SAMPLE_PAGE = "https://hall.example/t/{hall}/0123456789abcdef#0f4c2a9b7d1e8c3605af94b2d7e1c608"
"""As long as the address of a real ticket: the hall, the ticket and its secret."""


class Refusal(Exception):
    """What was asked for cannot be shown or printed; the message says why."""


class Wanted(msgspec.Struct, frozen=True):
    """Which slip to look at; "" is the hall's usual."""

    lang: str = ""
    category: str = ""
    number: str = ""
    width: str = "80"
    text_mode: str = "raster"
    priority: bool = False
    reprint: bool = False


def preview_slip(hall: Path, wanted: Wanted, out: Path) -> int:
    """Write a slip of the hall as a PNG; 1 with the reason on stderr when that is not possible."""
    try:
        plan = _plan(hall)
        slip = word(plan, _sample(plan, wanted), _languages(plan, wanted.lang))
        compiled = compile_slip(slip, DOTS[wanted.width], _mode(wanted.text_mode))
        picture = _paper(compiled.data, DOTS[wanted.width])
        picture.save(out, "PNG", optimize=True)
    except (Refusal, ValueError, OSError, fonts.FontsMissing) as why:
        return _say_why(why)
    for char in compiled.missing:
        print(f"yichuang: no font here draws {char} (U+{ord(char):04X})", file=sys.stderr)
    print(f"{out}: {picture.width} by {picture.height} dots, {len(compiled.data)} bytes to the printer")
    return 0


def print_commissioning_slip(hall: Path | None, printer: str, to: Path | None, out: Path | None) -> int:
    """Print the commissioning slip on a printer of a hall, or write its bytes or its picture."""
    if hall is to is out is None:
        return _say_why(Refusal("say where it goes: --hall and --printer, --to or --out"))
    try:
        data = commissioning_slip()
        if out is not None:
            _paper(data, PAPER_80_MM).save(out, "PNG", optimize=True)
        if to is not None:
            to.write_bytes(data)
        if hall is not None:
            chosen = _printer(_plan(hall), printer)
            print(f"{chosen.name}: {asyncio.run(_send(chosen, data))}")
    except (Refusal, OSError, fonts.FontsMissing) as why:
        return _say_why(why)
    return 0


def _say_why(why: Exception) -> int:
    print(f"yichuang: {why}", file=sys.stderr)
    return 1


def _plan(path: Path) -> Plan:
    try:
        return read_hall(path)
    except HallFileErrors as errors:
        raise Refusal(f"the hall file has errors\n{errors}") from errors


def _mode(name: str) -> TextMode:
    try:
        return TextMode(name)
    except ValueError:
        raise Refusal(f"{name!r} is no text mode; there are {', '.join(TextMode)}") from None


def _languages(plan: Plan, wanted: str) -> tuple[str, ...]:
    """The languages named, Chinese above; without a name those of a Chinese visitor's slip."""
    names = tuple(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip()))
    if not names:
        return languages_of(plan, "zh")
    unknown = [name for name in names if name not in plan.languages]
    if unknown:
        raise Refusal(f"the hall has no language {', '.join(unknown)}; it has {', '.join(plan.languages)}")
    if len(names) > 2:
        raise Refusal("a slip has one language or two")
    return tuple(sorted(names, key=lambda name: name != "zh"))


def _sample(plan: Plan, wanted: Wanted) -> Told:
    """A ticket as it might be taken now: the category's first matter, four people ahead."""
    category = _category(plan, wanted.category)
    matter = next((m for m in plan.matters if m.category == category.letter), None)
    cls = PRIORITY if wanted.priority else ORDINARY
    windows = [w for w in plan.windows if any(s.covers(category.letter, cls) for s in w.serves)]
    now = dt.datetime.now(ZoneInfo(plan.timezone))
    first, last = (f"{now + dt.timedelta(minutes=minutes):%H:%M}" for minutes in (30, 50))
    return Told(
        number=wanted.number or f"{category.number_prefix()}{23:0{plan.rules.number_digits}d}",
        category=category.letter,
        cls=cls,
        matters=(matter.id,) if matter else (),
        ahead=SAMPLE_AHEAD,
        windows=tuple(window.number for window in windows),
        floor=windows[0].floor if windows else "",
        area=plan.area(windows[0].area) if windows else {},
        time=f"{now:%Y-%m-%d %H:%M}",
        url=SAMPLE_PAGE.format(hall=plan.hall),
        code=SAMPLE_CODE,
        expected=(first, last),
        reprint=wanted.reprint,
    )


def _category(plan: Plan, letter: str) -> Category:
    wanted = letter or (plan.matters[0].category if plan.matters else plan.categories[0].letter)
    found = plan.category(wanted)
    if found is None:
        letters = ", ".join(category.letter for category in plan.categories)
        raise Refusal(f"there is no category {wanted!r}; there are {letters}")
    return found


def _paper(data: bytes, dots: int) -> Image.Image:
    """What comes out of a printer of this width that is sent these bytes, with the paper's margins."""
    head = Head(dots)
    head.feed(data)
    return ImageOps.expand(head.take_slip(), MARGIN, 255)


def _printer(plan: Plan, wanted: str) -> Printer:
    from queue_server.reactions.addresses import spoken_to

    if not plan.printers:
        raise Refusal("the hall file has no [[printer]]")
    ids = [printer.id for printer in plan.printers]
    if not wanted and len(ids) > 1:
        raise Refusal(f"name the printer with --printer; there are {', '.join(ids)}")
    found = next((printer for printer in plan.printers if printer.id == (wanted or ids[0])), None)
    if found is None:
        raise Refusal(f"there is no printer {wanted!r}; there are {', '.join(ids)}")
    return spoken_to(found)


async def _send(printer: Printer, data: bytes) -> str:
    """Print, and say what the printer says of it: a mute one says nothing, and the paper tells."""
    deadlines = printer.deadlines
    try:
        async with connected(printer) as line:
            talk = Conversation(line)
            state = await talk.state(deadlines.answer)
            if state not in MAY_PRINT:
                raise Refusal(f"{printer.name} cannot print now: {state.value}")
            await line.write(data)
            await talk.forget()
            await line.write(STATUS_REQUEST)
            done = await talk.hears(AtEnd, deadlines.finish)
    except LineDown as why:
        raise Refusal(f"{printer.name}: {why}") from why
    return "printed" if done else "sent; the printer does not say whether it printed, so look at the paper"
