"""The catalogue at the manager's console: its editions, and putting another one in force.

What would change is shown, in names and figures, before anybody is asked for a reason; the hall looks at a
file, the console only brings it there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from textual.content import Content

from kiosk.menu import Guide
from queue_server import wire
from queue_server.console.choices import Choice
from queue_server.console.requests import Request
from queue_server.console.scene import FloorScene, person
from queue_server.console.times import day_time
from queue_server.console.words import between, named, say

NAMED = 4
"""Matters that are named in a question; all of them can be read."""
MOST_BYTES = 8 * 1024 * 1024
"""Of a file: one byte more is sent, so that the hall says why it refuses a larger one."""


class Editor(Protocol):
    """The manager, as these flows see one. An answer is None when the manager goes back."""

    @property
    def scene(self) -> FloorScene:
        """What is known right now."""

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit."""

    async def typed(self, title: str, labels: tuple[str, ...], about: str = "") -> tuple[str, ...] | None:
        """Lines that are typed."""

    async def read(self, title: str, text: Content) -> None:
        """Something to read."""

    async def editions(self) -> wire.Editions:
        """The editions that were published. Raises NotDone."""

    async def guides(self) -> tuple[Guide, ...]:
        """The guides in force. Raises NotDone."""

    async def preview(self, chosen: wire.ChooseCatalogue) -> wire.CataloguePreview:
        """What a catalogue would change. Raises NotDone."""

    async def send(self, request: Request) -> wire.Done:
        """Ask the hall. Raises NotDone."""


async def look_after_catalogue(manager: Editor) -> str:
    """Put another catalogue in force; what was done, "" when nothing was. Raises NotDone."""
    scene = manager.scene
    lang, known = scene.lang, await manager.editions()
    choices = [Choice(way, say(f"pick.catalogue_{way}", lang)) for way in ("file", "retire")]
    choices += [_of_edition(each, known.in_force, scene) for each in known.editions]
    about = say("pick.edition_in_force" if known.in_force else "pick.edition_none", lang, n=known.in_force)
    picked = await manager.pick(say("title.catalogue", lang), choices, about)
    if picked is None:
        return ""
    if picked == "file":
        chosen = await _file(manager)
    elif picked == "retire":
        chosen = await _without(manager)
    else:
        chosen = wire.ChooseCatalogue(edition=int(picked))
    return await _put_in_force(manager, chosen) if chosen is not None else ""


def _of_edition(each: wire.EditionLine, in_force: int, scene: FloorScene) -> Choice:
    """An edition in the list: when, by whom, what it changed, and why."""
    zone = scene.hall.timezone if scene.hall is not None else "UTC"
    label = f"{say('pick.edition', scene.lang, n=each.number)}  {day_time(each.at, zone)}  {person(each.by)}"
    counts = f"+{len(each.added)} ~{len(each.changed)} -{len(each.retired)}"
    why = say("why.in_force", scene.lang) if each.number == in_force else ""
    return Choice(str(each.number), f"{label}  {counts}", each.reason, why)


async def _file(manager: Editor) -> wire.ChooseCatalogue | None:
    """The file of a department, as it lies on this machine."""
    lang = manager.scene.lang
    title, about = say("title.catalogue_file", lang), say("pick.catalogue_kinds", lang)
    while True:
        typed = await manager.typed(title, (say("form.file", lang),), about)
        if typed is None:
            return None
        try:
            file = await asyncio.to_thread(_read, typed[0])
        except OSError as error:
            about = say("form.no_file", lang, why=error.strerror or str(error))
        else:
            return wire.ChooseCatalogue(file=file)


def _read(typed: str) -> wire.CatalogueFile:
    """The file of this name; raises OSError."""
    path = Path(typed).expanduser()
    with path.open("rb") as file:
        return wire.CatalogueFile(path.name, file.read(MOST_BYTES + 1))


async def _without(manager: Editor) -> wire.ChooseCatalogue | None:
    """What is in force without some matters, which are picked one after the other."""
    lang, guides = manager.scene.lang, await manager.guides()
    retired: tuple[str, ...] = ()
    while True:
        rest = [Choice(g.id, f"{g.id}  {named(g.name, lang)}") for g in guides if g.id not in retired]
        go_on = [Choice("", say("pick.retire_these", lang, n=len(retired)))] if retired else []
        about = between(lang).join(retired)
        picked = await manager.pick(say("title.retire", lang), [*go_on, *rest], about)
        if picked is None:
            return None
        if not picked:
            return wire.ChooseCatalogue(retire=retired)
        retired = (*retired, picked)


async def _put_in_force(manager: Editor, chosen: wire.ChooseCatalogue) -> str:
    """Show what would change, have it confirmed and given a reason, and publish it."""
    lang, would = manager.scene.lang, await manager.preview(chosen)
    title = say("title.publish", lang)
    if not (would.added or would.changed or would.retired):
        await manager.pick(title, [Choice("no", say("pick.publish_no", lang))], say("pick.same", lang))
        return ""
    choices = [Choice(way, say(f"pick.publish_{way}", lang)) for way in ("no", "read", "yes")]
    while (picked := await manager.pick(title, choices, _summary(would, lang))) == "read":
        await manager.read(title, Content("\n".join(_lines(would, lang))))
    if picked != "yes":
        return ""
    reason = await manager.typed(title, (say("form.reason", lang),), _summary(would, lang))
    if reason is None:
        return ""
    body = wire.PublishCatalogue(base=would.base, reason=reason[0], **msgspec.structs.asdict(chosen))
    done = await manager.send(Request("publish", "catalogue/editions", body))
    return say("did.publish", lang, n=done.detail)


def _summary(would: wire.CataloguePreview, lang: str) -> str:
    """What would change in a few lines: the figures, and some names of each kind."""
    told = [_figures(would, lang)]
    for kind in ("added", "changed", "retired"):
        some: tuple[wire.MatterChange, ...] = getattr(would, kind)
        if some:
            names = between(lang).join(f"{each.id} {named(each.name, lang)}" for each in some[:NAMED])
            more = say("pick.and_more", lang, n=len(some) - NAMED) if len(some) > NAMED else ""
            told.append(say(f"pick.{kind}", lang, n=len(some), names=names + more))
    return "\n".join(told)


def _figures(would: wire.CataloguePreview, lang: str) -> str:
    return say(
        "pick.figures",
        lang,
        matters=would.matters,
        instant=would.instant,
        verified=would.verified,
        covered=would.covered,
    )


def _lines(would: wire.CataloguePreview, lang: str) -> list[str]:
    """Every change, one a line."""
    lines = [_figures(would, lang), ""]
    for mark, some in (("+", would.added), ("~", would.changed), ("-", would.retired)):
        for each in some:
            fields = f"  ({', '.join(each.fields)})" if each.fields else ""
            lines.append(f"{mark} {each.id}  {named(each.name, lang)}{fields}")
    return lines
