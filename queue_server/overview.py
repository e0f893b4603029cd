"""The whole floor as its manager and its floor staff see it; a pure look at the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from queue_server import papers, wire
from queue_server.cases.visits import Key, Visits, total, within
from queue_server.hall.behalf import agent_figures
from queue_server.hall.day import Day
from queue_server.hall.instant import Share, catalogue_share, department_shares, instant_share
from queue_server.hall.model import CALLED, SERVING, Category, Seen, Ticket, Window
from queue_server.hall.plan import CLASSES, ORDINARY
from queue_server.views import place_of, serve_text, status, ticket_view

SOUGHT_AFTER = 2
"""Calls after which somebody goes and looks for a visitor who does not come (D13)."""
MOST = 40
"""Visitors of one kind that a tablet lists."""


def overview(
    day: Day, data_at: int, alarms: Sequence[wire.AlarmLine] = (), visits: Mapping[Key, Visits] | None = None
) -> wire.FloorView:
    """Everything on the floor at once; `alarms` are those that this process knows, oldest first.

    `visits` counts visits per case by business date and department, those of the running day among them.
    """
    return wire.FloorView(
        hall=day.plan.hall,
        seq=day.seq,
        data_at=data_at,
        date=day.date,
        closed=day.now.closed,
        windows=tuple(_window(day, w) for w in sorted(day.windows.values(), key=lambda w: w.number)),
        categories=tuple(_category(day, day.categories[c.letter], c.name) for c in day.plan.categories),
        alarms=_alarms(day, alarms),
        zones=tuple(dict.fromkeys(w.zone for w in day.plan.windows if w.zone)),
        broken_zones=day.now.broken_zones,
        issued=day.now.issued,
        waiting=sum(day.line.count(c.letter) for c in day.plan.categories),
        served=sum(tally.served for tally in day.tallies.values()),
        missed=len(day.line.missed),
        parked=len(day.line.parked),
        notices=(dict(day.now.notice),) if day.now.notice else (),
        shares=shares(day),
        by_agents=_by_agents(day),
        visits=visits_now(day, visits or {}),
        catalogue=day.plan.catalogue,
    )


def _by_agents(day: Day) -> wire.AgentsNow:
    """What agents brought, apart: the figures' own count."""
    known = agent_figures(day)
    return wire.AgentsNow(known.issued, known.done, known.abandoned, known.agents, known.principals)


def visits_now(day: Day, counts: Mapping[Key, Visits]) -> tuple[wire.VisitsNow, ...]:
    """Visits per case (只跑一次) of the hall and of each department, over the last days."""
    plan, by_department = day.plan, within(counts, day.date)
    rows = [("", plan.name, total(by_department.values()))] + [
        (code, plan.departments.get(code, {"zh": code}), each)
        for code, each in sorted(by_department.items())
        if code
    ]
    return tuple(
        wire.VisitsNow(code, name, n.cases, n.visits, n.once, n.hundredths) for code, name, n in rows
    )


def shares(day: Day) -> tuple[wire.ShareNow, ...]:
    """即办率 by cases and by catalogue, of the hall and of each department."""
    plan = day.plan
    whole = _share_now("", plan.name, instant_share(day), catalogue_share(plan.matters))
    return (
        whole,
        *(
            _share_now(
                code,
                plan.departments.get(code, {"zh": code}),
                today,
                catalogue_share(m for m in plan.matters if m.department == code),
            )
            for code, today in department_shares(day).items()
        ),
    )


def _share_now(code: str, name: wire.Text, today: Share, listed: Share) -> wire.ShareNow:
    return wire.ShareNow(
        code, name, today.on_the_spot, today.accepted, today.permille, today.red, listed.permille
    )


def _window(day: Day, w: Window) -> wire.WindowNow:
    agreed, present = day.plan.window(w.number), day.present(w)
    serving = present is not None and present.state == SERVING
    return wire.WindowNow(
        number=w.number,
        name=agreed.name if agreed else {"zh": str(w.number)},
        floor=agreed.floor if agreed else "",
        area=agreed.area if agreed else "",
        state=w.state,  # type: ignore[arg-type]
        pausing=w.pausing,
        reason=w.reason,
        for_today=w.for_today,
        clerk=w.clerk,
        since=w.since,
        claimed_at=w.claimed_at,
        serves=tuple(serve_text(s) for s in w.serves),
        present=present.number if present else "",
        present_state=present.state if present else "",
        present_since=(present.started_at if serving else present.called_at) if present else None,
        left_open=present.left_open if present else False,
        summoned_at=w.summoned_at,
    )


