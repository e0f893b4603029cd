"""Text from outside on the staff's pages: markup, escapes and overrides in everything that has a name."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect

from queue_server.hall.plan import Plan
from tests.api.hall import demo_with
from tests.browser.product import product
from tests.browser.staff_desk import PATIENCE, Desk, ask, enter

pytestmark = pytest.mark.timeout(180)

EVIL = "<img src=x onerror='window.obeyed=1'>{{7*7}}\x1b[31m\u202e县\u2066\x07</script><b>"
SENT = EVIL.replace("\x1b", "").replace("\x07", "")
"""What an operation lets in: it refuses control characters by itself."""
SEEN = "<img src=x onerror='window.obeyed=1'>{{7*7}}[31m县</script><b>"
WRITTEN = (
    "materials",
    "conditions",
    "steps",
    "law",
    "standard",
    "promised_limit",
    "legal_limit",
    "fee",
    "place",
)
ALIVE = r"""() => {
  const live = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
  const found = [];
  for (const each of document.querySelectorAll('body, body *')) {
    const texts = [...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data);
    for (const text of [...texts, ...[...each.attributes].map(({ value }) => value)]) {
      if (live.test(text.replaceAll('\n', ''))) found.push(`${each.tagName}: ${text}`);
    }
  }
  if (window.obeyed) found.push('a script ran');
  if (document.querySelector('img, body script:not([src]), b b')) found.push('markup became elements');
  if (live.test(document.title)) found.push('title');
  return found;
}"""


def evil(value: Any, name: str = "") -> Any:
    """A plan in which every name and every text of a guide tries to be more than text."""
    if isinstance(value, dict):
        named = "zh" in value
        return {
            key: each + EVIL if named and isinstance(each, str) else evil(each, key)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [evil(each, name) for each in value]
    return value + EVIL if isinstance(value, str) and name in WRITTEN and value else value


def test_whatever_is_named_from_outside_lies_dead_on_every_page(
    page: Page, store_url: str, hall_id: str
) -> None:
    plan = msgspec.convert(evil(msgspec.to_builtins(demo_with(miss_gap=0))), Plan)
    with product(store_url, hall_id, plan) as run:
        hall = run.hall
        assert hall is not None
        page.set_viewport_size({"width": 1280, "height": 800})
        run.do(hall.take("D", matters=["D01"], needs=["wheelchair"]))
        run.do(hall.take("F"))
        ask(run, "kiosk", "help", {"language": "ko"})
        ask(run, "manager", "notice", {"text": {"zh": SENT}})
        own = enter(run, page.context, "li", "manager")
        alive: dict[str, list[str]] = {}

        def look(where: str, sees: str, *within: str) -> None:
            for place in within:
                expect(page.locator(place).first).to_contain_text(sees, timeout=PATIENCE)
            alive[where] = page.evaluate(ALIVE)

        desk = Desk(page, hall.base, f"/staff/{hall_id}/windows/8")
        desk.does("F11", said="就座")
        ask(run, "manager", "summons", {"text": {"zh": SENT}, "windows": [8]})
        look("urgent call", SEEN, "[data-summons-said]", "[data-strip]", ".place")
        page.locator("[data-act=heard]").click()
        desk.told("已回复收到")
        for key, said in (("F11", "窗口已开"), ("F2", "已叫 D001"), ("F4", "开始办理")):
            desk.does(key, said=said)
        look("visitor", SEEN, "[data-matters] h3", ".papers li", ".badges")
        page.locator("[data-guide=D01]").click()
        look("guide", SEEN, "dialog h2", "dialog dd:nth-of-type(2)")
        page.keyboard.press("Escape")
        for name, keys in (("result", ("F5",)), ("category", ("F10", "1")), ("window", ("F10", "2"))):
            page.keyboard.press(keys[0])
            for key in keys[1:]:
                desk.answer(key)
            look(name, SEEN, "dialog[open] .content")
            page.keyboard.press("Escape")
            expect(page.locator("body[data-busy]")).to_have_count(0, timeout=PATIENCE)
        ask(run, own, f"tickets/{hall.day.windows[8].present}/matters/D01/close", {"outcome": "accepted"})
        ways: tuple[tuple[str, tuple[str, ...]], ...] = (
            ("cases", ("[data-case-name]", "[data-cases] li", ".hall")),
            ("floor", (".tile .name", "[data-help] li", "[data-strip]")),
            ("", (".windows li", ".hall")),
            ("windows/8?bar=", ()),
        )
        for path, places in ways:
            page.goto(f"{hall.base}/staff/{hall_id}/{path}".removesuffix("/"))
            look(path or "home", SEEN, *places)
        assert {where: found for where, found in alive.items() if found} == {}
        assert desk.trouble == []
        # The control: a page that writes what it was given is found out.
        page.evaluate(
            "evil => { document.body.append(evil); document.body.insertAdjacentHTML('beforeend', evil); }",
            EVIL,
        )
        expect(page.locator("img")).to_have_count(1)
        assert len(page.evaluate(ALIVE)) >= 2
