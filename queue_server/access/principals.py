"""Who asks, and what they may: `may` is the one place, for HTTP and WebSocket alike."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from enum import StrEnum

import msgspec

from queue_server.cases import commands as case
from queue_server.hall import accounts, register
from queue_server.hall import commands as do
from queue_server.hall.accounts import ADMIN, AGENT, CLERK, DEPARTMENT, FLOOR, MANAGER, STAFF, SUPERVISOR
from queue_server.hall.behalf import GiveUpErrand, TakeForPrincipals
from queue_server.hall.commands import Command
from queue_server.hall.editions import PublishCatalogue
from queue_server.hall.joint import CarryOn
from queue_server.hall.register import BookSlot, Grant, GrantToken, PublishPlan, RevokeDevice, RevokeToken

__all__ = [
    "ADMIN", "AGENT", "ANYONE", "BOARD", "CLERK", "DEPARTMENT", "DEVICES", "FLOOR", "HOLDER", "KIOSK",
    "MANAGER", "NEWCOMER", "NOBODY", "PAD", "PLATFORM", "PRINTER", "ROLES", "STAFF", "SUPERVISOR", "WINDOW",
    "Principal", "Right", "See",
]  # fmt: skip

KIOSK = "kiosk"
BOARD = "board"
WINDOW = "window"  # the screen over a window
PRINTER = "printer"  # the agent beside a printer
PAD = "pad"  # the tablet at a window on which visitors rate
PLATFORM = "platform"  # the provincial platform, or what stands between it and the hall
DEVICES = (KIOSK, BOARD, WINDOW, PRINTER, PAD, PLATFORM)
NEWCOMER = "newcomer"  # whoever has not changed the first password yet
HOLDER = "holder"  # the visitor who holds a ticket
NOBODY = "nobody"
ROLES = (*DEVICES, *STAFF, NEWCOMER, HOLDER)


class Principal(msgspec.Struct, frozen=True):
    """Who asks. `windows` empty: any window. `ticket` is the one a holder holds, `department` whose cases
    somebody of a department sees."""

    id: str
    name: str
    role: str
    windows: tuple[int, ...] = ()
    ticket: str = ""
    department: str = ""


ANYONE = Principal("anyone", "", NOBODY)


class See(StrEnum):
    """What is looked at, or done with the own sign-in: everything that is no command of the hall."""

    HALL = "hall"
    BOARD = "board"
    MENU = "menu"
    ME = "me"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    PASSWORD = "password"  # noqa: S105 - the right to change the own one
    PLACE = "place"
    QR = "qr"
    TICKET = "ticket"
    WINDOW = "window"
    HEALTH = "health"
    OVERVIEW = "overview"
    SLIPS = "slips"
    VOICE = "voice"
    STATUS = "status"
    CATALOGUE = "catalogue"
    CLAIM = "claim"
    CARD = "card"
    CHECKLIST = "checklist"
    AGENT_TICKETS = "agent_tickets"
    HELP = "help"
    HELP_CALLS = "help_calls"
    DEVICES = "devices"
    ENROL = "enrol"
    PAD = "pad"
    FLOOR_WORK = "floor_work"
    STAFF_HOME = "staff_home"
    CASES = "cases"
    CASE_EVENTS = "case_events"
    EXCHANGE = "exchange"
    EDITIONS = "editions"
    RECEIPT = "receipt"
    PRINT_RECEIPT = "print_receipt"
    CASE_PAGE = "case_page"


Right = type[Command] | See
"""What an operation needs: the right to give a command, or to see something."""

PUBLIC = frozenset(
    {See.HALL, See.BOARD, See.MENU, See.STATUS, See.CATALOGUE, See.SIGN_IN, See.ENROL, See.CASE_PAGE}
)
"""What needs no token at all. The page of a case has a secret of its own in what it asks."""
SEES: dict[See, frozenset[str]] = {
    See.ME: frozenset(ROLES),
    See.SIGN_OUT: frozenset({*STAFF, NEWCOMER}),
    See.PASSWORD: frozenset({*STAFF, NEWCOMER}),
    See.PLACE: frozenset({CLERK, FLOOR, MANAGER, SUPERVISOR, HOLDER}),
    See.QR: frozenset({HOLDER}),
    See.TICKET: frozenset({CLERK, FLOOR, MANAGER, SUPERVISOR}),
    See.WINDOW: frozenset({CLERK, MANAGER, SUPERVISOR}),
    See.HEALTH: frozenset({MANAGER, ADMIN, SUPERVISOR}),
    See.OVERVIEW: frozenset({MANAGER, SUPERVISOR}),
    See.SLIPS: frozenset({PRINTER}),
    See.VOICE: frozenset({BOARD}),
    See.CLAIM: frozenset({KIOSK, FLOOR}),
    See.CARD: frozenset({KIOSK}),
    See.CHECKLIST: frozenset({KIOSK}),
    See.HELP: frozenset({KIOSK}),
    See.AGENT_TICKETS: frozenset({AGENT, FLOOR, MANAGER, SUPERVISOR}),
    See.HELP_CALLS: frozenset({CLERK, FLOOR, MANAGER}),
    See.DEVICES: frozenset({MANAGER, ADMIN, SUPERVISOR}),
    See.PAD: frozenset({PAD}),
    See.FLOOR_WORK: frozenset({FLOOR, MANAGER}),
    See.STAFF_HOME: frozenset(STAFF),
    See.CASES: frozenset({CLERK, MANAGER, DEPARTMENT, SUPERVISOR}),
    See.RECEIPT: frozenset({KIOSK, CLERK, FLOOR, MANAGER}),
    See.PRINT_RECEIPT: frozenset({CLERK, FLOOR, MANAGER}),
    See.CASE_EVENTS: frozenset({MANAGER, ADMIN, SUPERVISOR, PLATFORM}),
    See.EXCHANGE: frozenset({PLATFORM}),
    See.EDITIONS: frozenset({MANAGER, ADMIN, SUPERVISOR}),
}

AT_A_WINDOW: frozenset[type[Command]] = frozenset(
    {
        do.CallNext,
        do.CallNumber,
        do.Recall,
        do.Start,
        do.Finish,
        do.AddMatters,
        do.CloseMatter,
        CarryOn,
        do.MarkAbsent,
        do.Park,
        do.Unpark,
        do.Undo,
        do.ServeWithoutTicket,
        do.ClaimWindow,
        do.ReleaseWindow,
        do.OpenWindow,
        do.PauseWindow,
        do.AnswerSummons,
        do.CloseWindow,
    }
)
ON_THE_FLOOR: frozenset[type[Command]] = frozenset(
    {
        do.TakeTicket,
        do.CheckIn,
        do.ReturnMissed,
        do.Found,
        do.ChangeClass,
        do.Cancel,
        do.Transfer,
        do.AskReprint,
        BookSlot,
    }
)
WITH_CASES: frozenset[type[Command]] = frozenset(
    {
        case.ReceiveSupplement,
        case.WithdrawCase,
        case.MoveResult,
        case.IssueCase,
        case.ArriveCase,
        case.PassPapers,
        case.ConfirmPapers,
        case.TakeBackPapers,
    }
)
"""What is done with cases at a window."""
BEHIND: frozenset[type[Command]] = frozenset(
    {
        case.TakeCase,
        case.AskSupplement,
        case.ReceiveSupplement,
        case.StopClock,
        case.RunClock,
        case.ExtendCase,
        case.ReadyCase,
        case.MoveResult,
        case.ReworkCase,
        case.ReturnCase,
        case.SendCase,
        case.ArriveCase,
        case.PassPapers,
        case.ConfirmPapers,
        case.TakeBackPapers,
    }
)
"""What a department does with its own cases (`api/cases.py` sees to it that they are)."""
BY_MANAGERS: frozenset[type[Command]] = frozenset(
    {
        do.CloseDay,
        do.SetNotice,
        do.SummonWindows,
        do.PauseCategory,
        do.ResumeCategory,
        do.SetQuota,
        do.AcknowledgeAlarm,
        do.AssignWindow,
        do.EnterByHand,
        do.RecordDown,
        do.SoundState,
        PublishPlan,
        PublishCatalogue,
        GrantToken,
        RevokeDevice,
    }
)
BY_ADMINS: frozenset[type[Command]] = frozenset(
    {
        PublishPlan,
        PublishCatalogue,
        GrantToken,
        RevokeToken,
        RevokeDevice,
        register.ExpireToken,
        *accounts.DECIDERS,
    }
)
MAY: dict[str, frozenset[type[Command]]] = {
    KIOSK: frozenset({do.TakeTicket, do.CheckIn, do.AskReprint, BookSlot}),
    BOARD: frozenset({do.Spoken, do.SoundState}),
    PAD: frozenset({do.RateAtWindow}),
    PLATFORM: frozenset({case.TakeCase, case.ReadyCase}),
    CLERK: AT_A_WINDOW | ON_THE_FLOOR | WITH_CASES,
    DEPARTMENT: BEHIND,
    FLOOR: ON_THE_FLOOR | {do.Unpark},
    MANAGER: AT_A_WINDOW | ON_THE_FLOOR | BY_MANAGERS | WITH_CASES | BEHIND,
    AGENT: frozenset({TakeForPrincipals, GiveUpErrand, do.CheckIn, BookSlot}),
    ADMIN: BY_ADMINS,
    HOLDER: frozenset({do.Cancel, do.ReturnMissed, do.Transfer, do.LetPass, do.ReadyAgain, do.Rate}),
}
NOTHING: frozenset[type[Command]] = frozenset()


def may(principal: Principal, command: Command) -> bool:
    """Whether a principal may give a command: by role, and bound to its window or its own ticket."""
    if type(command) not in MAY.get(principal.role, NOTHING):
        return False
    if isinstance(command, do.Cancel) and command.staff == (principal.role == HOLDER):
        return False  # a visitor cancels as a visitor, staff for a picked reason
    window = getattr(command, "window", None)
    if principal.role == PAD:
        return window in principal.windows
    if principal.windows and type(command) in AT_A_WINDOW and window is not None:
        return window in principal.windows
    if principal.role == HOLDER:
        by_category = not isinstance(command, do.Transfer) or command.category is not None
        return getattr(command, "ticket", "") == principal.ticket and by_category
    return True


def may_enter(principal: Principal, right: Right) -> bool:
    """Whether a principal's role has a right at all; whose window or ticket it is, is looked at later."""
    if isinstance(right, See):
        return right in PUBLIC or principal.role in SEES[right]
    return right in MAY.get(principal.role, NOTHING)


