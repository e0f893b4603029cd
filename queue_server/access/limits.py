"""How fast one device may take tickets: a rush passes, a stuck key or a script does not empty the day.

Counted in the store, so that a device gains nothing by talking to several processes. A store that does not
answer gives no ticket either: then nobody is let through uncounted.
"""

from __future__ import annotations

from math import ceil

import msgspec

from queue_server.access.principals import DEVICES, Principal
from queue_server.hall.refusals import TooOften
from queue_server.store.logs import Store


class Allowance(msgspec.Struct, frozen=True):
    """Tickets at once, and seconds until one more is allowed; 0 seconds: no limit.

    A busy kiosk gives one in 3 s for an hour; this allows three times that, after a burst of 20.
    """

    burst: int = 20
    seconds: float = 1.0


async def spend_ticket(store: Store, hall: str, who: Principal, allowed: Allowance) -> None:
    """One ticket more for a device; refuses ``tickets_wait``. People are not counted: they are known.

    Raises `Unanswered` and `StoreRefused`.
    """
    if not allowed.seconds or who.role not in DEVICES:
        return
    price = ceil(allowed.seconds * 1000)
    early = await store.spend_side(hall, f"pace:{who.id}", price, allowed.burst * price)
    if early:
        raise TooOften("tickets_wait", seconds=ceil(early / 1000))
