"""The hall's people from the command line. First passwords are made up here, never chosen, and shown once."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from queue_server.access.passwords import Passwords, first_password
from queue_server.access.sessions import Sessions
from queue_server.cli.registers import Unfit, in_register, operator, put
from queue_server.desk.line import Line
from queue_server.hall.accounts import (
    DEPARTMENT,
    STAFF,
    AddAccount,
    ChangeRole,
    LockAccount,
    RemoveAccount,
    UnlockAccount,
)
from queue_server.hall.commands import Command
from queue_server.hall.plan import Plan
from queue_server.hall.register import Register
from queue_server.store.logs import Store
from queue_server.store.vault import Vault


def add_user(
    store: str,
    hall: str,
    login: str,
    role: str,
    name: str,
    windows: Sequence[int],
    department: str,
    sso: str,
) -> int:
    """Add a person and print the first password; gives the exit status."""
    login = login.lower()

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        check(plan, role, windows, department)
        command = AddAccount(login, name or login, role, tuple(windows), sso, department)
        await put(register, command, operator())
        if not sso:
            await _hand_out(there, hall, register, [login])
        return 0

    return in_register("user", store, hall, work)


def print_users(store: str, hall: str) -> int:
    """Print who may sign in."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        for account in sorted(register.state.accounts.values(), key=lambda each: each.login):
            windows = ",".join(map(str, account.windows)) or account.department or "-"
            first = "first password" if account.must_change else "active"
            state = "locked" if account.locked else "single sign-on" if account.sso else first
            print(f"{account.login:<16} {account.role:<10} {windows:<6} {state:<14} {account.name}")
        return 0

    return in_register("user", store, hall, work)


def reset_users(store: str, hall: str, logins: Sequence[str], everyone: bool) -> int:
    """Give people new first passwords and print them."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        accounts = register.state.accounts
        wanted = [a.login for a in accounts.values() if a.stamp] if everyone else list(logins)
        if not wanted:
            raise Unfit("whose? name a login, or say --everyone")
        if missing := [login for login in wanted if login not in accounts]:
            raise Unfit(f"nobody is called {', '.join(missing)} here: see yichuang user list")
        await _hand_out(there, hall, register, sorted(wanted))
        return 0

    return in_register("user", store, hall, work)


def lock_user(store: str, hall: str, login: str) -> int:
    """Lock an account."""
    return _change(store, hall, LockAccount(login), f"{login} is locked")


def unlock_user(store: str, hall: str, login: str) -> int:
    """Unlock an account and forget failed attempts."""

    async def forget(there: Store, register: Line[Register]) -> None:
        await Vault(there, hall).forget_attempts(f"account:{login}")

    return _change(store, hall, UnlockAccount(login), f"{login} may sign in", forget)


def remove_user(store: str, hall: str, login: str) -> int:
    """Take a person out, and what proves the password with them."""

    async def wipe(there: Store, register: Line[Register]) -> None:
        await Vault(there, hall).wipe_passwords(login)

    return _change(store, hall, RemoveAccount(login), f"{login} is removed", wipe)


def change_role(store: str, hall: str, login: str, role: str, windows: Sequence[int], department: str) -> int:
    """Change what a person may do."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        check(plan, role, windows, department)
        await put(register, ChangeRole(login, role, tuple(windows), department), operator())
        print(f"{login} is {role}", file=sys.stderr)
        return 0

    return in_register("user", store, hall, work)


def check(plan: Plan, role: str, windows: Sequence[int], department: str) -> None:
    """Refuse a role that does not exist, windows and a department that the hall does not have.

    Raises `Unfit`.
    """
    if role not in STAFF:
        raise Unfit(f'there is no role "{role}": {", ".join(STAFF)}')
    there = {window.number for window in plan.windows}
    if missing := [number for number in windows if number not in there]:
        raise Unfit(f"the hall has no window {', '.join(map(str, missing))}")
    if department and role != DEPARTMENT:
        raise Unfit(f"a {role} is not of a department")
    if role == DEPARTMENT and department not in plan.departments and (department or plan.departments):
        known = ", ".join(plan.departments) or "its file has no [departments]"
        raise Unfit(f'the hall has no department "{department}": {known}')


Also = Callable[[Store, Line[Register]], Awaitable[None]]


def _change(store: str, hall: str, command: Command, said: str, also: Also | None = None) -> int:
    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        await put(register, command, operator())
        if also is not None:
            await also(there, register)
        print(said, file=sys.stderr)
        return 0

    return in_register("user", store, hall, work)


async def _hand_out(store: Store, hall: str, register: Line[Register], logins: Sequence[str]) -> None:
    """Print a new first password for each, on stdout so that a script can take it."""
    made = {login: first_password() for login in logins}
    await hand_out(store, hall, register, made, operator(), must_change=True)
    print("shown only once; to be changed at the first sign-in:", file=sys.stderr)
    for login, password in made.items():
        print(f"{login} {password}" if len(made) > 1 else password)


async def hand_out(
    store: Store,
    hall: str,
    register: Line[Register],
    made: Mapping[str, str],
    by: str,
    must_change: bool,
) -> None:
    """Give each login its password; those before it, and attempts that failed, are forgotten."""
    passwords = Passwords()
    sessions = Sessions(
        Vault(store, hall),
        passwords,
        lambda: register.state,
        register.ask,
        lambda: time.time_ns() // 1_000_000,
        lambda now: now,
    )
    try:
        for login, password in made.items():
            await sessions.set_password(login, password, by, must_change)
            await sessions.vault.forget_attempts(f"account:{login}")
    finally:
        passwords.close()
