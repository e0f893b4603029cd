"""What a kiosk gets from the real server: the hall's own time, and rules that follow a switch of language."""

from __future__ import annotations

import pytest

from queue_server.locale import translate
from tests.api.hall import served


async def test_a_kiosk_shows_the_halls_time_wherever_its_own_clock_is(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        assert (await hall.get("", "/menu")).json()["timezone"] == "Asia/Shanghai"


async def test_the_missed_call_rule_comes_in_every_language_that_the_visitor_may_switch_to(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        receipt = (await hall.post("kiosk", "tickets", {"category": "D", "language": "en"})).json()
        rule = {lang: translate("hall.rule.missed", lang, hold=30, after=3) for lang in ("zh", "ko", "en")}
        assert receipt["rule_texts"] == [rule]
        assert receipt["rules"] == [rule["en"]]


@pytest.mark.parametrize("path", ["/kiosk/{hall}", "/halls/{hall}/board", "/t/{hall}/some-ticket"])
async def test_every_page_is_strict_and_needs_nothing_but_this_server(
    store_url: str, hall_id: str, path: str
) -> None:
    async with served(store_url, hall_id) as hall:
        page = await hall.client.get(path.format(hall=hall_id))
        policy = page.headers["content-security-policy"]
        assert page.status_code == 200
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assets = [part.split('"')[0] for part in page.text.split('="')[1:] if part.startswith("/static/")]
        assert len(assets) >= 5
        for address in assets:
            asset = await hall.client.get(address)
            assert asset.status_code == 200, address
            assert "immutable" in asset.headers["cache-control"], address
            assert hall.site.assets.version in address
        assert "http://" not in page.text.replace("http://www.w3.org/", "")
