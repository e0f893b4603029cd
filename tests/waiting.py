"""Waiting until something is so, instead of sleeping and hoping."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

Found = TypeVar("Found")

_PAUSE, _LONGEST = 0.005, 0.05
"""Seconds between the first two looks, and between the last: whoever waits long must not eat the time of what
is waited for."""


def _longer(pause: float) -> float:
    return min(1.2 * pause, _LONGEST)


@overload
async def wait_until(look: Callable[[], Awaitable[Found]], timeout: float = 5.0) -> Found: ...  # noqa: ASYNC109


@overload
async def wait_until(look: Callable[[], Found], timeout: float = 5.0) -> Found: ...  # noqa: ASYNC109


async def wait_until(look: Callable[[], Any], timeout: float = 5.0) -> Any:  # noqa: ASYNC109
    """Look again and again until what is seen is true, and give it; AssertionError after `timeout` seconds.

    `look` may be a plain or an async function.
    """
    end, pause = time.monotonic() + timeout, _PAUSE
    while True:
        seen = look()
        found = await seen if inspect.isawaitable(seen) else seen
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"still {found!r} after {timeout} s: {_wording(look)}")
        await asyncio.sleep(pause)
        pause = _longer(pause)


def wait_for(look: Callable[[], Found], timeout: float = 5.0) -> Found:
    """The same for a test that is no coroutine."""
    end, pause = time.monotonic() + timeout, _PAUSE
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"still {found!r} after {timeout} s: {_wording(look)}")
        time.sleep(pause)
        pause = _longer(pause)
    return found


def _wording(look: Callable[..., object]) -> str:
    try:
        return inspect.getsource(look).strip()
    except (OSError, TypeError):
        return repr(look)
