"""What became of a day's matters, counted as services end and as an end is taken back: nobody counts anew."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from queue_server.hall.model import DONE, Ticket


class Result(NamedTuple):
    """The result of a matter, with what decides where it counts: its ticket's edition and category."""

    edition: int
    category: str
    matter: str
    outcome: str


class Results:
    """How often each result stands in the tickets that were served; `counts` has none that is zero."""

    def __init__(self) -> None:
        self.counts: Counter[Result] = Counter()

    def move(self, old: Ticket | None, new: Ticket | None) -> None:
        """A ticket is another one now: its results with it."""
        before, after = results_of(old), results_of(new)
        if before == after:
            return
        for result in before:
            self.counts[result] -= 1
            if not self.counts[result]:
                del self.counts[result]
        self.counts.update(after)


def results_of(ticket: Ticket | None) -> tuple[Result, ...]:
    """The results of a ticket that was served; none of any other."""
    # A ticket without a named matter was served for something that nobody wrote down: it is no case.
    if ticket is None or ticket.end != DONE:
        return ()
    return tuple(Result(ticket.edition, ticket.category, *each) for each in ticket.outcomes)
