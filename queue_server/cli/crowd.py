"""A few visitors and clerks who are not there: they keep the demo's board, slips and consoles alive.

They use the API as kiosks and consoles do. Visitors come as fast as the simulated windows of their category
receive them, a little less; who sees a long line comes later, so waits neither run dry nor explode.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import structlog

from queue_server.access.principals import new_token
from queue_server.hall.plan import Plan

log = structlog.get_logger()

STAFFED: dict[int, str] = {
    1: "A", 3: "B", 6: "C", 9: "D", 10: "D", 12: "S", 13: "S", 14: "S", 17: "F", 18: "F", 20: "G", 22: "J",
}  # fmt: skip
"""Windows with a simulated clerk and their category; the others are for whoever tries the console."""
RANDOM = random.SystemRandom()
APPROACH = (4.0, 9.0)
"""Seconds from the call until the visitor sits down, least and most."""
SERVICE = (30.0, 80.0)
"""Seconds of a service: about a tenth of what it takes in a hall, so that something is seen to happen."""
REST = (2.0, 6.0)
"""Seconds between two visitors at a window, and between two looks of a window where nobody waits."""
LOAD = 0.9
"""Visitors come at this share of what their windows receive."""
SHORT, LONG = 2, 8
"""Below this many waiting a visitor comes at once; from that many on, the next one comes later."""
ABSENT = 0.04
"""The share of visitors who do not come when called."""
PRIORITY, KOREAN = 0.1, 0.15
LOOK = (20.0, 40.0)
"""Seconds between two looks of a department at its cases."""
READY = 0.3
"""The share of cases in handling that are ready at the next look."""
RETURN = (30.0, 60.0)
"""Seconds between two visitors who come back with a receipt: what is not ready yet they hear at the kiosk."""
KEPT = 50
"""Receipts that are kept; whoever has an older one comes no more."""
RECALL_AFTER = 8.0
PULSE = 10.0
"""Seconds between two signs of life of a window's console; a claim lapses after 45."""

CYCLE = (sum(APPROACH) + sum(SERVICE) + sum(REST)) / 2
"""Seconds that a window spends on one visitor on average."""


