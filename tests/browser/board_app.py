"""A small hall for board tests: the real page, hub and assets around boards that a test makes up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import msgspec
import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from displays.board import Beat, Board, Call, Next, Notice, Queue, Sign
from displays.hub import Hub
from displays.layout import Screen
from displays.pages import STATIC, TEMPLATES, BoardPage, Look, routes
from displays.screen_pages import Page, SignPage, screen_routes
from displays.voice_sound import silence, write_wav
from queue_server.locale import translate
from queue_server.static.assets import SHARED, Assets
from tests.waiting import wait_for

HALL = {"zh": "示例县政务服务中心", "ko": "시범현 정무봉사중심", "en": "Model County Service Hall"}
CATEGORIES = [
    ("A", "项目投资", "대상투자", "Project investment"),
    ("B", "商事登记", "상사등기", "Business registration"),
    ("C", "市场监管", "시장감독관리", "Market regulation"),
    ("D", "不动产交易", "부동산거래", "Real estate"),
    ("S", "医保社保", "의료보험 사회보험", "Health and social insurance"),
    ("F", "公安户政", "공안호정", "Household registration"),
    ("G", "即来即办", "즉시처리", "While-you-wait"),
    ("J", "统一出件", "통일출건", "Collection"),
    ("K", "爱心专窗", "사랑창구", "Priority desk"),
    ("L", "办不成事反映", "미해결사항 반영", "Unresolved matters desk"),
]


def now_ms() -> int:
    return int(time.time() * 1000)


def call(number: str, window: int, seq: int, state: str = "called", **more: Any) -> Call:
    rest = {"at": now_ms(), "times": 1} | more
    return Call(seq=seq, number=number, window=window, state=state, **rest)


def queues(paused: str = "") -> tuple[Queue, ...]:
    return tuple(
        Queue(prefix, {"zh": zh, "ko": ko, "en": en}, (7 * place) % 23, windows=2, paused=prefix in paused)
        for place, (prefix, zh, ko, en) in enumerate(CATEGORIES)
    )


def board(seq: int, current: list[Call], recent: list[Call] | None = None, **more: Any) -> Board:
    return Board(
        hall=HALL, seq=seq, data_at=now_ms(), current=tuple(current), recent=tuple(recent or ()),
        queues=more.pop("queues", queues()), notices=more.pop("notices", ()), **more,
    )  # fmt: skip


def notice(zh: str, ko: str = "", en: str = "") -> Notice:
    return Notice({"zh": zh, **({"ko": ko} if ko else {}), **({"en": en} if en else {})}, now_ms())


def coming(*numbers: str, floor: str = "2", area: str = "不动产区") -> tuple[Next, ...]:
    return tuple(Next(number, (8,), floor, area) for number in numbers)


def sign(seq: int, called: Call | None = None, state: str = "open", **more: Any) -> Sign:
    rest = {"staff": "0307", "name": {"zh": "综合窗口", "ko": "종합창구", "en": "General services"}} | more
    return Sign(hall=HALL, seq=seq, data_at=now_ms(), window=3, state=state, call=called, **rest)


async def shown_between_calls(request: Request) -> Response:
    """A picture of one colour, or a film of half a second; ``gone`` is not there."""
    name = request.path_params["name"]
    if name.startswith("gone"):
        return Response(status_code=404)
    if name.endswith(".webm"):
        return Response(write_wav(silence(0.5)), media_type="video/webm")
    made = BytesIO()
    Image.new("RGB", (640, 360), "#9fdccb").save(made, "PNG")
    return Response(made.getvalue(), media_type="image/png")


class Hall:
    """A server in a thread of its own that a test can start, silence, stop and start again."""

    def __init__(self) -> None:
        self.port = 0
        self.version = ""
        self.shown: Board | Sign | None = None
        self.fresh = True
        self.live = True
        self.screen = Screen()
        self.languages: tuple[str, ...] = ("zh",)
        self.look = Look()
        self.more: dict[str, Any] = {}
        self.page_seconds = 0.5

    def url(self, query: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/halls/demo/board{query}"

    def screen_url(self, screen: str) -> str:
        return f"http://127.0.0.1:{self.port}/halls/demo/screens/{screen}"

    def show(self, shown: Board | Sign) -> None:
        """Publish a board on every screen."""
        self.shown = msgspec.structs.replace(shown, version=self.version)
        self.on_loop(lambda: self.hub.publish("demo", msgspec.json.encode(self.shown)))

    def on_loop(self, run: Callable[[], object]) -> None:
        async def ran() -> None:
            run()

        asyncio.run_coroutine_threadsafe(ran(), self.loop).result(5)

    def start(self) -> None:
        self.hub = Hub()
        assets = Assets([SHARED, STATIC], [TEMPLATES])
        self.version = self.version or assets.version

        def find(hall: str) -> BoardPage | None:
            if hall != "demo":
                return None
            return BoardPage(
                hall=HALL, languages=self.languages, timezone="Asia/Shanghai", live="/live",
                version=self.version, screen=self.screen, page_seconds=self.page_seconds, look=self.look,
                **self.more,
            )  # fmt: skip

        def find_screen(hall: str, screen: str) -> Page | None:
            """``w`` is the sign of window 3, ``b`` the board."""
            if screen == "w":
                return SignPage(
                    hall=HALL, languages=self.languages, timezone="Asia/Shanghai", live="/live",
                    version=self.version, window=3, screen=self.screen, look=self.look,
                )  # fmt: skip
            return find(hall) if screen == "b" else None

        async def live(websocket: WebSocket) -> None:
            if self.live:
                await self.hub.serve(websocket, "demo")
            else:
                await websocket.close()

        app = Starlette(
            routes=[
                *routes(find, assets.url, translate),
                *screen_routes(find_screen, assets.url, translate),
                *assets.routes(),
                WebSocketRoute("/live", live),
                Route("/media/{name}", shown_between_calls),
            ]
        )
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_level="error", lifespan="off",
            ws="displays.sockets:FrameProtocol", ws_per_message_deflate=False,
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.thread.start()
        wait_for(lambda: self.server.started, 10)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        if self.shown is not None:
            self.show(self.shown)

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        beating = asyncio.ensure_future(self.hub.keep_fresh(self._confirmed, every=0.5))
        await self.server.serve()
        beating.cancel()

    def _confirmed(self, view: str) -> Beat | None:
        if not self.fresh or self.shown is None:
            return None
        return Beat(self.shown.seq, now_ms())

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive()


@contextmanager
def hall() -> Iterator[Hall]:
    running = Hall()
    running.start()
    try:
        yield running
    finally:
        if running.thread.is_alive():
            running.stop()
