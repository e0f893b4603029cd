"""The identity card reader: frames strictly read whatever the line does, numbers for one page only."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from printers.address import Serial, read_local
from printers.agent import sam
from printers.agent.cards import Cards
from printers.agent.virtual_sam import VirtualSam, card_data, card_text
from tests.api.cards import number_of
from tests.waiting import wait_until

PAGE = "https://hall.example"
NUMBER = number_of()
FOUND = bytes.fromhex("aaaaaa9669 0008 00009f 00000000 97")


def test_frames_are_those_of_the_published_protocol() -> None:
    assert sam.command(sam.FIND) == bytes.fromhex("aaaaaa9669 0003 2001 22")
    assert sam.command(sam.SELECT) == bytes.fromhex("aaaaaa9669 0003 2002 21")
    assert sam.command(sam.READ) == bytes.fromhex("aaaaaa9669 0003 3001 32")
    assert sam.answer(sam.FOUND, bytes(4)) == FOUND
    assert len(sam.answer(sam.DONE, card_data(card_text(NUMBER)))) == 1295


@given(st.binary(max_size=40), st.binary(max_size=60), st.lists(st.integers(1, 30), max_size=40))
def test_a_frame_is_found_behind_any_noise_and_in_any_pieces(
    noise: bytes, data: bytes, cuts: list[int]
) -> None:
    frame = sam.answer(sam.DONE, data)
    line = noise.replace(sam.PREAMBLE, b"") + frame + FOUND
    frames, found = sam.Frames(), []
    for cut in [*cuts, len(line)]:
        found += frames.feed(line[:cut])
        line = line[cut:]
    assert [one for one in found if isinstance(one, sam.Answer)] == [
        sam.Answer(sam.DONE, data),
        sam.Answer(sam.FOUND, bytes(4)),
    ]


@given(st.integers(0, len(FOUND) - 1), st.integers(1, 255))
def test_a_frame_with_any_byte_spoiled_is_no_answer(place: int, flaw: int) -> None:
    spoiled = bytes(byte ^ flaw if at == place else byte for at, byte in enumerate(FOUND))
    assert not any(isinstance(one, sam.Answer) for one in sam.Frames().feed(spoiled))


@given(st.binary(max_size=3000))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    frames = sam.Frames()
    for at in range(0, len(data), 7):
        frames.feed(data[at : at + 7])
    frames.feed(FOUND * 200)  # whatever a false beginning promised has come by now
    assert sam.Answer(sam.FOUND, bytes(4)) in frames.feed(FOUND)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        card_data(card_text(NUMBER))[:-1],
        card_data(card_text(NUMBER)) + b"\0",
        card_data(card_text(NUMBER)[:200]),
        card_data(card_text(NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"))),
        card_data(card_text(NUMBER, birth="19500102")),
        card_data(card_text("99999919501301001X", birth="19501301")),
        card_data(b"\x00\xd8" * 128),
    ],
    ids=["empty", "short", "long", "text short", "check digit", "birth", "no such day", "no UTF-16"],
)
def test_what_is_not_wholly_a_card_is_unreadable(data: bytes) -> None:
    assert sam.number_in(card_data(card_text(NUMBER))) == NUMBER
    with pytest.raises(sam.Unreadable) as said:
        sam.number_in(data)
    assert not any(part in str(said.value) for part in (NUMBER, "1950"))


# --- on a line ---------------------------------------------------------------------------------


@contextmanager
def reader(noise: bytes = b"", torn: bool = False, garbled: int = 0) -> Iterator[VirtualSam]:
    module = VirtualSam(noise, torn, garbled)
    try:
        yield module
    finally:
        module.close()


@asynccontextmanager
async def a_page(module: VirtualSam) -> AsyncIterator[ClientConnection]:
    at = read_local(f"serial:{module.path}?baud=115200")
    assert isinstance(at, Serial)
    async with await Cards(at, PAGE).open(0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"ws://127.0.0.1:{port}", origin="https://elsewhere.example")  # type: ignore[arg-type]
        async with connect(f"ws://127.0.0.1:{port}", origin=PAGE) as page:  # type: ignore[arg-type]
            yield page


async def look(page: ClientConnection, *, on: bool) -> None:
    await page.send(json.dumps({"type": "look", "on": on}))


async def heard(page: ClientConnection, kind: str) -> dict[str, object]:
    """The next message of a kind."""
    async for text in page:
        said: dict[str, object] = json.loads(text)
        if said["type"] == kind:
            return said
    raise AssertionError(f"the agent hung up before any {kind}")


@pytest.mark.parametrize(
    "line",
    [{}, {"noise": b"\xaa\xaa\x96", "torn": True}, {"garbled": 2}],
    ids=["clean", "noisy and in pieces", "garbled twice"],
)
async def test_a_card_is_handed_to_the_page_once_while_it_asks(line: dict[str, object]) -> None:
    with reader(**line) as module:  # type: ignore[arg-type]
        async with a_page(module) as page:
            module.lay(card_text(NUMBER))
            assert module.asked == [], "nobody asked for a card"
            await look(page, on=True)
            assert await heard(page, "reader") == {"type": "reader", "there": True}
            assert await heard(page, "card") == {"type": "card", "number": NUMBER}
            await wait_until(lambda: module.asked[-2:] == [sam.FIND] * 2)
            module.lay(card_text(NUMBER, birth="19500102"))
            assert await heard(page, "card") == {"type": "card", "number": ""}
            await look(page, on=False)
            module.lay(card_text(number_of(order=2)))
            await look(page, on=True)
            assert (await heard(page, "card"))["number"] == number_of(order=2)


async def test_a_reader_that_is_gone_is_said_to_be() -> None:
    with reader() as module:
        async with a_page(module) as page:
            await look(page, on=True)
            await heard(page, "reader")
            module.silent = True
            assert await heard(page, "reader") == {"type": "reader", "there": False}
            module.silent = False
            assert await heard(page, "reader") == {"type": "reader", "there": True}


async def test_a_page_that_says_anything_else_is_sent_away() -> None:
    with reader() as module:
        async with a_page(module) as page:
            await page.send('{"type": "print"}')
            await page.wait_closed()
            assert page.close_code == 1007
