"""Sitting down at a window: who is there already, and the visitor whom the last clerk left."""

from __future__ import annotations

from typing import Protocol

import msgspec

from queue_server.console.choices import Choice, ended_choices
from queue_server.console.client import Refused
from queue_server.console.flows import Ask
from queue_server.console.words import named, say
from queue_server.wire import Claim, Done


class Hand(Protocol):
    """What sends an act to the hall."""

    async def act(self, path: str, body: msgspec.Struct | None = None) -> Done:
        """Do one thing. Raises NotDone."""


async def sit_down(ask: Ask, hand: Hand, claim: Claim) -> Done | None:
    """Claim the window, asking where the hall wants to know more; None when the clerk goes back.

    `claim` is what is asked for first. Raises NotDone for what no answer of the clerk can change.
    """
    while True:
        try:
            return await hand.act(f"windows/{ask.scene.window}/claim", claim)
        except Refused as refused:
            code = refused.problem.code
            about = named(refused.problem.sentence, ask.scene.lang) or refused.problem.detail
            if code == "window_claimed" and not claim.take_over:
                more = await _take_over(ask, about)
            elif code == "leftover_visitor" and not claim.leftover:
                more = await _leftover(ask, about, claim)
            else:
                raise
        if more is None:
            return None
        claim = more


async def _take_over(ask: Ask, about: str) -> Claim | None:
    lang = ask.scene.lang
    no = Choice("no", say("pick.not_now", lang))
    yes = Choice("yes", say("pick.take_over", lang))
    picked = await ask.pick(say("title.claim", lang), [no, yes], about)
    return Claim(take_over=True) if picked == "yes" else None


async def _leftover(ask: Ask, about: str, claim: Claim) -> Claim | None:
    """Go on with the visitor, or close the service at the time it really ended."""
    scene = ask.scene
    go_on = Choice("continue", say("pick.continue", scene.lang))
    close = Choice("close", say("pick.close_leftover", scene.lang))
    picked = await ask.pick(say("title.claim", scene.lang), [go_on, close], about)
    if picked is None:
        return None
    if picked == "continue":
        return Claim(take_over=claim.take_over, leftover="continue")
    present = ask.scene.present
    times = ended_choices(present.started_at if present is not None else None, ask.scene)
    ended = await ask.pick(say("title.claim", scene.lang), times, say("pick.ended", scene.lang))
    if ended is None:
        return None
    return Claim(take_over=claim.take_over, leftover="close", ended_at=int(ended))
