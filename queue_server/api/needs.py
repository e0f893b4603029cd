"""What a visitor needs at the window: named once at the kiosk, seen by the clerk alone, gone at night."""

from __future__ import annotations

from queue_server.api.calls import Call
from queue_server.hall.hours import day_bounds

LEAST = 60_000


async def name(call: Call, ticket: str, needs: tuple[str, ...]) -> None:
    """Keep a ticket's needs until the business day turns; they never enter the log."""
    if not needs:
        return
    day = call.hall.today().state
    left = day_bounds(day.plan, day.date)[1] - call.now
    await call.hall.needs.keep(ticket, tuple(dict.fromkeys(needs)), max(left, LEAST))
