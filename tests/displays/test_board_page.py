"""The board's page and its files: in the hall's languages, without a setting or a credential."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from displays.pages import STATIC, TEMPLATES, BoardPage, routes
from queue_server.locale import languages, sentences, translate
from queue_server.static.assets import SHARED, Assets

ASSETS = Assets([SHARED, STATIC], [TEMPLATES])
PAGE = BoardPage(
    hall={"zh": "示例县政务服务中心", "ko": "시범현 정무봉사중심"},
    languages=("zh", "ko"),
    timezone="Asia/Shanghai",
    live="/api/halls/demo/board/live",
    version=ASSETS.version,
)


def find(hall: str) -> BoardPage | None:
    return PAGE if hall == "demo" else None


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[*routes(find, ASSETS.url, translate), *ASSETS.routes()])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:
        yield client


async def test_chinese_stands_before_the_second_language(client: httpx.AsyncClient) -> None:
    page = (await client.get("/halls/demo/board?lang=ko,zh")).text
    assert page.index('<span lang="zh-CN">等候人数</span>') < page.index(
        '<span lang="ko-CN">대기 인원</span>'
    )


async def test_one_language_shows_one(client: httpx.AsyncClient) -> None:
    page = (await client.get("/halls/demo/board?lang=zh")).text
    assert 'lang="ko-CN"' not in page


async def test_the_layout_follows_the_declared_screen(client: httpx.AsyncClient) -> None:
    page = (await client.get("/halls/demo/board?lang=zh&distance=8&diagonal=55")).text
    assert "--cap: 154;" in page
    near = (await client.get("/halls/demo/board?distance=3")).text
    assert "--columns: 2;" in near


@pytest.mark.parametrize(
    "query", ["distance=40", "distance=0", "distance=near", "lang=xx", "lang=zh,ko,en", "width=-1"]
)
async def test_a_screen_that_cannot_be_is_refused_in_plain_words(
    client: httpx.AsyncClient, query: str
) -> None:
    answer = await client.get(f"/halls/demo/board?{query}")
    assert answer.status_code == 400
    assert "这块屏幕的设置不合适，请联系工作人员。" in answer.text


async def test_a_query_is_never_echoed_as_markup(client: httpx.AsyncClient) -> None:
    answer = await client.get("/halls/demo/board", params={"lang": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.text


async def test_an_unknown_hall_is_refused_in_every_language(client: httpx.AsyncClient) -> None:
    answer = await client.get("/halls/nowhere/board")
    assert answer.status_code == 404
    assert all(translate("displays.unknown_hall", lang) in answer.text for lang in ("zh", "ko", "en"))


@pytest.mark.proves("S21")
async def test_the_page_holds_no_form_no_setting_and_no_credential(client: httpx.AsyncClient) -> None:
    page = (await client.get("/halls/demo/board")).text.lower()
    assert not re.search(r"<(form|input|button|select|textarea|a)\b", page)
    assert not re.search(r"token[^s.]|password|secret|bearer|redis", page)


async def test_everything_comes_from_the_server_itself_and_is_kept_for_ever(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/halls/demo/board")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    addresses = re.findall(r'(?:href|src)="([^"]+)"', answer.text)
    assert len(addresses) >= 5
    for address in addresses:
        assert address.startswith(f"/static/{ASSETS.version}/")
        file = await client.get(address)
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]


async def test_modules_find_each_other_under_the_same_version(client: httpx.AsyncClient) -> None:
    waiting, seen = ["board.js"], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        answer = await client.get(ASSETS.url(name))
        assert answer.headers["content-type"].startswith("text/javascript")
        waiting += set(re.findall(r'from "\./([\w.-]+)"', answer.text)) - seen
    assert {"board.js", "link.js", "newest.js", "board-day.js"} <= seen


async def test_a_page_of_an_older_version_gets_todays_files_but_may_not_keep_them(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/static/0123456789ab/tokens.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (await client.get(f"/static/{ASSETS.version}/absent.js")).status_code == 404
    assert (await client.get(f"/static/{ASSETS.version}/..%2fassets.py")).status_code == 404


def test_the_version_changes_with_any_file_and_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "extra.js").write_text("1")
    one = Assets([SHARED, tmp_path]).version
    (tmp_path / "extra.js").write_text("2")
    assert Assets([SHARED, tmp_path]).version != one
    assert Assets([SHARED], [tmp_path]).version not in {one, Assets([SHARED]).version}
    (tmp_path / "link.js").write_text("another")
    with pytest.raises(ValueError, match=r"link\.js"):
        Assets([SHARED, tmp_path])
    with pytest.raises(KeyError, match=r"assets\.py"):
        Assets([SHARED]).url("assets.py")


def test_every_sentence_of_a_board_exists_in_every_language() -> None:
    assert languages()[0] == "zh"
    mine = {lang: {key for key in sentences(lang) if key.startswith("displays.")} for lang in languages()}
    assert mine["zh"]
    assert mine["zh"] == mine["ko"] == mine["en"]


def test_a_sentence_is_said_with_its_values_or_the_error_names_what_is_missing() -> None:
    assert translate("displays.wait", "zh", number="A023") == "A023请稍候，将重新叫号，不算过号。"
    assert "{number}" in translate("displays.wait", "zh")
    with pytest.raises(KeyError, match=r"displays\.wait.*number"):
        translate("displays.wait", "zh", window=3)
    with pytest.raises(KeyError, match=r"no sentence 'displays\.absent' in language 'zh'"):
        translate("displays.absent", "zh")
    with pytest.raises(KeyError, match="no catalogue for language"):
        translate("displays.wait", "../zh")
