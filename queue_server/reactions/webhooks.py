"""Webhooks: what happens in a hall is told to other systems, signed, in order, and once for each event.

A message has the id of its event (hall, business date, sequence), so that a receiver knows one that comes
again: after a kill between its answer and our note of it, and at no other time. Signed as Standard Webhooks
does (``webhook-id``, ``webhook-timestamp``, ``webhook-signature``). Nothing in it tells who a visitor or a
clerk is. A target that is down holds up nobody but itself; a message that it refuses or that grew too old is
set aside, named, and the next one goes out.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import random
import ssl
import time
from urllib.parse import urlsplit

import httpx
import msgspec
import structlog

from queue_server.cases.events import CaseFact, public_facts
from queue_server.config.webhooks import Webhook, secret_bytes
from queue_server.desk import alarms
from queue_server.desk.alarms import Alarm
from queue_server.desk.hall import Hall
from queue_server.hall import events
from queue_server.reactions.following import Happened, Registered
from queue_server.store import keys

log = structlog.get_logger()

DEADLINE = 10.0
"""Seconds that a target may take to answer."""
FIRST, LONGEST = 1.0, 300.0
"""Seconds between the first two tries of a message, and at most."""
AGAIN = frozenset({408, 425, 429})
"""Refusals that may be none a little later; any other 4xx would be the same for ever."""
CASES = "/cases"
"""After the name of a target, where what it is told of cases is kept."""
KEPT = 30 * 24 * 3_600_000
SET_ASIDE = 1000
"""Messages set aside that are remembered for each target."""

PUBLIC = (
    "number", "category", "cls", "source", "reference", "due", "ahead", "matters", "language", "window",
    "misses", "void", "outcomes", "ended_at", "reason", "boundary", "unserved", "date", "until", "staff",
    "out_of_order", "passed_over", "issuing", "for_today", "taken_at", "matter", "outcome", "papers",
)  # fmt: skip
"""What of an event is told. Everything else stays here: ids, clerks, codes, notes, kinds of priority."""


class Message(msgspec.Struct, frozen=True):
    """What a target is sent: the event's kind, when it was (ms since the epoch), and its public facts.

    `seq` is its place in the log of the business `date`, or in the hall's register when there is none.
    """

    type: str
    hall: str
    date: str
    seq: int
    at: int
    data: dict[str, object]

    @property
    def id(self) -> str:
        """What tells it from every other message: the same at every try."""
        return f"{self.hall}/{self.date or 'cases'}/{self.seq}"


class SetAside(msgspec.Struct, frozen=True):
    """A message that the target did not take, and why."""

    id: str
    at: int
    why: str


class Standing(msgspec.Struct, frozen=True):
    """How far a target has come, since when it fails (ms; 0: it does not), and what was set aside."""

    sent: str = ""
    failing_since: int = 0
    why: str = ""
    set_aside: tuple[SetAside, ...] = ()


class Webhooks:
    """Tells one target what happens in its hall's days."""

    from_start = False

    def __init__(self, hall: Hall, target: Webhook) -> None:
        self.name = side_of(target)
        self.hall = hall
        self.target = target
        self._outbox = Outbox(hall, target, self.name)
        self._numbers: tuple[str, dict[str, str]] = ("", {})

    async def react(self, happened: Happened) -> None:
        """Tell of an event, unless it has been told; returns when the target has it or it is set aside."""
        kind = str(happened.record.e.__struct_config__.tag)
        if kind in self.target.events:
            date, seq = happened.place
            told = await self._told(happened)
            await self._outbox.tell(Message(kind, self.hall.id, date, seq, happened.record.at, told))

    async def _told(self, happened: Happened) -> dict[str, object]:
        fields = msgspec.structs.asdict(happened.record.e)
        data = {name: fields[name] for name in PUBLIC if name in fields}
        if isinstance(happened.record.e, events.MatterClosed) and happened.record.e.case is not None:
            accepted = happened.record.e.case
            data |= {"case": accepted.id, "department": accepted.department, "exit": accepted.exit}
        if "ticket" in fields and "number" not in fields:
            data["number"] = await self._number(happened.place.date, happened.place.seq, fields["ticket"])
        return data

    async def _number(self, date: str, seq: int, ticket: str) -> str:
        """The number of a ticket, from the log itself: the day may be long over."""
        if self._numbers[0] != date or ticket not in self._numbers[1]:
            self._numbers = (date, await self._all_numbers(date, seq))
        return self._numbers[1].get(ticket, "")

    async def _all_numbers(self, date: str, until: int) -> dict[str, str]:
        numbers: dict[str, str] = {}
        after = 0
        while after < until and (found := await self.hall.store.read(keys.day(self.hall.id, date), after)):
            for entry in found:
                try:
                    event = events.decode(entry.body).e
                except events.UNREADABLE:
                    continue  # set aside and named by the hall itself
                if isinstance(event, events.TicketTaken):
                    numbers[event.ticket] = event.number
            after = found[-1].seq
        return numbers


