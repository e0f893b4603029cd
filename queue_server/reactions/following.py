"""Followers: each acts on what has landed in a hall, in one process at a time, and goes on where it was.

A lease with a fencing number says which process acts; a cursor (business date and sequence) how far it has
come. An effect may come twice after a crash, so it carries the event's place and is made to be harmless
when repeated. None is on the path of issuing or calling: when one is stuck, the hall goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import msgspec
import structlog

from queue_server.desk.hall import Hall
from queue_server.desk.line import Line
from queue_server.hall import events, register
from queue_server.hall.day import Day
from queue_server.hall.refusals import Refused
from queue_server.store import keys
from queue_server.store.chain import Entry
from queue_server.store.logs import StoreRefused, Unanswered

log = structlog.get_logger()

LEASE = 6.0
"""Seconds for which a lease is held without a sign of life: so long a dead process' work may stand still."""
AGAIN = 1.0
"""Seconds between two tries to get the lease."""
REST = 15.0
"""Seconds between two looks for what landed when no bell rang: only a lost ring is found by this."""
BREATH = 0.05
"""Seconds between acting and looking again: moving the cursor costs the store a write and its fsync."""
PAGE = 200
AT_ONCE = 500
"""Effects under way at once; then the follower waits for the oldest."""


class Place(NamedTuple):
    """Where in a hall's days something happened: the business date, and the sequence in its log."""

    date: str
    seq: int

    @classmethod
    def read(cls, text: str) -> Place:
        """A place as `__str__` writes it."""
        date, _, seq = text.partition("/")
        return cls(date, int(seq))

    def __str__(self) -> str:
        return f"{self.date}/{self.seq}"


class Happened(NamedTuple):
    """An event that has landed: its place, its record, and the entry that is stored."""

    place: Place
    record: events.Record
    entry: Entry


H_contra = TypeVar("H_contra", contravariant=True)


class Reaction(Protocol[H_contra]):
    """What a follower does. `name` names its lease and cursor; `from_start`: also what was before it came."""

    name: str
    from_start: bool

    async def react(self, happened: H_contra) -> asyncio.Future[None] | None:
        """Act, or give a future that ends when the act has; the cursor waits for it."""
        ...


@runtime_checkable
class Busy(Protocol):
    """A follower that also does something by itself, only while its process is the one that acts."""

    async def beside(self) -> None:
        """Do it until cancelled."""
        ...


class Registered(NamedTuple):
    """An entry of the register that has landed: its sequence, and what it says."""

    seq: int
    entry: register.Entry


class LeaseLost(Exception):
    """Another process acts now."""