def _category(day: Day, c: Category, name: wire.Text) -> wire.CategoryNow:
    agreed = day.plan.category(c.letter)
    return wire.CategoryNow(
        category=c.letter,
        name=name,
        waiting=day.line.count(c.letter),
        oldest=_oldest(day, c.letter),
        target=day.plan.target(agreed, ORDINARY) if agreed else 0,
        windows=day.open_windows(c.letter),
        paused=c.paused,
        issuing=c.issuing,
        reason=c.reason,
        issued=c.issued,
        quota=c.quota,
    )


def _oldest(day: Day, letter: str) -> int | None:
    """When the longest waiting ticket was taken: after a transfer it need not be the first in line."""
    lines = [day.line.waiting.get((letter, cls), ()) for cls in CLASSES]
    return min((day.tickets[id].taken_at for line in lines for _, _, id in line), default=None)


def _alarms(day: Day, alarms: Sequence[wire.AlarmLine]) -> tuple[wire.AlarmNow, ...]:
    """The alarms since the day opened, each kind once, with whoever took note of it."""
    seen = {(one.code, one.log): one for one in day.now.seen}
    kinds: dict[tuple[str, str], wire.AlarmNow] = {}
    for alarm in alarms:
        if alarm.at >= day.now.opened_at:
            kind = (alarm.code, alarm.log)
            times = kinds[kind].times + 1 if kind in kinds else 1
            kinds[kind] = _alarm(alarm, times, seen.get(kind))
    return tuple(sorted(kinds.values(), key=lambda a: (a.seen_at is not None, -a.at)))


def _alarm(alarm: wire.AlarmLine, times: int, seen: Seen | None) -> wire.AlarmNow:
    note = seen if seen is not None and seen.until >= alarm.at else None
    return wire.AlarmNow(
        code=alarm.code,
        log=alarm.log,
        at=alarm.at,
        times=times,
        text=alarm.text,
        seen_by=note.by if note else "",
        seen_at=note.at if note else None,
    )


# --- what floor staff look after ---------------------------------------------------------------


def floor_work(day: Day, now: int, data_at: int, help: Sequence[wire.HelpCall] = ()) -> wire.FloorWork:
    """Whom to look for, who may come back, what tickets are given out for at `now`, who asked for `help`."""
    called = [t for w in day.windows.values() if (t := day.present(w)) is not None and t.state == CALLED]
    sought = [t for t in called if len(t.calls) >= SOUGHT_AFTER or t.found_until is not None]
    return wire.FloorWork(
        hall=day.plan.hall,
        seq=day.seq,
        data_at=data_at,
        categories=status(day, now).categories,
        sought=tuple(_sought(day, t) for t in sorted(sought, key=lambda t: t.called_at or 0)),
        missed=_listed(day, day.line.missed),
        parked=_listed(day, day.line.parked),
        help=tuple(help),
        notices=(dict(day.now.notice),) if day.now.notice else (),
        troubles=papers.troubles(day, day.plan),
        catalogue=day.plan.catalogue,
    )


def _sought(day: Day, t: Ticket) -> wire.SoughtLine:
    floor, area = place_of(day, t.window or 0)
    return wire.SoughtLine(
        ticket=t.id,
        number=t.number,
        category=t.category,
        cls=t.cls,  # type: ignore[arg-type]
        language=t.language,
        window=t.window or 0,
        floor=floor,
        area=area,
        calls=len(t.calls),
        called_at=t.called_at,
        found_until=t.found_until,
    )


def _listed(day: Day, ids: set[str]) -> tuple[wire.TicketView, ...]:
    tickets = sorted((day.tickets[id] for id in ids), key=lambda t: t.place)
    return tuple(ticket_view(day, t) for t in tickets[:MOST])