def may_sit(principal: Principal) -> bool:
    """Whether a principal may sit at a window at all."""
    return may_enter(principal, do.ClaimWindow)


def may_see_window(principal: Principal, window: int) -> bool:
    """Whether a principal may see the console of a window."""
    if not may_enter(principal, See.WINDOW):
        return False
    return not principal.windows or window in principal.windows


def may_be_pad(principal: Principal, window: int) -> bool:
    """Whether a principal is the rating pad of a window."""
    return may_enter(principal, See.PAD) and window in principal.windows


def may_be_agent(principal: Principal, name: str) -> bool:
    """Whether a principal may fetch what is printed at the agent of this name, and tell what became of it."""
    return may_enter(principal, See.SLIPS) and principal.name == name


def may_see_tickets(principal: Principal) -> bool:
    """Whether a principal may see any ticket as staff see it."""
    return may_enter(principal, See.TICKET)


def may_see_health(principal: Principal) -> bool:
    """Whether a principal may see the hall's alarms."""
    return may_enter(principal, See.HEALTH)


def may_see_devices(principal: Principal) -> bool:
    """Whether a principal may see the hall's devices."""
    return may_enter(principal, See.DEVICES)


# --- tokens -----------------------------------------------------------------------------------


def new_token() -> str:
    """A token of 256 bits that says nothing about its holder."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token: it cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def granted(grant: Grant) -> Principal:
    """Who the holder of a grant is."""
    return Principal(grant.id, grant.name, grant.role, grant.windows, department=grant.department)


# --- a ticket's own secrets ---------------------------------------------------------------------

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def ticket_secret(key: bytes, ticket: str) -> str:
    """The unguessable part of a ticket's address on the phone: a keyed hash, stored nowhere."""
    return _keyed(key, ticket, b"phone").hex()


def check_code(key: bytes, ticket: str) -> str:
    """The five characters on the slip that tell two claimants of a number apart (D15)."""
    digest = _keyed(key, ticket, b"code")
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:5])


def receipt_code(key: bytes, ticket: str) -> str:
    """The six characters on the receipt of a ticket's cases: whoever knows them may take the results away."""
    digest = _keyed(key, ticket, b"receipt")
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:6])


def case_secret(key: bytes, ticket: str) -> str:
    """The unguessable part of the address at which the cases of a ticket are seen on a phone."""
    return _keyed(key, ticket, b"case").hex()


def _keyed(key: bytes, ticket: str, use: bytes) -> bytes:
    """A keyed hash of a ticket, another one for each use: a third of HMAC's time, once or twice a ticket."""
    return hashlib.blake2b(ticket.encode(), key=key, person=use, digest_size=16).digest()


def same(given: str, expected: str) -> bool:
    """Compare secrets in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), expected.encode())
