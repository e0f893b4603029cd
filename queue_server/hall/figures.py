"""A day's figures, recomputed from its tickets: nothing is counted that the log does not hold."""

from __future__ import annotations

import msgspec

from queue_server.hall.behalf import AgentFigures, agent_figures
from queue_server.hall.day import Day
from queue_server.hall.evolve import service_time
from queue_server.hall.instant import Share, instant_share
from queue_server.hall.model import DONE, ENDED, ENDS, HOLD_OVER, VOID_MISSED, Ticket


class Figures(msgspec.Struct, frozen=True):
    """The day in numbers; times in ms, means None without a case.

    `issued` = the sum of `ends` and `open`. `abandoned` is 弃号 = 过号作废 + 过号超时. Waiting counts from
    taking to the first call that led to service; services left open are not in the means. `instant` is the
    即办率 by cases, of the day and of each category. `by_agents` is what agents brought of all this.
    """

    date: str
    issued: int
    ends: dict[str, int]
    open: int
    abandoned: int
    without_ticket: int
    mean_wait: int | None
    longest_wait: int | None
    mean_service: int | None
    longest_service: int | None
    quarantined: tuple[int, ...]
    instant: Share
    instant_by_category: dict[str, Share]
    by_agents: AgentFigures


def figures(day: Day) -> Figures:
    """The figures of a day as it stands."""
    tickets = list(day.tickets.values())
    ends = {end: sum(t.end == end for t in tickets) for end in ENDS}
    waits = [w for t in tickets if (w := wait_of(t)) is not None]
    services = [service_time(t) for t in tickets if t.end == DONE and not t.excluded]
    return Figures(
        date=day.date,
        issued=len(tickets),
        ends=ends,
        open=sum(t.state != ENDED for t in tickets),
        abandoned=ends[VOID_MISSED] + ends[HOLD_OVER],
        without_ticket=day.now.direct,
        mean_wait=_mean(waits),
        longest_wait=max(waits, default=None),
        mean_service=_mean(services),
        longest_service=max(services, default=None),
        quarantined=day.now.quarantined,
        instant=instant_share(day),
        instant_by_category={c.letter: instant_share(day, c.letter) for c in day.plan.categories},
        by_agents=agent_figures(day),
    )


def wait_of(t: Ticket) -> int | None:
    """How long a visitor waited for the call that led to service; None when never served or called."""
    if t.started_at is None or t.called_at is None:
        return None
    return t.called_at - t.taken_at


def _mean(values: list[int]) -> int | None:
    return sum(values) // len(values) if values else None