class CaseWebhooks:
    """Tells one target what happens to the cases that its hall accepted: each case's steps in their order."""

    from_start = False

    def __init__(self, hall: Hall, target: Webhook) -> None:
        self.name = side_of(target, CASES)
        self.hall = hall
        self.target = target
        self._outbox = Outbox(hall, target, self.name)

    async def react(self, happened: Registered) -> None:
        """Tell of a step, as `Webhooks` does of an event."""
        fact, seq = happened.entry.e, happened.seq
        kind = str(fact.__struct_config__.tag)
        if not isinstance(fact, CaseFact) or kind not in self.target.events:
            return
        case = await self.hall.register.look(lambda r: r.cases.get(fact.case), at_least=seq)
        number = case.number if case is not None else ""
        told = {"case": fact.case, "number": number, **public_facts(fact)}
        await self._outbox.tell(Message(kind, self.hall.id, "", seq, happened.entry.at, told))


class Outbox:
    """What goes out to one target, one message after the other; `name` names what is kept of it."""

    def __init__(self, hall: Hall, target: Webhook, name: str) -> None:
        self.hall = hall
        self.target = target
        self._name = name
        self._tls = ssl.create_default_context()  # made once: it takes longer than a message

    async def tell(self, message: Message) -> None:
        """Have the target told, unless it has been; returns when it has it or the message is set aside."""
        standing = await standing_of(self.hall, self._name)
        if message.id == standing.sent:
            return  # this process, or one before it, was killed before it had moved the cursor
        await self._deliver(message, standing)

    async def _deliver(self, message: Message, standing: Standing) -> None:
        began, pause = time.monotonic(), FIRST
        while True:
            trouble, final = await self._post(message)
            if not trouble:
                await self._note(msgspec.structs.replace(standing, sent=message.id, failing_since=0, why=""))
                if standing.failing_since:
                    log.info("webhook is answered again", hall=self.hall.id, target=self.target.name)
                return
            if final or (time.monotonic() - began) * 1000 >= self.target.give_up:
                await self._set_aside(message, standing, trouble)
                return
            if not standing.failing_since:
                log.warning("webhook fails", hall=self.hall.id, target=self.target.name, why=trouble)
                standing = msgspec.structs.replace(standing, failing_since=self.hall.clock(), why=trouble)
                await self._note(standing)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads the tries, no secret
            pause = min(pause * 2, LONGEST)

    async def _post(self, message: Message) -> tuple[str, bool]:
        """What went wrong ("": nothing), and whether it always will."""
        body = msgspec.json.encode(message)
        headers = signed(self.target.secret.reveal(), message.id, int(time.time()), body)
        try:
            async with (
                asyncio.timeout(DEADLINE),
                httpx.AsyncClient(verify=self._tls, timeout=DEADLINE) as client,
                client.stream("POST", self.target.url, content=body, headers=headers) as answer,
            ):
                status = answer.status_code  # what else it says is not read: it could go on for ever
        except TimeoutError:
            return f"no answer within {DEADLINE:g} s", False
        except httpx.TransportError as error:
            return f"{type(error).__name__}: {error}", False
        if 200 <= status < 300:
            return "", False
        return f"answered {status}", 300 <= status < 500 and status not in AGAIN

    async def _set_aside(self, message: Message, standing: Standing, why: str) -> None:
        """The target will not have this one: it is named, and the next one goes out."""
        at = self.hall.clock()
        aside = (*standing.set_aside, SetAside(message.id, at, why))[-SET_ASIDE:]
        await self._note(
            msgspec.structs.replace(standing, sent=message.id, failing_since=at, why=why, set_aside=aside)
        )
        facts: dict[str, str | int] = {"target": self.target.name, "message": message.id, "why": why}
        self.hall.alarm(Alarm(alarms.NOT_TOLD, self.hall.id, facts))

    async def _note(self, standing: Standing) -> None:
        await self.hall.store.put_side(self.hall.id, self._name, msgspec.json.encode(standing), KEPT)


async def standing_of(hall: Hall, name: str) -> Standing:
    """How far a target has come, by `side_of` it. Raises `Unanswered` and `StoreRefused`."""
    kept = await hall.store.get_side(hall.id, name)
    return msgspec.json.decode(kept, type=Standing) if kept else Standing()


def host_of(target: Webhook) -> str:
    """Where a target is, as it may be shown: its address may hold a secret."""
    return urlsplit(target.url).hostname or ""


def signed(secret: str, id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a message: its id, when it was sent (s since the epoch), the signature over all of it.

    Source: Standard Webhooks, version 1 (HMAC-SHA256 over ``id.timestamp.body``, in base64).
    """
    mac = hmac.new(secret_bytes(secret), f"{id}.{at}.".encode() + body, hashlib.sha256)
    return {
        "content-type": "application/json",
        "user-agent": "yichuang",
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(mac.digest()).decode()}",
    }


def side_of(target: Webhook, of: str = "") -> str:
    """What a target's lease, cursor and standing are called: of the days, or of the `CASES`."""
    return f"webhook:{target.name}{of}"
