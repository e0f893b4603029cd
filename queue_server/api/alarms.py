"""A hall's alarms as they go over the network."""

from __future__ import annotations

from queue_server import wire
from queue_server.desk.hall import Hall
from queue_server.views import alarm_text


def alarm_lines(hall: Hall) -> tuple[wire.AlarmLine, ...]:
    """The last alarms that this process knows of a hall, in words, oldest first."""
    return tuple(
        wire.AlarmLine(at, alarm.code, alarm.log, alarm_text(alarm.code, {"log": alarm.log, **alarm.facts}))
        for at, alarm in hall.alarms
    )
