"""The hall's public status: what its web site may show, kept for a few seconds by whoever is on the way."""

from __future__ import annotations

from queue_server import views, wire
from queue_server.api.calls import Call

FRESH_FOR = 10
"""Seconds for which an answer may be kept and shown again."""
KEPT = {"cache-control": f"public, max-age={FRESH_FOR}", "access-control-allow-origin": "*"}


async def status(call: Call) -> wire.Status:
    """Which categories are open, how many wait, and what the hall says."""
    now = call.now
    return await call.hall.look(lambda day: views.status(day, now))
