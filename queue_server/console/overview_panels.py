"""The parts of the manager's screen: windows, lines, alarms; each draws its corner of a `FloorScene`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from textual.content import Content
from textual.geometry import Size

from queue_server.console.panels import Corner, Line, headline, lines, link_trouble
from queue_server.console.scene import FloorScene, Known, minutes, person, seconds
from queue_server.console.words import clock_time, fit, named, say, wide
from queue_server.wire import AlarmNow, CategoryNow, WindowNow

ROOMY = 60
"""Cells from which a window's line has room for its name and what it serves."""
LATE = 2
"""Times its target that a wait is called far too long."""


def at_clock(moment: int, scene: Known, date: bool = False) -> str:
    """A moment (ms) as the hall's time of day, with the `date` before it if wanted."""
    if not moment or scene.hall is None:
        return ""
    return datetime.fromtimestamp(moment / 1000, ZoneInfo(scene.hall.timezone)).strftime(
        "%m-%d %H:%M" if date else "%H:%M"
    )


class FloorHead(Corner[FloorScene]):
    """The hall, who looks after it, the clock, and whether the link brings the truth."""

    def draw(self, scene: FloorScene, size: Size) -> Content:
        who = scene.me.name or scene.me.id if scene.me is not None else ""
        return headline(scene, size.width, say("head.floor", scene.lang), who)


class FloorStrip(Corner[FloorScene]):
    """One line for what comes first: no link, an alarm that nobody has seen, a notice."""

    def draw(self, scene: FloorScene, size: Size) -> Content:
        text, style = self._first(scene)
        self.set_class(style == "alarm", "alarm")
        self.set_class(style == "warn", "warn")
        return Content(fit(f" {text}", size.width))

    def _first(self, scene: FloorScene) -> tuple[str, str]:
        lang, view = scene.lang, scene.view
        if not scene.up or view is None:
            return link_trouble(scene), "alarm"
        if scene.unseen:
            return named(scene.unseen[0].text, lang), "alarm"
        if view.closed:
            return say("why.day_closed", lang), ""
        if view.shares and view.shares[0].red:
            return say("strip.share", lang, percent=percent(view.shares[0].permille)), "warn"
        if view.notices:
            return say("strip.notice", lang, text=named(view.notices[0], lang)), ""
        return "", ""


def percent(permille: int | None) -> str:
    """A share as people read it, rounded down; a dash where there is none."""
    return "-" if permille is None else f"{permille // 10}.{permille % 10} %"


def shares_of(scene: FloorScene) -> Content:
    """即办率 of the hall and of each department: by today's cases, and by the catalogue."""
    lang = scene.lang
    head = f"{wide('', 34)}{wide(say('shares.today', lang), 12)}{wide(say('shares.cases', lang), 12)}"
    rows = [(f"{head}{say('shares.listed', lang)}", "bold")]
    for each in scene.view.shares if scene.view is not None else ():
        cases = f"{each.on_the_spot}/{each.accepted}"
        today = f"{percent(each.permille)}{say('shares.red', lang) if each.red else ''}"
        name = wide(fit(named(each.name, lang), 32), 34)
        row = f"{name}{wide(today, 12)}{wide(cases, 12)}{percent(each.catalogue)}"
        rows.append((row, "$error" if each.red else ""))
    return lines(*rows, "", say("shares.what", lang), *_visits(scene), *_by_agents(scene))


