"""A hall's floor for tests of the rules: people act at clock times, and the day answers.

``floor.take("D", "09:05")`` gives a number; ``floor["D001"]`` is its ticket as it is now.
The clerk of window 3 is ``staff:3``. Every refusal is also checked to have changed nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from msgspec.structs import replace

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.day import Day
from queue_server.hall.decide import act
from queue_server.hall.evolve import evolve
from queue_server.hall.hours import instant
from queue_server.hall.model import Answer, Booking, Ticket, Window
from queue_server.hall.plan import MINUTE, ORDINARY, SECOND, Category, Matter, Plan, Rules, Serve, plan_hash
from queue_server.hall.plan import Window as PlannedWindow
from queue_server.hall.refusals import Refused
from queue_server.hall.running import due

DATE = "2026-11-24"
"""A Tuesday: the hall calls 08:30-11:30 and 13:00-16:30, and issues from 08:00."""

TIMEZONE = "Asia/Shanghai"
TARGETS = {"G": 10 * MINUTE}
REASONS: dict[str, dict[str, dict[str, str]]] = {
    act: {code: {"zh": code}}
    for act, code in {
        "pause": "meeting",
        "category_pause": "system_down",
        "out_of_order": "frail",
        "priority": "age",
        "without_ticket": "elderly",
        "cancel": "asked",
        "close_day": "power_cut",
    }.items()
}


def clock(text: str, date: str = DATE) -> int:
    """The instant (ms) of a wall-clock time such as ``09:05`` or ``09:59:50``."""
    hours, minutes, seconds = ([int(part) for part in text.split(":")] + [0])[:3]
    return instant(TIMEZONE, date, (hours * 60 + minutes) * MINUTE + seconds * SECOND)


def matter(id: str, category: str, instant: bool = True) -> Matter:
    """A matter of a category with a guide that says little."""
    return Matter(
        id, {"zh": id}, category, "GG", instant, "法", ("条件",), ("材料",), "标准", ("办理",), "1", "1", "0"
    )


def pairs(text: str) -> tuple[Serve, ...]:
    """What a window serves, as halls write it: ``A B:ordinary *:priority``; ``A+5`` has 5 min penalty."""
    found = []
    for word in text.split():
        pair, _, penalty = word.partition("+")
        category, _, cls = pair.partition(":")
        found.append(Serve(category, cls or "*", int(penalty or 0) * MINUTE))
    return tuple(found)


def a_hall(
    windows: dict[int, str], rules: Rules | None = None, zone: str = "", duty: tuple[int, ...] = ()
) -> Plan:
    """A hall whose `windows` serve these pairs; its categories are those they name.

    Category X takes matters ``X1``..``X9``; ordinary targets are 30 min, 10 min in G.
    """
    letters = sorted({s.category for text in windows.values() for s in pairs(text)} - {"*"})
    return Plan(
        hall="test",
        name={"zh": "测试大厅"},
        level="county",
        timezone=TIMEZONE,
        categories=tuple(Category(x, {"zh": x}, target=TARGETS.get(x, 30 * MINUTE)) for x in letters),
        windows=tuple(
            PlannedWindow(n, {"zh": str(n)}, pairs(text), zone=zone, duty=n in duty)
            for n, text in windows.items()
        ),
        matters=tuple(matter(f"{x}{i}", x) for x in letters for i in range(1, 10)),
        rules=rules or Rules(),
        priority_kinds={"age": {"zh": "老年人"}},
        reasons=REASONS,
        outcomes={"done": {"zh": "办结"}, "accepted": {"zh": "受理"}, "refused": {"zh": "不予受理"}},
    )


class Floor:
    """A business day that people live through; every record is kept as the bytes of the log."""

    def __init__(self, plan: Plan, date: str = DATE, opens: str = "08:00") -> None:
        self.plan = plan
        self.day = Day(plan, date)
        self.log: list[bytes] = []
        self._ids = 0
        self.ask(do.OpenDay(date=date, plan=plan_hash(plan)), opens, by="time")

    # --- looking -------------------------------------------------------------------------

    def __getitem__(self, number: str) -> Ticket:
        return self.day.by_number(number)

    def window(self, number: int) -> Window:
        """The window as it is now."""
        return self.day.window(number)

    def line(self, category: str) -> list[str]:
        """The numbers that wait in a category, in the order in which they are called."""
        return [self.day.tickets[id].number for _, _, id in self.day.line.in_order(category)]

    def replayed(self) -> Day:
        """The day, rebuilt from the bytes of its log."""
        day = Day(self.plan, self.day.date)
        for seq, body in enumerate(self.log, start=1):
            evolve(day, ev.decode(body), seq)
        return day

    # --- asking --------------------------------------------------------------------------

    def ask(self, command: do.Command, at: str | int, by: str = "", role: str = "", key: str = "") -> Answer:
        """Have a command decided at a clock time (or an instant)."""
        now = clock(at, self.day.date) if isinstance(at, str) else at
        digest = msgspec.json.encode(command).decode() if key else ""
        records, answer = act(self.day, do.Ask(now, by, command, key, digest, role))
        self.log += [ev.encode(record) for record in records]
        return answer

    @contextmanager
    def refuses(self, code: str, **facts: str | int) -> Iterator[None]:
        """What is asked inside must be refused with this code and (at least) these facts."""
        before = self.day.picture(), list(self.log)
        with pytest.raises(Refused) as caught:
            yield
        assert caught.value.code == code, caught.value
        assert facts.items() <= caught.value.facts.items(), caught.value
        assert (self.day.picture(), self.log) == before, f"{code} changed the day"

    def _id(self) -> str:
        self._ids += 1
        return f"t{self._ids}"

    # --- visitors ------------------------------------------------------------------------

    def take(
        self,
        category: str,
        at: str,
        cls: str = ORDINARY,
        visit: str = "",
        matters: tuple[str, ...] = (),
        cases: tuple[str, ...] = (),
    ) -> str:
        """A visitor takes a ticket; `visit` is a number that it is linked to."""
        linked = self[visit].id if visit else None
        taken = do.TakeTicket(self._id(), category, cls=cls, visit=linked, matters=matters, cases=cases)
        return self.ask(taken, at, by="device:kiosk").number

    def take_many(self, category: str, count: int, at: str) -> list[str]:
        """So many visitors take tickets at the same moment."""
        return [self.take(category, at) for _ in range(count)]

    def already_issued(self, category: str, count: int, at: str = "08:00") -> None:
        """So many numbers are gone already: taken and cancelled."""
        for _ in range(count):
            self.cancels(self.take(category, at), at)

    def check_in(
        self, category: str, slot: str, at: str, code: str = "BOOKED1", matters: tuple[str, ...] = ()
    ) -> str:
        """A visitor with a booking arrives."""
        return self.comes(Booking(code, category, clock(slot, self.day.date), self.day.date, matters), at)

    def comes(self, booking: Booking, at: str) -> str:
        """Whoever holds this booking arrives."""
        return self.ask(do.CheckIn(self._id(), booking), at, by="device:kiosk").number

    def enter_by_hand(self, category: str, number: str, taken: str, at: str) -> str:
        """A number written on paper at `taken` is entered."""
        entered = do.EnterByHand(self._id(), category, number, clock(taken, self.day.date))
        return self.ask(entered, at, by="staff:guide").number

    def returns(self, number: str, at: str) -> Answer:
        """A missed visitor is back."""
        return self.ask(do.ReturnMissed(self[number].id), at, by="device:kiosk")

    def cancels(self, number: str, at: str) -> Answer:
        """A visitor gives the ticket up."""
        return self.ask(do.Cancel(self[number].id), at, by="device:kiosk")

    def finds(self, number: str, at: str) -> Answer:
        """Floor staff found the visitor."""
        return self.ask(do.Found(self[number].id), at, by="staff:guide")

    # --- clerks --------------------------------------------------------------------------

    def claim(self, window: int, at: str, by: str = "", **how: str | bool | int) -> Answer:
        """A clerk sits down at a window."""
        clerk = by or f"staff:{window}"
        return self.ask(do.ClaimWindow(window, clerk, **how), at, by=clerk)  # type: ignore[arg-type]

    def open(self, window: int, at: str = "08:20", by: str = "") -> None:
        """A clerk sits down and opens the window."""
        self.claim(window, at, by)
        self.ask(do.OpenWindow(window), at, by=by or f"staff:{window}")

    def release(self, window: int, at: str) -> Answer:
        """The clerk leaves the window."""
        return self.at_window(window, do.ReleaseWindow(window), at)

    def close(self, window: int, at: str, for_today: bool = False) -> Answer:
        """The clerk closes the window."""
        return self.at_window(window, do.CloseWindow(window, for_today=for_today), at)

    def pause(self, window: int, at: str, now: bool = False) -> Answer:
        """The clerk pauses the window."""
        return self.at_window(window, do.PauseWindow(window, "meeting", now=now), at)

    def at_window(self, window: int, command: do.Command, at: str) -> Answer:
        """Whoever sits at a window asks for something."""
        return self.ask(command, at, by=self.window(window).clerk or f"staff:{window}")

    def call(self, window: int, at: str) -> str:
        """The window calls the next visitor; the number called."""
        return self.at_window(window, do.CallNext(window), at).number

    def call_number(self, window: int, number: str, at: str) -> Answer:
        """The window calls a number out of order."""
        return self.at_window(window, do.CallNumber(window, number, "frail"), at)

    def _with(self, number: str, command: do.Command, at: str, by: str = "") -> Answer:
        return self.ask(command, at, by=by or self[number].clerk or "staff:guide")

    def recall(self, number: str, at: str, by: str = "") -> Answer:
        """Call the same visitor again."""
        return self._with(number, do.Recall(self[number].id), at, by)

    def spoken(self, number: str, at: str, call: int = -1) -> Answer:
        """The voice has spoken a call of this number (its last one)."""
        ticket = self[number]
        return self.ask(do.Spoken(ticket.id, ticket.calls[call].seq, clock(at)), at, by="device:voice")

    def start(self, number: str, at: str, by: str = "") -> Answer:
        """The visitor is at the window."""
        return self._with(number, do.Start(self[number].id), at, by)

    def finish(self, number: str, at: str, by: str = "", **outcomes: str) -> Answer:
        """The service ends; outcomes by matter."""
        return self._with(number, do.Finish(self[number].id, tuple(outcomes.items())), at, by)

    def serve(self, window: int, at: str, until: str) -> str:
        """Call, start and finish the next visitor; the number served."""
        number = self.call(window, at)
        self.start(number, at)
        self.finish(number, until)
        return number

    def miss(self, number: str, at: str, by: str = "") -> Answer:
        """The called visitor did not come."""
        return self._with(number, do.MarkAbsent(self[number].id), at, by)

    def call_and_miss(self, window: int, at: str) -> str:
        """Call the next visitor three times, wait 20 s, note the miss; the number missed."""
        number = self.call(window, at)
        self.recall(number, at)
        self.recall(number, at)
        now = self.day.now.last_at + self.plan.rules.miss_gap
        self.ask(do.MarkAbsent(self[number].id), now, by=self[number].clerk)
        return number

    def transfer(self, number: str, at: str, by: str = "", **where: str | int) -> Answer:
        """Send the visitor on to a category, window or clerk."""
        return self._with(number, do.Transfer(self[number].id, **where), at, by)  # type: ignore[arg-type]

    def park(self, number: str, at: str, minutes: int = 10, by: str = "") -> Answer:
        """Let the visitor fill in a form."""
        return self._with(number, do.Park(self[number].id, minutes), at, by)

    def unpark(self, number: str, at: str, by: str = "") -> Answer:
        """The parked visitor is back."""
        return self._with(number, do.Unpark(self[number].id), at, by)

    def change_class(self, number: str, cls: str, at: str) -> Answer:
        """Grant priority, or take it back."""
        return self._with(number, do.ChangeClass(self[number].id, cls, "age"), at)

    def undo(self, number: str, at: str, by: str = "") -> Answer:
        """Take the last act on a ticket back."""
        undoable = self.day.undoables.get(self[number].id)
        clerk = self.window(undoable.window).clerk if undoable else "staff:guide"
        return self.ask(do.Undo(self[number].id), at, by=by or clerk)

    def serve_without_ticket(self, window: int, category: str, at: str, reason: str = "elderly") -> str:
        """直接受理 at a window; the number it gets."""
        direct = do.ServeWithoutTicket(self._id(), window, category, reason)
        return self.at_window(window, direct, at).number

    # --- the hall ------------------------------------------------------------------------

    def close_day(self, at: str, role: str = "clerk", reason: str = "") -> Answer:
        """Somebody closes the day."""
        return self.ask(do.CloseDay(reason=reason, seed="seed"), at, by="staff:boss", role=role)

    def down(self, since: str, until: str, at: str) -> Answer:
        """The hall was down."""
        return self.ask(do.RecordDown(clock(since), clock(until)), at, by="time")

    def time_passes(self, at: str) -> list[do.Command]:
        """What time alone brings about until `at` happens."""
        now = clock(at, self.day.date)
        commands = due(self.day, now)
        for command in commands:
            self.ask(command, now, by="time")
        return commands


def rules(**changes: int | None) -> Rules:
    """The shipped rules with some settings changed."""
    return replace(Rules(), **changes)
