"""The virtual printer's page: what came out, newest first."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from printers import pages
from printers.encoding import TextMode
from printers.virtual import VirtualPrinter
from queue_server.locale import translate
from queue_server.static.assets import SHARED, Assets
from tests.printers.conftest import PrintOn
from tests.printers.slip_samples import EN, ZH


@pytest.fixture
def client(virtual: VirtualPrinter) -> httpx.AsyncClient:
    assets = Assets([SHARED, pages.STATIC])
    app = Starlette(routes=pages.routes(virtual, assets.url, translate) + assets.routes())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hall")


@pytest.mark.parametrize(
    ("lang", "word"), [("zh", "虚拟打印机"), ("ko", "가상 프린터"), ("en", "Virtual printer")]
)
async def test_an_empty_printer_says_so(client: httpx.AsyncClient, lang: str, word: str) -> None:
    page = await client.get(f"/printer?lang={lang}")
    assert page.status_code == 200
    assert word in page.text
    assert translate("printers.none", lang) in page.text


async def test_slips_are_listed_newest_first_with_their_pictures(
    client: httpx.AsyncClient, virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    await print_on(ZH, "1")
    await print_on(EN, "2", text_mode=TextMode.GB18030)
    newest, oldest = (await client.get("/printer/slips")).json()
    assert "Check code 7K3Q" in newest["text"]
    picture = await client.get(oldest["picture"])
    assert picture.content == virtual.slips[0].path.read_bytes()
    assert oldest["picture"] in (await client.get("/printer")).text


async def test_only_slips_are_served(client: httpx.AsyncClient) -> None:
    assert (await client.get("/printer/slips/..%2F..%2Fetc%2Fpasswd")).status_code == 404
    assert (await client.get("/printer/slips/none.png")).status_code == 404


async def test_the_switches_make_the_printer_misbehave_and_say_how_it_does(
    client: httpx.AsyncClient, virtual: VirtualPrinter
) -> None:
    assert (await client.get("/printer/manners")).json() == []
    told = await client.post("/printer/manners", json=["paper_out", "stale_asb"])
    assert told.json() == ["paper_out", "stale_asb"]
    assert virtual.stopped
    page = (await client.get("/printer")).text
    assert page.count('aria-pressed="true"') == 2
    assert (await client.post("/printer/manners", json=[])).json() == []
    assert not virtual.stopped


@pytest.mark.parametrize("body", [b"[", b'["burns"]', b"{}"])
async def test_a_way_to_misbehave_that_does_not_exist_is_refused(
    client: httpx.AsyncClient, virtual: VirtualPrinter, body: bytes
) -> None:
    headers = {"content-type": "application/json"}
    assert (await client.post("/printer/manners", content=body, headers=headers)).status_code == 422
    assert (await client.post("/printer/manners", data={"a": "b"})).status_code == 415
    assert not virtual.manners