class Crowd:
    """The simulated visitors and clerks of one hall, over its API."""

    def __init__(
        self,
        address: str,
        plan: Plan,
        tokens: Mapping[str, str],
        code_of: Callable[[str], str],
        asleep: frozenset[str] = frozenset(),
    ) -> None:
        """`code_of` is the check code that the receipt of a ticket bears: the crowd cannot read paper."""
        self._address = f"{address}/api/halls/{plan.hall}"
        self._plan = plan
        self._tokens = tokens
        self._departments = [code for code in plan.departments if code not in asleep]
        self._code_of = code_of
        self._receipts: deque[tuple[str, str]] = deque(maxlen=KEPT)
        self._promised = frozenset(matter.id for matter in plan.matters if not matter.instant)

    async def run(self) -> None:
        """Come, wait, be served and go until cancelled."""
        async with httpx.AsyncClient(base_url=self._address, timeout=10, trust_env=False) as client:
            hall = _Hall(client, self._tokens)
            async with asyncio.TaskGroup() as tasks:
                for number, category in enumerate(sorted(set(STAFFED.values()))):
                    tasks.create_task(self._come(hall, category, number))
                for window in STAFFED:
                    tasks.create_task(self.work(hall, window))
                    tasks.create_task(_sit(hall, window))
                tasks.create_task(self._come_back(hall))
                for code in self._departments:
                    tasks.create_task(_handle(hall, code))

    async def _come(self, hall: _Hall, category: str, number: int) -> None:
        """Visitors of one category, each taking a ticket at one of the kiosks."""
        windows = sum(served == category for served in STAFFED.values())
        every = CYCLE / windows / LOAD
        kiosk = f"kiosk:{self._plan.kiosks[number % len(self._plan.kiosks)].id}"
        while True:
            waiting = await hall.waiting(category)
            if waiting < LONG:
                await hall.act(kiosk, "/tickets", self._wish(category))
            await asyncio.sleep(
                RANDOM.uniform(0.5, 3) if waiting < SHORT else RANDOM.uniform(0.5, 1.5) * every
            )

    async def _come_back(self, hall: _Hall) -> None:
        """Those who hold receipts, one after the other."""
        while True:
            await asyncio.sleep(RANDOM.uniform(*RETURN))
            await self.collect(hall)

    async def collect(self, hall: _Hall) -> None:
        """Somebody with a receipt asks at a kiosk for what is ready, and keeps it if that is nothing yet."""
        if not self._receipts:
            return
        number, code = self._receipts.popleft()
        kiosk = f"kiosk:{self._plan.kiosks[0].id}"
        came = await hall.act(kiosk, "/pick-ups", {"number": number, "code": code})
        if "refused" in came:
            self._receipts.append((number, code))

    async def work(self, hall: _Hall, window: int) -> None:
        """A clerk at a window: whoever is left there first, then one visitor after the other."""
        who = f"window:{window}"
        while True:
            view = await hall.see(who, f"/windows/{window}")
            present = view.get("present")
            if present is not None and not view["clerk"]:
                await _sit_down(hall, who, window)
            if present is None:
                called = await hall.act(who, f"/windows/{window}/call-next")
                if called.get("refused") in ("not_claimed", "window_state", "window_claimed"):
                    await _sit_down(hall, who, window)
                present = {"id": called["ticket"], "state": "called"} if called.get("ticket") else None
            if present is not None:
                await self.receive(hall, who, present)
            await asyncio.sleep(RANDOM.uniform(*REST))

    async def receive(self, hall: _Hall, who: str, present: Mapping[str, Any]) -> None:
        """Receive one visitor, who hardly ever fails to come; what is promised opens a case."""
        ticket = f"/tickets/{present['id']}"
        if present["state"] == "called":
            if RANDOM.random() < ABSENT and await _nobody_came(hall, who, ticket):
                return
            await asyncio.sleep(RANDOM.uniform(*APPROACH))
            await hall.act(who, f"{ticket}/start")
        await asyncio.sleep(RANDOM.uniform(*SERVICE))
        seen = await hall.see(who, ticket)
        if seen.get("cases"):
            await _hand_out(hall, who, ticket)
        if seen.get("elsewhere") and not await self._carry_on(hall, who, ticket, seen):
            return
        outcomes = {matter: "accepted" for matter in seen.get("matters", ()) if matter in self._promised}
        done = await hall.act(who, f"{ticket}/finish", {"outcomes": outcomes})
        if outcomes and "refused" not in done:
            opened = (await hall.see(who, f"{ticket}/cases")).get("cases", ())
            self._receipts += [(case["number"], self._code_of(present["id"])) for case in opened[:1]]

    async def _carry_on(self, hall: _Hall, who: str, ticket: str, seen: Mapping[str, Any]) -> bool:
        """A joint errand goes on: whether the visitor stays, because the others have come."""
        said = {end["matter"] for end in seen["closed"]}
        for matter in seen["matters"]:
            if matter not in said and matter not in seen["elsewhere"]:
                outcome = "accepted" if matter in self._promised else "done"
                await hall.act(who, f"{ticket}/matters/{matter}/close", {"outcome": outcome})
        carried = await hall.act(who, f"{ticket}/carry-on")
        for window in str(carried.get("detail", "")).split() if carried.get("window") else ():
            await hall.act(f"window:{window}", f"/windows/{window}/summons/answered")
        return bool(carried.get("window"))

    def _wish(self, category: str) -> dict[str, Any]:
        wish: dict[str, Any] = {"category": category, "language": "zh"}
        matters = [matter.id for matter in self._plan.matters if matter.category == category]
        if matters:
            wish["matters"] = [RANDOM.choice(matters)]
        if RANDOM.random() < PRIORITY:
            wish |= {"cls": "priority", "kind": RANDOM.choice(sorted(self._plan.priority_kinds))}
        if RANDOM.random() < KOREAN:
            wish["language"] = "ko"
        return wish


