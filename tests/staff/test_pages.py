"""The staff's pages as the server gives them: who is led where, in which language, and nothing alive."""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from queue_server.access.sso import SsoSettings
from queue_server.app import AccessRules
from queue_server.demo import called_a_demo
from queue_server.hall.plan import Plan
from queue_server.locale import sentences
from queue_server.staff.pages import WITH_CASES
from queue_server.staff.shell import SPOKEN, STATIC, words
from tests.api.hall import NO_LIMIT, Served, demo_with, served
from tests.api.people import PASSWORD, person, sign_in

HTML = {"accept": "text/html"}
EVIL = "\x1b[31m<b>县\u202e</b>{{7*7}}</script><script>alert(1)</script>\x07"


async def browser(hall: Served, login: str) -> httpx.AsyncClient:
    """A browser in which somebody has signed in."""
    answer = await sign_in(hall, login, cookie=True)
    assert answer.status_code == 200, answer.text
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    return httpx.AsyncClient(base_url=hall.base, cookies={name: value}, headers=HTML, timeout=30)


def evil_plan() -> Plan:
    """A hall whose own texts try to be more than text."""
    plan = demo_with()
    windows = tuple(replace(w, name={"zh": EVIL}) for w in plan.windows)
    return replace(plan, name={"zh": EVIL}, windows=windows)


