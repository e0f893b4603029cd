"""The hall as a console reaches it over the network: questions, acts, and nothing of the screen.

Every act carries one fresh idempotency key. When the connection fails or times out the same
act is repeated with the same key, a bounded number of times and seconds; if nothing came back by
then the caller is told that it is not known whether it was done. Nothing is kept for later.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from kiosk.menu import Catalogue, Guide, Receipt
from queue_server.console.link import LinkEvent, Live, live_view
from queue_server.console.words import cleaned
from queue_server.wire import (
    AgentTickets,
    Cases,
    CaseView,
    CataloguePreview,
    ChooseCatalogue,
    Devices,
    Done,
    Editions,
    Enrolments,
    EnterByHand,
    Hall,
    NewPassword,
    Nothing,
    PaperLists,
    Printers,
    PrintReceipt,
    Problem,
    ReceiptPrinted,
    SignedIn,
    SignIn,
    TakeForPrincipals,
    WhoAmI,
)

Answer = TypeVar("Answer")

ATTEMPTS = 3
ATTEMPT_SECONDS = 2.0
ACT_SECONDS = 6.0
PAUSE_SECONDS = 0.15
ENTRY_SECONDS = 10.0
"""A password takes its time to prove, and in the morning everybody comes at once."""
GATEWAY = frozenset({502, 503, 504})
"""Answers given by something between us and the hall, or by a hall that is not ready: ask again."""


class NotDone(Exception):
    """An act did not bring a Done."""


class Refused(NotDone):
    """The hall said no; nothing has changed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code or problem.title)
        self.problem = problem


class Unreachable(NotDone):
    """The hall was never reached: the act was certainly not done."""


class NotKnown(NotDone):
    """The act was sent and no answer came: not known whether it was done; the live view shows the truth."""


