"""The halls that are shipped: a county hall to try out and to copy; a zone, a town, a village beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from queue_server.config.hall_file import read_hall
from queue_server.hall.plan import HOUR, MINUTE, Plan

COUNTY = Path(__file__).parent / "county.toml"
DEVELOPMENT_ZONE = Path(__file__).parent / "development_zone.toml"
TOWNSHIP = Path(__file__).parent / "township.toml"
VILLAGE = Path(__file__).parent / "village.toml"
NEIGHBOURS = (DEVELOPMENT_ZONE, TOWNSHIP, VILLAGE)
"""Halls on the county's server: they accept for it, and hand out what it has handled."""

MARK = {"zh": "（演示）", "ko": " (시연)", "en": " (demo)"}
"""What a demo's hall is called beside its name."""


def called_a_demo(plan: Plan) -> Plan:
    """The hall under a name by which every page, slip and screen says that it is a demo."""
    said = {lang: f"{name}{MARK.get(lang, MARK['en'])}" for lang, name in plan.name.items()}
    return msgspec.structs.replace(plan, name=said)


def is_demo(plan: Plan) -> bool:
    """Whether a hall is called a demo: a page without room for the name says so by itself."""
    return plan.name["zh"].endswith(MARK["zh"])


def county_plan() -> Plan:
    """The county hall with its real hours."""
    return read_hall(COUNTY)


def demo_plan(now: int, printer: str = "") -> Plan:
    """The county hall as the demo runs it at `now` (ms since the epoch), at any hour of any day.

    It never closes and has no cut-off, and its business date turns 12 h after `now`. With
    `printer` (``host:port``) every ticket printer is found there.
    """
    return at_any_hour(county_plan(), now, printer)


def neighbour_plans(now: int, printer: str = "") -> tuple[Plan, ...]:
    """The other halls of the demo's server, in the same way."""
    return tuple(at_any_hour(read_hall(path), now, printer) for path in NEIGHBOURS)


def at_any_hour(plan: Plan, now: int, printer: str = "") -> Plan:
    """A hall that never closes and has no cut-off, and whose business date turns 12 h after `now`."""
    replace = msgspec.structs.replace
    printers = [replace(p, address=printer or p.address) for p in plan.printers]
    return replace(
        plan,
        hours=replace(plan.hours, always=True),
        rules=replace(plan.rules, cutoff_grace=None),
        boundary=boundary_after(now, 12 * HOUR, plan.timezone),
        printers=tuple(printers),
    )


def boundary_after(now: int, later: int, timezone: str) -> int:
    """The time of day (ms after local midnight, whole minutes) that lies `later` ms after `now`."""
    local = datetime.fromtimestamp((now + later) / 1000, ZoneInfo(timezone))
    return local.hour * HOUR + local.minute * MINUTE
