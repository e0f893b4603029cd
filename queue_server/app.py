"""The composition root: builds everything, wires it, and owns the one task group."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from displays import fleet_pages, pad_pages
from displays import hub as displays_hub
from displays import pages as board_pages
from displays.screen_pages import Page, screen_routes
from displays.voice_pack import Pack
from kiosk import pages as kiosk_pages
from kiosk import phone as phone_pages
from kiosk import receipt as receipt_pages
from kiosk import status as status_pages
from kiosk.menu import Menu
from printers import pages as printer_pages
from queue_server import views
from queue_server.access.limits import Allowance
from queue_server.access.passwords import Passwords
from queue_server.access.sessions import IDLE, Sessions
from queue_server.access.sso import Provider, SsoSettings
from queue_server.api import agents, behalf, cases, live, openapi, pads, problems, sso, table, voice
from queue_server.api import screens as api_screens
from queue_server.api.device_page import DevicePage
from queue_server.api.headers import SafeAnswers
from queue_server.config import Webhook
from queue_server.desk.hall import Hall
from queue_server.desk.past_cases import Rows
from queue_server.hall.hours import business_date, day_bounds
from queue_server.hall.refusals import NotNow
from queue_server.locale import translate
from queue_server.reactions import metrics
from queue_server.reactions.following import Following, FollowingRegister, Happened, Reaction
from queue_server.reactions.opening import Opening
from queue_server.reactions.post import Post
from queue_server.reactions.snapshotting import Snapshotting
from queue_server.reactions.speaking import Voices
from queue_server.reactions.strips import Strips
from queue_server.reactions.webhooks import CaseWebhooks, Webhooks
from queue_server.reactions.wiping import Wiping
from queue_server.staff import pages as staff_pages
from queue_server.staff import shell
from queue_server.static.assets import SHARED, Assets
from queue_server.store.logs import Store
from queue_server.store.reader import Reader
from queue_server.store.vault import Vault

CONFIRMED = 5.0
"""Seconds since the store last confirmed a day's end after which a process is not ready for its hall."""


class AccessRules(msgspec.Struct, frozen=True):
    """After how many ms without use a session ends, how fast one device may take tickets, and whose word
    counts for who somebody is."""

    idle: int = IDLE
    tickets: Allowance = Allowance()
    sso: SsoSettings | None = None


