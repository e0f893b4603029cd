"""The kiosk's page as the server sends it: whole, in three languages, without a secret."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from kiosk.menu import Choice, Menu, Receipt
from kiosk.pages import STATIC, TEMPLATES, routes
from kiosk.sentences import ON_THE_PAGE, page_words
from kiosk.tiles import facts_of
from queue_server.locale import languages, sentences, translate

HOSTILE = '</script><script>alert("x")</script>'
ELSEWHERE = {"unknown_hall", "unknown_hall_do", "status_at"}
"""Sentences that are said where there is no kiosk: before its page, and on the public one."""


def menu(name: str = "公安户政") -> Menu:
    offered = Choice("F", {"zh": name, "en": "Household"}, waiting=3, windows=(17, 18))
    return Menu({"zh": "示例县", "en": "County"}, 1, 1_700_000_000_000, ("zh", "ko", "en"), (offered,), ())


def styled(name: str) -> str:
    """What a style sheet says."""
    return f"/* why */\n.{name.partition('.')[0]} {{\n  margin: 0;\n}}\n"


async def fetched(shown: Menu, path: str = "/kiosk/demo") -> httpx.Response:
    found = {"demo": shown}
    app = Starlette(routes=[*routes(found.get, lambda name: f"/static/v/{name}", styled, translate)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kiosk") as client:
        return await client.get(path)


async def test_the_page_offers_the_menu_before_any_script_runs() -> None:
    answer = await fetched(menu())
    assert answer.status_code == 200
    assert re.search(r'data-category="F".*?公安户政', answer.text, re.DOTALL)
    assert "请选择要办的业务" in answer.text


def test_the_server_writes_a_tile_as_the_page_would() -> None:
    now = 1_700_000_000_000
    offered = tuple(
        Choice(letter, {"zh": "公安户政"}, waiting=3, windows=windows, closed=closed, calling_from=later)
        for letter, windows, closed, later in (
            ("A", (17, 18), "", None), ("B", (), "", now), ("C", (), "", None), ("D", (1,), "closed", None),
        )
    )  # fmt: skip
    for zone in ("Asia/Shanghai", "America/St_Johns"):
        shown = msgspec.structs.replace(menu(), choices=offered, timezone=zone)
        words = page_words(translate, shown.languages)
        hall = msgspec.json.encode({"menu": shown, "words": words, "paired": []})
        run = subprocess.run(
            ["node", str(Path(__file__).parent / "tiles.mjs")], input=hall, capture_output=True, check=True
        )
        facts = [facts_of(choice, shown, words) for choice in offered]
        assert [{"label": one.label, "long": one.long, "counts": one.counts} for one in facts] == json.loads(
            run.stdout
        )
        assert ":" in facts[1].counts["windows"]
        assert [one.whole for one in facts] == ["", "", "", translate("kiosk.refused", "zh")]


async def test_a_name_from_a_hall_file_stays_text_wherever_the_page_puts_it() -> None:
    text = (await fetched(menu(HOSTILE))).text
    assert "<script>alert" not in text
    config = re.search(r'<script type="application/json" id="kiosk-config">(.*?)</script>', text, re.DOTALL)
    assert config
    assert json.loads(config[1])["menu"]["choices"][0]["name"]["zh"] == HOSTILE


async def test_nothing_on_the_page_runs_inline_one_style_is_let_in_and_nothing_comes_from_elsewhere() -> None:
    answer = await fetched(menu())
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert re.findall(r"\son\w+=|\sstyle=|javascript:", answer.text) == []
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style == "\n".join(f".{name} {{\nmargin: 0;\n}}" for name in ("tokens", "kiosk", "kiosk-start"))
    (known,) = re.findall(r"'sha256-(.*?)'", answer.headers["content-security-policy"])
    assert base64.b64decode(known) == hashlib.sha256(style.encode()).digest()
    assert re.findall(r'(?:src|href)="(?!/static/|#)[^"]*"', answer.text) == []


async def test_an_unknown_hall_is_told_in_every_language() -> None:
    answer = await fetched(menu(), "/kiosk/elsewhere")
    assert answer.status_code == 404
    assert all(translate("kiosk.unknown_hall", lang) in answer.text for lang in ("zh", "ko", "en"))
    assert "elsewhere" in answer.text


def test_every_sentence_of_the_catalogue_is_said_and_every_one_said_is_translated() -> None:
    assert languages()[0] == "zh"
    for lang in languages():
        keys = {key.removeprefix("kiosk.") for key in sentences(lang) if key.startswith("kiosk.")}
        assert keys == set(ON_THE_PAGE) | ELSEWHERE, lang


def test_every_sentence_that_travels_with_the_page_is_used_by_it() -> None:
    places = [*STATIC.glob("*.js"), *TEMPLATES.glob("*.html")]
    text = "\n".join(place.read_text() for place in places)
    used = set(re.findall(r'kiosk\.(\w+)"', text)) | set(re.findall(r'say\("\w+", "(\w+)"', text))
    assert set(ON_THE_PAGE) <= used


def test_every_language_puts_the_same_values_into_a_sentence() -> None:
    for key, said in page_words(translate, languages()).items():
        places = [set(re.findall(r"\{(\w+)\}", sentence)) for sentence in said.values()]
        assert all(place == places[0] for place in places), key


def test_a_missing_sentence_is_named() -> None:
    def forgetful(key: str, lang: str, **values: object) -> str:
        return sentences(lang)[key][0] if key != "kiosk.take" else translate("kiosk.nowhere", lang)

    with pytest.raises(KeyError, match=r"kiosk\.nowhere"):
        page_words(forgetful, ("zh",))


def test_a_receipt_of_an_earlier_server_still_reads() -> None:
    old = {
        "ticket": "t", "number": "S023", "category": "S", "category_name": {"zh": "医保社保"}, "matters": [],
        "priority": False, "ahead": 4, "windows": [12], "floor": "2", "area": "", "taken_at": 0,
        "language": "zh", "url": "", "code": "",
    }  # fmt: skip
    assert msgspec.convert(old, Receipt).calling_from is None


def test_the_words_of_a_kiosk_come_without_server_or_store() -> None:
    code = "import sys, kiosk.menu; print({'starlette', 'redis', 'jinja2'} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert told.stdout.strip() == "set()"
