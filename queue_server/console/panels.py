"""The parts of the one screen: each draws its corner of a `Scene` and knows nothing else.

Outside text goes into `Content` as it stands and is never read as markup.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from queue_server.console import digits
from queue_server.console.keys import Keys
from queue_server.console.scene import Known, Scene, minutes, person, seconds
from queue_server.console.words import between, clock_time, fit, named, say, wide
from queue_server.wire import QueueLine, TicketView

Line = Content | tuple[str, str] | str

ROOMY, LEAST = 10, 6
"""Lines that the visitor's number leaves to what stands below it, and how few are enough in large mode."""
WIDE_QUEUE = 40
"""Cells from which a line of the queue has room for the category's name."""


def lines(*given: Line) -> Content:
    """Lines one below the other; a pair is a text and its style."""
    return Content("\n").join(each if isinstance(each, Content) else Content.assemble(each) for each in given)


Shown = TypeVar("Shown", bound=Known)
"""What a corner is drawn from."""


class Corner(Static, Generic[Shown]):
    """A corner of a screen that is painted anew whenever the scene changes how it looks.

    Painting is what takes a console's time, each second and with every key: what looks as before is left.
    """

    scene: reactive[Shown | None] = reactive(None, repaint=False)
    counts = True
    """Whether the clock alone changes how it looks."""
    _seen: Content | None = None
    _title = ""

    def watch_scene(self) -> None:
        """Paint the panel if it looks different now."""
        if self._seen is None or not self._as_it_is().is_same(self._seen):
            self.refresh()

    def render(self) -> Content:
        """The panel as it is now."""
        self._seen = self._as_it_is()
        return self._seen

    def entitle(self, title: str) -> None:
        """Write another title above the panel; Textual paints the whole panel for the same one, too."""
        if title != self._title:
            self._title = title
            self.border_title = title

    def _as_it_is(self) -> Content:
        if self.scene is None or not self.size.width:
            return Content("")
        return self.draw(self.scene, self.size)

    def draw(self, scene: Shown, size: Size) -> Content:
        """The panel for a scene, `size` in cells."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """A panel is drawn for its size: draw it anew, not only when the scene changes next."""
        self.refresh()


class Panel(Corner[Scene]):
    """A corner of a window's screen."""


class Head(Panel):
    """Where we are, who we are, the hall's clock, and whether the link brings the truth."""

    def draw(self, scene: Scene, size: Size) -> Content:
        lang, view = scene.lang, scene.view
        window = say("head.window", lang, window=scene.window)
        state = say(f"window.{'pausing' if view.pausing else view.state}", lang) if view is not None else ""
        who = scene.me.name or scene.me.id if scene.me is not None else ""
        return headline(scene, size.width, window, who, state)


def headline(scene: Known, width: int, *here: str) -> Content:
    """The first line of any console: the hall, where and who we are, the clock and the link."""
    link = say("link.up" if scene.up else "link.down", scene.lang)
    right = f"{clock(scene)}  {link} "
    # Where we are stays whole on a narrow screen: the hall's name gives way.
    told = "  ".join(part for part in dict.fromkeys(here) if part)
    room = max(0, width - cell_len(right) - 1)
    name = fit(scene.hall_name(), max(0, room - cell_len(told) - 4))
    left = f"{name}  {told}" if name else told
    style = "" if scene.up else "$error"
    return Content.assemble(" ", (wide(left, room), "bold"), (right, style))


