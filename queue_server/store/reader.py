"""One reader of the store a process: it follows every log that is live here.

A bell at each server of the store says at once which log has grown, and only that is read. A look at each
log's end every second, answered by its primary and confirmed by the replicas where there are any, finds what
a lost ring did not tell, says when the data were last known to be fresh, and finds a log that does not hold
what landed here any more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import structlog

from queue_server.store.bell import Bell
from queue_server.store.chain import ChainBroken, Entry, Tail
from queue_server.store.logs import Store, StoreRefused, Unanswered

log = structlog.get_logger()

Arrived = Callable[[Sequence[Entry]], None]
Diverged = Callable[[Tail], None]

CHECK = 1.0
"""Seconds between two looks at a log's end."""
PAUSE = 0.2
PAGE = 1000


class Watched:
    """A log that is followed: `after` gives the sequence up to which it is known, `holds` its known end."""

    def __init__(
        self,
        after: Callable[[], int],
        arrived: Arrived,
        diverged: Diverged | None,
        holds: Callable[[], Tail] | None,
    ) -> None:
        self.after = after
        self.arrived = arrived
        self.diverged = diverged
        self.holds = holds

    def hand_over(self, entries: Sequence[Entry]) -> None:
        """Tell of new entries; those that do not continue what is known here are no news but damage."""
        try:
            self.arrived(entries)
        except ChainBroken:
            if self.diverged is None:
                raise
            self.diverged(Tail(entries[-1].seq, entries[-1].hash))


class Reader:
    """Follows a changing set of logs, with one bell for each group of them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._logs: dict[str, Watched] = {}
        self._groups: dict[str, dict[str, Watched]] = {}
        self._changed = asyncio.Event()

    def watch(
        self,
        name: str,
        after: Callable[[], int],
        arrived: Arrived,
        diverged: Diverged | None = None,
        holds: Callable[[], Tail] | None = None,
    ) -> None:
        """Follow a log: `arrived` is told of entries after ``after()``, or of none whenever the end of the
        log was seen, about once a second, to be what ``holds()`` gives.

        `diverged` is told where the log ends when it does not hold that any more: it became shorter, or
        another log. It may be told again every second until the watcher's own end is on the log.
        """
        self._logs[name] = Watched(after, arrived, diverged, holds)
        self._changed.set()

    def forget(self, name: str) -> None:
        """Follow a log no more."""
        self._logs.pop(name, None)
        for logs in self._groups.values():
            logs.pop(name, None)

    async def run(self) -> None:
        """Read until cancelled; a store that is gone is reported once, and its return once."""
        followed: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._changed.clear()
                self._groups = self._grouped()
                for group in self._groups:
                    if group not in followed or followed[group].done():
                        followed[group] = tasks.create_task(self._follow(group))
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK):  # a hall may have moved to another server
                        await self._changed.wait()

    def _grouped(self) -> dict[str, dict[str, Watched]]:
        groups: dict[str, dict[str, Watched]] = {}
        for name, one in self._logs.items():
            groups.setdefault(self.store.group(name), {})[name] = one
        return groups

    async def _follow(self, group: str) -> None:
        """Follow the logs of one group for as long as there are any."""
        bell = Bell(self.store.primaries)
        down, check_at = False, 0.0
        try:
            while logs := dict(self._groups.get(group, {})):
                try:
                    if await bell.listen(logs) or time.monotonic() >= check_at:
                        check_at = time.monotonic() + CHECK
                        await self._check(logs)
                    await self._fetch(await bell.rung(check_at))
                except (Unanswered, StoreRefused) as trouble:
                    if not down:
                        log.warning("store gone", logs=sorted(logs), error=str(trouble))
                    down = True
                    await bell.hang_up()
                    await asyncio.sleep(PAUSE)
                else:
                    if down:
                        log.info("store is back", logs=sorted(logs))
                    down = False
        finally:
            await bell.hang_up()

    async def _fetch(self, grown: Mapping[str, int]) -> None:
        """Read what logs have that their watchers do not know yet."""
        behind = [
            self._read(name, one, seq)
            for name, seq in grown.items()
            if (one := self._logs.get(name)) is not None and one.after() < seq
        ]
        await asyncio.gather(*behind)

    async def _read(self, name: str, one: Watched, seq: int) -> None:
        while name in self._logs and (known := one.after()) < seq:
            entries = await self.store.read(name, known, PAGE)
            if not entries or name not in self._logs:
                return  # it does not hold them any more: the next look at its end says so
            if one.after() != known:
                continue  # while a hall moves, its old group and its new one may both read it
            one.hand_over(entries)
            if one.after() <= known:
                return

    async def _check(self, watched: dict[str, Watched]) -> None:
        """Look where each log ends; what its watcher holds is taken first, for it may grow meanwhile."""
        held = {name: one.holds() if one.holds else None for name, one in watched.items()}
        after = {name: one.after() for name, one in watched.items()}
        ends = await self.store.tails(list(watched))
        grown: dict[str, int] = {}
        for name, one in watched.items():
            if name not in self._logs:
                continue
            if await self._stands(name, ends[name], held[name], after[name]):
                one.hand_over(())
                grown[name] = ends[name].seq
            elif one.diverged is not None:
                one.diverged(ends[name])
        await self._fetch(grown)

    async def _stands(self, name: str, end: Tail, held: Tail | None, after: int) -> bool:
        """Whether a log that ends at `end` still has the entry that its watcher holds as its end."""
        if held is None or end.seq <= after:
            return end.seq >= after and held in (None, end)
        if held.seq == 0:
            return True
        at = await self.store.read(name, held.seq - 1, 1)
        return bool(at) and (at[0].seq, at[0].hash) == (held.seq, held.hash)
