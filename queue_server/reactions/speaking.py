"""Speaking: each voice zone's calls are said in order, by one loudspeaker, and what was said is an event.

Which calls wait is never kept: it is the day itself (who is called and not spoken yet). One process at a time
speaks in a zone, by a lease; each utterance is asked for only while it is held. Boards show calls whatever
becomes of this; a zone without sound is told to staff, and its calls then count from their own time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

from displays.voice import TOO_OLD, Unsayable, Utterance, Waiting, first_of, next_utterance
from displays.voice_pack import Pack
from displays.voice_speaker import DONE, HUSHED, Speaker
from queue_server.desk import alarms
from queue_server.desk.alarms import Alarm
from queue_server.desk.hall import Hall
from queue_server.desk.line import Line
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask, Command
from queue_server.hall.day import Day
from queue_server.hall.refusals import Refused
from queue_server.reactions import zones
from queue_server.store.logs import StoreRefused, Unanswered

log = structlog.get_logger()

LEASE = 8.0
"""Seconds for which a zone stays with a process that died: longer than any utterance lasts."""
SILENT_AFTER = 10.0
"""Seconds without any loudspeaker after which a zone's sound is off."""
LOOK = 1.0
RESTS = 15.0
"""Seconds for which a loudspeaker that failed is not asked."""
GRACE = 3.0
"""Seconds beyond its own length that an utterance may take: fetching the clip, and a slow machine."""


class Lost(Exception):
    """This process no longer speaks in the zone."""


class Zone:
    """One voice zone as this process sees it: its loudspeakers here, and the one that speaks."""

    def __init__(self, hall: Hall, name: str, pack: Pack | None, base: str) -> None:
        self.hall = hall
        self.name = name
        self.speakers: list[Speaker] = []
        self.speaking: Speaker | None = None
        self.bell = asyncio.Event()
        self._pack = pack
        self._base = base
        self._lease = f"voice:{name}"
        self._silent_since: float | None = None

    # --- loudspeakers ---------------------------------------------------------------------

    async def run(self) -> None:
        """Speak while this process has a loudspeaker and the lease, until cancelled."""
        while True:
            speaker = next((each for each in self.speakers if each.ready), None)
            try:
                if speaker is None or self._pack is None:
                    await self._look_at_silence()
                else:
                    await self._speak_with(speaker)
            except (Unanswered, StoreRefused, Refused, Lost) as trouble:
                log.info("voice stands still", hall=self.hall.id, zone=self.name, why=str(trouble))
            except Exception:  # the hall goes on, whatever its voice stumbles over
                log.exception("voice stumbled", hall=self.hall.id, zone=self.name)
            await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await self.bell.wait()
        self.bell.clear()

    async def _speak_with(self, speaker: Speaker) -> None:
        """Speak with a loudspeaker for as long as it can, unless another process speaks here."""
        store, hall = self.hall.store, self.hall.id
        fence = await store.acquire_lease(hall, self._lease, round(LEASE * 1000))
        if fence is None:
            self._silent_since = None
            return
        self.speaking = speaker
        try:
            await speaker.tell({"type": "active"})
            await self._mark()
            await self._sound_is(broken=False)
            await self._while_leased(fence, self._speak(speaker, fence))
        except Lost:
            await speaker.hush("")  # another process speaks in the zone now: two voices must not overlap
            raise
        finally:
            self.speaking = None
            await speaker.tell({"type": "standby"})
            with suppress(Unanswered, StoreRefused):
                await store.drop_side(hall, self._lease)
                await store.release_lease(hall, self._lease, fence)

    async def _while_leased(self, fence: int, speaking: Coroutine[Any, Any, None]) -> None:
        """Speak, and keep the lease meanwhile; losing it ends both."""
        both = [asyncio.ensure_future(speaking), asyncio.ensure_future(self._keep(fence))]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _keep(self, fence: int) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            await self._hold(fence)
            await self._mark()

    async def _mark(self) -> None:
        """Let the hall's other processes know that the zone has a voice."""
        await self.hall.store.put_side(self.hall.id, self._lease, b"speaking", round(LEASE * 1000))

    async def _hold(self, fence: int) -> None:
        """The zone is still ours for a whole lease. Raises Lost."""
        if not await self.hall.store.renew_lease(self.hall.id, self._lease, fence, round(LEASE * 1000)):
            raise Lost(self.name)

    # --- speaking ----------------------------------------------------------------------------

    async def _speak(self, speaker: Speaker, fence: int) -> None:
        since = self.hall.clock()
        last = zones.last_heard(self.hall.today().state, self.name)
        if last is not None and since - last < TOO_OLD:
            since = last  # the voice was away for a moment only: its queue goes on
        while speaker.ready:
            line = self.hall.day
            if line is None or not await self._noted(speaker, line):
                await self._rest()
                continue
            said = self._next(line.state, speaker, since)
            if said is None:
                await self._rest()
                continue
            await self._hold(fence)
            if not await self._say(speaker, said):
                return

    def _next(self, day: Day, speaker: Speaker, since: int) -> Utterance | None:
        assert self._pack is not None
        calls = zones.calls_to_speak(day, self.name)
        now = self.hall.clock()
        return next_utterance(calls, speaker.said, zones.reading_of(day), self._pack.languages, now, since)

    async def _noted(self, speaker: Speaker, line: Line[Day]) -> bool:
        """Note what the loudspeaker has said and the log does not know yet; False when it must wait."""
        assert self._pack is not None
        reading = zones.reading_of(line.state)
        for call in zones.unspoken(line.state, self.name):
            first = first_of(call, reading, self._pack.languages)
            if call.spoken_at is None and first.id in speaker.said:
                ago = round((time.monotonic() - speaker.said[first.id]) * 1000)
                if not await self._note(call, self.hall.clock() - ago):
                    return False
        return True

    async def _note(self, call: Waiting, at: int) -> bool:
        ticket = self.hall.today().state.numbers.get(call.number, "")
        command = do.Spoken(ticket=ticket, call=call.seq, spoken_at=max(call.at, at))
        return await self._ask(command, f"spoken:{call.date}:{call.seq}")

    async def _ask(self, command: Command, key: str) -> bool:
        try:
            await self.hall.ask(Ask(at=self.hall.clock(), by="voice", command=command, key=key, digest=key))
        except Refused as refusal:
            if refusal.code != "stale":  # stale: another process has noted it, or the call was taken back
                log.info("voice not noted", hall=self.hall.id, zone=self.name, why=refusal.code)
                return False
        return True

    async def _say(self, speaker: Speaker, said: Utterance) -> bool:
        """Have one utterance said; False when the loudspeaker failed."""
        assert self._pack is not None
        call = said.call
        zero = self.hall.today().state.plan.voice.korean_zero
        try:
            sound = self._pack.call(said.lang, call.number, call.window, zero, said.chime)
        except Unsayable as why:
            log.warning("cannot be said", hall=self.hall.id, number=call.number, why=str(why))
            speaker.said[said.id] = time.monotonic()  # shown it is; its own time counts
            return True
        what = {
            "clip": zones.clip_url(self._base, self._pack, said, zero),
            "number": call.number,
            "window": call.window,
            "lang": said.lang,
            "seconds": round(sound.seconds, 3),
        }
        saying = asyncio.ensure_future(speaker.say(said.id, what, sound.seconds + GRACE))
        try:
            outcome = await self._unless_taken_back(saying, speaker, said)
        finally:
            saying.cancel()
        if outcome in (DONE, HUSHED):
            return True
        await self._failed(speaker, outcome)
        return False

    async def _unless_taken_back(self, saying: asyncio.Future[str], speaker: Speaker, said: Utterance) -> str:
        """Wait for an utterance to end; break it off when its call is undone meanwhile."""
        while not saying.done():
            ringing = asyncio.ensure_future(self.bell.wait())
            both: list[asyncio.Future[Any]] = [saying, ringing]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED, timeout=LOOK)
            ringing.cancel()
            self.bell.clear()
            line = self.hall.day
            if not saying.done() and line is not None and not zones.stands(line.state, said.call):
                await speaker.hush(said.id)
        return saying.result()

    async def _failed(self, speaker: Speaker, outcome: str) -> None:
        """A loudspeaker that hangs or fails rests; another one may take its place at once."""
        log.warning("loudspeaker failed", hall=self.hall.id, zone=self.name, why=outcome)
        if speaker.gone:
            return  # a page that reloads is back in a moment; one that is not is noticed by its silence
        speaker.rest(RESTS)
        if not any(each.ready for each in self.speakers):
            await self._sound_is(broken=True)

    # --- silence -----------------------------------------------------------------------------

    async def _look_at_silence(self) -> None:
        """Note that nobody has spoken in the zone for a while, wherever in the hall's processes."""
        (heard,) = await self.hall.store.sides_there(self.hall.id, [self._lease])
        if heard:
            self._silent_since = None
            return
        now = time.monotonic()
        if self._silent_since is None:
            self._silent_since = now
        if now - self._silent_since >= SILENT_AFTER:
            await self._sound_is(broken=True)

    async def _sound_is(self, broken: bool) -> None:
        """The zone's sound as the day knows it: staff are told, and the rule of missed calls with it."""
        self._silent_since = None if not broken else self._silent_since
        line = self.hall.day
        if line is None or not line.state.now.opened or line.state.now.closed:
            return
        if (self.name in line.state.now.broken_zones) == broken:
            return
        key = f"sound:{self.name}:{broken}:{line.tail.seq}"
        if not await self._ask(do.SoundState(zone=self.name, broken=broken), key):
            return
        if broken:
            self.hall.alarm(Alarm(alarms.SOUND_OFF, line.name, {"zone": self.name}))
        else:
            log.info("sound is on again", hall=self.hall.id, zone=self.name)


