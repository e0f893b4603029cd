"""Times of day as staff type them: 0958, 958 and 9:58 are the same."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from queue_server.console.scene import Known

TYPED = re.compile(r"(\d{1,2})[:.：]?(\d\d)")


def moment_of(text: str, scene: Known) -> int | None:
    """The last moment (ms) at which the hall's clock showed this time; None for what is no time."""
    found = TYPED.fullmatch(text.strip())
    if found is None or scene.hall is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    zone = ZoneInfo(scene.hall.timezone)
    now = dt.datetime.fromtimestamp(scene.now / 1000, zone)
    then = now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    if then > now:  # a business day may go past midnight
        then -= dt.timedelta(days=1)
    return round(then.timestamp() * 1000)


def day_time(at: int, zone: str) -> str:
    """A moment (ms) as day and time of the hall, as in ``2026-11-24 10:03``."""
    return dt.datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
