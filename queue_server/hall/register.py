"""What outlives a day: published plans, who holds which token, the hall's people, booked slots, and cases.

The register is a log of its own with the same rules as a day's: pure, decided, evolved, unwound.
Secrets never enter it: tokens are kept as hashes, passwords not at all (`accounts.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from queue_server.cases import decide as cases
from queue_server.cases.calendar import ChineseCalendar
from queue_server.cases.commands import OpenCase
from queue_server.cases.events import AnyCaseFact
from queue_server.cases.evolve import evolve as evolve_case
from queue_server.cases.limits import Calendar
from queue_server.cases.model import Case, PaperList
from queue_server.cases.visits import Visits
from queue_server.hall import accounts, editions, on_the_spot
from queue_server.hall.accounts import Account, Fact
from queue_server.hall.commands import Ask, Command
from queue_server.hall.editions import CataloguePublished, Edition, PublishCatalogue
from queue_server.hall.events import UnknownVersion, readable
from queue_server.hall.evolve import Contradiction
from queue_server.hall.hours import business_date, open_spans
from queue_server.hall.joint import joint_named
from queue_server.hall.model import Answer, Booking, Kept
from queue_server.hall.on_the_spot import CountDay, DayCounted, count_day
from queue_server.hall.plan import HOUR, Matter, Plan, plan_hash
from queue_server.hall.refusals import Conflict, NotNow, Unknown, Unusable
from queue_server.hall.remembering import forget, note

REGISTER_VERSION = 3
"""2: with cases. 3: with editions of the catalogue, and what days ended on the spot."""
REPEATABLE = 48 * HOUR
"""How long (ms) a command of the register may be repeated under its key; the register itself is for ever."""


class Grant(msgspec.Struct, frozen=True):
    """What a token's holder may act as. `windows` empty: any window; `department`: whose cases."""

    id: str
    name: str
    role: str
    windows: tuple[int, ...] = ()
    department: str = ""


# --- what is asked --------------------------------------------------------------------


class PublishPlan(Command, frozen=True):
    """Put a plan in force for the days that open from now on; published matters stay (`editions.kept`)."""

    plan: Plan


class GrantToken(Command, frozen=True):
    """Let the holder of a token (by its hash) act."""

    token_hash: str
    grant: Grant


class RevokeToken(Command, frozen=True):
    """The token counts no more."""

    token_hash: str


class RevokeDevice(Command, frozen=True):
    """No token of a device (by the id of its grants) counts any more."""

    device: str


class ExpireToken(Command, frozen=True):
    """The token counts until `until` (ms), while its holder is given another one."""

    token_hash: str
    until: int


class BookSlot(Command, frozen=True):
    """Book a slot of a category; `code` is what the visitor will show."""

    code: str
    category: str
    slot: int
    matters: tuple[str, ...] = ()


# --- what has happened ------------------------------------------------------------------


class PlanPublished(Fact, frozen=True, tag="plan_published"):
    """A plan is in force; days pin it by `hash`."""

    hash: str
    plan: Plan


class TokenGranted(Fact, frozen=True, tag="token_granted"):
    """A token's hash and what it may act as."""

    token_hash: str
    grant: Grant


class TokenRevoked(Fact, frozen=True, tag="token_revoked"):
    """A token counts no more."""

    token_hash: str


class DeviceRevoked(Fact, frozen=True, tag="device_revoked"):
    """No token that a device had until now counts any more."""

    device: str


class TokenExpires(Fact, frozen=True, tag="token_expires"):
    """A token counts until `until` (ms) and no longer."""

    token_hash: str
    until: int


class SlotBooked(Fact, frozen=True, tag="slot_booked"):
    """A slot was booked."""

    booking: Booking


