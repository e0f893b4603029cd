"""Every key name of the store, in one place; a hall's keys share one Cluster slot by their hash tag.

Permanent keys: the register, the day logs until the archive has verified them, the set of days, the
followers' cursors, the fences, which must never go back, what proves passwords, and the key of receipts. All
others expire.
"""

from __future__ import annotations

PREFIX = "yc"


def register(hall: str) -> str:
    """The hall's register log (permanent)."""
    return f"{PREFIX}:{{{hall}}}:register"


def day(hall: str, date: str) -> str:
    """The log of one business day, ``YYYY-MM-DD`` (permanent until archived)."""
    return f"{PREFIX}:{{{hall}}}:day:{date}"


def days(hall: str) -> str:
    """The set of business days that have a log (permanent): the store is never searched for them."""
    return f"{PREFIX}:{{{hall}}}:days"


def hall_of(key: str) -> str:
    """The hall of a key. ValueError for a key that is none of ours."""
    head, found, _ = key.partition("}:")
    if not found or not head.startswith(PREFIX + ":{"):
        raise ValueError(f"{key!r} is no key of a hall")
    return head[len(PREFIX) + 2 :]


def date_of(key: str) -> str:
    """The business date of a day log's key; "" for any other key."""
    which, _, date = key.partition("}:")[2].partition(":")
    return date if which == "day" and ":" not in date else ""


def turn(log: str) -> str:
    """Whose turn it is to append to a log (expires)."""
    return f"{log}:turn"


def bell(hall: str) -> str:
    """The channel that is rung when one of a hall's logs has grown: on the hall's slot, like its keys."""
    return f"{PREFIX}:{{{hall}}}:bell"


def pulse(key: str) -> str:
    """Written behind what replicas are to confirm, on the slot of a key (expires)."""
    return f"{PREFIX}:{{{hall_of(key)}}}:pulse"


def staged(log: str) -> str:
    """Where a log is written entry by entry before it is put in its place whole (expires)."""
    head, _, name = log.partition("}:")
    return f"{head}}}:staged:{name}"


def damaged(log: str, at: int) -> str:
    """Where a log is kept that a repair has replaced at a time (ms; expires)."""
    head, _, name = log.partition("}:")
    return f"{head}}}:damaged:{at}:{name}"


def side(hall: str, name: str) -> str:
    """What must be wiped and so is never an event (expires)."""
    return f"{PREFIX}:{{{hall}}}:side:{name}"


def lease(hall: str, name: str) -> str:
    """Who does a follower's work now (expires)."""
    return f"{PREFIX}:{{{hall}}}:lease:{name}"


def fence(hall: str, name: str) -> str:
    """The last fencing number of a lease (permanent)."""
    return f"{PREFIX}:{{{hall}}}:fence:{name}"


def cursor(hall: str, name: str) -> str:
    """How far a follower has come (permanent)."""
    return f"{PREFIX}:{{{hall}}}:cursor:{name}"


def passwords(hall: str) -> str:
    """What proves the passwords of a hall's people (permanent): no log, so that it can be wiped."""
    return f"{PREFIX}:{{{hall}}}:passwords"


def receipts(hall: str) -> str:
    """The key of the check codes of a hall's receipts (permanent): they outlive the day, in no log."""
    return f"{PREFIX}:{{{hall}}}:receipts"


def is_permanent(key: str) -> bool:
    """Whether a key may be there without an expiry."""
    which, _, name = key.partition("}:")[2].partition(":")
    return (
        (which in ("register", "days", "passwords", "receipts") and not name)
        or which in ("fence", "cursor")
        or bool(date_of(key))
    )
