"""The fleet: which boards, signs, strips, kiosks and printers of a hall are alive, and which are gone.

Reports are never events: each lives in a side key that expires, written every few seconds by the process that
hears the device, so every process knows the whole fleet and a night without screens costs the log nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import msgspec
import structlog

from queue_server import papers
from queue_server.desk import alarms
from queue_server.desk.alarms import Alarm
from queue_server.hall.hours import business_date, open_spans
from queue_server.hall.plan import DAY, Plan
from queue_server.hall.register import Register
from queue_server.store.logs import Store, StoreRefused, Unanswered

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two rounds: reports are written down, and it is looked who is gone."""
GONE_AFTER = 45_000
"""Milliseconds without a sign of life after which a device is gone; a screen gives one each 10 s."""
KEPT = 40 * DAY
"""How long it is remembered when a device was last seen (ms)."""
DEVICES = ("board", "window", "kiosk", "pad")
"""The roles of tokens that screens, kiosks and rating pads hold."""
KINDS = {"window": "sign"}
"""What a device is called where its role has another name."""


class Report(msgspec.Struct, frozen=True):
    """What a device last said of itself. `seen_at` in ms by the hall's clock.

    `shows` is the log sequence it shows, or a strip's text; `sound` is ``on``, ``off`` or "" where it
    has none; `trouble` why it cannot do its work, "" while it can.
    """

    device: str
    kind: str
    seen_at: int
    version: str = ""
    shows: str = ""
    sound: str = ""
    trouble: str = ""


class Desk(Protocol):
    """What the fleet needs of its hall."""

    clock: Callable[[], int]

    def alarm(self, alarm: Alarm) -> None: ...


class Fleet:
    """The devices of one hall, as this process hears them and as all processes wrote them down."""

    def __init__(self, store: Store, hall: str) -> None:
        self.store = store
        self.rounds = 0
        self._hall = hall
        self._heard: dict[str, Report] = {}
        self._known: dict[str, Report] = {}
        self._gone: set[str] = set()
        self._judged_since = time.monotonic()
        self._down = False

    def heard(self, report: Report) -> None:
        """A device has given a sign of life. Never waits; the next round writes it down."""
        self._heard[report.device] = self._known[report.device] = report

    @contextmanager
    def connected(self, device: str, kind: str, clock: Callable[[], int]) -> Iterator[Callable[..., None]]:
        """A device is connected here while the block runs; gives what to tell its signs of life to."""

        def hear(**said: str) -> None:
            self.heard(Report(device, kind, clock(), **said))

        hear()
        yield hear

    @property
    def reports(self) -> dict[str, Report]:
        """The last report of every device, whichever process heard it."""
        return dict(self._known)

    def gone(self, now: int) -> frozenset[str]:
        """The devices that have given no sign of life for a while, or cannot do their work."""
        return frozenset(
            device
            for device, report in self._known.items()
            if now - report.seen_at > GONE_AFTER or report.trouble
        )

    # --- rounds ------------------------------------------------------------------------

    async def run(self, hall: Desk, register: Callable[[], Register]) -> None:
        """Write down and look, for as long as the hall runs."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.round(reporting(register()))
            except (Unanswered, StoreRefused) as trouble:
                if not self._down:
                    log.warning("fleet unknown", hall=self._hall, error=str(trouble))
                self._down = True
                continue
            self._down = False
            self.judge(hall, register())

    async def round(self, devices: frozenset[str]) -> None:
        """Write down who was heard here, and read what other processes heard."""
        heard, self._heard = self._heard, {}
        try:
            for device, report in heard.items():
                await self.store.put_side(self._hall, _name(device), msgspec.json.encode(report), KEPT)
        except (Unanswered, StoreRefused):
            self._heard = heard | self._heard
            raise
        for device in devices | self._known.keys():
            kept = await self.store.get_side(self._hall, _name(device))
            if kept is None:
                continue
            report = msgspec.json.decode(kept, type=Report)
            if report.seen_at >= self._seen(device):
                self._known[device] = report
        self.rounds += 1

    def _seen(self, device: str) -> int:
        return self._known[device].seen_at if device in self._known else 0

    def judge(self, hall: Desk, register: Register) -> None:
        """Alarm once for a device that is gone while the hall is open, and once when it is back."""
        plan = register.plan
        if plan is None or not is_open(plan, hall.clock()):
            self._judged_since = time.monotonic()  # at night screens are dark, and that is well
            return
        if time.monotonic() - self._judged_since < GONE_AFTER / 1000:
            return  # whoever was heard by nobody, because nobody was there to hear, has time to come
        wanted = expected(register) | {led.id for led in plan.leds}
        gone = self.gone(hall.clock()) & wanted
        for device in sorted(gone - self._gone):
            hall.alarm(Alarm(alarms.DEVICE_GONE, self._hall, self._facts(plan, device)))
        for device in sorted(self._gone - gone):
            log.info("device back", hall=self._hall, device=device)
        self._gone = set(gone)

    def _facts(self, plan: Plan, device: str) -> dict[str, str | int]:
        return {"device": device, "place": place_of(plan, device) or device}


def expected(register: Register) -> frozenset[str]:
    """The devices that somebody has let in: they should be there while the hall is open."""
    return frozenset(grant.name for grant in register.grants.values() if grant.role in DEVICES)


def reporting(register: Register) -> frozenset[str]:
    """Every device that some process may have heard: strips and printers hold no token."""
    plan = register.plan
    if plan is None:
        return expected(register)
    return expected(register) | {led.id for led in plan.leds} | {printer.id for printer in plan.printers}


def place_of(plan: Plan, device: str) -> str:
    """Where a device hangs or stands, as the hall file says."""
    places = {screen.id: screen.place for screen in plan.screens}
    places |= {kiosk.id: kiosk.place for kiosk in plan.kiosks}
    places |= {led.id: led.place for led in plan.leds} | {pad.id: pad.place for pad in plan.pads}
    places |= {printer.id: papers.place_of(plan, printer.id) for printer in plan.printers}
    return places.get(device, "")


def is_open(plan: Plan, now: int) -> bool:
    """Whether the hall's doors are open at a time: from the first ticket to the last closing of the day."""
    if plan.hours.always:
        return True
    spans = open_spans(plan, business_date(plan, now))
    return bool(spans) and spans[0][0] - plan.hours.issue_lead <= now < spans[-1][1]


def _name(device: str) -> str:
    return f"device:{device}"
