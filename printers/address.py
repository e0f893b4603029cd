"""Where a printer is, as a hall or an agent writes it down: one text for each way to reach one.

    tcp://192.168.1.20:9100          on the network; 192.168.1.20:9100 means the same
    serial:/dev/ttyUSB0?baud=19200   on a serial port (COM3 on Windows)
    usb:04b8:0202                    on USB by vendor and product, through libusb
    usb:04b8:0202?serial=X1Y2        one of several alike
    file:/dev/usb/lp0                a device file, or a file that collects what would be printed
    agent:kiosk-1                    at the computer whose agent has this name (`yichuang agent`)
    agent:kiosk-1/left               the same, if that agent calls the printer otherwise than the hall

Pure: an address is read, nothing is opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal, TypeVar, get_args
from urllib.parse import parse_qsl

import msgspec

Parity = Literal["none", "even", "odd"]
Flow = Literal["none", "rtscts", "xonxoff"]
Choice = TypeVar("Choice", bound=str)

BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)
NETWORK_PORT = 9100

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?")
_PRODUCT = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_PATH = re.compile(r"[^\x00-\x1f\x7f?]+")


class BadAddress(ValueError):
    """An address that names no way to a printer; the sentence says what is allowed."""


class Network(msgspec.Struct, frozen=True):
    """A printer on the network."""

    host: str
    port: int = NETWORK_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"


class Serial(msgspec.Struct, frozen=True, tag="serial"):
    """A printer on a serial port, and how the two speak."""

    path: str
    baud: int = 19200
    bits: int = 8
    parity: Parity = "none"
    stop: int = 1
    flow: Flow = "none"

    def __str__(self) -> str:
        return f"serial:{self.path}"


class Usb(msgspec.Struct, frozen=True, tag="usb"):
    """A printer on USB, by vendor and product; `serial` tells two alike apart ("" takes the first)."""

    vendor: int
    product: int
    serial: str = ""

    def __str__(self) -> str:
        return f"usb:{self.vendor:04x}:{self.product:04x}"


class Device(msgspec.Struct, frozen=True, tag="file"):
    """A device file such as ``/dev/usb/lp0``, or a plain file that is appended to."""

    path: str

    def __str__(self) -> str:
        return f"file:{self.path}"


class AtAgent(msgspec.Struct, frozen=True):
    """A printer beside another computer; `printer` is what that one calls it ("": as the hall does)."""

    agent: str
    printer: str = ""

    def __str__(self) -> str:
        return f"agent:{self.agent}" + (f"/{self.printer}" if self.printer else "")


Local = Network | Serial | Usb | Device
"""What can be opened from here."""
Address = Local | AtAgent


def read_address(text: str) -> Address:
    """An address as it is written; raises `BadAddress`."""
    scheme, colon, rest = text.partition(":")
    if colon and scheme == "tcp":
        return _network(rest.removeprefix("//"), NETWORK_PORT)
    if colon and scheme in ("serial", "usb", "file", "agent"):
        return _READERS[scheme](rest)
    return _network(text, None)


def read_local(text: str) -> Local:
    """An address that can be opened from this computer; raises `BadAddress`."""
    found = read_address(text)
    if isinstance(found, AtAgent):
        raise BadAddress("agent:… is for the hall file; here stands where the printer itself is")
    return found


def _network(text: str, default_port: int | None) -> Network:
    found = _HOST.fullmatch(text)
    port = int(found[3] or default_port or 0) if found else 0
    if found is None or not 1 <= port <= 65535:
        raise BadAddress(
            "must be host:port with a port from 1 to 65535, such as 192.168.1.20:9100, "
            "or begin with tcp://, serial:, usb:, file: or agent:"
        )
    return Network(found[1] or found[2], port)


def _serial(text: str) -> Serial:
    path, settings = _settings(text, ("baud", "bits", "parity", "stop", "flow"))
    if not _PATH.fullmatch(path):
        raise BadAddress("serial: needs a port, such as serial:/dev/ttyUSB0?baud=19200 or serial:COM3")
    return Serial(
        path,
        _number(settings, "baud", BAUDS, 19200),
        _number(settings, "bits", (7, 8), 8),
        _one_of(settings, "parity", get_args(Parity), "none"),
        _number(settings, "stop", (1, 2), 1),
        _one_of(settings, "flow", get_args(Flow), "none"),
    )


def _usb(text: str) -> Usb:
    ids, settings = _settings(text, ("serial",))
    found = _PRODUCT.fullmatch(ids)
    serial = settings.get("serial", "")
    if found is None or not serial.isprintable():
        raise BadAddress("usb: needs vendor and product as lsusb shows them, such as usb:04b8:0202")
    return Usb(int(found[1], 16), int(found[2], 16), serial)


def _device(text: str) -> Device:
    if not _PATH.fullmatch(text):
        raise BadAddress("file: needs a path, such as file:/dev/usb/lp0")
    return Device(text)


def _agent(text: str) -> AtAgent:
    name, slash, printer = text.partition("/")
    if not _NAME.fullmatch(name) or (slash and not _NAME.fullmatch(printer)):
        raise BadAddress("agent: needs the agent's name of letters, digits, - and _, such as agent:kiosk-1")
    return AtAgent(name, printer)


_READERS: dict[str, Callable[[str], Address]] = {
    "serial": _serial,
    "usb": _usb,
    "file": _device,
    "agent": _agent,
}


def _settings(text: str, known: Iterable[str]) -> tuple[str, dict[str, str]]:
    """What stands before the question mark, and the settings behind it, each at most once."""
    place, mark, query = text.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True) if mark else []
    settings = dict(pairs)
    strange = [name for name in settings if name not in known]
    if strange or len(settings) != len(pairs) or (mark and not pairs):
        raise BadAddress(f"behind the ? may stand {', '.join(known)}, each once, as in name=value&name=value")
    return place, settings


def _number(settings: dict[str, str], name: str, allowed: tuple[int, ...], default: int) -> int:
    return int(_one_of(settings, name, tuple(map(str, allowed)), str(default)))


def _one_of(settings: dict[str, str], name: str, allowed: tuple[Choice, ...], default: Choice) -> Choice:
    given = settings.get(name, default)
    for choice in allowed:
        if given == choice:
            return choice
    raise BadAddress(f"{name} must be one of {', '.join(allowed)}")
