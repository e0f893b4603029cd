"""An edition of the catalogue reaches a kiosk and a window's page that stand open, without a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from queue_server.hall.refusals import Conflict
from queue_server.views import refusal_text
from tests.api.hall import Served, demo_with
from tests.api.test_editions import NEW, changed
from tests.browser.kiosk_visitor import Visitor
from tests.browser.product import Product, product
from tests.browser.staff_desk import PATIENCE, Desk, ask, enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

CALM = demo_with(claim_lapse=600_000)


class AtKiosk:
    """Kiosk 1 of the product."""

    def __init__(self, hall: Served) -> None:
        self.hall = hall

    def url(self) -> str:
        return f"{self.hall.base}/kiosk/{self.hall.hall}#token=kiosk&kiosk=k1"


def next_edition(run: Product) -> None:
    """D02 is retired, D01 needs other papers, and there is a new matter."""
    assert run.hall is not None
    ask(
        run,
        "manager",
        "catalogue/editions",
        {"base": 0, "reason": "权力清单调整", "matters": changed(run.hall)},
    )


def test_a_kiosk_and_a_window_go_on_under_a_new_edition_as_they_stand(
    page: Page, context: BrowserContext, store_url: str, hall_id: str
) -> None:
    with product(store_url, hall_id, CALM) as run:
        assert run.hall is not None
        enter(run, context, "li.na", "clerk", (8,))
        held = ask(run, "kiosk", "tickets", {"category": "D", "matters": ["D01"]})["ticket"]
        window = Desk(context.new_page(), run.hall.base, f"/staff/{hall_id}/windows/8")
        was = run.hall.day.plan.matters[[m.id for m in run.hall.day.plan.matters].index("D01")].materials
        for path in ("claim", "open", "call-next"):
            ask(run, "manager", f"windows/8/{path}")
        ask(run, "manager", f"tickets/{held}/start")
        expect(window.page.locator("[data-matters] .papers li")).to_have_text(list(was), timeout=PATIENCE)

        visitor = Visitor(page, AtKiosk(run.hall))
        visitor.arrive()
        page.evaluate("document.documentElement.dataset.stands = 'yes'")
        visitor.open("D")
        visitor.touch("[data-matter=D02][data-do=matter]:visible")
        next_edition(run)
        expect(page.locator(f"[data-matter={NEW}][data-do=matter]")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("[data-matter=D02][data-do=matter]")).to_have_count(0)
        visitor.settle()
        visitor.take()
        said = refusal_text(Conflict("matter_retired", matter="D02"))["zh"]
        expect(page.locator("[data-problem]")).to_contain_text(said)
        visitor.settle()
        visitor.touch("[data-cover=problem] [data-do=back]")
        visitor.settle()
        visitor.touch(f"[data-matter={NEW}][data-do=matter]:visible")
        visitor.take()
        number = visitor.number()
        assert run.hall.day.by_number(number).matters == (NEW,)
        assert page.evaluate("document.documentElement.dataset.stands") == "yes", "the page was loaded anew"

        expect(window.page.locator("[data-matters] .papers li")).to_have_text(list(was))
        ask(run, "manager", f"tickets/{held}/finish")
        ask(run, "manager", "windows/8/call-next")
        expect(window.page.locator("[data-matters] h3")).to_have_text(["预告登记"], timeout=PATIENCE)
        expect(window.page.locator("[data-matters] .papers li")).to_have_text(["居民身份证"])
        assert not window.trouble
