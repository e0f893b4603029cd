"""The server in numbers, for Prometheus: what the halls did and how fast, and nothing about any person.

What the day knows (tickets, waiting) is read from it when asked: every process of a hall says the same, and
a restart changes nothing. What only a process knows (answers, appends) is counted as it happens.
"""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from displays.hub import Hub
from queue_server.desk.hall import Hall
from queue_server.hall.day import Day
from queue_server.hall.model import ENDED

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Bounds of append times: from a disk without fsync to a store that has stalled."""
SURFACES = ("board", "kiosk", "window")
"""The kinds of screens that are told of even while there are none."""


class Metrics:
    """The numbers of one process and its halls."""

    def __init__(self, halls: Mapping[str, Hall], hub: Hub) -> None:
        self._halls = halls
        self._hub = hub
        self._registry = CollectorRegistry(auto_describe=False)
        self._commands = Counter(
            "yichuang_commands",
            "Commands decided by this process, by outcome: done or the refusal's code",
            ("hall", "command", "outcome"),
            registry=self._registry,
        )
        self._appends = Histogram(
            "yichuang_append_seconds",
            "Time until a batch was a fact in the store, or was refused",
            ("hall",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        for hall in halls.values():
            self._follow(hall)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _follow(self, hall: Hall) -> None:
        watch = HallWatch(self._commands, self._appends, hall.id)
        hall.register.watch = watch
        hall.on_day.append(lambda line: setattr(line, "watch", watch))

    # --- asked for: what the days know -----------------------------------------------------------

    def collect(self) -> Iterator[Metric]:
        """The families that are read from the halls (prometheus_client calls this)."""
        issued = CounterMetricFamily(
            "yichuang_tickets_issued", "Tickets of the business day", labels=("hall", "category")
        )
        ended = CounterMetricFamily(
            "yichuang_tickets_ended", "Tickets of the business day by their end", labels=("hall", "end")
        )
        waiting = GaugeMetricFamily(
            "yichuang_waiting", "Visitors who wait, by category", labels=("hall", "category")
        )
        windows = GaugeMetricFamily("yichuang_windows", "Windows by state", labels=("hall", "state"))
        for hall in self._halls.values():
            if hall.day is not None:
                _of_day(hall.id, hall.day.state, issued, ended, waiting, windows)
        yield from (issued, ended, waiting, windows, self._ages(), self._screens())

    def _ages(self) -> Metric:
        age = GaugeMetricFamily(
            "yichuang_store_confirmed_age_seconds",
            "Time since the end of the day's log was last confirmed by the store",
            labels=("hall",),
        )
        for hall in self._halls.values():
            if hall.day is not None:
                age.add_metric((hall.id,), time.monotonic() - hall.day.confirmed_at)
        return age

    def _screens(self) -> Metric:
        family = GaugeMetricFamily(
            "yichuang_screens", "Screens connected to this process", labels=("surface",)
        )
        for surface, count in (dict.fromkeys(SURFACES, 0) | self._hub.surfaces()).items():
            family.add_metric((surface,), count)
        return family


class HallWatch:
    """Counts what one hall's logs answer, and how long their appends take."""

    def __init__(self, commands: Counter, appends: Histogram, hall: str) -> None:
        self._hall = hall
        self._commands = commands
        self._append = appends.labels(hall)
        self._known: dict[tuple[str, str], Counter] = {}

    def answered(self, command: str, outcome: str) -> None:
        """A command was answered: done, or with the code of its refusal."""
        counted = self._known.get((command, outcome))
        if counted is None:
            counted = self._known[command, outcome] = self._commands.labels(self._hall, command, outcome)
        counted.inc()

    def appended(self, seconds: float) -> None:
        """A batch was a fact, or refused, after so long."""
        self._append.observe(seconds)


def _of_day(
    hall: str,
    day: Day,
    issued: CounterMetricFamily,
    ended: CounterMetricFamily,
    waiting: GaugeMetricFamily,
    windows: GaugeMetricFamily,
) -> None:
    """What one day knows. Every category is there from the start, so that a rate has a beginning."""
    letters = [category.letter for category in day.plan.categories]
    by_category = Tally(ticket.category for ticket in day.tickets.values())
    by_end = Tally(ticket.end for ticket in day.tickets.values() if ticket.state == ENDED)
    lines = Tally(dict.fromkeys(letters, 0))
    for (category, _), places in day.line.pairs():
        lines[category] += len(places)
    for letter in letters:
        issued.add_metric((hall, letter), by_category[letter])
        waiting.add_metric((hall, letter), lines[letter])
    for end, count in by_end.items():
        ended.add_metric((hall, end), count)
    for state, count in Tally(window.state for window in day.windows.values()).items():
        windows.add_metric((hall, state), count)
