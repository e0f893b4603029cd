"""The page of the virtual printer in a real browser: slips come out by themselves, as pictures."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
import zxingcpp
from PIL import Image, ImageOps
from playwright.sync_api import Page, expect
from starlette.applications import Starlette

from printers import pages
from printers.compile import compile_slip
from printers.encoding import TextMode
from printers.slip import Slip
from printers.virtual import VirtualPrinter
from queue_server.locale import translate
from queue_server.static.assets import SHARED, Assets
from tests.printers.slip_samples import EN, PAGE, ZH, ZH_KO
from tests.waiting import wait_for

pytestmark = pytest.mark.browser

SECONDS = 15_000
"""ms within which a page that looks every second has surely looked, on a loaded machine too."""


class PrinterOnAPage:
    """A virtual printer and its page, in a thread of their own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.thread.start()
        assert self.ready.wait(15)

    async def _run(self) -> None:
        async with VirtualPrinter(self.directory, name="demo") as printer:
            self.address = printer.address
            assets = Assets([SHARED, pages.STATIC])
            app = Starlette(routes=pages.routes(printer, assets.url, translate) + assets.routes())
            config = uvicorn.Config(
                app,
                host="127.0.0.1",
                port=0,
                log_level="warning",
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
            self.server = uvicorn.Server(config)
            serving = asyncio.create_task(self.server.serve())
            while not self.server.started:  # noqa: ASYNC110 - uvicorn tells by a flag
                await asyncio.sleep(0.01)
            port = self.server.servers[0].sockets[0].getsockname()[1]
            self.url = f"http://127.0.0.1:{port}/printer"
            self.ready.set()
            await serving

    def print(self, slip: Slip, mode: TextMode) -> None:
        """Send a slip's bytes as the network printer they are for would get them."""
        with socket.create_connection(self.address, 5) as line:
            line.sendall(compile_slip(slip, 576, mode).data)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)
        assert not self.thread.is_alive()


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[PrinterOnAPage]:
    running = PrinterOnAPage(tmp_path)
    yield running
    if running.thread.is_alive():
        running.stop()


@pytest.mark.parametrize("mode", [TextMode.RASTER, TextMode.GB18030])
def test_a_slip_that_was_received_appears_by_itself_as_a_picture(
    page: Page, printer: PrinterOnAPage, mode: TextMode
) -> None:
    page.goto(printer.url)
    expect(page.locator(".none")).to_be_visible()
    printer.print(ZH, mode)
    paper = page.locator("printed-slips ol img")
    expect(paper).to_have_count(1, timeout=SECONDS)
    expect(page.locator(".none")).to_be_hidden()
    wait_for(lambda: paper.evaluate("image => image.complete && image.naturalWidth === 576"), 15)
    picture = page.request.get(str(paper.evaluate("image => image.currentSrc"))).body()
    read = zxingcpp.read_barcodes(ImageOps.expand(Image.open(io.BytesIO(picture)).convert("L"), 32, 255))
    assert [code.text for code in read] == [PAGE]


def test_the_newest_slip_stands_first_and_a_reload_keeps_the_order(
    page: Page, printer: PrinterOnAPage
) -> None:
    page.goto(printer.url)
    for place, slip in enumerate((ZH, EN, ZH_KO), 1):
        printer.print(slip, TextMode.GB18030)
        expect(page.locator("printed-slips ol img")).to_have_count(place, timeout=SECONDS)
    said = "[...document.querySelectorAll('printed-slips ol img')].map((image) => image.alt)"
    live: list[str] = page.evaluate(said)
    assert [number in text for number, text in zip(("Z10000", "C008", "A023"), live, strict=True)] == [
        True
    ] * 3
    expect(page.locator(".jobs li .fate")).to_have_text(["已打印"] * 3, timeout=SECONDS)
    page.locator("button[value=paper_out]").click()
    expect(page.locator(".state")).to_have_text("缺纸", timeout=SECONDS)
    printer.print(ZH, TextMode.GB18030)
    expect(page.locator(".jobs li .fate").first).to_have_text("压在打印机里", timeout=SECONDS)
    page.reload()
    assert page.evaluate(said) == live


def test_a_printer_that_is_gone_is_said_to_be(page: Page, printer: PrinterOnAPage) -> None:
    page.goto(printer.url)
    expect(page.locator(".down")).to_be_hidden()
    printer.stop()
    expect(page.locator(".down")).to_have_text(translate("printers.down", "zh"), timeout=SECONDS)
    expect(page.locator(".down")).to_be_visible()
