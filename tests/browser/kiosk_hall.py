"""A hall around the real kiosk page: a menu that a test makes up, and an API that can fail on demand."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from kiosk import qr
from kiosk.menu import Catalogue, Choice, Guide, Matter, Menu, Receipt
from kiosk.pages import STATIC, TEMPLATES, routes
from kiosk.spelling import pinyin
from queue_server.locale import translate
from queue_server.static.assets import SHARED, Assets
from queue_server.wire import (
    Beat,
    CaseReceipt,
    CheckIn,
    Checklist,
    Claimed,
    ClaimTicket,
    Done,
    HelpCall,
    Person,
    Problem,
    QrCode,
    ShowCard,
    TakeTicket,
    TicketPublic,
    WhoAmI,
)
from tests.waiting import wait_for

HALL = {
    "zh": "示例县政务服务中心",
    "ko": "례시현 정무봉사중심",
    "en": "Example County Government Service Centre",
}
CATEGORIES = (
    ("A", "项目投资", "항목투자", "Project investment", (1, 2)),
    ("B", "商事登记", "상사등기", "Business registration", (3, 4, 5)),
    ("C", "市场监管", "시장감독관리", "Market regulation", (6, 7)),
    ("D", "不动产交易", "부동산거래", "Real estate transactions", (8, 9, 10, 11)),
    ("S", "医保社保", "의료보험 및 사회보험", "Medical and social insurance", (12, 13, 14, 15, 16)),
    ("F", "公安户政", "공안호정", "Household registration", (17, 18, 19)),
    ("G", "即来即办", "즉시처리", "While-you-wait", (20, 21)),
    ("H", "标准地", "표준지", "Standard land", ()),
    ("J", "统一出件", "통일발급", "Collection", (22, 23)),
    ("K", "爱心专窗", "사랑창구", "Priority desk", (24,)),
    ("L", "办不成事反映", "처리하지 못한 일 반영", "Unresolved matters desk", (25,)),
)
FULL = {
    "zh": "今天本类业务已排满，停止取号。已取号的都会办理。可预约明天。",
    "ko": "오늘 이 업무의 번호는 다 나갔습니다. 받은 번호는 모두 처리합니다.",
    "en": "Today is full. Everyone holding a ticket will be served.",
}
KINDS = (
    {"zh": "60岁以上老年人", "ko": "60세 이상 로인", "en": "Aged 60 or over"},
    {"zh": "残疾人", "ko": "장애인", "en": "Person with a disability"},
    {"zh": "孕妇", "ko": "임신부", "en": "Pregnant"},
    {"zh": "带婴幼儿", "ko": "영유아 동반", "en": "With an infant"},
    {"zh": "现役军人", "ko": "현역군인", "en": "Serving military"},
    {"zh": "退役军人", "ko": "퇴역군인", "en": "Veteran"},
    {"zh": "消防救援人员", "ko": "소방구조인원", "en": "Fire and rescue staff"},
)
MATTERS = (
    ("S01", "城乡居民基本医疗保险参保登记", "도시와 농촌 주민 기본의료보험 가입등록",
     "Basic medical insurance for residents", ("居民身份证或居民户口簿", "城乡居民基本医疗保险参保登记表")),
    ("S02", "跨省异地就医备案", "성간 타지 진료 등록", "Registering for treatment in another province",
     ("社会保障卡或居民身份证", "异地就医备案登记表", "居住证明（长期居住人员提交）")),
    ("S03", "灵活就业人员养老保险参保登记", "령활취업인원 양로보험 가입등록",
     "Pension insurance for the self-employed", ("居民身份证", "灵活就业人员参保登记表")),
    ("S04", "城乡居民养老保险参保登记（村受理、县办理、村出件）", "도시와 농촌 주민 양로보험 가입등록",
     "Pension insurance for residents", ("居民身份证", "居民户口簿", "参保登记表")),
)  # fmt: skip
THINGS = {
    "居民身份证": {"ko": "주민신분증", "en": "Resident identity card"},
    "居民户口簿": {"ko": "호구부", "en": "Household register"},
}
"""What the hall has in other languages, too; the others stand in Chinese."""
WORDS = {
    "S01": ("医保", "看病报销"),
    "S02": ("外地看病", "转院"),
    "S03": ("自己交社保",),
    "S04": ("农村养老",),
}
RULE = {
    "zh": "叫号未到不立即作废：30分钟内扫码或找工作人员，排到3人之后；第二次未到作废。",
    "ko": "부를 때 안 계시면 30분 안에 알려 주십시오. 3명 뒤에 다시 부릅니다.",
    "en": "Missed your turn? Tell us within 30 minutes; you come after three people.",
}
AREA = {"zh": "社会保障区", "ko": "사회보장구역", "en": "Social security area"}
TOKEN = "device-token-of-the-test"
SECRET = "9Xb2kQpV4mZc7RtLw0aYsE"


def now_ms() -> int:
    return int(time.time() * 1000)


def text(zh: str, ko: str, en: str) -> dict[str, str]:
    return {"zh": zh, "ko": ko, "en": en}


def things(needs: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """Materials in every language that the hall has each in."""
    return tuple({"zh": need} | THINGS.get(need, {}) for need in needs)


def choices(full: str = "L") -> tuple[Choice, ...]:
    """The county hall's categories; `full` names those that are shut."""
    matters = tuple(Matter(id, text(zh, ko, en), things(needs)) for id, zh, ko, en, needs in MATTERS)
    return tuple(
        Choice(
            letter, text(zh, ko, en), waiting=(place * 7) % 19, windows=windows,
            matters=matters if letter == "S" else (),
            closed="cutoff" if letter in full else "", why=FULL if letter in full else {},
            calling_from=None if windows else now_ms() + 3_600_000,
        )
        for place, (letter, zh, ko, en, windows) in enumerate(CATEGORIES)
    )  # fmt: skip


