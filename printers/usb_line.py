"""A printer on USB without a driver of its own, through libusb: `pip install yichuang[usb]`.

It takes the interface of class 7 (printer; USB Device Class Definition for Printing Devices 1.1), and
of that the first setting with a way out. libusb's calls block, each with a deadline, in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from typing import Any

import msgspec

from printers.address import Usb
from printers.aside import Aside
from printers.lines import PIECE, Line, LineDown

PRINTER_CLASS = 7
BULK = 2
IN = 0x80
LOOK = 0.02
"""Seconds between two looks at a printer that has no answer yet."""
GRACE = 1.0
"""Seconds that libusb may be late with its own deadline."""


class Pipes(msgspec.Struct):
    """An open printer: the device, the interface taken, the ends of its pipes, whose it was before."""

    device: Any
    interface: int
    out: Any
    into: Any
    had_driver: bool


class UsbLine:
    """The two bulk pipes of a USB printer; one without a way back answers nothing."""

    def __init__(self, pipes: Pipes, aside: Aside, name: str, write_deadline: float) -> None:
        self._pipes = pipes
        self._aside = aside
        self._name = name
        self._write_deadline = write_deadline

    async def write(self, data: bytes) -> None:
        """Hand over the bytes piece by piece, each within the write deadline."""
        for at in range(0, len(data), PIECE):
            await self._write_piece(data[at : at + PIECE])

    async def _write_piece(self, piece: bytes) -> None:
        milliseconds = round(self._write_deadline * 1000)
        while piece:
            try:
                taken = await self._aside.do(
                    self._write_deadline + GRACE,
                    lambda left=piece: self._pipes.out.write(left, milliseconds),  # type: ignore[misc]
                )
            except TimeoutError:  # ours or libusb's, whose time-out is an OSError only
                raise LineDown(f"{self._name}: took no more bytes for {self._write_deadline:g} s") from None
            except OSError as error:
                raise LineDown(f"{self._name}: {error}") from error
            piece = piece[taken:]

    async def read(self, seconds: float) -> bytes:
        """Up to 256 bytes of answer, waiting at most `seconds`."""
        if self._pipes.into is None:
            await asyncio.sleep(seconds)
            return b""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            try:
                data = await self._aside.do(self._write_deadline + GRACE, self._read_once)
            except (TimeoutError, OSError) as error:
                raise LineDown(f"{self._name}: hung up: {error}") from error
            if data or loop.time() >= until:
                return data
            await asyncio.sleep(min(LOOK, max(0.0, until - loop.time())))

    def _read_once(self) -> bytes:
        """What is there now. A printer without an answer keeps libusb waiting: that is no error."""
        core = importlib.import_module("usb.core")
        try:
            return bytes(self._pipes.into.read(max(256, self._pipes.into.wMaxPacketSize), 20))
        except core.USBTimeoutError:
            return b""

    async def close(self) -> None:
        """Give the printer back, to its driver if it had one."""
        with contextlib.suppress(TimeoutError, OSError):  # unplugged: there is nothing to give back
            await self._aside.do(self._write_deadline + GRACE, lambda: _let_go(self._pipes))
        self._aside.end()


async def open_usb(at: Usb, connect: float, write: float, backend: Any = None) -> Line:
    """A USB printer; raises `LineDown` when it is not plugged in, or not ours to use."""
    aside = Aside(f"printer {at}")
    try:
        pipes = await aside.do(connect, lambda: _take(at, backend), _let_go)
    except TimeoutError:
        aside.end()
        raise LineDown(f"{at}: not open within {connect:g} s") from None
    except ModuleNotFoundError as error:
        aside.end()
        raise LineDown(f"{at}: this needs pyusb, which comes with yichuang[usb]") from error
    except (OSError, ValueError) as error:  # pyusb says "no backend" by a ValueError
        aside.end()
        raise LineDown(f"{at}: {error}") from error
    return UsbLine(pipes, aside, str(at), write)


def _take(at: Usb, backend: Any) -> Pipes:
    """Find the printer, take its interface from the system's driver, and open its pipes."""
    core, util = importlib.import_module("usb.core"), importlib.import_module("usb.util")
    wanted = {"serial_number": at.serial} if at.serial else {}
    device = core.find(idVendor=at.vendor, idProduct=at.product, backend=backend, **wanted)
    if device is None:
        raise OSError("not plugged in")
    setting = _printer_setting(device)
    number = setting.bInterfaceNumber
    had_driver = _take_from_driver(device, number)
    util.claim_interface(device, number)
    if setting.bAlternateSetting:
        device.set_interface_altsetting(number, setting.bAlternateSetting)
    out, into = (_pipe(setting, direction) for direction in (0, IN))
    return Pipes(device, number, out, into, had_driver)


def _printer_setting(device: Any) -> Any:
    """The first setting of a printer's interface that bytes can be sent to; OSError without one."""
    for configuration in device:
        for setting in configuration:
            if setting.bInterfaceClass == PRINTER_CLASS and _pipe(setting, 0) is not None:
                return setting
    raise OSError("this is no printer: it has no interface of class 7")


def _pipe(setting: Any, direction: int) -> Any:
    for end in setting:
        if end.bmAttributes & 3 == BULK and end.bEndpointAddress & IN == direction:
            return end
    return None


def _take_from_driver(device: Any, interface: int) -> bool:
    """Let the system's own driver go of the printer; systems without such a thing say so, and need not."""
    try:
        if not device.is_kernel_driver_active(interface):
            return False
        device.detach_kernel_driver(interface)
    except NotImplementedError:
        return False
    return True


def _let_go(pipes: Pipes) -> None:
    util = importlib.import_module("usb.util")
    util.release_interface(pipes.device, pipes.interface)
    if pipes.had_driver:
        pipes.device.attach_kernel_driver(pipes.interface)
    util.dispose_resources(pipes.device)
