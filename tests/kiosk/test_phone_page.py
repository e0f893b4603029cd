"""The phone's page as the server sends it: one for every ticket of a hall, without anything of the ticket."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import httpx
import pytest
from starlette.applications import Starlette

from kiosk import receipt
from kiosk.phone import LEVELS, SAID, PhonePage, routes, spoken
from queue_server.hall import model
from queue_server.locale import languages, sentences, translate

HOSTILE = '</script><script>alert("x")</script>'
RULE = {"zh": "叫号未到不立即作废。", "ko": "알려 주십시오.", "en": "Tell us."}


def page(name: str = "示例县") -> PhonePage:
    return PhonePage(
        hall={"zh": name, "en": "County"}, languages=("zh", "ko", "en"), timezone="Asia/Shanghai",
        credit=15, rules=(RULE,),
    )  # fmt: skip


async def fetched(
    path: str = "/t/demo/some-ticket",
    shown: PhonePage | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    found = {"demo": shown or page()}
    app = Starlette(routes=[*routes(found.get, lambda name: f"/static/v/{name}", translate)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://phone") as client:
        return await client.get(path, headers=headers)


def config(answer: httpx.Response) -> dict[str, object]:
    found = re.search(r'id="phone-config">(.*?)</script>', answer.text, re.DOTALL)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


async def test_the_page_of_any_ticket_differs_only_in_where_it_asks() -> None:
    one, other = await fetched("/t/demo/one"), await fetched("/t/demo/other")
    assert config(one)["ticket"] == "/api/halls/demo/tickets/one"
    assert one.text.replace("tickets/one", "tickets/other") == other.text


async def test_a_name_from_a_hall_file_or_an_address_stays_text() -> None:
    assert "<script>alert" not in (await fetched(shown=page(HOSTILE))).text
    assert "<script>alert" not in (await fetched("/t/demo/%3C%2Fscript%3E%3Cscript%3Ealert(1)")).text


async def test_nothing_on_the_page_runs_or_styles_inline_and_nothing_comes_from_elsewhere() -> None:
    answer = await fetched()
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert re.findall(r"<style|\son\w+=|\sstyle=|javascript:", answer.text) == []
    assert re.findall(r'(?:src|href)="(?!/static/|#)[^"]*"', answer.text) == []


async def test_an_unknown_hall_is_told_in_every_language_with_what_to_do() -> None:
    answer = await fetched("/t/elsewhere/some-ticket")
    assert answer.status_code == 404
    for lang in languages():
        assert translate("kiosk.unknown_hall", lang) in answer.text
        assert translate("phone.lost_do", lang) in answer.text


async def test_until_the_ticket_is_known_the_page_speaks_the_phones_language() -> None:
    answer = await fetched(headers={"accept-language": "ko-KR,ko;q=0.9,en;q=0.8"})
    assert translate("phone.looking", "ko") in answer.text
    assert answer.headers["vary"] == "accept-language"


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("", "zh"), ("en-GB,zh;q=0.5", "en"), ("fr,ko;q=0.4", "ko"), ("fr", "zh"), ("*", "zh"), (";;,,", "zh")],
)
def test_the_first_language_that_the_hall_has_is_taken(accepted: str, lang: str) -> None:
    assert spoken(accepted, ("zh", "ko", "en")) == lang


def test_every_sentence_of_the_catalogue_travels_with_the_page() -> None:
    for lang in languages():
        assert {key for key in sentences(lang) if key.startswith("phone.")} == {*SAID, *receipt.SAID}, lang


def test_every_end_of_a_ticket_has_its_sentence() -> None:
    from queue_server.hall.model import ENDS

    assert {f"phone.ended_{end}" for end in ENDS} <= set(SAID)


def test_the_page_offers_the_levels_that_the_hall_takes() -> None:
    assert LEVELS == model.LEVELS
