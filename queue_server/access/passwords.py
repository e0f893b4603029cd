"""Passwords of the hall's people: what is good enough, how it is proven, and never on the event loop.

Proving one takes 64 MiB and a tenth of a second of a core on purpose. So it happens in few threads with a
short queue before them: a storm of attempts is turned away instead of starving the hall.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from queue_server.hall.refusals import NotNow, Unusable

T = TypeVar("T")

LEAST, MOST = 10, 128
"""Characters of a password."""
THREADS = 2
QUEUE = 16
"""Proofs that may be under way or wait; with two threads the last of them waits about a second."""
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""What a first password is made of: nothing that looks like something else."""

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1, type=Type.ID)
"""argon2id as RFC 9106 recommends where memory is short, in one lane: the threads are ours."""
NOBODYS = HASHER.hash(secrets.token_urlsafe(16))
"""A proof for logins that do not exist: they are refused in the same time as those that do."""


class Passwords:
    """Proves and seals passwords in a few threads of their own."""

    def __init__(self, threads: int = THREADS, queue: int = QUEUE) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._queue = queue
        self.busy = 0

    async def seal(self, password: str) -> str:
        """What is kept of a password."""
        return await self._in_turn(lambda: HASHER.hash(password))

    async def proves(self, proof: str, password: str) -> bool:
        """Whether a password is the one; an empty proof takes as long and is nobody's."""
        return await self._in_turn(lambda: _proves(proof or NOBODYS, password)) and bool(proof)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self.busy >= self._queue:
            raise NotNow("too_busy")
        self.busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self.busy -= 1

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _proves(proof: str, password: str) -> bool:
    try:
        return HASHER.verify(proof, password)
    except (VerificationError, InvalidHashError):
        return False


def first_password() -> str:
    """A password to hand over on paper, 59 bits; it must be changed at the first sign-in."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def check_password(password: str, login: str) -> None:
    """Refuse a password that is too short or that anyone would try first."""
    if not LEAST <= len(password) <= MOST:
        raise Unusable("password_short", least=LEAST, most=MOST)
    low = password.lower()
    steps = {ord(after) - ord(before) for before, after in pairwise(low)}
    if len(set(low)) < 5 or len(steps) <= 2 or login in low or low in COMMON:
        raise Unusable("password_plain")


COMMON = frozenset(
    {"password123", "password1234", "passw0rd123", "qwertyuiop", "qwerty12345", "1q2w3e4r5t", "1qaz2wsx3edc"}
    | {"admin12345", "admin123456", "administrator", "abcd123456", "abc1234567", "woaini1314", "woaini520520"}
    | {"zhengwu123", "zwdt123456", "a123456789", "aa123456789", "welcome123", "changeme123", "letmein1234"}
)
"""A few that every list of guesses begins with."""
