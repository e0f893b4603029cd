"""Start the console of a window."""

from __future__ import annotations

import asyncio

from queue_server.console.app import ConsoleApp
from queue_server.console.client import HallClient
from queue_server.console.overview import OverviewApp


def run_console(url: str, hall: str, window: int, token: str, lang: str = "zh", theme: str = "dark") -> None:
    """Run a window's console in this terminal until the clerk leaves it; without a window the manager's.

    `url` is the server's address, ``http://host:port``; `lang` is ``zh``, ``ko`` or ``en``;
    `theme` is ``dark``, ``light`` or ``plain``. Raises KeyError for another language or theme.
    """
    asyncio.run(_run(url, hall, window, token, lang, theme))


async def _run(url: str, hall: str, window: int, token: str, lang: str, theme: str) -> None:
    async with HallClient(url, hall, token) as client:
        app = ConsoleApp(client, window, lang, theme) if window else OverviewApp(client, lang, theme)
        await app.run_async()
