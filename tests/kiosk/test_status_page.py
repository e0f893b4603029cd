"""The public status page and what goes packed over the wire."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from starlette.applications import Starlette

from kiosk.menu import Choice, Menu
from kiosk.pages import STATIC
from kiosk.status import routes
from queue_server.locale import translate
from queue_server.static.assets import SHARED
from queue_server.static.packing import without_notes
from tests.api.hall import served

HOSTILE = "<script>alert(1)</script>"
MENU = Menu(
    {"zh": "示例县", "en": "County"},
    1,
    1_700_000_000_000,
    ("zh", "ko", "en"),
    (
        Choice("F", {"zh": "公安户政", "en": "Household"}, waiting=3, windows=(17, 18)),
        Choice(
            "L", {"zh": "反映"}, waiting=0, windows=(), closed="cut_off", why={"zh": "已排满", "en": "Full"}
        ),
        Choice("H", {"zh": "标准地"}, waiting=1, windows=(), calling_from=1_700_003_600_000),
    ),
    (),
    timezone="Asia/Shanghai",
)


async def fetched(menu: Menu, path: str = "/halls/demo/status", lang: str = "") -> httpx.Response:
    found = {"demo": menu}
    app = Starlette(routes=[*routes(found.get, lambda name: f"/static/v/{name}", translate)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hall") as client:
        return await client.get(path, headers={"accept-language": lang})


async def test_the_public_reads_what_is_open_who_waits_and_why_not() -> None:
    page = await fetched(MENU)
    for said in ("公安户政", "等候3人", "2个窗口", "已排满", "07:13起叫号", "06:13的情况"):
        assert said in page.text
    english = await fetched(MENU, lang="en-GB")
    assert "3 waiting" in english.text
    assert "Full" in english.text
    chosen = await fetched(MENU, "/halls/demo/status?lang=en", lang="zh")
    assert 'lang="en" data-theme' in chosen.text


async def test_the_page_may_be_kept_and_framed_and_runs_nothing() -> None:
    page = await fetched(replace(MENU, notices=({"zh": HOSTILE},)))
    assert page.headers["cache-control"] == "public, max-age=10"
    assert "frame-ancestors" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "<script" not in page.text


async def test_an_unknown_hall_is_said_to_be_one_and_not_kept() -> None:
    page = await fetched(MENU, "/halls/elsewhere/status")
    assert (page.status_code, page.headers["cache-control"]) == (404, "no-store")
    assert translate("kiosk.unknown_hall", "zh") in page.text


async def test_pages_and_scripts_go_packed_to_whoever_takes_it_and_plain_to_others(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        page = await hall.client.get(f"/kiosk/{hall_id}", headers={"accept-encoding": "gzip"})
        assert page.headers["content-encoding"] == "gzip"
        script = re.search(r'src="(/static/[^"]+/kiosk\.js)"', page.text)
        assert script
        async with hall.client.stream("GET", script[1], headers={"accept-encoding": "gzip"}) as answer:
            raw = b"".join([piece async for piece in answer.aiter_raw()])
        plain = await hall.client.get(script[1], headers={"accept-encoding": "identity, gzip;q=0"})
        assert answer.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert gzip.decompress(raw) == plain.content
        assert answer.headers["vary"] == plain.headers["vary"] == "accept-encoding"


async def test_the_worker_that_keeps_the_page_may_reach_this_server_alone(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        worker = await hall.client.get("/kiosk-worker.js")
        assert worker.headers["content-type"].startswith("text/javascript")
        assert worker.headers["cache-control"] == "no-cache"
        assert worker.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"


def test_scripts_go_without_their_notes_and_every_line_keeps_its_number() -> None:
    script = (
        b"/** What it is.\n * @param {string} a */\nlet a = `/** kept */`; /** kept */\n  /** gone */\nb();\n"
    )
    assert without_notes(script) == b"\n\nlet a = `/** kept */`; /** kept */\n\nb();\n"


@pytest.mark.parametrize("directory", [STATIC, SHARED], ids=["kiosk", "shared"])
def test_every_script_still_reads_without_its_notes(directory: Path, tmp_path: Path) -> None:
    for place in directory.glob("*.js"):
        bare = tmp_path / f"{place.stem}.mjs"
        bare.write_bytes(without_notes(place.read_bytes()))
        assert bare.read_bytes().count(b"\n") == place.read_bytes().count(b"\n")
    # Loaded as text only: a script that does not read is an error here, and nothing of it runs.
    parse = (
        'const fs=require("fs"),vm=require("vm");for(const f of process.argv.slice(1))'
        'new vm.SourceTextModule(fs.readFileSync(f,"utf8"),{identifier:f})'
    )
    words = ["node", "--no-warnings", "--experimental-vm-modules", "-e", parse]
    subprocess.run([*words, *map(str, tmp_path.glob("*.mjs"))], check=True, timeout=30)