class Strip(Panel):
    """One line for what the clerk must know: no link, a pause to come, an overdue form, paper, a notice."""

    def draw(self, scene: Scene, size: Size) -> Content:
        text, style = self._most_urgent(scene)
        self.set_class(style == "alarm", "alarm")
        self.set_class(style == "warn", "warn")
        return Content(fit(f" {text}", size.width))

    def _most_urgent(self, scene: Scene) -> tuple[str, str]:
        lang, view = scene.lang, scene.view
        if not scene.up or view is None:
            return link_trouble(scene), "alarm"
        if not scene.seated and view.clerk:
            return say("why.taken", lang, clerk=person(view.clerk)), "alarm"
        if view.summons:
            return say("strip.summons", lang, text=named(view.summons, lang)), "alarm"
        overdue = [t.number for t in view.parked if t.parked_until is not None and t.parked_until < scene.now]
        if overdue:
            return say("strip.overdue", lang, numbers=" ".join(overdue)), "warn"
        if view.pausing:
            return say("strip.pausing", lang, reason=scene.reason("pause", view.reason)), "warn"
        if view.troubles:
            return named(view.troubles[0], lang), "warn"
        if view.notices:
            return say("strip.notice", lang, text=named(view.notices[0], lang)), ""
        return "", ""


def link_trouble(scene: Known) -> str:
    lang = scene.lang
    if scene.down in ("status 401", "status 403"):
        return say("link.not_let_in", lang)
    if scene.down == "status 404":
        return say("link.no_such", lang)
    key = "link.connecting" if scene.down == "connecting" else "link.trouble"
    return say(key, lang)


class Present(Panel):
    """The visitor at the window, readable from across the desk, or what to do when there is none."""

    def draw(self, scene: Scene, size: Size) -> Content:
        self.entitle(say("panel.present", scene.lang))
        self.set_class(not scene.up, "stale")
        present = scene.present
        if present is None:
            return lines("", (fit(self._nobody(scene), size.width), "bold"), *self._next(scene, size.width))
        scale = digits.scale(present.number, size.width, size.height - (LEAST if scene.large else ROOMY))
        colour = "$number" if scene.up else "$faint"
        number = [_drawn(row, f"{colour} on {colour}") for row in digits.big(present.number, scale)]
        rest = self._about(present, scene, size.width)
        return lines(*number, "", *rest[: max(1, size.height - len(number) - 1)])

    def _nobody(self, scene: Scene) -> str:
        lang, view = scene.lang, scene.view
        if view is None:
            return say("empty.connecting", lang)
        if not scene.seated:
            return say("empty.taken" if view.clerk else "empty.not_seated", lang)
        if view.state == "open":
            return say("empty.call_next" if view.queue else "empty.nobody_waits", lang)
        reason = scene.reason("pause", view.reason)
        return (
            say("empty.closed", lang) if view.state == "closed" else say("empty.paused", lang, reason=reason)
        )

    def _next(self, scene: Scene, width: int) -> list[Line]:
        view = scene.view
        if view is None or not view.queue or not scene.seated:
            return []
        first = view.queue[0]
        told = say("empty.next", scene.lang, number=first.number, category=scene.category(first.category))
        return ["", fit(told, width)]

    def _about(self, ticket: TicketView, scene: Scene, width: int) -> list[Line]:
        lang = scene.lang
        serving = ticket.state == "serving"
        since = ticket.started_at if serving else ticket.called_at
        stretch = clock_time(seconds(scene.now - since)) if since is not None and scene.now else ""
        state = say(f"ticket.{ticket.state}", lang)
        calls = say("present.calls", lang, n=ticket.times_called)
        end = ticket.called_at or scene.now
        waited = say("present.waited", lang, n=minutes(end - ticket.taken_at))
        cls = say(f"class.{ticket.cls}", lang)
        kind = f" {scene.kind(ticket.kind)}" if ticket.kind else ""
        spoken = "" if ticket.language == lang else f"{say(f'language.{ticket.language}', lang)}   "
        shown: list[Line] = [
            (fit(f"{state} {stretch}   {calls}   {waited}", width), "bold"),
            (
                fit(f"{cls}{kind}   {spoken}{scene.category(ticket.category)}", width),
                "$warning" if ticket.cls != "ordinary" else "",
            ),
        ]
        if ticket.principal:
            shown.append(fit(say("present.agent", lang, principal=ticket.principal), width))
        needs = scene.view.needs if scene.view is not None else ()
        if needs:
            listed = between(lang).join(say(f"need.{need}", lang) for need in needs)
            shown.append((fit(say("present.needs", lang, list=listed), width), "$warning"))
        if ticket.note:
            note = say("present.note", lang, note=scene.reason("note", ticket.note))
            shown.append((fit(note, width), "$warning"))
        papers = _papers(ticket, scene, width)
        return shown + _matters(ticket, scene, width) + _stations(ticket, scene, width) + papers


