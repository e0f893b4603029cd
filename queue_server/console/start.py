"""Start the console of a window."""

from __future__ import annotations

import asyncio

from queue_server.console.agent_desk import AgentDeskApp
from queue_server.console.app import ConsoleApp
from queue_server.console.back_office import BackOfficeApp
from queue_server.console.client import HallClient
from queue_server.console.overview import OverviewApp


def run_console(
    url: str,
    hall: str,
    window: int,
    token: str,
    lang: str = "zh",
    theme: str = "dark",
    large: bool = False,
    cases: bool = False,
    agent: bool = False,
) -> None:
    """Run a window's console in this terminal until the clerk leaves it; without a window the manager's.

    With `cases` it is a department's, with `agent` an agent's.
    `url` is the server's address, ``http://host:port``; `lang` is ``zh``, ``ko`` or ``en``;
    `theme` is ``dark``, ``light`` or ``plain``; `large` begins with the present number over the whole screen.
    Raises KeyError for another language or theme.
    """
    asyncio.run(_run(url, hall, window, token, lang, theme, large, cases, agent))


async def _run(
    url: str, hall: str, window: int, token: str, lang: str, theme: str, large: bool, cases: bool, agent: bool
) -> None:
    async with HallClient(url, hall, token) as client:
        if agent:
            await AgentDeskApp(client, lang, theme).run_async()
        elif cases:
            await BackOfficeApp(client, lang, theme).run_async()
        elif window:
            await ConsoleApp(client, window, lang, theme, large=large).run_async()
        else:
            await OverviewApp(client, lang, theme).run_async()
