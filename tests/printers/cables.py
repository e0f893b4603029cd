"""Cables to the virtual printer that are none of the network: a terminal, and a USB bus that is not there."""

from __future__ import annotations

import array
import asyncio
import contextlib
import os
import pty
import socket
import struct
import termios
import threading
import tty
from collections.abc import AsyncIterator, Iterator
from typing import Any

import usb.backend
import usb.core


@contextlib.asynccontextmanager
async def serial_cable(printer: tuple[str, int]) -> AsyncIterator[str]:
    """A serial port whose other end is a printer; gives the port's path.

    A pseudo-terminal is a real terminal without a wire: no speed, no framing errors, no flow control.
    """
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    path = os.ttyname(theirs)
    os.set_blocking(ours, False)
    reader, writer = await asyncio.open_connection(*printer)
    loop = asyncio.get_running_loop()
    loop.add_reader(ours, lambda: writer.write(_arrived(ours)))

    async def back() -> None:
        while data := await reader.read(256):
            os.write(ours, data)

    answering = asyncio.create_task(back())
    try:
        yield path
    finally:
        loop.remove_reader(ours)
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        writer.close()
        with contextlib.suppress(OSError):  # the printer may be gone, which some tests want
            await writer.wait_closed()
        os.close(theirs)
        os.close(ours)


def _arrived(fd: int) -> bytes:
    try:
        return os.read(fd, 65536)
    except (BlockingIOError, OSError):
        return b""


@contextlib.contextmanager
def unread_terminal() -> Iterator[str]:
    """A serial port that nobody reads at the other end; gives its path."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    try:
        yield os.ttyname(theirs)
    finally:
        os.close(theirs)
        os.close(ours)


def framing(path: str) -> list[Any]:
    """How a port is set up: termios' attributes."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        return termios.tcgetattr(fd)
    finally:
        os.close(fd)


class Descriptor:
    """The fields of a USB descriptor, by their names in the USB specification."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


class UsbBus(usb.backend.IBackend):  # type: ignore[misc]
    """A libusb that is not there, with one printer plugged in whose pipes lead to a network printer.

    What it fakes: the descriptors of one device with a vendor's interface and a printer's; claiming, and a
    system driver that holds the printer; bulk transfers with libusb's time-outs. What it does not: packets,
    stalls, a bus that resets, hot-plugging. The layers above it (pyusb, our line) are the real ones.
    """

    def __init__(self, printer: tuple[str, int] | None, vendor: int = 0x04B8, product: int = 0x0202) -> None:
        self.claimed: set[int] = set()
        self.driver = True
        self.printer_class = 7
        self.unplugged = False
        self._printer = printer
        self._ids = vendor, product
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    # --- descriptors (USB 2.0, 9.6) --------------------------------------------------------

    def enumerate_devices(self) -> Iterator[int]:
        return iter(() if self.unplugged else (1,))

    def get_device_descriptor(self, dev: int) -> Descriptor:
        vendor, product = self._ids
        return Descriptor(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=vendor, idProduct=product, bcdDevice=0x100, iManufacturer=0,
            iProduct=0, iSerialNumber=0, bNumConfigurations=1, address=5, bus=1, port_number=1,
            port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: int, config: int) -> Descriptor:
        if config:
            raise IndexError(config)
        return Descriptor(
            bLength=9, bDescriptorType=2, wTotalLength=64, bNumInterfaces=2, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=1, extra_descriptors=b"",
        )  # fmt: skip

    def get_interface_descriptor(self, dev: int, interface: int, alt: int, config: int) -> Descriptor:
        if interface > 1 or alt:
            raise IndexError(interface)
        return Descriptor(
            bLength=9, bDescriptorType=4, bInterfaceNumber=interface, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=self.printer_class if interface else 0xFF, bInterfaceSubClass=1,
            bInterfaceProtocol=2, iInterface=0, extra_descriptors=b"",
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: int, ep: int, interface: int, alt: int, config: int) -> Descriptor:
        if ep > 1:
            raise IndexError(ep)
        address = (0x81, 0x02)[ep] + 2 * interface
        return Descriptor(
            bLength=7, bDescriptorType=5, bEndpointAddress=address, bmAttributes=2, wMaxPacketSize=64,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=b"",
        )  # fmt: skip

    # --- using it ----------------------------------------------------------------------------

    def open_device(self, dev: int) -> int:
        return dev

    def close_device(self, dev_handle: int) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def set_configuration(self, dev_handle: int, config_value: int) -> None:
        return None

    def get_configuration(self, dev_handle: int) -> int:
        return 1

    def is_kernel_driver_active(self, dev_handle: int, intf: int) -> bool:
        return self.driver

    def detach_kernel_driver(self, dev_handle: int, intf: int) -> None:
        self.driver = False

    def attach_kernel_driver(self, dev_handle: int, intf: int) -> None:
        assert intf not in self.claimed, "the driver came back before the printer was let go"
        self.driver = True

    def claim_interface(self, dev_handle: int, intf: int) -> None:
        if self.driver or intf in self.claimed:
            raise usb.core.USBError("Resource busy", -6, 16)
        self.claimed.add(intf)

    def release_interface(self, dev_handle: int, intf: int) -> None:
        self.claimed.discard(intf)

    def bulk_write(self, dev_handle: int, ep: int, intf: int, data: Any, timeout: int) -> int:
        assert (ep, intf) == (0x04, 1), "bytes went to another interface than the printer's"
        return self._pipe(timeout).send(data.tobytes())

    def bulk_read(self, dev_handle: int, ep: int, intf: int, buff: Any, timeout: int) -> int:
        assert (ep, intf) == (0x83, 1)
        pipe = self._pipe(timeout)
        try:
            said = pipe.recv(len(buff))
        except TimeoutError:
            raise usb.core.USBTimeoutError("Operation timed out", -7, 110) from None
        buff[: len(said)] = array.array("B", said)
        return len(said)

    def _pipe(self, timeout: int) -> socket.socket:
        with self._lock:
            if self.unplugged:
                raise usb.core.USBError("No such device (it may have been disconnected)", -4, 19)
            if self._socket is None:
                if self._printer is None:
                    raise usb.core.USBTimeoutError("Operation timed out", -7, 110)
                self._socket = socket.create_connection(self._printer)
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
            self._socket.settimeout(timeout / 1000)
            return self._socket
