"""Who may see the page of a hall's devices, and what is on it."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from displays.board import Text
from displays.fleet_pages import Device, FleetPage, Printer, Slip
from queue_server import wire
from queue_server.access.principals import ANYONE, Principal, granted, may_see_devices, token_hash
from queue_server.api.devices import fleet
from queue_server.api.problems import Unfit
from queue_server.api.who import Halls, principal_of
from queue_server.desk.hall import Hall
from queue_server.static.assets import Assets


class Fleeted(Halls, Protocol):
    """What the page needs of the server it runs in."""

    assets: Assets


class DevicePage:
    """The page of devices, for whoever has signed in or gives a manager's token as a browser's password."""

    def __init__(self, site: Fleeted) -> None:
        self._site = site

    def name_of(self, hall: str) -> Text | None:
        """A hall's name, None for a hall that is not here."""
        found = self._site.hall(hall)
        plan = found.register.state.plan if found else None
        return plan.name if plan else None

    async def __call__(self, request: Request) -> FleetPage | Response:
        """The devices of the hall that is asked for, or the answer to whoever may not see them."""
        hall = self._site.hall(request.path_params["hall"])
        if hall is None or hall.register.state.plan is None:
            return PlainTextResponse("no such hall\n", 404)
        if not may_see_devices(await self._who(request, hall)):
            asks = {
                "www-authenticate": 'Basic realm="yichuang", charset="UTF-8"',
                "cache-control": "no-store",
            }
            return PlainTextResponse("sign in, or give the token of a manager as the password\n", 401, asks)
        return page(hall, self._site.assets.version)

    async def _who(self, request: Request, hall: Hall) -> Principal:
        """Who asks, by the password of a browser's question or by a session; nobody's is anyone."""
        grant = hall.register.state.granted(token_hash(password(request)), hall.clock())
        if grant is not None:
            return granted(grant)
        try:
            return await principal_of(request, self._site, hall)
        except Unfit:
            return ANYONE


def page(hall: Hall, version: str) -> FleetPage:
    """The devices of a hall as they are now."""
    plan, now = hall.register.state.plan, hall.clock()
    assert plan is not None, "whoever has no plan has no page"
    zone = ZoneInfo(plan.timezone)
    found = fleet(hall, now)
    screens = [_device(line, zone, version) for line in found.devices if line.kind != "printer"]
    lines = {line.id: line for line in found.devices}
    printers = [_printer(one, lines[one.id], zone) for one in found.printers]
    return FleetPage(plan.name, _time(now, zone), screens, printers)


def _device(line: wire.DeviceLine, zone: ZoneInfo, version: str) -> Device:
    return Device(
        id=line.id, kind=line.kind, place=line.place, state=line.state,
        seen=_time(line.seen_at, zone) if line.seen_at else "",
        version=line.version, current=not line.version or line.version.partition(".")[0] == version,
        shows=line.shows, sound=line.sound, trouble=line.trouble,
    )  # fmt: skip


def _printer(printer: wire.PrinterLine, line: wire.DeviceLine, zone: ZoneInfo) -> Printer:
    return Printer(
        id=printer.id,
        place=printer.place,
        mark="stopped" if line.state == "gone" else _mark(printer),
        says=printer.says["zh"],
        since=_time(printer.since, zone) if printer.since else "",
        seen=_time(line.seen_at, zone) if line.seen_at and line.state == "gone" else "",
        trouble=printer.trouble.get("zh", ""),
        slips=[
            Slip(_time(s.at, zone)[-8:], s.number, s.says["zh"], s.outcome == "printed", s.marked)
            for s in printer.slips
        ],
    )


def _mark(printer: wire.PrinterLine) -> str:
    """How much a printer needs somebody: not asked yet, stopped, soon, or not at all."""
    if not printer.state:
        return "never"
    if not printer.can_print:
        return "stopped"
    return "low" if printer.trouble else "well"


def _time(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at / 1000, zone).strftime("%m-%d %H:%M:%S")


def password(request: Request) -> str:
    """The password of a request by Basic authentication, "" without one."""
    scheme, _, words = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(words, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""  # as good as none
