"""What a process looks at again and again beside the log: side keys that expire and are no events."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from queue_server.store.logs import Store, StoreRefused, Unanswered

log = structlog.get_logger()


class Beside:
    """The side keys of a hall that hold `what`; a store that does not answer is noted once."""

    def __init__(self, store: Store, hall: str, what: str) -> None:
        self._store = store
        self._hall = hall
        self._what = what
        self._down = False

    async def read(self, names: Sequence[str]) -> tuple[bytes | None, ...] | None:
        """What is kept under each name; None while the store does not answer."""
        try:
            kept = await self._store.get_sides(self._hall, names)
        except (Unanswered, StoreRefused) as trouble:
            if not self._down:
                log.warning("unknown beside the log", what=self._what, hall=self._hall, error=str(trouble))
            self._down = True
            return None
        self._down = False
        return kept
