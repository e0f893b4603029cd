"""Signing in, and for how long that holds: until idle, until the business day ends, until revoked.

A session is a random token of which the store keeps the hash, in a key that expires when the session was
not used. Whether its person may still sign in is read from the register in memory, so locking, a new
password or removal ends it on every process with the entry that says so.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

from queue_server.access.passwords import Passwords, check_password
from queue_server.access.principals import NEWCOMER, Principal, new_token, token_hash
from queue_server.hall.accounts import Account, SetPassword
from queue_server.hall.commands import Ask
from queue_server.hall.model import Answer
from queue_server.hall.refusals import NotKnown, NotYours, TooOften, Unusable
from queue_server.hall.register import Register
from queue_server.store.vault import Patience, Vault

log = structlog.get_logger()

SESSION = "s."
"""Begins every session's token, which tells it from a device's and from a ticket's."""
MINUTE = 60_000
IDLE = 30 * MINUTE
OF_ACCOUNT = Patience(free=5, first=1000, longest=15 * MINUTE)
"""Five tries, then a second, two, four ... a quarter of an hour between them."""
OF_ADDRESS = Patience(free=40, first=1000, longest=5 * MINUTE)
"""More for an address: a whole hall may stand behind one."""
USED = 10.0
"""Seconds within which a second use of a session is not written down again."""


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose it is, the account's epoch when it began, when it ends at the latest (ms)."""

    login: str
    epoch: int
    until: int


class Signed(msgspec.Struct, frozen=True):
    """Somebody signed in: the session's token, this once, and who."""

    token: str
    account: Account
    until: int


class Asking(Protocol):
    """What has a command of the register decided."""

    async def __call__(self, ask: Ask) -> Answer: ...


class Sessions:
    """The people of one hall, signing in. `register` is the register as it stands, `ends_at` gives the end
    of the business day of a time (ms)."""

    def __init__(
        self,
        vault: Vault,
        passwords: Passwords,
        register: Callable[[], Register],
        ask: Asking,
        clock: Callable[[], int],
        ends_at: Callable[[int], int],
        idle: int = IDLE,
    ) -> None:
        self.vault = vault
        self.passwords = passwords
        self.idle = idle
        self._register = register
        self._ask = ask
        self._clock = clock
        self._ends_at = ends_at
        self._used: dict[str, float] = {}

    # --- in -------------------------------------------------------------------------------

    async def sign_in(self, login: str, password: str, address: str) -> Signed:
        """Whoever knows the password is let in. Refuses with a wait that grows, by address and by account."""
        login = login.strip().lower()
        await self._count(f"address:{address}", OF_ADDRESS, address)
        await self._count(f"account:{login}", OF_ACCOUNT, address)
        account = self._register().accounts.get(login)
        proof = await self.vault.password(login, account.stamp) if account and account.stamp else ""
        known = await self.passwords.proves(proof, password)
        account = self._register().accounts.get(login)  # it may have changed meanwhile
        if not known or account is None:
            log.warning("sign-in refused", login=login if account else "(unknown)", address=address)
            raise NotKnown("wrong_password")
        await self.vault.forgive(f"address:{address}")
        await self.vault.forget_attempts(f"account:{login}")
        return await self.enter(account, address)

    async def enter(self, account: Account, address: str) -> Signed:
        """Begin a session of somebody who has proven who they are. Refuses ``account_locked``."""
        if account.locked:
            log.warning("sign-in refused", login=account.login, address=address, why="locked")
            raise NotYours("account_locked")
        now = self._clock()
        session = Session(account.login, account.epoch, self._ends_at(now))
        token = SESSION + new_token()
        left = min(self.idle, session.until - now)
        await self.vault.put_session(token_hash(token), msgspec.json.encode(session), max(1, left))
        log.info("signed in", login=account.login, address=address)
        return Signed(token, account, session.until)

    async def _count(self, who: str, patience: Patience, address: str) -> None:
        wait = await self.vault.attempt(who, patience)
        if wait:
            log.warning("sign-in must wait", address=address, by=who.partition(":")[0], ms=wait)
            raise TooOften("sign_in_wait", seconds=-(-wait // 1000))

    # --- while signed in ----------------------------------------------------------------------

    async def person(self, token: str, used: bool = True) -> Principal:
        """Who is signed in with this token; refuses ``signed_out``. `used`: it does not idle out for now."""
        hashed = token_hash(token)
        kept = await self.vault.session(hashed)
        session = msgspec.json.decode(kept, type=Session) if kept else None
        account = self._register().accounts.get(session.login) if session else None
        now = self._clock()
        if session is None or account is None or account.locked:
            raise NotKnown("signed_out")
        if session.epoch != account.epoch or now >= session.until:
            await self.vault.drop_session(hashed)
            raise NotKnown("signed_out")
        if used:
            await self._use(hashed, min(self.idle, session.until - now))
        return principal_of_account(account)

    async def _use(self, hashed: str, left: int) -> None:
        """The session lives on; written down every few seconds, not with each key press."""
        now = time.monotonic()
        if now - self._used.get(hashed, -USED) < min(USED, self.idle / 4000):
            return
        self._used = {each: at for each, at in self._used.items() if now - at < USED}
        self._used[hashed] = now
        await self.vault.use_session(hashed, left)

    async def sign_out(self, token: str) -> None:
        """End a session, on every process."""
        await self.vault.drop_session(token_hash(token))

    async def change_password(self, login: str, old: str, new: str, address: str) -> Signed:
        """Somebody takes a new password; every session before it ends, and a new one begins."""
        await self._count(f"account:{login}", OF_ACCOUNT, address)
        account = self._register().accounts.get(login)
        proof = await self.vault.password(login, account.stamp) if account and account.stamp else ""
        if not await self.passwords.proves(proof, old):
            raise NotKnown("wrong_password")
        await self.vault.forget_attempts(f"account:{login}")
        if old == new:
            raise Unusable("password_same")
        check_password(new, login)
        await self.set_password(login, new, by=f"staff:{login}")
        log.info("password changed", login=login, address=address)
        return await self.enter(self._register().accounts[login], address)

    async def set_password(self, login: str, password: str, by: str, must_change: bool = False) -> None:
        """Keep what proves a password apart, have the register name it, wipe those before it."""
        stamp = secrets.token_hex(8)
        await self.vault.put_password(login, stamp, await self.passwords.seal(password))
        command = SetPassword(login, stamp, must_change)
        await self._ask(Ask(at=self._clock(), by=by, command=command))
        await self.vault.wipe_passwords(login, but=stamp)


def principal_of_account(account: Account) -> Principal:
    """Who somebody is; with a first password that is not changed yet, hardly anyone."""
    role = NEWCOMER if account.must_change else account.role
    return Principal(account.id, account.name, role, account.windows, department=account.department)