class _Hall:
    """The hall as the crowd asks it. What it refuses is part of the play; what it cannot answer is noted."""

    def __init__(self, client: httpx.AsyncClient, tokens: Mapping[str, str]) -> None:
        self._client = client
        self._tokens = tokens
        self._silent = False

    async def act(self, who: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Do something as somebody; what came of it, with ``refused`` naming why nothing did."""
        headers = {"authorization": f"Bearer {self._tokens[who]}", "idempotency-key": new_token()}
        return await self._heard(self._client.build_request("POST", path, json=body or {}, headers=headers))

    async def see(self, who: str, path: str) -> dict[str, Any]:
        """Look at something as somebody."""
        headers = {"authorization": f"Bearer {self._tokens[who]}"}
        return await self._heard(self._client.build_request("GET", path, headers=headers))

    async def waiting(self, category: str) -> int:
        """How many wait in a category; as many as it takes to stay away when that cannot be known."""
        board = await self.see("floor", "/board")
        found = [queue["waiting"] for queue in board.get("queues", ()) if queue["category"] == category]
        return int(found[0]) if found else LONG

    async def _heard(self, request: httpx.Request) -> dict[str, Any]:
        try:
            answer = await self._client.send(request)
        except httpx.TransportError as error:
            return self._unanswered(type(error).__name__)
        if answer.status_code >= 500:
            return self._unanswered(f"status {answer.status_code}")
        self._silent = False
        said: dict[str, Any] = answer.json()
        return said if answer.is_success else {"refused": said["code"]}

    def _unanswered(self, why: str) -> dict[str, Any]:
        """Noted once until an answer comes: the crowd goes on, as people would."""
        if not self._silent:
            log.warning("the simulated visitors get no answer", why=why)
        self._silent = True
        return {"refused": "no_answer"}


async def _handle(hall: _Hall, department: str) -> None:
    """Somebody of a department: what is new is taken, what was taken is ready a while later."""
    who = f"department:{department}"
    while True:
        await asyncio.sleep(RANDOM.uniform(*LOOK))
        cases = (await hall.see(who, "/cases?state=accepted,handling")).get("cases", [])
        for case in cases:
            if case["state"] == "accepted":
                await hall.act(who, f"/cases/{case['id']}/take")
            elif RANDOM.random() < READY and not case["owed"]:
                shelf = f"{department[0].upper()}-{RANDOM.randint(1, 40):02}"
                await hall.act(who, f"/cases/{case['id']}/ready", {"shelf": shelf})


async def _hand_out(hall: _Hall, who: str, ticket: str) -> None:
    """Results go out after a look at a document; papers that were owed are taken in."""
    for case in (await hall.see(who, f"{ticket}/cases")).get("cases", ()):
        if case["state"] == "ready":
            await hall.act(who, f"/cases/{case['id']}/issue")
        elif case["owed"]:
            await hall.act(who, f"/cases/{case['id']}/received")


async def _sit(hall: _Hall, window: int) -> None:
    """A window's console: it shows that a clerk is there who serves for longer than a claim lasts."""
    while True:
        await asyncio.sleep(PULSE)
        await hall.see(f"window:{window}", f"/windows/{window}")


async def _sit_down(hall: _Hall, who: str, window: int) -> None:
    """Claim the window and open it. Whoever was left in service there is served on."""
    await hall.act(who, f"/windows/{window}/claim", {"take_over": True, "leftover": "continue"})
    await hall.act(who, f"/windows/{window}/open")


async def _nobody_came(hall: _Hall, who: str, ticket: str) -> bool:
    """Call three times and miss the visitor; False when the hall does not let the clerk (then they come)."""
    for _ in range(2):
        await asyncio.sleep(RECALL_AFTER)
        await hall.act(who, f"{ticket}/recall")
    await asyncio.sleep(3 * RECALL_AFTER)
    return "refused" not in await hall.act(who, f"{ticket}/miss")
