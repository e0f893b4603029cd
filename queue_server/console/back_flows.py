"""What has to be picked before a step of a case, and the request that comes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from queue_server import wire
from queue_server.console.choices import Choice, labelled
from queue_server.console.client import HallClient
from queue_server.console.requests import Request
from queue_server.console.scene import BackScene
from queue_server.console.words import say

EXTENSIONS = (1, 2, 3, 5, 7, 10, 15, 20, 30)
WAYS = ("window", "post", "locker", "licence")
SHELVED = ("window", "locker")
"""Ways out for which the result lies somewhere."""


class AtTheBack(Protocol):
    """Somebody of a department, as a flow sees one. Every answer is None when they go back."""

    client: HallClient
    scene: BackScene

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit."""

    async def several(
        self, title: str, choices: Sequence[Choice], ticked: Sequence[str]
    ) -> tuple[str, ...] | None:
        """As many of these as are wanted."""

    async def shelf(self, title: str, about: str) -> str | None:
        """Where something lies: letters, digits and dashes."""


Flow = Callable[[AtTheBack, wire.CaseLine], Awaitable[Request | None]]


def _step(act: str, case: wire.CaseLine, name: str, body: msgspec.Struct | None = None) -> Request:
    return Request(act, f"cases/{case.id}/{name}", body)


def plain(act: str, name: str) -> Flow:
    """A step that needs nothing but the key."""

    async def flow(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
        return _step(act, case, name)

    return flow


def reasoned(act: str, name: str) -> Flow:
    """A step that needs a reason of the hall's list."""

    async def flow(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
        reason = await _reason(ask, _title(ask, act, case))
        return None if reason is None else _step(act, case, name, wire.Reason(reason))

    return flow


def _title(ask: AtTheBack, act: str, case: wire.CaseLine) -> str:
    return f"{say(f'act.{act}', ask.scene.lang)}  {case.number}"


async def _reason(ask: AtTheBack, title: str) -> str | None:
    lang = ask.scene.lang
    listed = labelled(ask.scene.reasons("case"), lang)
    return await ask.pick(
        title, listed or [Choice("unlisted", say("pick.unlisted", lang))], say("pick.reason", lang)
    )


async def supplement(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
    """Everything that is missing, once."""
    choices = [Choice(each, each) for each in (await ask.client.case(case.id)).materials]
    title = say("title.ask_supplement", ask.scene.lang, number=case.number)
    missing = await ask.several(title, choices, ())
    if missing is None:
        return None
    return _step("case_supplement", case, "supplement", wire.AskSupplement(missing))


async def received(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
    """Papers that came to the department; what is not ticked is still missing."""
    title = say("title.received", ask.scene.lang, number=case.number)
    brought = await ask.several(title, [Choice(each, each) for each in case.owed], case.owed)
    if brought is None:
        return None
    still = tuple(each for each in case.owed if each not in brought)
    return _step("case_received", case, "received", wire.ReceiveSupplement(still, visit=False))


async def ready(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
    """The result: how it goes out, and where it lies."""
    lang, title = ask.scene.lang, _title(ask, "case_ready", case)
    way = await ask.pick(title, [Choice(each, say(f"way.{each}", lang)) for each in WAYS])
    shelf: str | None = ""
    if way in SHELVED:
        shelf = await ask.shelf(title, say("pick.shelf", lang))
    if way is None or shelf is None:
        return None
    return _step("case_ready", case, "ready", wire.ReadyCase(way, shelf))  # type: ignore[arg-type]


async def move(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
    """Another place for the result."""
    shelf = await ask.shelf(_title(ask, "case_move", case), say("pick.shelf", ask.scene.lang))
    return None if not shelf else _step("case_move", case, "move", wire.MoveResult(shelf))


async def extend(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
    """More days, once, for a reason."""
    lang, title = ask.scene.lang, _title(ask, "case_extend", case)
    days = await ask.pick(title, [Choice(str(n), say("pick.more_days", lang, n=n)) for n in EXTENSIONS])
    reason = await _reason(ask, title) if days is not None else None
    if days is None or reason is None:
        return None
    return _step("case_extend", case, "extend", wire.ExtendCase(int(days), reason))


async def clock(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
    """Stop the clock for a reason, or let it run."""
    if case.stopped:
        return _step("case_run", case, "run")
    return await reasoned("case_clock", "stop")(ask, case)


async def send(ask: AtTheBack, case: wire.CaseLine) -> Request | None:
    """To the hall that handles it, hands it out, or accepted it."""
    title = _title(ask, "case_send", case)
    halls = dict.fromkeys(each for each in (case.exit, case.hall) if each != case.at)
    hall = await ask.pick(title, [Choice(each, ask.scene.hall_named(each)) for each in halls])
    return None if hall is None else _step("case_send", case, "send", wire.SendCase(hall))


async def papers(ask: AtTheBack) -> Request | None:
    """Confirm a list that is meant for the own department, or begin one."""
    lang = ask.scene.lang
    own = ask.scene.me.department if ask.scene.me is not None else ""
    title = say("act.case_papers", lang)
    lists = (await ask.client.paper_lists()).lists
    open_lists = [each for each in lists if each.receiver == own and not each.taken_by and not each.void]
    choices = [
        Choice(each.id, say("pick.confirm_list", lang, giver=holder(ask, each.giver), n=len(each.numbers)))
        for each in open_lists
    ]
    picked = await ask.pick(title, [*choices, Choice("new", say("pick.new_list", lang))])
    if picked is None:
        return None
    if picked == "new":
        return await _new_list(ask, title, own)
    wanted = next(each for each in open_lists if each.id == picked)
    numbers = [Choice(id, number) for id, number in wanted.numbers.items()]
    there = await ask.several(say("title.counted", lang), numbers, list(wanted.numbers))
    if there is None:
        return None
    missing = tuple(id for id in wanted.numbers if id not in there)
    return Request("case_papers", f"paper-lists/{picked}/confirm", wire.ConfirmPapers(missing))


async def _new_list(ask: AtTheBack, title: str, own: str) -> Request | None:
    lang = ask.scene.lang
    held = [case for case in (ask.scene.view.cases if ask.scene.view else ()) if case.papers == own]
    cases = await ask.several(title, [Choice(case.id, case.number) for case in held], ())
    others = ["exit", "window"]
    choices = [Choice(each, holder(ask, each)) for each in others]
    receiver = await ask.pick(title, choices, say("pick.receiver", lang)) if cases else None
    if not cases or receiver is None:
        return None
    return Request("case_papers", "paper-lists", wire.PassPapers(own, receiver, cases))


def holder(ask: AtTheBack, code: str) -> str:
    """Who holds a file, as people say it."""
    lang = ask.scene.lang
    return say(f"holder.{code}", lang) if code in ("window", "exit") else ask.scene.department(code)


FLOWS: dict[str, Flow] = {
    "case_take": plain("case_take", "take"),
    "case_supplement": supplement,
    "case_received": received,
    "case_ready": ready,
    "case_extend": extend,
    "case_clock": clock,
    "case_return": reasoned("case_return", "return"),
    "case_rework": reasoned("case_rework", "rework"),
    "case_move": move,
    "case_send": send,
    "case_arrive": plain("case_arrive", "arrive"),
}
