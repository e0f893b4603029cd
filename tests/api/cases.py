"""People who have to do with cases, at a running hall: clerks that accept, departments behind them."""

from __future__ import annotations

from typing import Any

from queue_server.access.principals import AGENT, DEPARTMENT, token_hash
from queue_server.hall.commands import Ask
from queue_server.hall.register import Grant, GrantToken
from tests.api.hall import Served


async def joins(hall: Served, department: str, id: str = "") -> str:
    """Somebody of a department comes to work in a hall; gives the token."""
    there = hall.site.halls[id or hall.hall]
    token = f"{department}-of-{there.id}"
    grant = Grant(f"staff:{department}", department, DEPARTMENT, department=department)
    await there.register.ask(Ask(there.clock(), "system", GrantToken(token_hash(token), grant)))
    return token


async def agent(hall: Served, login: str = "zhao", role: str = AGENT) -> str:
    """An agent (代办), or whoever was one, comes to work for a hall; gives the token."""
    there = hall.site.halls[hall.hall]
    grant = Grant(f"staff:{login}", "代办员", role)
    await there.register.ask(Ask(there.clock(), "system", GrantToken(token_hash(login), grant)))
    return login


async def at_window(hall: Served, window: int = 8, category: str = "D", *matters: str) -> str:
    """A visitor sits at a window, whoever else waits; gives the ticket."""
    body = {"category": category, "reason": "question", "matters": matters}
    answer = await hall.post(f"clerk{window}", f"windows/{window}/serve", body)
    assert answer.is_success, answer.text
    ticket: str = answer.json()["ticket"]
    return ticket


async def accepted(hall: Served, *matters: str, window: int = 8, category: str = "D") -> list[dict[str, Any]]:
    """A visitor's matters are accepted at a window, and the service ends; gives what opened."""
    ticket = await at_window(hall, window, category, *matters)
    opened = []
    for matter in matters:
        body = {"outcome": "accepted"}
        answer = await hall.post(f"clerk{window}", f"tickets/{ticket}/matters/{matter}/close", body)
        assert answer.is_success, answer.text
        opened.append(answer.json())
    assert (await hall.post(f"clerk{window}", f"tickets/{ticket}/finish")).is_success
    return opened


async def step(hall: Served, who: str, case: str, name: str, /, **body: Any) -> Any:
    """A step of a case that must succeed."""
    answer = await hall.post(who, f"cases/{case}/{name}", body)
    assert answer.is_success, (name, answer.text)
    return answer.json()


async def refused(hall: Served, who: str, case: str, name: str, /, **body: Any) -> str:
    """A step of a case that is refused; gives the code."""
    answer = await hall.post(who, f"cases/{case}/{name}", body)
    assert answer.is_client_error, (name, answer.text)
    code: str = answer.json()["code"]
    return code
