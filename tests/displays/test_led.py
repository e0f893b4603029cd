"""LED strips: the bytes that strips of each kind receive, and what happens when one is not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from displays.led import Strip, Template, crc16, driver_for, frame, sum8, xor8
from tests.displays.strip_sinks import serial_strip, tcp_strip, udp_strip
from tests.waiting import wait_until

TEXT = "请A023到3号窗口"
PLAIN = Template()


@asynccontextmanager
async def running(strip: Strip, again: float = 0.05, refresh: float = 60.0) -> AsyncIterator[None]:
    task = asyncio.ensure_future(strip.run(again, refresh))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def test_a_frame_is_prefix_unit_text_checksum_and_suffix() -> None:
    text = bytes.fromhex("c7eb 41303233 b5bd 33 bac5 b4b0 bfda")
    assert frame(PLAIN, TEXT) == text
    built = frame(Template(b"\xaa\x55", 7, "sum8", b"\x0d"), TEXT)
    head = b"\xaa\x55\x07" + text
    assert built == head + bytes([sum(head) % 256]) + b"\x0d"


def test_checksums_are_those_of_their_published_examples() -> None:
    assert crc16(b"123456789") == b"\x37\x4b"  # 0x4B37, CRC-16/MODBUS of the catalogue of parametrised CRCs
    assert xor8(b"\x01\x02\x04") == b"\x07"
    assert sum8(b"\xff\x02") == b"\x01"


def test_a_character_that_gb2312_lacks_is_a_blank_and_never_a_question_mark() -> None:
    assert frame(PLAIN, "请䶮") == "请　".encode("gb2312")


async def test_a_tcp_strip_receives_each_text() -> None:
    told: list[tuple[str, str]] = []
    async with tcp_strip() as sink:
        strip = Strip(driver_for("tcp", sink.address), PLAIN, lambda *said: told.append(said))
        async with running(strip):
            strip.show(TEXT)
            await wait_until(lambda: [got.decode("gb2312") for got in sink.got] == [TEXT])
            strip.show("请B001到4号窗口")
            await wait_until(lambda: len(sink.got) == 2)
        await wait_until(lambda: told == [(TEXT, ""), ("请B001到4号窗口", "")])


async def test_a_udp_strip_receives_each_text() -> None:
    async with udp_strip() as sink:
        strip = Strip(driver_for("udp", sink.address), Template(b"\x02", 1), lambda *_: None)
        async with running(strip):
            strip.show(TEXT)
            await wait_until(lambda: sink.got == [b"\x02\x01" + TEXT.encode("gb2312")])


async def test_a_strip_on_a_serial_line_receives_each_text_byte_for_byte() -> None:
    with serial_strip() as sink:
        template = Template(b"\x0a\x0d", 3, "crc16", b"\x1a")  # bytes that a terminal would change
        strip = Strip(driver_for("serial", f"{sink.path}@9600"), template, lambda *_: None)
        async with running(strip):
            strip.show(TEXT)
            await wait_until(lambda: sink.read() == frame(template, TEXT))


async def test_a_strip_that_was_gone_gets_only_the_newest_text_when_it_is_back() -> None:
    told: list[tuple[str, str]] = []
    async with tcp_strip() as sink:
        await sink.unplug()
        strip = Strip(driver_for("tcp", sink.address), PLAIN, lambda *said: told.append(said))
        async with running(strip):
            strip.show("请A001到1号窗口")
            await wait_until(lambda: any(trouble for _, trouble in told))
            for number in range(2, 9):
                strip.show(f"请A00{number}到1号窗口")
            await sink.plug()
            await wait_until(lambda: bool(sink.got), 15)
        assert [got.decode("gb2312") for got in sink.got] == ["请A008到1号窗口"]


async def test_a_text_is_sent_again_from_time_to_time_for_a_strip_that_restarted() -> None:
    async with tcp_strip() as sink:
        strip = Strip(driver_for("tcp", sink.address), PLAIN, lambda *_: None)
        async with running(strip, refresh=0.05):
            strip.show(TEXT)
            await wait_until(lambda: len(sink.got) >= 3)
        assert set(sink.got) == {TEXT.encode("gb2312")}


async def test_what_is_no_serial_line_is_told_and_raises_nothing(tmp_path: object) -> None:
    told: list[str] = []
    strip = Strip(driver_for("serial", f"{tmp_path}/absent@9600"), PLAIN, lambda _, why: told.append(why))
    other = Strip(driver_for("serial", "/dev/null@9600"), PLAIN, lambda _, why: told.append(why))
    async with running(strip), running(other):
        strip.show(TEXT)
        other.show(TEXT)
        await wait_until(lambda: len(set(told)) == 2)
    assert any("no serial line" in why for why in told)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "[::1]:1"])
async def test_addresses_of_both_families_are_tried(address: str) -> None:
    told: list[str] = []
    strip = Strip(driver_for("tcp", address), PLAIN, lambda _, why: told.append(why))
    async with running(strip):
        strip.show(TEXT)
        await wait_until(lambda: bool(told) and told[0] != "")