PLANS = (PlanPublished, CataloguePublished)
"""What brings a plan that a day may pin."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the register's log, as `events.Record` is one of a day's."""

    v: int
    at: int
    by: str
    e: (
        PlanPublished
        | CataloguePublished
        | TokenGranted
        | TokenRevoked
        | DeviceRevoked
        | TokenExpires
        | SlotBooked
        | DayCounted
        | accounts.AnyFact
        | AnyCaseFact
    )
    key: str = ""
    digest: str = ""
    answer: Answer | None = None


class _Versioned(msgspec.Struct, frozen=True):
    """What every version of an entry says of itself."""

    v: int


class Register:
    """A hall's register in memory; `plan` is the one in force, `calendar` says which days are worked."""

    def __init__(self, calendar: Calendar | None = None) -> None:
        self.seq = 0
        self.last_at = 0
        self.plans: dict[str, Plan] = {}
        self.in_force: dict[str, str] = {}
        self.editions: dict[int, Edition] = {}
        self.grants: dict[str, Grant] = {}
        self.expiries: dict[str, int] = {}
        self.accounts: dict[str, Account] = {}
        self.bookings: dict[str, Booking] = {}
        self.taken: dict[tuple[str, int], int] = {}
        self.cases: dict[str, Case] = {}
        self.papers: dict[str, PaperList] = {}
        self.case_counts: dict[str, int] = {}
        self.closed_at: dict[str, int] = {}
        self.settled_at: dict[str, int] = {}
        self.forgotten: dict[str, int] = {}
        self.turned: dict[str, str] = {}
        self.visits: dict[tuple[str, str], Visits] = {}
        self.calendar: Calendar = calendar or ChineseCalendar()
        self.kept: dict[str, Kept] = {}
        self.kept_at: dict[str, int] = {}
        self._journal: list[tuple[dict[Any, Any], Any, Any]] = []

    @property
    def plan(self) -> Plan | None:
        """The plan in force, or None before the first was published."""
        return self.plans.get(self.in_force.get("plan", ""))

    @property
    def edition(self) -> int:
        """The number of the catalogue's edition in force; 0 while it is the hall file's."""
        return len(self.editions)

    def plan_of(self, edition: int) -> Plan | None:
        """The plan that an edition came with; None for one that was not published."""
        found = self.editions.get(edition)
        return self.plans[found.plan] if found else None

    def edition_of(self, plan: Plan) -> int:
        """The edition whose matters a plan has; 0 for those of a hall file."""
        numbers = (n for n, each in self.editions.items() if self.plans[each.plan].matters == plan.matters)
        return max(numbers, default=0)

    def guide(self, id: str, version: str = "") -> Matter | None:
        """A matter, as its guide of a version has it; as it was last where no plan has that version."""
        in_force = [self.plan] if self.plan is not None else []
        found = None
        for plan in (*in_force, *reversed(self.plans.values())):
            matter = plan.matter(id)
            if matter is not None and (not version or plan.guide_versions[id] == version):
                return matter
            found = found or matter
        return found

    def granted(self, token_hash: str, now: int) -> Grant | None:
        """What the holder of a token may act as at a time (ms); None for a token that does not count."""
        until = self.expiries.get(token_hash)
        return None if until is not None and now >= until else self.grants.get(token_hash)

    def by_sso(self, subject: str) -> Account | None:
        """Whom the hall's single sign-on calls so."""
        return next((each for each in self.accounts.values() if subject and each.sso == subject), None)

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Put a record (None takes it out); what it replaced is remembered until `settle`."""
        self._journal.append((table, key, table.get(key)))
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value

    def mark(self) -> tuple[int, int]:
        """A point to which `unwind` can go back."""
        return self.seq, len(self._journal)

    def unwind(self, mark: tuple[int, int]) -> None:
        """Take back every put since the mark."""
        self.seq, length = mark
        while len(self._journal) > length:
            table, key, old = self._journal.pop()
            if old is None:
                table.pop(key, None)
            else:
                table[key] = old

    def settle(self) -> None:
        """What was put is a fact; answers that nobody may ask for again are forgotten."""
        self._journal.clear()
        while self.kept_at:
            key, at = next(iter(self.kept_at.items()))
            if self.last_at - at <= REPEATABLE:
                break
            del self.kept_at[key]
            self.kept.pop(key, None)


# --- deciding ------------------------------------------------------------------------------


def _publish(register: Register, ask: Ask, c: PublishPlan) -> tuple[Fact, Answer]:
    plan = editions.kept(register, c.plan)
    name = plan_hash(plan)
    if register.in_force.get("plan") == name:
        raise Conflict("stale")
    return PlanPublished(hash=name, plan=plan), Answer(detail=name)


def _grant(register: Register, ask: Ask, c: GrantToken) -> tuple[Fact, Answer]:
    if register.grants.get(c.token_hash) == c.grant:
        raise Conflict("stale")
    return TokenGranted(token_hash=c.token_hash, grant=c.grant), Answer(detail=c.grant.id)


def _revoke(register: Register, ask: Ask, c: RevokeToken) -> tuple[Fact, Answer]:
    if c.token_hash not in register.grants:
        raise Conflict("stale")
    return TokenRevoked(token_hash=c.token_hash), Answer()


def _revoke_device(register: Register, ask: Ask, c: RevokeDevice) -> tuple[Fact, Answer]:
    if not _tokens_of(register, c.device):
        raise Unknown("unknown_device", device=c.device.removeprefix("device:"))
    return DeviceRevoked(device=c.device), Answer(detail=c.device)


def _tokens_of(register: Register, device: str) -> list[str]:
    return [token for token, grant in register.grants.items() if grant.id == device]


def _expire(register: Register, ask: Ask, c: ExpireToken) -> tuple[Fact, Answer]:
    if c.token_hash not in register.grants or register.expiries.get(c.token_hash, c.until + 1) <= c.until:
        raise Conflict("stale")
    return TokenExpires(token_hash=c.token_hash, until=c.until), Answer()


def _book(register: Register, ask: Ask, c: BookSlot) -> tuple[Fact, Answer]:
    plan = register.plan
    if plan is None:
        raise NotNow("day_not_open")
    category = plan.category(c.category)
    if category is None:
        raise Unknown("unknown_category", category=c.category)
    if c.slot <= ask.at:
        raise NotNow("slot_past")
    date = business_date(plan, c.slot)
    if not any(start <= c.slot < end for start, end in open_spans(plan, date)):
        raise Unusable("no_slot", at=c.slot)
    slot = c.slot - c.slot % plan.rules.slot
    if register.taken.get((c.category, slot), 0) >= category.slots:
        raise Conflict("slot_full", category=c.category)
    if joint_named(plan, c.category, c.matters) is None:
        for matter in c.matters:
            if plan.matter(matter) is None:
                raise Unknown("unknown_matter", matter=matter)
    booking = Booking(code=c.code, category=c.category, slot=slot, date=date, matters=c.matters)
    return SlotBooked(booking=booking), Answer(code=c.code, detail=date)


def _open_case(register: Register, ask: Ask, c: OpenCase) -> tuple[Fact, Answer]:
    # Of a day whose cases begin to be forgotten every acceptance was opened weeks ago.
    if c.date in register.forgotten:
        raise Conflict("stale")
    return cases.DECIDERS[OpenCase](register, ask, c)


_DECIDERS: dict[type[Command], Callable[[Register, Ask, Any], tuple[Fact, Answer]]] = {
    PublishPlan: _publish,
    PublishCatalogue: editions.publish,
    GrantToken: _grant,
    RevokeToken: _revoke,
    RevokeDevice: _revoke_device,
    ExpireToken: _expire,
    BookSlot: _book,
    CountDay: count_day,
    **accounts.DECIDERS,
    **cases.DECIDERS,
    OpenCase: _open_case,
}


def act(register: Register, ask: Ask) -> tuple[list[Entry], Answer]:
    """Decide and evolve, as `decide.act` does for a day. Raises `Refused` with the register unchanged."""
    kept = register.kept.get(ask.key) if ask.key else None
    if kept is not None:
        if kept.digest != ask.digest:
            raise Conflict("key_reused")
        return [], kept.answer
    fact, answer = _DECIDERS[type(ask.command)](register, ask, ask.command)
    entry = Entry(
        v=REGISTER_VERSION,
        at=max(ask.at, register.last_at),
        by=ask.by,
        e=fact,  # type: ignore[arg-type]
        key=ask.key,
        digest=ask.digest,
        answer=answer if ask.key else None,
    )
    evolve(register, entry, register.seq + 1)
    return [entry], replace(answer, seq=register.seq)


def evolve(register: Register, entry: Entry, seq: int) -> None:
    """Apply one entry of the register's log.

    Raises `Contradiction`, with the register unchanged, when a case cannot have come to it.
    """
    match entry.e:
        case PlanPublished(hash=name, plan=plan):
            register.put(register.plans, name, plan)
            register.put(register.in_force, "plan", name)
        case CataloguePublished():
            editions.evolve(register, entry.e, entry.at, entry.by)
        case TokenGranted() | TokenRevoked() | DeviceRevoked() | TokenExpires():
            _evolve_grants(register, entry.e)
        case SlotBooked(booking=booking):
            slot = (booking.category, booking.slot)
            register.put(register.bookings, booking.code, booking)
            register.put(register.taken, slot, register.taken.get(slot, 0) + 1)
        case DayCounted():
            on_the_spot.evolve(register, entry.e)
        case accounts.AccountFact():
            accounts.evolve(register, entry.e, seq)
        case _:
            _evolve_case(register, entry.e, entry)
    register.seq = seq
    register.last_at = max(register.last_at, entry.at)
    forget(register)
    if entry.key and entry.answer is not None:
        register.put(register.kept, entry.key, Kept(entry.digest, replace(entry.answer, seq=seq)))
        register.put(register.kept_at, entry.key, entry.at)


def _evolve_grants(
    register: Register, fact: TokenGranted | TokenRevoked | DeviceRevoked | TokenExpires
) -> None:
    match fact:
        case TokenGranted(token_hash=token, grant=grant):
            register.put(register.grants, token, grant)
            register.put(register.expiries, token, None)
        case TokenRevoked(token_hash=token):
            register.put(register.grants, token, None)
            register.put(register.expiries, token, None)
        case DeviceRevoked(device=device):
            for token in _tokens_of(register, device):
                register.put(register.grants, token, None)
                register.put(register.expiries, token, None)
        case TokenExpires(token_hash=token, until=until):
            register.put(register.expiries, token, until)


def _evolve_case(register: Register, fact: AnyCaseFact, entry: Entry) -> None:
    mark = register.mark()
    try:
        evolve_case(register, fact, entry.at, entry.by)
        note(register, fact, entry.at)
    except KeyError as missing:
        register.unwind(mark)
        raise Contradiction(f"{type(fact).__name__}: {missing} is not in the register") from missing


def quarantine(register: Register, seq: int) -> None:
    """Set a fact that cannot be read aside: it changes nothing."""
    register.seq = seq


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)
_version = msgspec.json.Decoder(_Versioned)


def encode(entry: Entry) -> bytes:
    """The bytes that are stored and hashed."""
    return _encoder.encode(entry)


def decode(body: bytes) -> Entry:
    """Read a stored entry.

    Raises `UnknownVersion` when newer software wrote it and `msgspec.DecodeError` when it cannot be read.
    """
    version = readable(_version, body).v
    if version > REGISTER_VERSION:
        raise UnknownVersion(f"register version {version}, this software knows {REGISTER_VERSION}")
    return readable(_decoder, body)
