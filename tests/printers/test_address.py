"""An address is one text for each way to a printer, and a wrong one says what is allowed."""

from __future__ import annotations

import pytest

from printers.address import AtAgent, BadAddress, Device, Network, Serial, Usb, read_address, read_local

GOOD = {
    "192.168.1.20:9100": Network("192.168.1.20", 9100),
    "tcp://192.168.1.20:9100": Network("192.168.1.20", 9100),
    "tcp://slip-printer": Network("slip-printer", 9100),
    "[fe80::1]:9100": Network("fe80::1", 9100),
    "serial:/dev/ttyUSB0": Serial("/dev/ttyUSB0"),
    "serial:COM3?baud=9600&parity=odd&bits=7&stop=2&flow=rtscts": Serial("COM3", 9600, 7, "odd", 2, "rtscts"),
    "usb:04b8:0202": Usb(0x04B8, 0x0202),
    "usb:04B8:0202?serial=X1": Usb(0x04B8, 0x0202, "X1"),
    "file:/dev/usb/lp0": Device("/dev/usb/lp0"),
    r"file:\\.\LPT1": Device(r"\\.\LPT1"),
    "agent:kiosk-1": AtAgent("kiosk-1"),
    "agent:kiosk-1/left": AtAgent("kiosk-1", "left"),
}  # fmt: skip

BAD = {
    "": "host:port",
    "printer": "host:port",
    "printer:0": "1 to 65535",
    "http://printer:80": "host:port",
    "tcp://printer:99999": "1 to 65535",
    "serial:": "needs a port",
    "serial:/dev/ttyS0?": "each once",
    "serial:/dev/ttyS0?baud=19200&baud=9600": "each once",
    "serial:/dev/ttyS0?parity=maybe": "parity must be one of none, even, odd",
    "serial:/dev/ttyS0\n": "needs a port",
    "usb:4b8:202": "usb:04b8:0202",
    "usb:04b8:0202?port=1": "serial, each once",
    "file:": "needs a path",
    "agent:": "the agent's name",
    "agent:kiosk 1": "the agent's name",
    "agent:kiosk-1/": "the agent's name",
}


@pytest.mark.parametrize("text", GOOD)
def test_an_address_is_read(text: str) -> None:
    assert read_address(text) == GOOD[text]


@pytest.mark.parametrize("text", [text for text in GOOD if "?" not in text])
def test_an_address_is_written_as_it_is_read(text: str) -> None:
    assert read_address(str(GOOD[text])) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_what_names_no_printer_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadAddress, match=BAD[text]):
        read_address(text)


def test_an_agent_s_own_printer_is_at_no_other_agent() -> None:
    with pytest.raises(BadAddress, match="for the hall file"):
        read_local("agent:kiosk-1")
