"""The hall's people: who may sign in and as what. A part of the register, with the same pure rules.

No password and no hash of one enters the log, which is never forgotten: `PasswordSet` only names the
password by a random stamp, and what proves it lies apart (`queue_server/store/vault.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from queue_server.hall.commands import Ask, Command
from queue_server.hall.model import Answer
from queue_server.hall.refusals import Conflict, Unknown, Unusable

LOGIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
LONGEST_LOGIN = 32
"""A login is typed on a keypad or without an input method: Latin letters and digits."""

CLERK = "clerk"  # 窗口人员
FLOOR = "floor"  # 导办
MANAGER = "manager"  # 值班经理
DEPARTMENT = "department"  # 部门审批
AGENT = "agent"  # 代办
ADMIN = "admin"  # 管理员
SUPERVISOR = "supervisor"  # 督查
STAFF = (CLERK, FLOOR, MANAGER, DEPARTMENT, AGENT, ADMIN, SUPERVISOR)
"""What a person may be in a hall."""
AT_WINDOWS = (CLERK, MANAGER)
"""Roles that can be bound to windows."""


class Account(msgspec.Struct, frozen=True):
    """One person of the hall. `windows` empty: any window.

    `stamp` names the password ("" while there is none), `must_change` that it is the first one.
    `department` is whose cases somebody of a department handles.
    `epoch` is the register's sequence before which no session of this person counts. `sso` is what the
    hall's own sign-in (OpenID Connect) calls this person.
    """

    login: str
    name: str
    role: str
    windows: tuple[int, ...] = ()
    stamp: str = ""
    must_change: bool = False
    locked: bool = False
    epoch: int = 0
    sso: str = ""
    department: str = ""

    @property
    def id(self) -> str:
        """How this person is called in the logs."""
        return f"staff:{self.login}"


# --- what is asked --------------------------------------------------------------------


class AddAccount(Command, frozen=True):
    """Let a person sign in, from the first password on."""

    login: str
    name: str
    role: str
    windows: tuple[int, ...] = ()
    sso: str = ""
    department: str = ""


class SetPassword(Command, frozen=True):
    """A password, named by its stamp; `must_change` when somebody else made it up."""

    login: str
    stamp: str
    must_change: bool = False


class ChangeRole(Command, frozen=True):
    """What a person may do from now on, at which windows, for which department."""

    login: str
    role: str
    windows: tuple[int, ...] = ()
    department: str = ""


class LockAccount(Command, frozen=True):
    """Nobody signs in as this person until unlocked; every session ends."""

    login: str


class UnlockAccount(Command, frozen=True):
    """The person may sign in again."""

    login: str


class RemoveAccount(Command, frozen=True):
    """The person is no longer of this hall; every session ends."""

    login: str


class EndSessions(Command, frozen=True):
    """Sign a person out everywhere."""

    login: str


# --- what has happened ------------------------------------------------------------------


class Fact(msgspec.Struct, frozen=True, tag_field="t", omit_defaults=True, forbid_unknown_fields=True):
    """A fact of the register."""


class AccountFact(Fact, frozen=True):
    """A fact about one of the hall's people."""

    login: str


class AccountAdded(AccountFact, frozen=True, tag="account_added"):
    """A person of the hall."""

    name: str
    role: str
    windows: tuple[int, ...] = ()
    sso: str = ""
    department: str = ""


class PasswordSet(AccountFact, frozen=True, tag="password_set"):
    """The password with this stamp counts and no other; sessions before it have ended."""

    stamp: str
    must_change: bool = False


class RoleChanged(AccountFact, frozen=True, tag="role_changed"):
    """The person acts as this from now on."""

    role: str
    windows: tuple[int, ...] = ()
    department: str = ""


class AccountLocked(AccountFact, frozen=True, tag="account_locked"):
    """Nobody signs in as this person; sessions have ended."""


class AccountUnlocked(AccountFact, frozen=True, tag="account_unlocked"):
    """The person may sign in again."""


class AccountRemoved(AccountFact, frozen=True, tag="account_removed"):
    """The person is no longer of this hall."""


class SessionsEnded(AccountFact, frozen=True, tag="sessions_ended"):
    """The person was signed out everywhere."""


AnyFact = (
    AccountAdded
    | PasswordSet
    | RoleChanged
    | AccountLocked
    | AccountUnlocked
    | AccountRemoved
    | SessionsEnded
)