class Following:
    """One follower of one hall's days: `run` acts while this process holds the lease, else waits for it."""

    def __init__(self, hall: Hall, reaction: Reaction[Any]) -> None:
        self.hall = hall
        self.reaction = reaction
        self.acting = False
        self._bell = asyncio.Event()
        self._under_way: dict[Place, asyncio.Future[None]] = {}
        self._saved: Place | None = None
        self._since: Place | None = None
        hall.on_day.append(self._hang_bell)
        if hall.day is not None:
            self._hang_bell(hall.day)

    def _hang_bell(self, line: Line[Day]) -> None:
        self._since = self._since or self._here(line)
        line.on_landed.append(lambda _: self._bell.set())
        self._bell.set()

    async def run(self) -> None:
        """Follow until cancelled; a store that is gone is waited for."""
        store, hall, name = self.hall.store, self.hall.id, self.reaction.name
        while self.hall.day is None:
            self._bell.clear()
            await self._rest()
        while True:
            fence: int | None = None
            try:
                fence = await store.acquire_lease(hall, name, round(LEASE * 1000))
                if fence is not None:
                    await self._act(fence)
            except (Unanswered, StoreRefused, LeaseLost, Refused, events.UnknownVersion) as trouble:
                log.warning("follower stands still", hall=hall, follower=name, why=str(trouble))
            except Exception:  # the hall goes on, whatever a follower stumbles over
                log.exception("follower stumbled", hall=hall, follower=name)
            finally:
                self.acting = False
                if fence is not None:
                    await self._give_back(fence)
            await asyncio.sleep(AGAIN)

    async def _give_back(self, fence: int) -> None:
        """So that another process need not wait for the lease to run out; without a store it will."""
        with suppress(Unanswered, StoreRefused):
            await self.hall.store.release_lease(self.hall.id, self.reaction.name, fence)

    async def _act(self, fence: int) -> None:
        """Act until the lease is lost: one task keeps it, one follows, one does what else there is."""
        self.acting, self._saved = True, None
        both = [asyncio.ensure_future(self._keep(fence)), asyncio.ensure_future(self._follow(fence))]
        if isinstance(self.reaction, Busy):
            both.append(asyncio.ensure_future(self.reaction.beside()))
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            acts: list[asyncio.Future[None]] = [*both, *self._under_way.values()]
            for act in acts:
                act.cancel()
            await asyncio.gather(*acts, return_exceptions=True)
            self._under_way.clear()

    async def _keep(self, fence: int) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            if not await self.hall.store.renew_lease(
                self.hall.id, self.reaction.name, fence, round(LEASE * 1000)
            ):
                raise LeaseLost(self.reaction.name)

    async def _follow(self, fence: int) -> None:
        place = await self._begin()
        while True:
            self._bell.clear()
            found = await self._landed_after(place)
            for entry in found:
                place = Place(place.date, entry.seq)
                await self._one(place, entry)
            await self._advance(fence, place)
            if not found:
                place = await self._next_day(place) or place
                if place.seq:
                    await self._rest()
            elif len(found) < PAGE:
                await asyncio.sleep(BREATH)

    async def _landed_after(self, place: Place) -> Sequence[Entry]:
        """What has landed after a place: as the desk remembers it, else from the store."""
        line = self.hall.day
        if line is not None and line.state.date == place.date and line.remembered:
            skipped = place.seq + 1 - line.remembered[0].seq
            if skipped >= 0:
                return tuple(islice(line.remembered, skipped, skipped + PAGE))
        return await self.hall.store.read(keys.day(self.hall.id, place.date), place.seq, PAGE)

    async def _begin(self) -> Place:
        """Where to go on: after the cursor, or at the first day, or after what is already known."""
        hall, name = self.hall, self.reaction.name
        cursor = await hall.store.cursor(hall.id, name)
        if cursor:
            return Place.read(cursor)
        if not self.reaction.from_start:
            return self._here_since()
        while not (dates := await hall.store.days(hall.id)):
            await self._rest()
        return Place(dates[0], 0)

    def _here_since(self) -> Place:
        assert self._since is not None, "a hall is followed once it has a day"
        return self._since

    def _here(self, line: Line[Day]) -> Place:
        """How far the log is as this process knows it, at the moment when the follower comes.

        Not when it first gets its turn: what has landed in between is followed, too.
        """
        return Place(line.state.date, line.tail.seq)

    async def _one(self, place: Place, entry: Entry) -> None:
        try:
            happened = self._read(place, entry)
        except msgspec.DecodeError:
            return  # set aside and named by the hall itself; there is nothing to react to
        if len(self._under_way) >= AT_ONCE:
            await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
            self._forget_done()
        act = await self.reaction.react(happened)
        if act is not None and not act.done():
            self._under_way[place] = act

    def _read(self, place: Place, entry: Entry) -> Any:
        return Happened(place, events.decode(entry.body), entry)

    def _forget_done(self) -> None:
        for act in self._under_way.values():
            if act.done():
                act.result()
        self._under_way = {place: act for place, act in self._under_way.items() if not act.done()}

    async def _advance(self, fence: int, place: Place) -> None:
        """The cursor stands before the first act that is still under way."""
        self._forget_done()
        if self._under_way:
            first = min(self._under_way)
            place = Place(first.date, first.seq - 1)
        if place == self._saved:
            return
        if not await self.hall.store.advance(self.hall.id, self.reaction.name, fence, str(place)):
            raise LeaseLost(self.reaction.name)
        self._saved = place

    async def _next_day(self, place: Place) -> Place | None:
        """The next day's beginning, once the hall has turned to a later day."""
        if self.hall.day is None or self.hall.day.state.date <= place.date:
            return None
        later = [date for date in await self.hall.store.days(self.hall.id) if date > place.date]
        return Place(later[0], 0) if later else None

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(REST):
                await self._bell.wait()


REGISTER = "register"
"""In the place of a date: the register is one log for ever."""


class FollowingRegister(Following):
    """The same for a hall's register: what outlives a day, cases among it."""

    def __init__(self, hall: Hall, reaction: Reaction[Registered]) -> None:
        super().__init__(hall, reaction)
        hall.register.on_landed.append(lambda _: self._bell.set())

    async def _landed_after(self, place: Place) -> Sequence[Entry]:
        return await self.hall.store.read(keys.register(self.hall.id), place.seq, PAGE)

    async def _begin(self) -> Place:
        cursor = await self.hall.store.cursor(self.hall.id, self.reaction.name)
        if cursor:
            return Place.read(cursor)
        return Place(REGISTER, 0) if self.reaction.from_start else self._here_since()

    def _here(self, line: Line[Day]) -> Place:
        return Place(REGISTER, self.hall.register.tail.seq)

    async def _next_day(self, place: Place) -> Place | None:
        return None

    def _read(self, place: Place, entry: Entry) -> Registered:
        return Registered(entry.seq, register.decode(entry.body))