def _visits(scene: FloorScene) -> list[Line]:
    """Visits per case (只跑一次) of the hall and of each department, where results went out."""
    lang = scene.lang
    known = [each for each in (scene.view.visits if scene.view is not None else ()) if each.cases]
    if not known:
        return []
    head = f"{wide('', 34)}{wide(say('visits.mean', lang), 12)}{wide(say('visits.once', lang), 12)}"
    rows: list[Line] = ["", (f"{head}{say('visits.cases', lang)}", "bold")]
    for each in known:
        mean = each.hundredths or 0
        name = wide(fit(named(each.name, lang), 32), 34)
        once = percent(each.once * 1000 // each.cases)
        rows.append(f"{name}{wide(f'{mean // 100}.{mean % 100:02}', 12)}{wide(once, 12)}{each.cases}")
    return [*rows, "", say("visits.what", lang)]


def _by_agents(scene: FloorScene) -> list[str]:
    """What agents brought, apart from what people brought themselves."""
    apart = scene.view.by_agents if scene.view is not None else None
    if apart is None or not apart.issued:
        return []
    told = {name: getattr(apart, name) for name in apart.__struct_fields__}
    return ["", say("shares.agents", scene.lang, **told)]


def around(at: int, count: int, room: int) -> range:
    """The places of a list that are shown so that the marked one is among them."""
    first = min(max(0, at - room // 2), max(0, count - room))
    return range(first, min(count, first + room))


class Windows(Corner[FloorScene]):
    """Every window: who is there since when, doing what."""

    def draw(self, scene: FloorScene, size: Size) -> Content:
        lang, view = scene.lang, scene.view
        windows = view.windows if view is not None else ()
        open_now = sum(w.state == "open" for w in windows)
        self.entitle(say("panel.windows", lang, n=open_now, all=len(windows)))
        marked = scene.window
        if marked is None:
            return Content.styled(fit(say("empty.connecting", lang), size.width), "$faint")
        at = windows.index(marked)
        places = around(at, len(windows), max(1, size.height))
        return lines(*(self._row(windows[place], scene, size.width, place == at) for place in places))

    def _row(self, w: WindowNow, scene: FloorScene, width: int, marked: bool) -> tuple[str, str]:
        state = say("floor.pausing" if w.pausing else f"window.{w.state}", scene.lang)
        since = at_clock(w.claimed_at if w.clerk else w.since, scene)
        clerk = wide(person(w.clerk) if w.clerk else "-", 6)
        text = f"{'>' if marked else ' '}{w.number:>3} {wide(state, 6)} {clerk} {wide(since, 5)} "
        doing = self._doing(w, scene)
        if width >= ROOMY:
            doing = f"{wide(doing, 22)} {' '.join(w.serves)}  {named(w.name, scene.lang)}"
        style = self._style(w)
        if marked and not scene.on_lines:
            style = f"{style} reverse"
        return wide(f"{text}{doing}", width), style

    def _doing(self, w: WindowNow, scene: FloorScene) -> str:
        lang = scene.lang
        if w.summoned_at:
            return say("floor.summoned", lang, time=clock_time(seconds(scene.now - w.summoned_at)))
        if w.present:
            stretch = clock_time(seconds(scene.now - (w.present_since or scene.now)))
            state = say("floor.left_open" if w.left_open else f"ticket.{w.present_state}", lang)
            return f"{w.present} {stretch} {state}"
        if w.state == "paused":
            return scene.reason("pause", w.reason)
        if w.state == "closed":
            return say("floor.for_today", lang) if w.for_today else ""
        return say("floor.idle", lang)

    def _style(self, w: WindowNow) -> str:
        if w.left_open or w.summoned_at:
            return "$error"
        if w.state == "closed":
            return "$faint"
        return "$warning" if w.state == "paused" or w.pausing else ""


class Lines(Corner[FloorScene]):
    """Every category: how many wait and the longest of them, who calls it, and what holds it up."""

    def draw(self, scene: FloorScene, size: Size) -> Content:
        view, marked = scene.view, scene.line
        if view is None or marked is None:
            return Content("")
        self.entitle(
            say("panel.lines", scene.lang, waiting=view.waiting, issued=view.issued, served=view.served)
        )
        every = view.categories
        at = every.index(marked)
        places = around(at, len(every), max(1, size.height))
        return lines(*(self._row(every[place], scene, size.width, place == at) for place in places))

    def _row(self, c: CategoryNow, scene: FloorScene, width: int, marked: bool) -> tuple[str, str]:
        lang = scene.lang
        longest = say("queue.waited", lang, n=minutes(scene.now - c.oldest)) if c.oldest is not None else "-"
        held = self._held(c, scene) or say("floor.calling", lang, n=len(c.windows))
        name = wide(named(c.name, lang), max(6, width - 22))
        text = f"{'>' if marked else ' '}{c.category} {name}{c.waiting:>4} {wide(longest, 6)} {held}"
        style = self._style(c, scene)
        if marked and scene.on_lines:
            style = f"{style} reverse"
        return wide(text, width), style

    def _held(self, c: CategoryNow, scene: FloorScene) -> str:
        if c.paused:
            return say("floor.stopped" if c.issuing else "floor.shut", scene.lang)
        return f"{c.issued}/{c.quota}" if c.quota is not None else ""

    def _style(self, c: CategoryNow, scene: FloorScene) -> str:
        wait = scene.now - c.oldest if c.oldest is not None else 0
        if c.waiting and not c.windows:
            return "$error"
        if c.target and wait > c.target:
            return "$error" if wait > LATE * c.target else "$warning"
        return "$warning" if c.paused else ""


class Alarms(Corner[FloorScene]):
    """What went wrong since the day began: new ones first, and who has seen the others."""

    def draw(self, scene: FloorScene, size: Size) -> Content:
        lang, view = scene.lang, scene.view
        alarms = view.alarms if view is not None else ()
        self.entitle(say("panel.alarms", lang, n=len(scene.unseen)))
        if view is None:
            return Content("")
        if not alarms:
            return Content.styled(fit(say("empty.alarms", lang), size.width), "$faint")
        return lines(*(self._row(alarm, scene, size.width) for alarm in alarms[: max(1, size.height)]))

    def _row(self, alarm: AlarmNow, scene: FloorScene, width: int) -> tuple[str, str]:
        at, text = at_clock(alarm.at, scene), named(alarm.text, scene.lang)
        if alarm.seen_at is None:
            return fit(f"{at} {text}", width), "$error"
        seen = say("floor.seen", scene.lang, clerk=person(alarm.seen_by))
        return fit(f"{at} {seen} {text}", width), "$faint"