class Voices:
    """The voice zones of every hall in this process."""

    def __init__(self, pack: Pack | None, base: str = "/voice") -> None:
        self.pack = pack
        self.base = base
        self._zones: dict[tuple[str, str], Zone] = {}

    def zone(self, hall: Hall, name: str) -> Zone | None:
        """A zone of a hall; None when no window of it is heard there."""
        if hall.day is None or name not in zones.zones_of(hall.day.state):
            return None
        key = (hall.id, name)
        if key not in self._zones:
            self._zones[key] = Zone(hall, name, self.pack, self.base)
        return self._zones[key]

    async def run(self, hall: Hall) -> None:
        """Speak in every zone of a hall, until cancelled; a plan with new zones is noticed."""
        hall.on_day.append(lambda line: self._hang_bells(hall, line))
        if hall.day is not None:
            self._hang_bells(hall, hall.day)
        running: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            while True:
                names = zones.zones_of(hall.day.state) if hall.day is not None else frozenset[str]()
                for name in names - running.keys():
                    zone = self.zone(hall, name)
                    assert zone is not None
                    running[name] = tasks.create_task(zone.run())
                for name in running.keys() - names:
                    running.pop(name).cancel()
                await asyncio.sleep(LOOK)

    def _hang_bells(self, hall: Hall, line: Line[Day]) -> None:
        line.on_landed.append(lambda _: self._ring(hall))
        self._ring(hall)

    def _ring(self, hall: Hall) -> None:
        for (id, _), zone in self._zones.items():
            if id == hall.id:
                zone.bell.set()