class People(Protocol):
    """What the rules need of the register."""

    accounts: dict[str, Account]
    seq: int

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None: ...


# --- deciding ------------------------------------------------------------------------------


def _known(people: People, login: str) -> Account:
    found = people.accounts.get(login)
    if found is None:
        raise Unknown("unknown_account", login=login)
    return found


def fits_login(login: str) -> bool:
    """Whether somebody can be called so: 1 to 32 small Latin letters, digits, dots and dashes."""
    return 0 < len(login) <= LONGEST_LOGIN and LOGIN_LETTERS.issuperset(login) and login[0].isalnum()


def _check_role(role: str, windows: tuple[int, ...], department: str) -> None:
    if (
        role not in STAFF
        or (windows and role not in AT_WINDOWS)
        or (department and role != DEPARTMENT)
        or not department.isprintable()
    ):
        raise Unusable("unknown_role", role=role)


def _add(people: People, ask: Ask, c: AddAccount) -> tuple[AnyFact, Answer]:
    if not fits_login(c.login) or not c.name.isprintable() or not 0 < len(c.name) <= 60:
        raise Unusable("bad_login")
    _check_role(c.role, c.windows, c.department)
    if c.login in people.accounts or (c.sso and _by_sso(people, c.sso)):
        raise Conflict("account_exists", login=c.login)
    return AccountAdded(c.login, c.name, c.role, c.windows, c.sso, c.department), Answer(detail=c.login)


def _by_sso(people: People, subject: str) -> Account | None:
    return next((account for account in people.accounts.values() if account.sso == subject), None)


def _set_password(people: People, ask: Ask, c: SetPassword) -> tuple[AnyFact, Answer]:
    _known(people, c.login)
    return PasswordSet(c.login, c.stamp, c.must_change), Answer()


def _change_role(people: People, ask: Ask, c: ChangeRole) -> tuple[AnyFact, Answer]:
    account = _known(people, c.login)
    _check_role(c.role, c.windows, c.department)
    if (account.role, account.windows, account.department) == (c.role, c.windows, c.department):
        raise Conflict("stale")
    return RoleChanged(c.login, c.role, c.windows, c.department), Answer()


def _lock(people: People, ask: Ask, c: LockAccount) -> tuple[AnyFact, Answer]:
    if _known(people, c.login).locked:
        raise Conflict("stale")
    return AccountLocked(c.login), Answer()


def _unlock(people: People, ask: Ask, c: UnlockAccount) -> tuple[AnyFact, Answer]:
    if not _known(people, c.login).locked:
        raise Conflict("stale")
    return AccountUnlocked(c.login), Answer()


def _remove(people: People, ask: Ask, c: RemoveAccount) -> tuple[AnyFact, Answer]:
    _known(people, c.login)
    return AccountRemoved(c.login), Answer()


def _end_sessions(people: People, ask: Ask, c: EndSessions) -> tuple[AnyFact, Answer]:
    _known(people, c.login)
    return SessionsEnded(c.login), Answer()


DECIDERS: dict[type[Command], Callable[[Any, Ask, Any], tuple[AnyFact, Answer]]] = {
    AddAccount: _add,
    SetPassword: _set_password,
    ChangeRole: _change_role,
    LockAccount: _lock,
    UnlockAccount: _unlock,
    RemoveAccount: _remove,
    EndSessions: _end_sessions,
}


def evolve(people: People, fact: AnyFact, seq: int) -> None:
    """Apply one fact; `seq` is its place in the register."""
    login = fact.login
    if isinstance(fact, AccountAdded):
        account = Account(
            login, fact.name, fact.role, fact.windows, epoch=seq, sso=fact.sso, department=fact.department
        )
        people.put(people.accounts, login, account)
        return
    known = people.accounts.get(login)
    if known is not None:
        people.put(people.accounts, login, _after(known, fact, seq))


def _after(account: Account, fact: AnyFact, seq: int) -> Account | None:
    match fact:
        case PasswordSet(stamp=stamp, must_change=must_change):
            return replace(account, stamp=stamp, must_change=must_change, epoch=seq)
        case RoleChanged(role=role, windows=windows, department=department):
            return replace(account, role=role, windows=windows, department=department)
        case AccountLocked():
            return replace(account, locked=True, epoch=seq)
        case AccountUnlocked():
            return replace(account, locked=False)
        case SessionsEnded():
            return replace(account, epoch=seq)
    return None
