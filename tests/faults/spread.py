"""A client as kiosks and consoles are, behind a proxy that spreads requests over the server processes.

It asks again, under the same idempotency key, until it has an answer: at another process each time.
"""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import httpx
import msgspec

PATIENCE = 60.0
"""Seconds after which an act that nobody answers is a failure."""


class Act(msgspec.Struct, frozen=True):
    """An act that was answered: what was asked, by whom, and the answer (`status` and its JSON)."""

    who: str
    path: str
    status: int
    answer: dict[str, Any]
    attempts: int
    asked_at: float
    answered_at: float

    @property
    def done(self) -> bool:
        """Whether it was acknowledged."""
        return self.status < 300

    @property
    def code(self) -> str:
        """Why it was refused."""
        return str(self.answer.get("code", ""))


class Spread:
    """Asks the processes at `bases` in turn. `acts` are all that were answered, in order.

    `deadline` (s) is how long it waits for one answer before it asks the next process.
    """

    def __init__(self, bases: Sequence[str], hall: str, deadline: float = 2.5) -> None:
        self.hall = hall
        self.acts: list[Act] = []
        self.unanswered = 0
        self._bases = itertools.cycle(bases)
        self._client = httpx.AsyncClient(timeout=deadline)

    async def __aenter__(self) -> Spread:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def act(self, who: str, path: str, body: Any = None, key: str = "") -> Act:
        """Post until it is answered; "not available" (503) and silence are no answers."""
        headers = {"authorization": f"Bearer {who}", "idempotency-key": key or uuid.uuid4().hex}
        asked, attempts = time.monotonic(), 0
        while time.monotonic() < asked + PATIENCE:
            attempts += 1
            url = f"{next(self._bases)}/api/halls/{self.hall}/{path}"
            found = await self._once("POST", url, headers, body or {})
            if found is not None:
                act = Act(who, path, *found, attempts, asked, time.monotonic())
                self.acts.append(act)
                return act
        raise AssertionError(f"{path} by {who} was not answered in {PATIENCE} s and {attempts} attempts")

    async def see(self, path: str, who: str = "manager", at_least: int = 0, base: str = "") -> dict[str, Any]:
        """Read, at a process that has seen the sequence `at_least`."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            url = f"{base or next(self._bases)}/api/halls/{self.hall}{path}"
            params = f"?at_least={at_least}" if at_least else ""
            found = await self._once("GET", url + params, {"authorization": f"Bearer {who}"}, None)
            if found is not None:
                status, answer = found
                if answer.get("code") == "too_busy":  # it has not come so far within a second: ask again
                    self.unanswered += 1
                    continue
                assert status == 200, answer
                return answer
        raise AssertionError(f"{path} was not shown in {PATIENCE} s")

    async def get(self, path: str) -> httpx.Response:
        """Read once, whatever comes."""
        return await self._client.get(f"{next(self._bases)}/api/halls/{self.hall}{path}")

    async def _once(
        self, method: str, url: str, headers: dict[str, str], body: Any
    ) -> tuple[int, dict[str, Any]] | None:
        try:
            answer = await self._client.request(method, url, json=body, headers=headers)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code != 503:
            told = f"{url}: {answer.status_code} {answer.text}"
            assert "json" in answer.headers.get("content-type", ""), told
            return answer.status_code, answer.json()
        self.unanswered += 1
        await asyncio.sleep(0.05)
        return None
