"""Any day at all: random commands, legal and not, against what must always hold.

A second day follows by the bytes of the log alone, so that every step is also a replay; every
accepted command is unwound and taken in again, as after a lost race at the store. `make faults`
runs it long.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.calling import people_ahead
from queue_server.hall.day import Day
from queue_server.hall.decide import act
from queue_server.hall.evolve import evolve
from queue_server.hall.hours import day_bounds
from queue_server.hall.model import (
    CALLED,
    CLOSED,
    DONE,
    ENDED,
    ENDS,
    FOLLOWS,
    LEVELS,
    MISSED,
    OPEN,
    PARKED,
    SERVING,
    UNDOES,
    WAITING,
    Answer,
    Booking,
    Ticket,
    Window,
)
from queue_server.hall.plan import CLASSES, MINUTE, SECOND, Serve, plan_hash
from queue_server.hall.refusals import Refused
from queue_server.hall.running import due
from tests.hall.floor import DATE, a_hall, clock, pairs, rules

PLAN = replace(
    a_hall({1: "A B+5", 2: "A:priority B:ordinary G", 3: "*", 4: "A"}, rules(cutoff_grace=None)),
    windows=tuple(
        replace(w, zone="hall" if w.number == 2 else "")
        for w in a_hall({1: "A B+5", 2: "A:priority B:ordinary G", 3: "*", 4: "A"}).windows
    ),
)
PICK = st.integers(0, 10_000)
WINDOW = st.integers(1, 4)
CATEGORY = st.sampled_from("ABG")
CLASS = st.sampled_from(["ordinary", "ordinary", "priority"])
SERVES = st.sampled_from(["A", "B G", "*:priority", "A+3 B:ordinary", "*"]).map(pairs)


class AnyDay(RuleBasedStateMachine):
    """People and devices do anything in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.day = Day(PLAN, DATE)
        self.follower = Day(PLAN, DATE)
        self.now = clock("08:20")
        self.replaced: set[str] = set()  # tickets whose reference a return replaced
        self.names = 0

    # --- asking ----------------------------------------------------------------------------

    def ask(self, command: do.Command, by: str = "", role: str = "", key: str = "") -> Answer | None:
        """The answer, or None for a refusal; either way everything that must hold is checked."""
        asked = do.Ask(self.now, by, command, key, repr(command) if key else "", role)
        before, mark = self.day.picture(), self.day.mark()
        try:
            records, answer = act(self.day, asked)
        except Refused as refused:
            self.refusal = refused
            answer, records = None, []
        if answer is None:
            assert self.day.picture() == before, f"{self.refusal} changed the day"
            return None
        after = self.day.picture()
        self.day.unwind(mark)
        assert self.day.picture() == before, f"{command} cannot be unwound"
        for body in [ev.encode(record) for record in records]:
            evolve(self.day, ev.decode(body), self.day.seq + 1)
            self.follow(ev.decode(body))
        assert self.day.picture() == after, f"{command} cannot be taken in again"
        assert self.follower.picture() == after, f"{command} cannot be replayed"
        self.day.settle()
        return answer

    def follow(self, record: ev.Record) -> None:
        """The follower takes an event in; it moves tickets only as the state table says."""
        before = {t.id: t.state for t in self.follower.tickets.values()}
        evolve(self.follower, record, self.follower.seq + 1)
        self.follower.settle()
        if isinstance(record.e, ev.Returned | ev.SetBack):
            self.replaced.add(record.e.ticket)
        for ticket in self.follower.tickets.values():
            was = before.get(ticket.id, "")
            if isinstance(record.e, ev.Undone) and record.e.ticket == ticket.id:
                assert (was, ticket.state) in UNDOES[record.e.act]
            elif ticket.state != was:
                assert ticket.state in FOLLOWS[was], f"{was} -> {ticket.state} by {record.e}"

    def name(self) -> str:
        self.names += 1
        return f"t{self.names}"

    def pick(self, pick: int, *states: str) -> str:
        """A ticket, mostly in one of these states; now and then any, or one that is not there."""
        fitting = [t.id for t in self.day.tickets.values() if t.state in states]
        every = [*self.day.tickets, "nobody"]
        pool = fitting if fitting and pick % 9 else every
        return pool[pick % len(pool)]

    def has(self, *states: str) -> bool:
        return any(t.state in states for t in self.day.tickets.values())

    def clerk_of(self, id: str, pick: int) -> str:
        """Who holds the ticket's window; now and then somebody else."""
        ticket = self.day.tickets.get(id)
        held = self.day.windows.get((ticket.window if ticket else None) or 0)
        return held.clerk if held and pick % 13 else f"staff:{pick % 5}"

    def clerk_at(self, window: int, pick: int) -> str:
        return self.day.windows[window].clerk if pick % 13 else f"staff:{pick % 5}"

    # --- the day begins ----------------------------------------------------------------------

    @initialize()
    def opens(self) -> None:
        assert self.ask(do.OpenDay(date=DATE, plan=plan_hash(PLAN)), "time")
        for window in (1, 2, 3):
            assert self.ask(do.ClaimWindow(window, f"staff:{window}"), f"staff:{window}")
            assert self.ask(do.OpenWindow(window), f"staff:{window}")
        for category in "AAABG":
            assert self.ask(do.TakeTicket(self.name(), category))

    # --- visitors ------------------------------------------------------------------------------

    @rule(category=CATEGORY, cls=CLASS, pick=PICK, linked=st.booleans())
    def take(self, category: str, cls: str, pick: int, linked: bool) -> None:
        visit = self.pick(pick, WAITING) if linked else None
        command = do.TakeTicket(self.name(), category, cls=cls, visit=visit)
        key = f"key-{self.names}"
        first = self.ask(command, "device:kiosk", key=key)
        if first is not None:
            seq = self.day.seq
            assert self.ask(command, "device:kiosk", key=key) == first
            assert self.day.seq == seq, "a retry appended something"

    @rule(category=CATEGORY, minutes=st.integers(-30, 30))
    def check_in(self, category: str, minutes: int) -> None:
        name = self.name()
        self.ask(do.CheckIn(name, Booking(f"B{name}", category, self.now + minutes * MINUTE, DATE)))

    @rule(category=CATEGORY, minutes=st.integers(-1, 60), number=st.integers(1, 12))
    def enter_by_hand(self, category: str, minutes: int, number: int) -> None:
        paper = do.EnterByHand(self.name(), category, f"A{number:03}", self.now - minutes * MINUTE)
        self.ask(paper, "staff:guide")

    @precondition(lambda self: self.has(MISSED))
    @rule(pick=PICK)
    def returns(self, pick: int) -> None:
        self.ask(do.ReturnMissed(self.pick(pick, MISSED)))

    @rule(pick=PICK, staff=st.booleans())
    def cancel(self, pick: int, staff: bool) -> None:
        self.ask(do.Cancel(self.pick(pick, WAITING, CALLED, PARKED, MISSED), staff, "asked" if staff else ""))

    # --- calling ---------------------------------------------------------------------------------

    @rule(pick=PICK, back=st.booleans())
    def let_pass(self, pick: int, back: bool) -> None:
        """A holder needs a while; now and then one who does is back."""
        passing = sorted(self.day.line.passing)
        if back and passing:
            self.ask(do.ReadyAgain(passing[pick % len(passing)]), "holder")
        else:
            self.ask(do.LetPass(self.pick(pick, WAITING)), "holder")

    @rule(pick=PICK, level=st.sampled_from([*LEVELS, "none"]))
    def rate(self, pick: int, level: str) -> None:
        self.ask(do.Rate(self.pick(pick, ENDED), level), "holder")

    @rule(window=WINDOW, pick=PICK, finish=st.booleans())
    def call_next(self, window: int, pick: int, finish: bool) -> None:
        w = self.day.windows[window]
        present = self.day.present(w)
        going = present if finish and present is not None else None
        eligible = self.eligible(w, going)
        stops = (w.pausing or w.state != OPEN) and going is not None
        answer = self.ask(do.CallNext(window, finish), self.clerk_at(window, pick))
        if answer is not None and answer.ticket:
            self.check_called(self.day.tickets[answer.ticket], w, eligible)
        elif answer is not None:
            assert stops or not eligible, "an open window idles while somebody waits for it"
        elif self.refusal.code == "nobody_waits":
            assert not eligible, "an open window idles while somebody waits for it"

    def eligible(self, window: Window, going: Ticket | None) -> list[Ticket]:
        """All whom the window may call, found by looking at every ticket of the day."""
        tickets = self.day.tickets.values()
        busy = {t.visit for t in tickets if t.state in (CALLED, SERVING) and t is not going}
        waiting = [
            t for t in tickets if t.state == WAITING and t.visit not in busy and t.passing_until is None
        ]
        return [t for t in waiting if self.directed_here(t, window) or self.penalty(t, window) is not None]

    def directed_here(self, t: Ticket, window: Window) -> bool:
        return t.directed_window == window.number or (t.directed_clerk == window.clerk != "")

    def penalty(self, t: Ticket, window: Window) -> int | None:
        if t.directed or self.day.categories[t.category].paused:
            return None
        return min((s.penalty for s in window.serves if s.covers(t.category, t.cls)), default=None)

    def check_called(self, called: Ticket, window: Window, eligible: list[Ticket]) -> None:
        """Directed first; then nobody is overtaken beyond the difference of targets and penalties."""
        was = next(t for t in eligible if t.id == called.id)
        directed = [t for t in eligible if t.directed]
        if directed:
            assert was.place == min(t.place for t in directed)
            return
        for other in eligible:
            if other is was:
                continue
            mine, theirs = self.penalty(was, window), self.penalty(other, window)
            assert mine is not None
            assert theirs is not None
            bound = self.target(other) - self.target(was) + theirs - mine
            assert was.reference - other.reference <= bound, f"{was.number} overtook {other.number}"
            if (was.category, was.cls) == (other.category, other.cls):
                assert (was.reference, was.place) < (other.reference, other.place), (
                    "not first come, first served"
                )

    def target(self, t: Ticket) -> int:
        category = PLAN.category(t.category)
        assert category is not None
        return PLAN.target(category, t.cls)

    @rule(window=WINDOW, pick=PICK)
    def call_number(self, window: int, pick: int) -> None:
        ticket = self.day.tickets.get(self.pick(pick, WAITING))
        number = ticket.number if ticket else "Q1"
        self.ask(do.CallNumber(window, number, "frail"), self.clerk_at(window, pick))

    @precondition(lambda self: self.has(CALLED))
    @rule(pick=PICK, times=st.integers(1, 3), spoken=st.booleans())
    def recall(self, pick: int, times: int, spoken: bool) -> None:
        id = self.pick(pick, CALLED)
        for _ in range(times):
            self.ask(do.Recall(id), self.clerk_of(id, pick))
        calls = self.day.tickets[id].calls if id in self.day.tickets else ()
        for call in calls if spoken else ():
            self.ask(do.Spoken(id, call.seq, self.now), "device:voice")

    @precondition(lambda self: self.has(CALLED))
    @rule(pick=PICK)
    def miss(self, pick: int) -> None:
        id = self.pick(pick, CALLED)
        self.ask(do.MarkAbsent(id), self.clerk_of(id, pick))

    @rule(window=WINDOW, pick=PICK)
    def nobody_comes(self, window: int, pick: int) -> None:
        """A visitor is called until the key for a miss opens, and it is pressed."""
        self.call_next(window, pick, finish=False)
        self.recall(pick, 2, spoken=True)
        self.now += 20 * SECOND
        self.miss(pick)

    @rule(window=WINDOW, pick=PICK, minutes=st.integers(0, 9))
    def a_service(self, window: int, pick: int, minutes: int) -> None:
        """The next visitor comes and is served, as on most of a day."""
        self.call_next(window, pick, finish=pick % 2 == 0)
        present = self.day.windows[window].present or "nobody"
        self.ask(do.Start(present), self.clerk_at(window, pick))
        self.now += minutes * MINUTE
        self.ask(do.Finish(present), self.clerk_at(window, pick))

    @precondition(lambda self: self.has(CALLED))
    @rule(pick=PICK)
    def find(self, pick: int) -> None:
        self.ask(do.Found(self.pick(pick, CALLED)), "staff:guide")

    @rule(broken=st.booleans())
    def sound(self, broken: bool) -> None:
        self.ask(do.SoundState("hall", broken), "device:voice")

    @rule(window=WINDOW, every=st.booleans(), pick=PICK)
    def summon(self, window: int, every: bool, pick: int) -> None:
        """Staff are called urgently, and whoever sits there reads it."""
        self.ask(do.SummonWindows(() if every else (window,), {"zh": "请到咨询台"}), "staff:boss")
        self.ask(do.AnswerSummons(window), self.clerk_at(window, pick))

    # --- serving -----------------------------------------------------------------------------------

    @precondition(lambda self: self.has(CALLED))
    @rule(pick=PICK)
    def start(self, pick: int) -> None:
        id = self.pick(pick, CALLED)
        self.ask(do.Start(id), self.clerk_of(id, pick))

    @precondition(lambda self: self.has(SERVING))
    @rule(pick=PICK)
    def finish(self, pick: int) -> None:
        id = self.pick(pick, SERVING)
        self.ask(do.Finish(id, (("A1", "done"),) if pick % 2 else ()), self.clerk_of(id, pick))

    @precondition(lambda self: self.has(SERVING))
    @rule(pick=PICK, outcome=st.sampled_from(["done", "accepted", "refused"]))
    def close_matter(self, pick: int, outcome: str) -> None:
        id = self.pick(pick, SERVING)
        self.ask(do.CloseMatter(id, f"A{pick % 3 + 1}", outcome), self.clerk_of(id, pick))

    @precondition(lambda self: self.has(CALLED, SERVING))
    @rule(pick=PICK)
    def add_matters(self, pick: int) -> None:
        id = self.pick(pick, SERVING, CALLED)
        self.ask(do.AddMatters(id, (f"A{pick % 10}",)), self.clerk_of(id, pick))

    @rule(pick=PICK, category=CATEGORY)
    def transfer(self, pick: int, category: str) -> None:
        id = self.pick(pick, WAITING, CALLED, SERVING)
        self.ask(do.Transfer(id, category=category), self.clerk_of(id, pick))

    @rule(pick=PICK, window=WINDOW, to_clerk=st.booleans())
    def direct(self, pick: int, window: int, to_clerk: bool) -> None:
        id = self.pick(pick, WAITING, CALLED, SERVING)
        command = do.Transfer(id, clerk=f"staff:{window}") if to_clerk else do.Transfer(id, window=window)
        self.ask(command, self.clerk_of(id, pick))

    @precondition(lambda self: self.has(CALLED, SERVING))
    @rule(pick=PICK, minutes=st.integers(0, 20))
    def park(self, pick: int, minutes: int) -> None:
        id = self.pick(pick, CALLED, SERVING)
        self.ask(do.Park(id, minutes), self.clerk_of(id, pick))

    @precondition(lambda self: self.has(PARKED))
    @rule(pick=PICK)
    def unpark(self, pick: int) -> None:
        id = self.pick(pick, PARKED)
        self.ask(do.Unpark(id), self.clerk_of(id, pick))

    @rule(pick=PICK, cls=CLASS)
    def change_class(self, pick: int, cls: str) -> None:
        id = self.pick(pick, WAITING, CALLED)
        self.ask(do.ChangeClass(id, cls, "age"), self.clerk_of(id, pick))

    @rule(pick=PICK)
    def undo(self, pick: int) -> None:
        undoable = list(self.day.undoables)
        id = undoable[-1 - pick % min(3, len(undoable))] if undoable and pick % 9 else self.pick(pick)
        window = self.day.undoables[id].window if id in self.day.undoables else 1
        self.ask(do.Undo(id), self.clerk_at(window, pick))

    @rule(window=WINDOW, category=CATEGORY, pick=PICK)
    def serve_without_ticket(self, window: int, category: str, pick: int) -> None:
        direct = do.ServeWithoutTicket(self.name(), window, category, "elderly")
        self.ask(direct, self.clerk_at(window, pick))

    # --- windows -----------------------------------------------------------------------------------

    @rule(
        window=WINDOW,
        clerk=st.integers(1, 5),
        over=st.booleans(),
        leftover=st.sampled_from(["", "close", "continue"]),
    )
    def claim(self, window: int, clerk: int, over: bool, leftover: str) -> None:
        name = f"staff:{clerk}"
        self.ask(do.ClaimWindow(window, name, over, leftover), name)
        self.ask(do.OpenWindow(window), name)

    @rule(window=WINDOW, pick=PICK, lapsed=st.booleans())
    def leave(self, window: int, pick: int, lapsed: bool) -> None:
        clerk = self.clerk_at(window, pick)
        self.ask(do.ClaimLapsed(window, clerk) if lapsed else do.ReleaseWindow(window), clerk)

    @rule(window=WINDOW, pick=PICK, now=st.booleans())
    def pause(self, window: int, pick: int, now: bool) -> None:
        self.ask(do.PauseWindow(window, "meeting", now), self.clerk_at(window, pick))

    @rule(window=WINDOW, pick=PICK)
    def go_on(self, window: int, pick: int) -> None:
        self.ask(do.OpenWindow(window), self.clerk_at(window, pick))

    @rule(window=WINDOW, pick=PICK, for_today=st.booleans())
    def close(self, window: int, pick: int, for_today: bool) -> None:
        self.ask(do.CloseWindow(window, for_today=for_today), self.clerk_at(window, pick))

    @rule(window=WINDOW, serves=SERVES, successor=st.sampled_from([None, 1, 3]))
    def assign(self, window: int, serves: tuple[Serve, ...], successor: int | None) -> None:
        keys = {t.id: t.key for t in self.day.tickets.values()}
        self.ask(do.AssignWindow(window, serves, successor), "staff:boss")
        assert {t.id: t.key for t in self.day.tickets.values()} == keys

    @rule(category=CATEGORY, paused=st.booleans(), issuing=st.booleans())
    def pause_category(self, category: str, paused: bool, issuing: bool) -> None:
        command = (
            do.PauseCategory(category, "system_down", issuing) if paused else do.ResumeCategory(category)
        )
        self.ask(command, "staff:boss")

    # --- time ----------------------------------------------------------------------------------------

    @rule(ms=st.sampled_from([0, 1, 2 * SECOND, 9 * SECOND, MINUTE, 3 * MINUTE, 17 * MINUTE]))
    def time_passes(self, ms: int) -> None:
        self.now += ms
        for command in due(self.day, self.now):
            assert self.ask(command, "time") is not None, f"time's own {command} was refused"
        assert due(self.day, self.now) == []

    @rule(minutes=st.integers(1, 10))
    def clock_steps_back(self, minutes: int) -> None:
        asked = do.TakeTicket(self.name(), "A")
        self.now -= minutes * MINUTE
        answer = self.ask(asked)
        self.now += minutes * MINUTE
        if answer is not None:
            ticket = self.day.tickets[answer.ticket]
            assert ticket.reference == self.day.now.last_at

    @rule(ago=st.integers(1, 20), long=st.integers(1, 20))
    def power_cut(self, ago: int, long: int) -> None:
        until = self.now - ago * SECOND
        self.ask(do.RecordDown(until - long * MINUTE, until), "time")

    @precondition(lambda self: self.day.now.opened)
    @rule(role=st.sampled_from(["clerk", "clerk", "manager"]))
    def close_early(self, role: str) -> None:
        """Nobody closes the day while anyone waits; a manager would, so only its refusal is tried."""
        if role == "manager" and any(t.state != ENDED for t in self.day.tickets.values()):
            assert self.ask(do.CloseDay(reason="", seed="s"), "staff:boss", role=role) is None
        elif any(t.state != ENDED for t in self.day.tickets.values()):
            assert self.ask(do.CloseDay(reason="power_cut", seed="s"), "staff:1", role=role) is None

    def teardown(self) -> None:
        """The day's end: everyone who took a number is counted exactly once."""
        if not self.day.now.opened:
            return
        self.now = day_bounds(PLAN, DATE)[1]
        self.time_passes(0)
        assert self.day.now.closed
        assert all(t.state == ENDED for t in self.day.tickets.values())
        assert sum(self.day.ends.values()) == self.day.now.issued == len(self.day.tickets)

    # --- what always holds -----------------------------------------------------------------------------

    @invariant()
    def nobody_is_lost_or_in_two_places(self) -> None:
        day = self.day
        places = [id for _, line in day.line.pairs() for _, _, id in line]
        places += [id for line in day.line.directed.values() for _, id in line]
        places += [*day.line.missed, *day.line.parked]
        places += [w.present for w in day.windows.values() if w.present]
        places += [t.id for t in day.tickets.values() if t.state == ENDED]
        assert sorted(places) == sorted(day.tickets)
        for t in day.tickets.values():
            assert (t.state in (CALLED, SERVING)) == any(w.present == t.id for w in day.windows.values())
            if t.state in (CALLED, SERVING):
                assert day.windows[t.window or 0].present == t.id

    @invariant()
    def the_order_is_a_full_sort_by_key(self) -> None:
        for category in "ABG":
            waiting = sorted(
                (t for t in self.day.tickets.values() if t.in_line and t.category == category),
                key=lambda t: t.key,
            )
            assert [id for _, _, id in self.day.line.in_order(category)] == [t.id for t in waiting]
            assert [people_ahead(self.day, t) for t in waiting] == list(range(len(waiting)))

    @invariant()
    def every_due_is_reference_plus_target(self) -> None:
        for t in self.day.tickets.values():
            assert t.due == t.reference + self.target(t)
            if t.id not in self.replaced and not t.booking:
                assert t.reference == t.taken_at, f"{t.number} lost its arrival"

    @invariant()
    def every_number_is_given_once(self) -> None:
        numbers = [t.number for t in self.day.tickets.values()]
        assert len(set(numbers)) == len(numbers) == self.day.now.issued
        assert self.day.numbers == {t.number: t.id for t in self.day.tickets.values()}

    @invariant()
    def every_end_is_one_of_six_and_counted(self) -> None:
        ended = [t.end for t in self.day.tickets.values() if t.state == ENDED]
        assert all(end in ENDS for end in ended)
        assert not any(t.end for t in self.day.tickets.values() if t.state != ENDED)
        assert {e: n for e, n in self.day.ends.items() if n} == {e: ended.count(e) for e in ended}

    @invariant()
    def what_became_of_the_matters_is_counted_as_it_would_be_anew(self) -> None:
        served = [t for t in self.day.tickets.values() if t.end == DONE]
        anew = Counter((t.edition, t.category, m, outcome) for t in served for m, outcome in t.outcomes)
        assert self.day.results.counts == self.follower.results.counts == anew

    @invariant()
    def a_visitor_is_at_one_window_at_most(self) -> None:
        busy = [t.visit for t in self.day.tickets.values() if t.state in (CALLED, SERVING)]
        assert len(set(busy)) == len(busy)

    @invariant()
    def nobody_waits_for_a_place_that_is_gone(self) -> None:
        clerks = {w.clerk for w in self.day.windows.values() if w.clerk}
        for t in self.day.tickets.values():
            if t.state == WAITING and t.directed_window is not None:
                assert self.day.windows[t.directed_window].state != CLOSED, (
                    f"{t.number} waits at a closed window"
                )
            if t.state == WAITING and t.directed_clerk:
                assert t.directed_clerk in clerks, f"{t.number} waits for a clerk who left"

    @invariant()
    def a_clerk_sits_at_one_window_and_an_open_window_has_a_clerk(self) -> None:
        clerks = [w.clerk for w in self.day.windows.values() if w.clerk]
        assert len(set(clerks)) == len(clerks)
        assert all(w.clerk for w in self.day.windows.values() if w.state != CLOSED)

    @invariant()
    def the_windows_that_call_a_category_are_those_that_say_so(self) -> None:
        windows = sorted(self.day.windows.values(), key=lambda w: w.number)
        for letter, cls in ((c, k) for c in self.day.categories for k in CLASSES):
            calling = [w.number for w in windows if w.state == OPEN and w.covers(letter, cls)]
            assert list(self.day.open_windows(letter, cls)) == calling
            planned = [w.number for w in windows if not w.for_today and w.covers(letter, cls)]
            assert list(self.day.planned_windows(letter, cls)) == planned

    @invariant()
    def counts_are_never_negative(self) -> None:
        for t in self.day.tallies.values():
            assert min(t.called, t.served, t.missed, t.timed, t.service) >= 0
            assert t.timed <= t.served


class AnyLongDay(AnyDay):
    """The same, for the long profile."""


TestAnyDay = AnyDay.TestCase
TestAnyLongDay = pytest.mark.faults(AnyLongDay.TestCase)