def _drawn(row: str, style: str) -> Content:
    """A row of a big number: only its pixels are coloured, so that gaps stay gaps."""
    runs = ("".join(run) for _, run in groupby(row))
    return Content.assemble(*((run, style) if run[0] == digits.PIXEL else run for run in runs))


def _matters(ticket: TicketView, scene: Scene, width: int) -> list[Line]:
    if not ticket.matters and ticket.cases:
        return [fit(say("present.cases", scene.lang, n=len(ticket.cases)), width)]
    if not ticket.matters:
        return [(fit(say("present.no_matter", scene.lang), width), "$faint")]
    away = say("present.elsewhere", scene.lang)
    return [
        fit(f"{place} {scene.matter(id)}{f' {away}' if id in ticket.elsewhere else ''}", width)
        for place, id in enumerate(ticket.matters, 1)
    ]


def _papers(ticket: TicketView, scene: Scene, width: int) -> list[Line]:
    """What the visitor must have brought, matter by matter: the first to go where room is short."""
    return [
        (fit(f"{place} - {each}", width), "$faint")
        for place, id in enumerate(ticket.matters, 1)
        for each in scene.materials(id)
    ]


def _stations(ticket: TicketView, scene: Scene, width: int) -> list[Line]:
    """Where the visitor has been before."""
    return [
        (
            fit(
                say(
                    "present.station",
                    scene.lang,
                    window=s.window,
                    time=clock_time(seconds(s.until - s.since)),
                ),
                width,
            ),
            "$faint",
        )
        for s in ticket.stations
        if s.until is not None
    ]


class Queue(Panel):
    """The next visitors in calling order, each with why it stands there."""

    def draw(self, scene: Scene, size: Size) -> Content:
        view = scene.view
        self.entitle(say("panel.queue", scene.lang, n=view.waiting if view is not None else 0))
        if view is None or not view.queue:
            return Content.styled(fit(say("empty.queue", scene.lang), size.width), "$faint")
        room = max(1, size.height)
        shown = view.queue[:room]
        if view.waiting > len(shown) and len(shown) == room:
            shown = shown[: room - 1]
        rows: list[Line] = [(self._row(line, scene, size.width), self._style(line)) for line in shown]
        if view.waiting > len(shown):
            rows.append((say("queue.more", scene.lang, n=view.waiting - len(shown)), "$faint"))
        return lines(*rows)

    def _row(self, line: QueueLine, scene: Scene, width: int) -> str:
        waited = say("queue.waited", scene.lang, n=minutes(scene.now - line.taken_at))
        why = say(f"queue.{line.why}", scene.lang)
        start = f"{wide(line.number, 6)}{wide(waited, 8)}"
        if width < WIDE_QUEUE:
            return fit(f"{start}{why}{self._foreign(line, scene)}", width)
        return fit(f"{start}{wide(why, 10)}{scene.category(line.category)}", width)

    def _foreign(self, line: QueueLine, scene: Scene) -> str:
        """The category where the number does not say it: a ticket that was transferred keeps its letter."""
        return "" if line.number.startswith(line.category) else f"  {scene.category(line.category)}"

    def _style(self, line: QueueLine) -> str:
        return "" if line.why in ("order", "returned") else "$warning"


