"""LED strips: each shows the newest call of its windows, `请A023到3号窗口`, from one process at a time.

What a strip shows is derived from the day, as a board is: whoever takes the work over sends the newest text.
The lease keeps two processes from writing to one strip; nothing here is on the way of a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import structlog

from displays.led import AGAIN, Strip, Template, driver_for
from queue_server.desk.fleet import Report
from queue_server.desk.hall import Hall
from queue_server.desk.line import Line
from queue_server.hall.day import Day
from queue_server.hall.model import CALLED, SERVING
from queue_server.hall.plan import Led
from queue_server.locale import translate
from queue_server.store.chain import Entry
from queue_server.store.logs import StoreRefused, Unanswered

log = structlog.get_logger()

LEASE = 6.0
"""Seconds for which a lease is held without a sign of life."""
LOOK = 1.0
"""Seconds between two looks: at the lease, the hall file, and calls that have stood long enough."""


class Showing(NamedTuple):
    """A strip that is written to: what the hall file says of it, itself, and its task."""

    led: Led
    strip: Strip
    task: asyncio.Task[None]


class Strips:
    """The strips of one hall, while this process writes to them."""

    def __init__(self, hall: Hall, again: float = AGAIN) -> None:
        self.hall = hall
        self._again = again
        self._showing: dict[str, Showing] = {}
        self._troubled: set[str] = set()
        hall.on_day.append(self._watch)
        if hall.day is not None:
            self._watch(hall.day)

    def _watch(self, line: Line[Day]) -> None:
        def landed(_: Sequence[Entry]) -> None:
            self._show(line.state)

        line.on_landed.append(landed)

    async def run(self) -> None:
        """Write to the strips while this process holds their lease, until cancelled."""
        fence: int | None = None
        try:
            while True:
                fence = await self._hold(fence)
                if fence is None:
                    await self._stop()
                else:
                    await self._follow_file()
                await asyncio.sleep(LOOK)
        finally:
            await self._stop()

    async def _hold(self, fence: int | None) -> int | None:
        """Keep the lease or try to get it. With the store away the strips go on: nobody else can write."""
        plan = self.hall.register.state.plan
        if plan is None or not plan.leds:
            return None
        store, ttl = self.hall.store, round(LEASE * 1000)
        try:
            if fence is not None and await store.renew_lease(self.hall.id, "strips", fence, ttl):
                return fence
            return await store.acquire_lease(self.hall.id, "strips", ttl)
        except (Unanswered, StoreRefused):
            return fence

    async def _follow_file(self) -> None:
        """Write to the strips of the hall file as it is now, and show what they should."""
        plan = self.hall.register.state.plan
        wanted = {led.id: led for led in plan.leds} if plan else {}
        for id in [id for id, showing in self._showing.items() if wanted.get(id) != showing.led]:
            await self._end(id)
        for led in wanted.values():
            if led.id not in self._showing:
                self._begin(led)
        if self.hall.day is not None:
            self._show(self.hall.day.state)

    def _begin(self, led: Led) -> None:
        template = Template(bytes.fromhex(led.prefix), led.unit, led.checksum, bytes.fromhex(led.suffix))

        def told(text: str, trouble: str) -> None:
            self._note(led, text, trouble)

        strip = Strip(driver_for(led.transport, led.address), template, told)
        strip.show(led.idle)  # not yesterday's last call; a strip that is not there is known before a call
        self._showing[led.id] = Showing(led, strip, asyncio.ensure_future(strip.run(self._again)))

    async def _end(self, id: str) -> None:
        showing = self._showing.pop(id)
        showing.task.cancel()
        await asyncio.wait([showing.task])

    async def _stop(self) -> None:
        for id in list(self._showing):
            await self._end(id)

    def _show(self, day: Day) -> None:
        now = self.hall.clock()
        for showing in self._showing.values():
            text = text_of(day, showing.led, now)
            if text is not None:
                showing.strip.show(text)

    def _note(self, led: Led, text: str, trouble: str) -> None:
        """What became of a text: told to the fleet, and to the journal once for each change."""
        report = Report(led.id, "led", self.hall.clock(), shows=text, trouble=trouble)
        self.hall.fleet.heard(report)
        if trouble and led.id not in self._troubled:
            log.warning("strip gone", hall=self.hall.id, strip=led.id, why=trouble)
            self._troubled.add(led.id)
        elif not trouble and led.id in self._troubled:
            log.info("strip back", hall=self.hall.id, strip=led.id)
            self._troubled.discard(led.id)


def text_of(day: Day, led: Led, now: int) -> str | None:
    """What a strip shows now: its newest call, then its idle text; None leaves what is there."""
    calls = [
        (ticket.calls[-1], ticket.number, window.number)
        for window in day.windows.values()
        if (not led.windows or window.number in led.windows)
        and window.present
        and (ticket := day.tickets[window.present]).calls
        and ticket.state in (CALLED, SERVING)
    ]
    young = [(call.seq, number, window) for call, number, window in calls if now - call.at < led.hold]
    if young:
        _, number, window = max(young)
        return translate("displays.led", "zh", number=number, window=window)
    return led.idle or None
