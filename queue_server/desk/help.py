"""叫工作人员: who waits at a kiosk for a member of staff, for every page of floor staff on every process.

A call for help is no event: it names nobody, lives for half an hour at most, and is gone when somebody came.
Each kiosk has one, so pressing twice asks once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from queue_server import wire
from queue_server.desk.beside import Beside
from queue_server.store.logs import Store

KEPT = 30 * 60_000
"""How long (ms) a call for help waits: whoever asked has found somebody or gone."""
LOOK = 0.5
"""Seconds between two looks at what other processes were asked, while somebody watches."""

_decoder = msgspec.json.Decoder(wire.HelpCall)


class Help:
    """The calls for help of one hall. `kiosks` gives the ids of those there are; `waiting` is who waited when
    this process last looked, the longest first."""

    def __init__(self, store: Store, hall: str, kiosks: Callable[[], Sequence[str]]) -> None:
        self.waiting: tuple[wire.HelpCall, ...] = ()
        self.on_changed: list[Callable[[], None]] = []
        self.kiosks = kiosks
        self._store = store
        self._hall = hall
        self._beside = Beside(store, hall, "calls for help")
        self._watchers = 0
        self._watched = asyncio.Event()

    async def ask(self, call: wire.HelpCall) -> wire.HelpCall:
        """A visitor wants a member of staff; gives the call that stands."""
        kept = await self._store.put_side_once(self._hall, _name(call.kiosk), msgspec.json.encode(call), KEPT)
        await self.look()
        return _decoder.decode(kept)

    async def came(self, kiosk: str) -> None:
        """Somebody has come."""
        await self._store.drop_side(self._hall, _name(kiosk))
        await self.look()

    async def look(self) -> bool:
        """Read who waits now, and tell the pages of a change; False while the store does not answer."""
        kept = await self._beside.read([_name(kiosk) for kiosk in self.kiosks()])
        if kept is None:
            return False
        calls = [_decoder.decode(one) for one in kept if one is not None]
        waiting = tuple(sorted(calls, key=lambda one: one.since))
        if waiting != self.waiting:
            self.waiting = waiting
            for told in self.on_changed:
                told()
        return True

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Somebody looks: what other processes were asked is looked for meanwhile."""
        self._watchers += 1
        self._watched.set()
        try:
            yield
        finally:
            self._watchers -= 1
            if not self._watchers:
                self._watched.clear()

    async def run(self) -> None:
        """Look as long as somebody watches, for as long as the hall runs."""
        while True:
            await self._watched.wait()
            await self.look()
            await asyncio.sleep(LOOK)


def _name(kiosk: str) -> str:
    return f"help:{kiosk}"
