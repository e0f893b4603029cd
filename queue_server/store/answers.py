"""What became of a question to the store, in three words: unanswered, not ready, refused.

Unanswered            nobody knows whether it was done: repeat it identically
└── NotReady          nothing was done, but soon it can be: repeat it (failing over, moving a slot)
StoreRefused          nothing was done, and somebody has to look (out of memory, no permission, ...)
"""

from __future__ import annotations

from redis.exceptions import (
    AskError,
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as Gone
from redis.exceptions import TimeoutError as Slow


class Unanswered(Exception):
    """The store did not answer: whether the append landed is unknown until it is repeated."""


class NotReady(Unanswered):
    """The store did nothing because it starts, fails over or moves a hall: ask the same again soon."""


class StoreRefused(Exception):
    """The store answered that it did not do it (read-only, out of memory, too few replicas)."""


TROUBLE = (RedisError, OSError, TimeoutError)
"""Everything that the client raises for a question."""

SOON = (AskError, MovedError, TryAgainError, ClusterDownError, BusyLoadingError)
"""Answers by which a store says that it did nothing and that it is a matter of time or place."""

STRIPPED: dict[type[Exception], str] = {
    ReadOnlyError: "READONLY",
    OutOfMemoryError: "OOM",
    NoPermissionError: "NOPERM",
    AskError: "ASK",
    MovedError: "MOVED",
    TryAgainError: "TRYAGAIN",
    ClusterDownError: "CLUSTERDOWN",
    BusyLoadingError: "LOADING",
}
"""Refusals whose first word the client takes away."""


def named(error: Exception) -> Unanswered | StoreRefused:
    """The name of a client's failure, with the store's own sentence."""
    if isinstance(error, SOON):
        return NotReady(worded(error))
    if isinstance(error, (AuthenticationError, AuthorizationError)):
        return StoreRefused(worded(error))
    if isinstance(error, (Gone, Slow)) or not isinstance(error, RedisError):
        return Unanswered(str(error))
    return StoreRefused(worded(error))


def worded(refusal: Exception) -> str:
    """The store's sentence, beginning with its word for the reason: ``OOM command not allowed ...``."""
    return f"{STRIPPED.get(type(refusal), '')} {refusal}".strip()


def lacks_replicas(error: object) -> bool:
    """Whether a primary refused because too few replicas follow it."""
    return isinstance(error, RedisError) and str(error).startswith("NOREPLICAS")


def is_passed_over(error: object) -> bool:
    """Whether the one who answered may no longer be, or not yet be, the primary."""
    return isinstance(error, ReadOnlyError) or lacks_replicas(error)