class Aside(Panel):
    """Those who missed their call and those who fill in a form: both may come back to this window."""

    def draw(self, scene: Scene, size: Size) -> Content:
        lang, view = scene.lang, scene.view
        missed = view.missed if view is not None else ()
        parked = view.parked if view is not None else ()
        self.entitle(say("panel.aside", lang, missed=len(missed), parked=len(parked)))
        if not missed and not parked:
            return Content.styled(fit(say("empty.aside", lang), size.width), "$faint")
        rows: list[Line] = [self._parked(t, scene, size.width) for t in parked]
        rows += [(self._missed(t, scene, size.width), "") for t in missed]
        if len(rows) > size.height:
            left = len(rows) - size.height + 1
            rows = [*rows[: size.height - 1], (say("queue.more", lang, n=left), "$faint")]
        return lines(*rows)

    def _parked(self, ticket: TicketView, scene: Scene, width: int) -> tuple[str, str]:
        left = (ticket.parked_until or scene.now) - scene.now
        key = "aside.parked" if left >= 0 else "aside.overdue"
        told = say(key, scene.lang, time=clock_time(seconds(abs(left))))
        return fit(f"{wide(ticket.number, 6)}{told}", width), "$warning" if left < 0 else ""

    def _missed(self, ticket: TicketView, scene: Scene, width: int) -> str:
        if ticket.hold_until is None:
            return fit(f"{wide(ticket.number, 6)}{say('aside.missed', scene.lang)}", width)
        left = minutes(ticket.hold_until - scene.now)
        return fit(f"{wide(ticket.number, 6)}{say('aside.missed_until', scene.lang, n=left)}", width)


class Figures(Panel):
    """Today at this window."""

    counts = False

    def draw(self, scene: Scene, size: Size) -> Content:
        lang, view = scene.lang, scene.view
        self.entitle(say("panel.figures", lang))
        if view is None:
            return Content("")
        own = view.figures
        counts = say("figures.counts", lang, served=own.served, called=own.called, missed=own.missed)
        mean = clock_time(seconds(own.mean_service)) if own.mean_service is not None else "-"
        return lines(fit(counts, size.width), fit(say("figures.mean", lang, time=mean), size.width))


class Said(Corner[Known]):
    """What came of the last act, until the next one."""

    counts = False
    said: reactive[tuple[str, str]] = reactive(("", ""))

    def draw(self, scene: Known, size: Size) -> Content:
        if scene.busy:
            act = say(f"act.{scene.busy}", scene.lang)
            return Content.styled(fit(" " + say("said.busy", scene.lang, act=act), size.width), "$warning")
        text, style = self.said
        return Content.styled(fit(f" {text}", size.width), style)


class Key(Corner[Known]):
    """One key of the bar: dim while it cannot be used, with the reason in its tooltip."""

    class Pressed(Message):
        """The key was clicked."""

        def __init__(self, act: str) -> None:
            super().__init__()
            self.act = act

    COUNTED: ClassVar[frozenset[str]] = frozenset({"miss", "undo"})

    def __init__(self, act: str, keys: Keys) -> None:
        super().__init__(id=f"key-{act}")
        self.act = act
        self.keys = keys
        self.counts = act in self.COUNTED
        self._says: object = None

    def watch_scene(self) -> None:
        """Paint the key if it does or says something else now: mostly it does not."""
        scene = self.scene
        if scene is None:
            return
        says = (
            self.keys.why_not(self.act, scene),
            self.keys.label(self.act, scene),
            self.keys.meaning(self.act, scene),
            scene.lang,
        )
        if says != self._says:
            self._says = says
            super().watch_scene()

    def draw(self, scene: Known, size: Size) -> Content:
        why = self.keys.why_not(self.act, scene)
        tip = self.keys.tip(self.act, scene)
        self.tooltip = Content(f"{tip}\n{why.sentence(scene.lang)}" if why is not None else tip)
        key = self.keys.table[self.act].upper()
        name = fit(self.keys.label(self.act, scene), size.width - len(key) - 1)
        style = "$faint" if why is not None else ""
        return Content.assemble((key, "$key" if why is None else "$faint"), " ", (name, style))

    def on_click(self) -> None:
        """A mouse is never needed, and does the same."""
        self.post_message(self.Pressed(self.act))


def clock(scene: Known) -> str:
    """The hall's time of day."""
    if not scene.now or scene.hall is None:
        return "--:--:--"
    return datetime.fromtimestamp(scene.now / 1000, ZoneInfo(scene.hall.timezone)).strftime("%H:%M:%S")