def catalogue() -> Catalogue:
    """The guides of the matters above, with one that names every field at length."""
    guides = tuple(
        Guide(
            id=id,
            name=text(zh, ko, en),
            category="S",
            instant=id != "S04",
            law="《社会保险法》第二十五条",
            conditions=("年满16周岁", "未参加职工基本养老保险"),
            materials=needs,
            standard="身份信息与登记表一致",
            steps=("申请", "受理", "当场审查", "当场决定", "窗口出件"),
            legal_limit="当场",
            promised_limit="10分钟",
            fee="不收费",
            version="3f9a2c1b",
            heard=((zh, pinyin(zh)), *((w, pinyin(w)) for w in WORDS.get(id, ()))),
            checklist=things(needs),
        )
        for id, zh, ko, en, needs in MATTERS
    )
    return Catalogue("first", guides)


def problem(status: int, code: str, sentence: dict[str, str]) -> Problem:
    return Problem(f"/problems/{code}", code, status, sentence.get("zh", ""), code, sentence)


class KioskHall:
    """A server in a thread of its own that a test can stop, start again and make fail.

    `asked` holds the idempotency key and body of every request for a ticket that arrived,
    `issued` the ticket of each key. `refusal` refuses them; a cleared `speaks` leaves them unanswered;
    `role` is whose token the kiosk holds, None for one that nobody knows; `looked` counts who asked.
    `broken` answers this many with 500; `lost` answers nothing after issuing this many.
    """

    def __init__(self) -> None:
        # Held, not listened at: with the server gone nobody else is given its port.
        self.place = socket.socket()
        self.place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.place.bind(("127.0.0.1", 0))
        self.port = self.place.getsockname()[1]
        self.menu = Menu(
            HALL, seq=1, data_at=now_ms(), languages=("zh", "ko", "en"), choices=choices(),
            priority_kinds=KINDS, timezone="Asia/Shanghai", catalogue="first", long_queue=30, credit=15,
        )  # fmt: skip
        self.asked: list[tuple[str, TakeTicket]] = []
        self.tokens: list[str] = []
        self.paths: list[str] = []
        self.issued: dict[str, Receipt] = {}
        self.refusal: Problem | None = None
        self.role: str | None = "kiosk"
        self.looked = 0
        self.speaks = threading.Event()
        self.speaks.set()
        self.broken = 0
        self.lost = 0
        self.beats = True
        self.state = "waiting"
        self.acts: list[tuple[str, str, Any]] = []
        self.paper = "printed"
        self.expected: tuple[int, int] | None = None
        self.sockets: set[WebSocket] = set()

    def url(self, fragment: str = f"#token={TOKEN}&kiosk=1") -> str:
        return f"http://127.0.0.1:{self.port}/kiosk/demo{fragment}"

    def offer(self, **changes: Any) -> None:
        """Push a changed menu to every kiosk."""
        news = {"seq": self.menu.seq + 1, "data_at": now_ms()} | changes
        self.menu = msgspec.structs.replace(self.menu, **news)
        asyncio.run_coroutine_threadsafe(self._push(msgspec.json.encode(self.menu)), self.loop).result(5)

    async def _push(self, message: bytes) -> None:
        for kiosk in tuple(self.sockets):
            await kiosk.send_text(message.decode())

    async def _live(self, socket: WebSocket) -> None:
        offered = socket.scope["subprotocols"]
        await socket.accept(subprotocol="yichuang" if "yichuang" in offered else None)
        self.sockets.add(socket)
        self.menu = msgspec.structs.replace(self.menu, data_at=now_ms())
        try:
            await socket.send_text(msgspec.json.encode(self.menu).decode())
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            pass
        finally:
            self.sockets.discard(socket)

    async def _beat(self) -> None:
        while True:
            if self.beats:
                await self._push(msgspec.json.encode(Beat(self.menu.seq, now_ms())))
            await asyncio.sleep(0.3)

    async def _me(self, request: Request) -> Response:
        self.looked += 1
        if self.role is None:
            unknown = msgspec.json.encode(problem(401, "bad_token", {}))
            return Response(unknown, 401, media_type="application/problem+json")
        who = WhoAmI(id="device:1", name="1", role=self.role, hall="demo", windows=())
        return Response(msgspec.json.encode(who), media_type="application/json")

    async def _take(self, request: Request) -> Response:
        key = request.headers["idempotency-key"]
        self.tokens.append(request.headers["authorization"])
        wish = msgspec.json.decode(await request.body(), type=TakeTicket)
        self.asked.append((key, wish))
        if not self.speaks.is_set():
            await asyncio.to_thread(self.speaks.wait, 30)
        if self.broken:
            self.broken -= 1
            return Response("the store is away", 500)
        if self.refusal:
            return Response(
                msgspec.json.encode(self.refusal), self.refusal.status, media_type="application/problem+json"
            )
        receipt = self.issued.setdefault(key, self.receipt(wish))
        if self.lost:
            self.lost -= 1
            return Response(b"", 201, media_type="application/json")
        return Response(msgspec.json.encode(receipt), 201, media_type="application/json")

    async def _qr(self, request: Request) -> Response:
        """Only the holder of the ticket is shown its code."""
        if request.headers["authorization"] != f"Bearer t-1.{SECRET}":
            return Response(msgspec.json.encode(problem(403, "not_allowed", {})), 403)
        code = QrCode(qr.svg(f"https://hall.example/t/demo/t-1#{SECRET}"))
        return Response(msgspec.json.encode(code), media_type="application/json")

    async def _guides(self, request: Request) -> Response:
        return Response(msgspec.json.encode(catalogue()), media_type="application/json")

    async def _check_in(self, request: Request) -> Response:
        asked = msgspec.json.decode(await request.body(), type=CheckIn)
        self.acts.append(("check-in", request.headers["authorization"], asked.code))
        if self.refusal:
            return self._refused()
        wish = TakeTicket(category="F", language=asked.language)
        receipt = self.issued.setdefault(request.headers["idempotency-key"], self.receipt(wish))
        return Response(msgspec.json.encode(receipt), 201, media_type="application/json")

    def _refused(self) -> Response:
        assert self.refusal
        return Response(
            msgspec.json.encode(self.refusal), self.refusal.status, media_type="application/problem+json"
        )

    async def _claim(self, request: Request) -> Response:
        asked = msgspec.json.decode(await request.body(), type=ClaimTicket)
        self.acts.append(("claim", request.headers["authorization"], (asked.number, asked.code)))
        if self.refusal:
            return self._refused()
        return Response(msgspec.json.encode(Claimed("t-1", SECRET)), media_type="application/json")

    async def _place(self, request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer t-1.{SECRET}":
            return Response(msgspec.json.encode(problem(401, "bad_token", {})), 401)
        ended = self.state == "ended"
        place = TicketPublic(
            number="S023",
            category="S",
            state=self.state,  # type: ignore[arg-type]
            end="cancelled_by_visitor" if ended else "",
            ahead=4 if self.state == "waiting" else None,
            before={"booked": 1, "priority": 1, "earlier": 2},
            window=None,
            calling_from=None,
            data_at=now_ms(),
            seq=len(self.acts),
            answered_at=now_ms(),
            category_name=text(*CATEGORIES[4][1:4]),
            windows=(12, 13),
            floor="2",
            area="社会保障区",
            hold_until=now_ms() + 900_000 if self.state == "missed" else None,
        )
        return Response(msgspec.json.encode(place), media_type="application/json")

    async def _act(self, request: Request) -> Response:
        """An act on the opened ticket: only its holder is believed; a reprint is the kiosk's own."""
        act = request.path_params["act"]
        body = msgspec.json.decode(await request.body())
        self.acts.append((act, request.headers["authorization"], body))
        if self.refusal:
            return self._refused()
        self.state = {"return": "waiting", "cancel": "ended"}.get(act, self.state)
        return Response(msgspec.json.encode(Done(seq=len(self.acts))), media_type="application/json")

    async def _person(self, request: Request) -> Response:
        asked = msgspec.json.decode(await request.body(), type=ShowCard)
        self.acts.append(("person", request.headers["authorization"], asked.number))
        if self.refusal:
            return self._refused()
        return Response(msgspec.json.encode(Person("handle", senior=True)), media_type="application/json")

    async def _receipt_of_cases(self, request: Request) -> Response:
        """Papers are owed, and whoever accepted the case is here."""
        return Response(
            msgspec.json.encode(CaseReceipt(cases=(), ready=0, owing=1, clerk=True)),
            media_type="application/json",
        )

    async def _help(self, request: Request) -> Response:
        body = msgspec.json.decode(await request.body())
        self.acts.append(("help", request.headers["authorization"], body))
        told = HelpCall("device:1", "一楼大厅东门", now_ms(), body["language"])
        return Response(msgspec.json.encode(told), media_type="application/json")

    async def _checklist(self, request: Request) -> Response:
        self.acts.append(
            ("checklist", request.headers["authorization"], msgspec.json.decode(await request.body()))
        )
        return Response(msgspec.json.encode(Checklist(self.paper)), media_type="application/json")

    def receipt(self, wish: TakeTicket) -> Receipt:
        choice = next(one for one in self.menu.choices if one.category == wish.category)
        matters = [matter for matter in choice.matters if matter.id in wish.matters]
        url = f"https://hall.example/t/demo/t-1#{SECRET}"
        return Receipt(
            ticket="t-1", number=f"{wish.category}{23 + len(self.issued):03d}", category=wish.category,
            category_name=choice.name, matters=tuple(matter.name for matter in matters),
            priority=wish.cls == "priority", ahead=choice.waiting, windows=choice.windows, floor="2",
            area="社会保障区", area_name=AREA,
            taken_at=now_ms(), language=wish.language, url=url, code="7KQ4M",
            rules=(RULE[wish.language],), rule_texts=(RULE,),
            checklist=tuple({need["zh"]: need for one in matters for need in one.materials}.values()),
            calling_from=choice.calling_from, expected=self.expected,
        )  # fmt: skip

    def _app(self) -> Starlette:
        assets = Assets([SHARED, STATIC], [TEMPLATES])
        self.menu = msgspec.structs.replace(self.menu, version=assets.version)
        kiosk = routes(lambda hall: self.menu if hall == "demo" else None, assets.url, assets.text, translate)
        live = WebSocketRoute("/api/halls/demo/kiosk/live", self._live)
        take = Route("/api/halls/demo/tickets", self._take, methods=["POST"])
        me = Route("/api/halls/demo/me", self._me, methods=["GET"])
        code = Route("/api/halls/demo/tickets/t-1/qr", self._qr, methods=["GET"])
        others = [
            Route("/api/halls/demo/catalogue", self._guides),
            Route("/api/halls/demo/check-ins", self._check_in, methods=["POST"]),
            Route("/api/halls/demo/claims", self._claim, methods=["POST"]),
            Route("/api/halls/demo/receipts", self._receipt_of_cases, methods=["POST"]),
            Route("/api/halls/demo/persons", self._person, methods=["POST"]),
            Route("/api/halls/demo/help", self._help, methods=["POST"]),
            Route("/api/halls/demo/checklists", self._checklist, methods=["POST"]),
            Route("/api/halls/demo/tickets/t-1/place", self._place),
            Route("/api/halls/demo/tickets/t-1/{act}", self._act, methods=["POST"]),
        ]
        app = Starlette(routes=[*kiosk, *assets.routes(), live, take, me, code, *others])

        async def noting(scope: Any, receive: Any, send: Any) -> None:
            self.paths.append(f"{scope['path']}?{scope.get('query_string', b'').decode()}")
            await app(scope, receive, send)

        return noting  # type: ignore[return-value]

    def start(self) -> None:
        config = uvicorn.Config(
            self._app(), host="127.0.0.1", port=self.port, log_level="critical", lifespan="off",
            ws="websockets-sansio", timeout_graceful_shutdown=0,
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.thread.start()
        wait_for(lambda: self.server.started, 10)

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        beating = asyncio.ensure_future(self._beat())
        await self.server.serve()
        beating.cancel()

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive()
        self.sockets.clear()


@contextmanager
def kiosk_hall() -> Iterator[KioskHall]:
    hall = KioskHall()
    hall.start()
    try:
        yield hall
    finally:
        hall.speaks.set()
        if hall.thread.is_alive():
            hall.stop()
        hall.place.close()
