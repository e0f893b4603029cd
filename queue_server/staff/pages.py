"""The staff's pages: signing in, the way to the others, a window's, the floor's, the cases', an agent's.

Each is a shell in one language that its modules fill over the hall's API and sockets. Who may see which
stands in `PAGES`, and is asked where every route asks (`api/who.py`); a session travels in a cookie.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kiosk.phone import spoken
from queue_server import views
from queue_server.access.principals import (
    AGENT,
    ANYONE,
    NEWCOMER,
    Principal,
    Right,
    See,
    may_enter,
    may_see_devices,
    may_see_window,
    may_sit,
)
from queue_server.access.sso import Provider
from queue_server.api.problems import Unfit
from queue_server.api.sso import own_page
from queue_server.api.who import Halls, found_hall, must_enter, principal_of
from queue_server.api.windows import read_number
from queue_server.cases import commands as case
from queue_server.desk.hall import Hall
from queue_server.hall.behalf import GiveUpErrand, TakeForPrincipals
from queue_server.hall.plan import Plan
from queue_server.hall.refusals import NotKnown, NotYours, Refused, Unknown
from queue_server.staff.shell import CHOSEN, Shell
from queue_server.static.assets import Assets

HOME = "/staff/{hall}"
SIGN_IN = "/staff/{hall}/sign-in"
PAGES: dict[str, Right] = {
    HOME: See.STAFF_HOME,
    "/staff/{hall}/windows/{n}": See.WINDOW,
    "/staff/{hall}/floor": See.FLOOR_WORK,
    "/staff/{hall}/cases": See.CASES,
    "/staff/{hall}/agent": See.AGENT_TICKETS,
}
"""Every page that somebody must have signed in for, and the right it needs."""
WITH_CASES: dict[str, Right] = {
    "case_take": case.TakeCase,
    "case_supplement": case.AskSupplement,
    "case_received": case.ReceiveSupplement,
    "case_ready": case.ReadyCase,
    "case_extend": case.ExtendCase,
    "case_clock": case.StopClock,
    "case_return": case.ReturnCase,
    "case_rework": case.ReworkCase,
    "case_papers": case.PassPapers,
    "case_move": case.MoveResult,
    "case_send": case.SendCase,
    "case_arrive": case.ArriveCase,
}
"""The acts of the page of the cases, and the right that each needs: who lacks it does not see its key."""
FOR_PRINCIPALS: dict[str, Right] = {
    "agent_take": TakeForPrincipals,
    "agent_cancel": GiveUpErrand,
}
"""The acts of an agent's page; others look on, without the addresses of the tickets."""


class Staffed(Halls, Protocol):
    """What the pages need of the server they run in."""

    assets: Assets
    provider: Provider | None


class Visit(NamedTuple):
    """Somebody who looks at a page of a hall, in a language of the hall."""

    request: Request
    hall: Hall
    plan: Plan
    who: Principal
    lang: str


def routes(site: Staffed) -> list[BaseRoute]:
    """The routes of the staff's pages."""
    pages = _Pages(site)
    shows = dict(zip(PAGES, (pages.home, pages.window, pages.floor, pages.cases, pages.agent), strict=True))
    return [
        Route(SIGN_IN, pages.sign_in, methods=["GET"]),
        *(Route(path, pages.shown(path, show), methods=["GET"]) for path, show in shows.items()),
    ]


ASKED = ("bar", "lang", "to")
"""What a page's address may ask; anything else might be a secret, and is not repeated by any page."""


def _kept(request: Request) -> dict[str, str]:
    return {name: request.query_params[name] for name in ASKED if name in request.query_params}


