"""People of a hall for tests: accounts with passwords, as `yichuang user` makes them."""

from __future__ import annotations

from typing import Any

import httpx

from queue_server.app import Site
from queue_server.hall.accounts import AddAccount
from queue_server.hall.commands import Ask, Command
from tests.api.hall import Served

PASSWORD = "spring-rain-7"


async def give(site: Site, hall: str, command: Command) -> None:
    """Have a command of the register decided, as the command line does."""
    live = site.halls[hall]
    await live.register.ask(Ask(at=live.clock(), by="operator:test", command=command))


async def person(
    hall: Served,
    login: str,
    role: str,
    windows: tuple[int, ...] = (),
    password: str = PASSWORD,
    must_change: bool = False,
    department: str = "",
) -> str:
    """Add a person who has a password."""
    await give(hall.site, hall.hall, AddAccount(login, login.upper(), role, windows, department=department))
    sessions = hall.site.sessions(hall.hall)
    await sessions.set_password(login, password, "operator:test", must_change)
    return login


async def sign_in(hall: Served, login: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    """Sign in over the network."""
    body = {"login": login, "password": password, **more}
    # Proving a password takes a tenth of a second of a core, and a busy machine has none to spare.
    address, own = f"/api/halls/{hall.hall}/sign-in", {"origin": hall.base}
    return await hall.client.post(address, json=body, headers=own, timeout=60)


async def signed_in(hall: Served, login: str, password: str = PASSWORD) -> str:
    """The token of a fresh session."""
    answer = await sign_in(hall, login, password)
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["token"]
    return token
