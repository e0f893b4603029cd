"""The whole floor over HTTP, for its manager: how it stands, quotas, and alarms taken note of."""

from __future__ import annotations

from queue_server import wire
from queue_server.api.alarms import alarm_lines
from queue_server.api.calls import Call
from queue_server.api.live import data_at
from queue_server.api.tickets import done
from queue_server.hall import commands as do
from queue_server.hall.on_the_spot import with_today
from queue_server.overview import overview


async def show(call: Call) -> wire.FloorView:
    """The floor as it is now."""
    hall = call.hall
    confirmed = data_at(hall, hall.today())
    return await hall.look(
        lambda day: overview(day, confirmed, alarm_lines(hall), with_today(hall.register.state, day)),
        call.at_least,
    )


async def set_quota(call: Call) -> wire.Done:
    """How many tickets a category gives out today."""
    body = await call.body(wire.SetQuota)
    return done(await call.change(do.SetQuota(category=call.params["letter"], quota=body.quota)))


async def summon(call: Call) -> wire.Done:
    """Call the staff at some windows urgently."""
    body = await call.body(wire.Summon)
    return done(await call.change(do.SummonWindows(windows=body.windows, text=body.text)))


async def acknowledge(call: Call) -> wire.Done:
    """Somebody takes note of an alarm."""
    body = await call.body(wire.AcknowledgeAlarm)
    command = do.AcknowledgeAlarm(code=body.code, log=body.log, until=min(body.until, call.now))
    return done(await call.change(command))
