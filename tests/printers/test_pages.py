"""The virtual printer's page: what came out, newest first."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from printers import pages
from printers.encoding import TextMode
from printers.printer import Printer
from printers.transports import connected
from printers.virtual import Manner, VirtualPrinter
from queue_server.locale import translate
from queue_server.static.assets import SHARED, Assets
from tests.printers.conftest import QUICK, PrintOn
from tests.printers.slip_samples import EN, ZH
from tests.waiting import wait_until


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
    assert (await client.get("/printer/now")).json()["manners"] == []
    told = (await client.post("/printer/now?lang=en", json=["paper_out", "stale_asb"])).json()
    assert told["manners"] == ["paper_out", "stale_asb"]
    assert (told["state"], told["says"]) == ("paper_out", "Out of paper")
    assert virtual.stopped
    page = (await client.get("/printer")).text
    assert page.count('aria-pressed="true"') == 2
    assert "缺纸" in page
    assert (await client.post("/printer/now", json=[])).json()["manners"] == []
    assert not virtual.stopped


async def test_the_last_ten_jobs_are_told_with_what_became_of_them(
    client: httpx.AsyncClient, virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    for n in range(11):
        await print_on(EN, str(n), text_mode=TextMode.GB18030)
    await virtual.misbehave(Manner.PAPER_OUT_MID_JOB)
    await print_on(ZH, "stuck", text_mode=TextMode.GB18030)
    async with connected(Printer("p", *virtual.address, deadlines=QUICK)) as line:
        await line.write(b"\x1b@A001\n\x1dV\x00")

        async def held() -> bool:
            return bool((await client.get("/printer/now")).json()["jobs"][0]["fate"] == "held")

        await wait_until(held)
    jobs = (await client.get("/printer/now")).json()["jobs"]
    fates = [job["fate"] for job in jobs]
    assert (len(jobs), set(fates[2:])) == (10, {"printed"})
    assert (fates[0], jobs[0]["size"]) == ("held", 10)
    assert fates[1] in ("forgotten", "torn")
    assert jobs[0]["says"] == "压在打印机里"
    assert jobs[0]["says"] in (await client.get("/printer")).text
    await virtual.misbehave()
    await virtual.wait_for_slips(12)
    assert (await client.get("/printer/now")).json()["jobs"][0]["fate"] == "printed"


@pytest.mark.parametrize("body", [b"[", b'["burns"]', b"{}"])
async def test_a_way_to_misbehave_that_does_not_exist_is_refused(
    client: httpx.AsyncClient, virtual: VirtualPrinter, body: bytes
) -> None:
    headers = {"content-type": "application/json"}
    assert (await client.post("/printer/now", content=body, headers=headers)).status_code == 422
    assert (await client.post("/printer/now", data={"a": "b"})).status_code == 415
    assert not virtual.manners