async def test_whoever_is_not_known_is_led_to_the_sign_in_page_and_back(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        window = f"/staff/{hall_id}/windows/8?bar"
        led = await hall.client.get(window, headers=HTML)
        assert led.status_code == 303
        door = led.headers["location"]
        assert door == f"/staff/{hall_id}/sign-in?to=%2Fstaff%2F{hall_id}%2Fwindows%2F8%3Fbar"
        shown = await hall.client.get(door, headers=HTML)
        assert shown.status_code == 200
        assert f'"to":"{window}"' in shown.text
        assert "/sso/" not in shown.text
        over = HTML | {"cookie": f"yichuang-{hall_id}=s.over"}
        ended = await hall.client.get(window, headers=over)
        assert ended.headers["location"] == door
        for other in ("https://evil.test", "//evil.test", "/\\evil.test"):
            away = await hall.client.get(f"/staff/{hall_id}/sign-in", params={"to": other}, headers=HTML)
            assert f'"to":"/staff/{hall_id}"' in away.text
        assert (await hall.client.get("/staff/nowhere/sign-in", headers=HTML)).status_code == 404


async def test_a_role_sees_its_own_pages_and_a_newcomer_only_the_change_of_password(
    store_url: str, hall_id: str
) -> None:
    sso = SsoSettings("https://login.test", "yichuang")
    async with served(store_url, hall_id, rules=AccessRules(tickets=NO_LIMIT.tickets, sso=sso)) as hall:
        await person(hall, "li", "clerk", (8,))
        await person(hall, "dao", "floor")
        await person(hall, "new", "manager", must_change=True)
        async with await browser(hall, "li") as clerk:
            home = (await clerk.get(f"/staff/{hall_id}")).text
            assert re.findall(r"/windows/(\d+)\"", home) == ["8"]
            assert f"/staff/{hall_id}/floor" not in home
            assert (await clerk.get(f"/staff/{hall_id}/windows/8")).status_code == 200
            for path, status in (("windows/9", 403), ("floor", 403), ("windows/99", 404), ("windows/x", 422)):
                assert (await clerk.get(f"/staff/{hall_id}/{path}")).status_code == status, path
            refused = await clerk.get(f"/staff/{hall_id}/floor")
            assert "您没有这个权限" in refused.text
            assert "You may not do this" in refused.text
        async with await browser(hall, "dao") as floor:
            assert (await floor.get(f"/staff/{hall_id}/floor")).status_code == 200
            assert (await floor.get(f"/staff/{hall_id}/windows/8")).status_code == 403
            assert (await floor.get(f"/staff/{hall_id}/cases")).status_code == 403
        for login, role, department, acts in (
            ("piao", "department", "estate", set(WITH_CASES)),
            ("wang", "clerk", "", {"case_received", "case_move", "case_arrive"}),
            ("boss", "manager", "", set(WITH_CASES) - {"case_papers"}),
            ("zhao", "supervisor", "", set()),
        ):
            await person(hall, login, role, department=department)
            async with await browser(hall, login) as page:
                assert f"/staff/{hall_id}/cases" in (await page.get(f"/staff/{hall_id}")).text, role
                shown = (await page.get(f"/staff/{hall_id}/cases")).text
                may = re.search(r'"may":(\[.*?\])', shown)
                assert may is not None
                assert set(msgspec.json.decode(may[1])) == acts, role
        async with await browser(hall, "new") as new:
            led = await new.get(f"/staff/{hall_id}")
            assert led.status_code == 303
            door = (await new.get(led.headers["location"])).text
            assert '"first":true' in door
            assert 'href="/sso/' in door


async def test_a_page_speaks_the_language_that_was_chosen_and_tells_no_secret(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk", (8,))
        async with await browser(hall, "li") as page:
            path = f"/staff/{hall_id}/windows/8"
            asked = await page.get(path, headers={"accept-language": "ko-KR,ko;q=0.9"})
            assert '<html lang="ko-CN"' in asked.text
            chosen = await page.get(f"{path}?bar=&lang=en")
            assert '<html lang="en"' in chosen.text
            assert 'href="?bar=&amp;lang=ko"' in chosen.text
            cookie = chosen.headers["set-cookie"]
            assert cookie.startswith("yichuang-lang=en;")
            assert "Path=/staff/" in cookie
            kept = await page.get(path)
            assert '<html lang="en"' in kept.text
            assert (await page.get(f"{path}?lang=xx")).status_code == 200
            session = next(value for name, value in page.cookies.items() if name.endswith(hall_id))
            assert session not in kept.text
            assert PASSWORD not in kept.text
            policy = kept.headers["content-security-policy"]
            assert "'unsafe-inline'" not in policy
            assert "frame-ancestors 'none'" in policy
            assert kept.headers["cache-control"] == "no-store"
            assert re.findall(r'(?:src|href)="(?!/static/|/staff/|\?)[^"]*"', kept.text) == []
            assert re.findall(r"<script(?![^>]*src=)[^>]*>", kept.text) == [
                '<script type="application/json" id="page-config">'
            ]


async def test_text_from_outside_is_dead_on_every_page(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, evil_plan()) as hall:
        await person(hall, "boss", "manager")
        async with await browser(hall, "boss") as page:
            for path in ("", "/windows/8", "/floor", "/cases", "/sign-in"):
                told = (await page.get(f"/staff/{hall_id}{path}")).text
                assert "县" in told
                assert not {"\x1b", "\u202e", "\x07"} & set(told), path
                assert "<b>县" not in told
                assert "alert(1)</script>" not in told
                assert "49" not in told.partition("</title>")[0]


@pytest.mark.parametrize("module", SPOKEN)
def test_every_sentence_that_a_page_says_travels_with_it(module: str) -> None:
    """What the modules of a page name as a literal; what they build at run time begins as `SPOKEN` says."""
    there = words(module, "zh")
    reached, ahead = set(), [module]
    while ahead:
        name = ahead.pop()
        if name not in reached and (place := STATIC / name).exists():
            reached.add(name)
            ahead += re.findall(r'from "\./([\w-]+\.js)"', place.read_text("utf-8"))
    said = {
        key
        for name in reached
        for key in re.findall(r'"((?:console|staff|kiosk)\.[a-z_0-9.]+)"', (STATIC / name).read_text("utf-8"))
    }
    assert said - sentences("zh").keys() == set()
    assert said - there.keys() == set()


async def test_a_demo_says_so_on_the_page_itself_where_its_name_has_no_room(
    store_url: str, hall_id: str
) -> None:
    for plan, marked in ((called_a_demo(demo_with()), True), (demo_with(), False)):
        async with served(store_url, f"{hall_id}-{marked}", plan) as hall:
            await person(hall, "boss", "manager")
            async with await browser(hall, "boss") as boss:
                for path in ("windows/8", "windows/8?bar", "floor", "cases", "agent"):
                    shown = (await boss.get(f"/staff/{hall.hall}/{path}")).text
                    assert ('<p class="demo-mark">演示</p>' in shown) == marked, path