class Site:
    """Every hall that is live in this process, over one store."""

    def __init__(
        self, store: Store, halls: Sequence[str], public_url: str, rules: AccessRules | None = None
    ) -> None:
        self.store = store
        self.reader = Reader(store)
        self.public_url = public_url.rstrip("/")
        self.halls = {id: Hall(store, self.reader, id) for id in halls}
        self.posts = {id: Post(hall) for id, hall in self.halls.items()}
        self.assets = Assets(
            [SHARED, shell.STATIC, board_pages.STATIC, kiosk_pages.STATIC, printer_pages.STATIC],
            [shell.TEMPLATES, board_pages.TEMPLATES, kiosk_pages.TEMPLATES, printer_pages.TEMPLATES],
        )
        self.hub = displays_hub.Hub()
        rules = rules or AccessRules()
        self.passwords = Passwords()
        self.allowance = rules.tickets
        self.provider = Provider(rules.sso) if rules.sso else None
        self._sessions = {id: people_of(hall, self.passwords, rules.idle) for id, hall in self.halls.items()}
        self.live = live.Live(self.hub, self.assets.version)
        self.metrics = metrics.Metrics(self.halls, self.hub)
        self.media = Path("var/media")
        self.up = False
        self.voices = Voices(None)
        self.webhooks: tuple[Webhook, ...] = ()
        self.rows: Rows | None = None
        self._reactions: list[Callable[[Hall], Reaction[Happened]]] = [Wiping, Opening, Snapshotting]
        self._jobs: list[Callable[[], Coroutine[None, None, None]]] = []

    def also_run(self, job: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run something else for as long as the halls are served."""
        self._jobs.append(job)

    def react_with(self, make: Callable[[Hall], Reaction[Happened]]) -> None:
        """Let a follower act on what lands in every hall."""
        self._reactions.append(make)

    def tell(self, targets: Sequence[Webhook]) -> None:
        """Tell other systems what happens in their halls."""
        self.webhooks = tuple(targets)

    def speak_with(self, pack: Pack) -> None:
        """Have calls spoken with a voice."""
        self.voices = Voices(pack)

    def hall(self, id: str) -> Hall | None:
        """A hall that is live here."""
        return self.halls.get(id)

    def sessions(self, id: str) -> Sessions:
        """The people of a hall that is live here."""
        return self._sessions[id]

    def menu(self, hall: str) -> Menu | None:
        """What a hall offers now, for the first paint of its kiosk."""
        found = self.halls.get(hall)
        if found is None or found.day is None:
            return None
        now = found.clock()
        return views.menu(found.day.state, now, now, self.assets.version)

    def board_page(self, hall: str) -> board_pages.BoardPage | None:
        """How a hall's board page is made."""
        found = self.halls.get(hall)
        if found is None or found.day is None:
            return None
        plan = found.day.state.plan
        return board_pages.BoardPage(
            hall=plan.name,
            languages=tuple(x for x in plan.languages if x in ("zh", "ko"))[:2],
            timezone=plan.timezone,
            live=f"/api/halls/{hall}/board/live",
            version=self.assets.version,
            zones=api_screens.zones_of(plan),
            device=api_screens.device_of(hall),
        )

    def screen_page(self, hall: str, screen: str) -> Page | None:
        """How the page of one of a hall's screens is made; None for a hall or a screen that is not there."""
        found = self.halls.get(hall)
        plan = api_screens.plan_in_force(found) if found else None
        agreed = plan.screen(screen) if plan else None
        return api_screens.page_of(plan, agreed, self.assets.version) if plan and agreed else None

    def pad_page(self, hall: str, pad: str) -> pad_pages.PadPage | None:
        """How the page of one of a hall's rating pads is made; None for a hall or a pad that is not there."""
        found = self.halls.get(hall)
        plan = api_screens.plan_in_force(found) if found else None
        agreed = plan.pad(pad) if plan else None
        return pads.page_of(plan, agreed, self.assets.version) if plan and agreed else None

    def phone_page(self, hall: str) -> phone_pages.PhonePage | None:
        """How the page on a hall's visitors' phones is made."""
        found = self.halls.get(hall)
        if found is None or found.day is None:
            return None
        plan = found.day.state.plan
        return phone_pages.PhonePage(
            hall=plan.name,
            languages=plan.languages,
            timezone=plan.timezone,
            credit=plan.rules.credits.get("priority", 0) // 60_000,
            rules=(views.missed_rule(plan),),
        )

    def unready(self) -> list[str]:
        """Why this process should not be sent anyone, a line for each reason; empty when it may."""
        if not self.up:
            return ["the server is starting or has ended"]
        return [f"{hall.id}: {why}" for hall in self.halls.values() if (why := unready(hall))]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve every hall while the block runs. A hall that cannot go on ends the block with its error."""
        async with asyncio.TaskGroup() as tasks:
            jobs = [tasks.create_task(self.reader.run())]
            jobs += [tasks.create_task(job()) for job in self._jobs]
            for hall in self.halls.values():
                self.live.follow(hall)
                reactions = [make(hall) for make in self._reactions]
                targets = [one for one in self.webhooks if one.hall == hall.id]
                reactions += [Webhooks(hall, one) for one in targets]
                of_cases = [FollowingRegister(hall, CaseWebhooks(hall, one)) for one in targets]
                jobs += [tasks.create_task(following.run()) for following in of_cases]
                jobs += [tasks.create_task(Following(hall, reaction).run()) for reaction in reactions]
                jobs.append(tasks.create_task(Strips(hall).run()))
                started = asyncio.Event()
                jobs.append(tasks.create_task(hall.run(started)))
                await started.wait()
                jobs.append(tasks.create_task(self.voices.run(hall)))
            jobs.append(tasks.create_task(self.hub.keep_fresh(self.live.confirmed)))
            jobs.append(tasks.create_task(self.live.keep_in_time()))
            self.up = True
            try:
                yield
            finally:
                self.up = False
                self.passwords.close()
            for job in jobs:
                job.cancel()


def people_of(hall: Hall, passwords: Passwords, idle: int) -> Sessions:
    """The people of a hall; their sessions end with its business day."""

    def day_ends(now: int) -> int:
        plan = hall.register.state.plan
        if plan is None:
            raise NotNow("day_not_open")
        return day_bounds(plan, business_date(plan, now))[1]

    vault = Vault(hall.store, hall.id)
    register = hall.register
    clock = lambda: hall.clock()  # noqa: E731, PLW0108 - it may be replaced
    return Sessions(vault, passwords, lambda: register.state, register.ask, clock, day_ends, idle)


def unready(hall: Hall) -> str:
    """Why this process should not be sent a hall's visitors; "" when it may."""
    if hall.halt is not None:
        return f"it accepts nothing: {hall.halt.code}"
    if hall.day is None or not hall.day.state.now.opened:
        return "no business day is loaded"
    age = time.monotonic() - hall.day.confirmed_at
    return f"the store has not confirmed the day for {age:.0f} s" if age > CONFIRMED else ""


class HallApp(Starlette):
    """The application; its outermost layer sees to it that every answer is a safe one."""

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's own layers inside ours: what fails in them is answered safely too."""
        return SafeAnswers(super().build_middleware_stack())


def build(site: Site, extra: Sequence[BaseRoute] = ()) -> Starlette:
    """The whole server as an ASGI application."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with site.running():
            yield

    devices = DevicePage(site)
    described = msgspec.json.encode(openapi.document())

    async def describe(_: Request) -> Response:
        return Response(described, media_type="application/json")

    async def healthy(_: Request) -> Response:
        """Whether this process is worth keeping: it answers, and its halls run in it."""
        return _plain("ok" if site.up else "the halls do not run in this process", site.up)

    async def ready(_: Request) -> Response:
        """Whether this process should be sent anyone."""
        why = site.unready()
        return _plain("\n".join(why) or "ready", not why)

    async def measured(_: Request) -> Response:
        return Response(site.metrics.text(), headers={"content-type": metrics.CONTENT_TYPE})

    routes: list[BaseRoute] = [
        Route("/openapi.json", describe),
        Route("/healthz", healthy),
        Route("/readyz", ready),
        Route("/metrics", measured),
        *table.routes(site),
        *live.routes(site, site.live),
        *agents.routes(site, site.posts),
        *voice.routes(site, site.voices),
        *board_pages.routes(site.board_page, site.assets.url, translate),
        *screen_routes(site.screen_page, site.assets.url, translate),
        *fleet_pages.routes(devices.name_of, devices, site.assets.url, translate),
        *api_screens.routes(site, site.live),
        *pads.routes(site, site.live),
        *behalf.routes(site, site.live),
        *cases.routes(site, site.live),
        *pad_pages.routes(site.pad_page, site.assets.url, translate),
        *kiosk_pages.routes(
            site.menu,
            site.assets.url,
            site.assets.text,
            translate,
            lambda: voice.of_kiosks(site.voices, translate),
        ),
        *status_pages.routes(site.menu, site.assets.url, translate),
        *phone_pages.routes(site.phone_page, site.assets.url, translate),
        *receipt_pages.routes(site.phone_page, site.assets.url, translate),
        *sso.routes(site, site.provider),
        *staff_pages.routes(site),
        *site.assets.routes(),
        *extra,
    ]
    return HallApp(routes=routes, lifespan=lifespan, exception_handlers=problems.HANDLERS)


def _plain(text: str, well: bool) -> Response:
    return Response(f"{text}\n", 200 if well else 503, media_type="text/plain")