class _Pages:
    def __init__(self, site: Staffed) -> None:
        self._site = site
        self._shell = Shell(site.assets.url)

    def shown(
        self, path: str, show: Callable[[Visit], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """A page for whoever may see it; others are led to the sign-in page, or told why not."""

        async def answer(request: Request) -> Response:
            try:
                hall = found_hall(self._site, request.path_params["hall"])
                who = await principal_of(request, self._site, hall)
                must_enter(who, PAGES[path])
                return await show(self._visit(request, hall, who))
            except (Refused, Unfit) as refusal:
                if "text/html" not in request.headers.get("accept", ""):
                    raise  # a program is told as the API tells it
                return self._led_on(request, refusal)

        return answer

    def _visit(self, request: Request, hall: Hall, who: Principal) -> Visit:
        plan = hall.register.state.plan
        if plan is None:
            raise Unknown("unknown_hall")
        chosen = request.query_params.get("lang", "") or request.cookies.get(CHOSEN, "")
        asked = request.headers.get("accept-language", "")
        lang = chosen if chosen in plan.languages else spoken(asked, plan.languages)
        return Visit(request, hall, plan, who, lang)

    def _led_on(self, request: Request, refusal: Refused | Unfit) -> Response:
        """Whoever is not known signs in first; whoever may not is told so."""
        unknown = isinstance(refusal, NotKnown) or (isinstance(refusal, Unfit) and refusal.status == 401)
        first = isinstance(refusal, NotYours) and refusal.code == "password_old"
        if unknown or first:
            door = SIGN_IN.format(hall=request.path_params["hall"])
            kept = urlencode(_kept(request)).replace("bar=&", "bar&").removesuffix("=")
            own = request.url.path + (f"?{kept}" if kept else "")
            return RedirectResponse(f"{door}?to={quote(own, safe='')}", 303, {"cache-control": "no-store"})
        if isinstance(refusal, Unfit):
            raise refusal
        home = HOME.format(hall=request.path_params["hall"])
        return self._shell.refused(views.refusal_text(refusal), home, refusal.status)

    # --- the pages ----------------------------------------------------------------------

    async def sign_in(self, request: Request) -> Response:
        """Where people sign in, and take a new password the first time."""
        hall = found_hall(self._site, request.path_params["hall"])
        try:
            who = await principal_of(request, self._site, hall)
        except (NotKnown, Unfit):
            who = ANYONE  # a session that has ended is as good as none
        visit = self._visit(request, hall, who)
        to = own_page(request.query_params.get("to", ""), hall.id)
        sso = f"/sso/{hall.id}?to={quote(to, safe='')}" if self._site.provider is not None else ""
        return self._page(visit, "sign-in.html", "sign-in.js", to=to, sso=sso, first=who.role == NEWCOMER)

    async def home(self, visit: Visit) -> Response:
        """Which pages somebody may go to."""
        if visit.who.role == AGENT:  # there is only one page for an agent
            return RedirectResponse(f"{visit.request.url.path}/agent", 303, {"cache-control": "no-store"})
        windows = [w for w in visit.plan.windows if may_see_window(visit.who, w.number)]
        return self._page(
            visit, "home.html", "home.js",
            windows=windows, floor=may_enter(visit.who, See.FLOOR_WORK), devices=may_see_devices(visit.who),
            cases=may_enter(visit.who, See.CASES), agents=may_enter(visit.who, See.AGENT_TICKETS),
        )  # fmt: skip

    async def window(self, visit: Visit) -> Response:
        """A window's page; with ``?bar`` one line of it."""
        number = read_number(visit.request.path_params["n"])
        agreed = visit.plan.window(number)
        if agreed is None:
            raise Unknown("unknown_window", window=number)
        if not may_see_window(visit.who, number):
            raise NotYours("not_allowed")
        bar = "bar" in visit.request.query_params
        shown = visit.plan.rules.receipt_at_end and not agreed.printer
        return self._page(
            visit, "window.html", "window.js",
            window=agreed, bar=bar, sits=may_sit(visit.who), receipts_shown=shown,
        )  # fmt: skip

    async def floor(self, visit: Visit) -> Response:
        """The floor staff's page."""
        return self._page(visit, "floor.html", "floor.js")

    async def cases(self, visit: Visit) -> Response:
        """The cases that concern somebody, and what may be done with them."""
        own = visit.who.department
        # A list of papers is between departments and windows: whoever is of none gives and takes none.
        may = [act for act, right in WITH_CASES.items() if may_enter(visit.who, right)]
        may = [act for act in may if own or act != "case_papers"]
        return self._page(visit, "cases.html", "cases.js", department=own, may=may)

    async def agent(self, visit: Visit) -> Response:
        """The tickets that agents took for principals: an agent's own, and for who looks after them all."""
        may = [act for act, right in FOR_PRINCIPALS.items() if may_enter(visit.who, right)]
        own = visit.who.role == AGENT
        return self._page(
            visit, "agent.html", "agent.js", may=[*may, "agent_phone"] if own else may, others=not own
        )

    def _page(self, visit: Visit, template: str, module: str, **more: object) -> Response:
        return self._shell.page(
            template, module, visit.plan, visit.who, visit.lang,
            query=_kept(visit.request), secure=visit.request.url.scheme == "https", **more,
        )  # fmt: skip
