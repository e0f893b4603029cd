"""How commands become bytes of a log, and bytes a day or a register again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from queue_server.desk import alarms
from queue_server.hall import decide, events, register
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.evolve import Contradiction, evolve, quarantine
from queue_server.hall.model import Answer
from queue_server.hall.register import Register
from queue_server.store.chain import Entry

Tell = Callable[[alarms.Alarm], None]
S = TypeVar("S")


class DayScribe:
    """A day's commands and events. `alarm` is told of an event that had to be set aside (S12)."""

    def __init__(self, alarm: Tell = alarms.note) -> None:
        self._alarm = alarm

    def act(self, state: Day, ask: Ask) -> tuple[list[bytes], Answer]:
        """Decide and evolve; raises `Refused`."""
        records, answer = decide.act(state, ask)
        return [events.encode(r) for r in records], answer

    def take_in(self, state: Day, entry: Entry) -> None:
        """Evolve by a fact; one that contradicts the state is set aside and named.

        Raises `UnknownVersion`.
        """
        try:
            evolve(state, events.decode(entry.body), entry.seq)
        except (Contradiction, msgspec.DecodeError) as trouble:
            quarantine(state, entry.seq)
            facts: dict[str, str | int] = {"seq": entry.seq, "why": str(trouble)}
            self._alarm(alarms.Alarm(alarms.SET_ASIDE, state.date, facts))


class RegisterScribe:
    """The register's commands and facts."""

    def __init__(self, alarm: Tell = alarms.note) -> None:
        self._alarm = alarm

    def act(self, state: Register, ask: Ask) -> tuple[list[bytes], Answer]:
        """Decide and evolve; raises `Refused`."""
        entries, answer = register.act(state, ask)
        return [register.encode(e) for e in entries], answer

    def take_in(self, state: Register, entry: Entry) -> None:
        """Evolve by a fact; one that cannot be read, or cannot be, is set aside and named.

        Raises `UnknownVersion`.
        """
        try:
            register.evolve(state, register.decode(entry.body), entry.seq)
        except (Contradiction, msgspec.DecodeError) as trouble:
            register.quarantine(state, entry.seq)
            facts: dict[str, str | int] = {"seq": entry.seq, "why": str(trouble)}
            self._alarm(alarms.Alarm(alarms.SET_ASIDE, "register", facts))