class HallClient:
    """One hall as seen with one token, or without one until somebody signs in.

    Use as an async context manager, or `close` it. `base_url` is the server's address without a path,
    ``http://host:port``. Times are seconds.
    """

    def __init__(
        self,
        base_url: str,
        hall: str,
        token: str,
        *,
        live: Live | None = None,
        attempt_seconds: float = ATTEMPT_SECONDS,
        act_seconds: float = ACT_SECONDS,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._hall = f"/api/halls/{quote(hall, safe='')}"
        self._token = ""
        self.by_password = False
        self._live = live or Live()
        self._act_seconds = act_seconds
        # Halls are on their own network: a proxy from the environment would only hide them.
        self._http = httpx.AsyncClient(
            base_url=self.base_url,
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(attempt_seconds),
            trust_env=False,
            # What this PC trusts, a hall's own CA among it; httpx alone would know public CAs only.
            verify=ssl.create_default_context(),
        )
        self._act_as(token)

    @property
    def known(self) -> bool:
        """Whether it has a token to show."""
        return bool(self._token)

    def _act_as(self, token: str) -> None:
        self._token = token
        self._http.headers.pop("Authorization", None)
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    async def __aenter__(self) -> HallClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def sign_in(self, login: str, password: str) -> SignedIn:
        """Let somebody in, and act as this person from now on. Raises NotDone."""
        self._act_as("")
        self.by_password = True
        return self._entered(await self._say("sign-in", SignIn(login, password), SignedIn))

    async def change_password(self, old: str, new: str) -> SignedIn:
        """Take a new password; the session goes on under it. Raises NotDone."""
        return self._entered(await self._say("password", NewPassword(old, new), SignedIn))

    async def sign_out(self) -> None:
        """End the session, if there is one. Raises NotDone."""
        if self.by_password and self.known:
            await self._say("sign-out", Nothing(), Done)
        self._act_as("")

    def _entered(self, signed: SignedIn) -> SignedIn:
        self._act_as(signed.token)
        return signed

    async def _say(self, path: str, body: msgspec.Struct, kind: type[Answer]) -> Answer:
        headers = {"Content-Type": "application/json"}
        content = msgspec.json.encode(body)
        try:
            answer = await self._http.post(
                f"{self._hall}/{path}", content=content, headers=headers, timeout=ENTRY_SECONDS
            )
        except httpx.TransportError as error:
            raise Unreachable(path) from error
        return _answer(answer, kind)

    async def hall(self) -> Hall:
        """The hall's names, windows, matters and pick lists. Raises Refused or Unreachable."""
        return await self._ask(self._hall, Hall)

    async def me(self) -> WhoAmI:
        """Whom the hall takes us for. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/me", WhoAmI)

    async def printers(self) -> Printers:
        """Every printer, its state and its last slips. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/printers", Printers)

    async def cases(self, state: str = "", after: str = "") -> Cases:
        """The cases that concern whoever asks. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/cases?state={state}&after={after}", Cases)

    async def case(self, id: str) -> CaseView:
        """A case with all that happened to it. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/cases/{id}", CaseView)

    async def cases_of(self, ticket: str) -> Cases:
        """The cases that a ticket came for or opened. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/tickets/{ticket}/cases", Cases)

    async def paper_lists(self) -> PaperLists:
        """The lists of papers that go from hand to hand. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/paper-lists", PaperLists)

    async def print_receipt(self, ticket: str, body: PrintReceipt) -> ReceiptPrinted:
        """Print the receipt of a ticket's cases. Raises as `act` does."""
        return await self._do(f"tickets/{ticket}/receipt", body, ReceiptPrinted)

    async def agent_tickets(self) -> AgentTickets:
        """Today's tickets of the agent who asks. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/agent-tickets", AgentTickets)

    async def take_for_principals(self, body: TakeForPrincipals) -> AgentTickets:
        """Take a ticket for each principal, or none. Raises as `act` does."""
        return await self._do("agent-tickets", body, AgentTickets)

    async def guide(self, matter: str, edition: int | None = None) -> Guide | None:
        """The guide of a matter, in an earlier edition if one is named; None for one that is not in it.

        Raises Refused or Unreachable.
        """
        which = "" if edition is None else f"?edition={edition}"
        known = (await self._ask(f"{self._hall}/catalogue{which}", Catalogue)).guides
        return next((guide for guide in known if guide.id == matter), None)

    async def guides(self) -> tuple[Guide, ...]:
        """The guides of every matter in force. Raises Refused or Unreachable."""
        return (await self._ask(f"{self._hall}/catalogue", Catalogue)).guides

    async def editions(self) -> Editions:
        """The editions of the catalogue, the newest first. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/catalogue/editions", Editions)

    async def preview(self, chosen: ChooseCatalogue) -> CataloguePreview:
        """What a catalogue would change. Raises as `act` does."""
        return await self._do("catalogue/previews", chosen, CataloguePreview)

    async def devices(self) -> Devices:
        """Every device of the hall and how it is. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/devices", Devices)

    async def enrolments(self) -> Enrolments:
        """The codes of new devices that wait for an answer. Raises Refused or Unreachable."""
        return await self._ask(f"{self._hall}/enrolments", Enrolments)

    async def act(self, path: str, body: msgspec.Struct | None = None) -> Done:
        """Do one thing at the hall, `path` being ``windows/3/call-next`` and the like.

        Raises Refused, Unreachable (certainly not done) or NotKnown.
        """
        return await self._do(path, body, Done)

    async def enter_by_hand(self, body: EnterByHand) -> Receipt:
        """补录: give a number written by hand its true place. Raises as `act` does."""
        return await self._do("paper-tickets", body, Receipt)

    async def _do(self, path: str, body: msgspec.Struct | None, kind: type[Answer]) -> Answer:
        content = msgspec.json.encode(Nothing() if body is None else body)
        headers = {"Idempotency-Key": secrets.token_hex(16), "Content-Type": "application/json"}
        until = time.monotonic() + self._act_seconds
        lost = False
        for attempt in range(ATTEMPTS):
            try:
                async with asyncio.timeout(max(0.05, until - time.monotonic())):
                    answer = await self._http.post(f"{self._hall}/{path}", content=content, headers=headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                pass
            except (httpx.TransportError, TimeoutError):
                lost = True
            else:
                last = attempt == ATTEMPTS - 1
                if answer.status_code not in GATEWAY or (last and not lost):
                    return _answer(answer, kind)
                lost = True
            if time.monotonic() + PAUSE_SECONDS >= until:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        raise NotKnown(path) if lost else Unreachable(path)

    def live(self, window: int) -> AsyncGenerator[LinkEvent, None]:
        """The window's state, pushed whole whenever it changes, for ever; it reconnects by itself."""
        return self._link(f"windows/{window}/live")

    def live_floor(self) -> AsyncGenerator[LinkEvent, None]:
        """The whole floor for its manager, in the same way."""
        return self._link("overview/live")

    def _link(self, path: str) -> AsyncGenerator[LinkEvent, None]:
        address = self.base_url.replace("http", "ws", 1)
        return live_view(f"{address}{self._hall}/{path}", self._token, self._live)

    async def _ask(self, path: str, kind: type[Answer]) -> Answer:
        try:
            answer = await self._http.get(path)
        except httpx.TransportError as error:
            raise Unreachable(path) from error
        return _answer(answer, kind)


def _answer(answer: httpx.Response, kind: type[Answer]) -> Answer:
    """The answer's body as `kind`. Raises Refused for a problem, NotKnown for what is neither."""
    refused = answer.status_code >= 400
    try:
        told = cleaned(msgspec.json.decode(answer.content))
        if not refused:
            return msgspec.convert(told, kind)
        problem = msgspec.convert(told, Problem)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        if not refused or answer.status_code in GATEWAY:
            raise NotKnown(f"unreadable answer, status {answer.status_code}") from error
        problem = Problem("about:blank", f"HTTP {answer.status_code}", answer.status_code, "", "")
    raise Refused(problem)
