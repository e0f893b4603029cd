"""Any case at all: random steps, legal and not, against what must always hold.

A second book follows by the stored bytes alone, so that every step is also a replay. `make faults` runs it
long.
"""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from queue_server.cases import commands as do
from queue_server.cases import events as ev
from queue_server.cases.limits import CALENDAR, Limit
from queue_server.cases.model import CLOSED, FOLLOWS, READY, SHELVED, SUPPLEMENT, WAYS
from queue_server.hall.commands import Command
from queue_server.hall.refusals import Refused
from tests.cases.book import Book, PlainWeeks

PICK = st.integers(0, 10_000)
HALLS = st.sampled_from(["county", "township", "village"])
PEOPLE = st.sampled_from(["staff:wang", "staff:li"])
DESKS = st.sampled_from(["window", "住建局", "exit"])
LIMITS = st.sampled_from([None, Limit(0), Limit(5), Limit(20), Limit(15, CALENDAR), Limit(400)])
THINGS = st.lists(st.sampled_from(["章程", "授权书", "照片", " "]), max_size=3).map(tuple)
decoder = msgspec.json.Decoder(ev.AnyCaseFact)


class AnyCase(RuleBasedStateMachine):
    """Windows, departments and the exit do anything in any order."""

    @initialize(known=st.integers(5, 400))
    def start(self, known: int) -> None:
        self.today = dt.date(2026, 3, 2)
        calendar = PlainWeeks(self.today + dt.timedelta(days=known))
        self.book, self.follower = Book(calendar), Book(calendar)
        self.names = 0

    # --- asking ----------------------------------------------------------------------------

    def ask(self, command: Command, by: str = "staff:wang") -> None:
        before, length = self.book.picture(), len(self.book.log)
        states = {id: case.state for id, case in self.book.cases.items()}
        refused: Refused | None = None
        try:
            self.book.ask(command, by)
        except Refused as refusal:
            refused = refusal
        if refused is not None:
            assert self.book.picture() == before, f"{refused} changed something"
            return
        assert len(self.book.log) == length + 1
        fact, at, author = self.book.log[-1]
        self.follower.take_in(decoder.decode(msgspec.json.encode(fact)), at, author)
        assert self.follower.picture() == self.book.picture(), f"{command} cannot be replayed"
        for id, case in self.book.cases.items():
            was = states.get(id, "")
            assert case.state == was or case.state in FOLLOWS[was], f"{was} -> {case.state} by {command}"
            assert (
                was not in CLOSED or case.steps == before[0][id].steps or isinstance(fact, ev.PapersConfirmed)
            )

    def name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    def pick(self, pick: int) -> str:
        pool = [*self.book.cases, "nothing"]
        return pool[pick % len(pool)]

    def date(self) -> str:
        return self.today.isoformat()

    # --- what people do --------------------------------------------------------------------

    @rule(days=st.integers(1, 10))
    def time_goes_by(self, days: int) -> None:
        self.today += dt.timedelta(days=days)

    @rule(hall=HALLS, promised=LIMITS, legal=LIMITS, owed=THINGS, desk=DESKS)
    def accept(
        self, hall: str, promised: Limit | None, legal: Limit | None, owed: tuple[str, ...], desk: str
    ) -> None:
        self.ask(
            do.OpenCase(
                self.name(),
                self.date(),
                "A02",
                "t1",
                "住建局",
                hall,
                "county",
                "v",
                promised,
                legal,
                owed,
                papers=desk,
            )
        )

    @rule(pick=PICK, by=PEOPLE)
    def take(self, pick: int, by: str) -> None:
        self.ask(do.TakeCase(self.pick(pick)), by)

    @rule(pick=PICK, missing=THINGS, stops=st.booleans())
    def ask_supplement(self, pick: int, missing: tuple[str, ...], stops: bool) -> None:
        self.ask(do.AskSupplement(self.pick(pick), self.date(), missing, stops))

    @rule(pick=PICK, still=THINGS, visit=st.booleans())
    def receive_supplement(self, pick: int, still: tuple[str, ...], visit: bool) -> None:
        self.ask(do.ReceiveSupplement(self.pick(pick), self.date(), still, visit))

    @rule(pick=PICK)
    def bring_everything(self, pick: int) -> None:
        self.ask(do.ReceiveSupplement(self.pick(pick), self.date()))

    @rule(pick=PICK, reason=st.sampled_from(["听证", ""]))
    def stop_clock(self, pick: int, reason: str) -> None:
        self.ask(do.StopClock(self.pick(pick), self.date(), reason))

    @rule(pick=PICK)
    def run_clock(self, pick: int) -> None:
        self.ask(do.RunClock(self.pick(pick), self.date()))

    @rule(pick=PICK, days=st.integers(-1, 20))
    def extend(self, pick: int, days: int) -> None:
        self.ask(do.ExtendCase(self.pick(pick), days, "案情复杂"))

    @rule(pick=PICK, more=st.integers(0, 800))
    def the_calendar_is_published(self, pick: int, more: int) -> None:
        calendar = self.book.calendar
        assert isinstance(calendar, PlainWeeks)
        calendar.until += dt.timedelta(days=more)
        self.ask(do.SettleLimits(self.pick(pick)), "time")

    @rule(pick=PICK, way=st.sampled_from([*WAYS, "pigeon"]), shelf=st.sampled_from(["", "A-1"]))
    def ready(self, pick: int, way: str, shelf: str) -> None:
        self.ask(do.ReadyCase(self.pick(pick), way, shelf))

    @rule(pick=PICK, shelf=st.sampled_from(["", "B-2"]))
    def move_result(self, pick: int, shelf: str) -> None:
        self.ask(do.MoveResult(self.pick(pick), shelf))

    @rule(pick=PICK)
    def rework(self, pick: int) -> None:
        self.ask(do.ReworkCase(self.pick(pick), "姓名有误"))

    @rule(pick=PICK, receiver=st.sampled_from(["self", "agent", "other", "dog"]), visit=st.booleans())
    def issue(self, pick: int, receiver: str, visit: bool) -> None:
        self.ask(do.IssueCase(self.pick(pick), receiver, visit=visit))

    @rule(pick=PICK, back=st.booleans())
    def end_otherwise(self, pick: int, back: bool) -> None:
        case = self.pick(pick)
        self.ask(do.ReturnCase(case, "不符合条件") if back else do.WithdrawCase(case))

    @rule(pick=PICK, hall=HALLS)
    def send(self, pick: int, hall: str) -> None:
        self.ask(do.SendCase(self.pick(pick), hall))

    @rule(pick=PICK)
    def arrive(self, pick: int) -> None:
        self.ask(do.ArriveCase(self.pick(pick)))

    @rule(picks=st.lists(PICK, max_size=3), giver=DESKS, receiver=DESKS, by=PEOPLE)
    def pass_papers(self, picks: list[int], giver: str, receiver: str, by: str) -> None:
        self.ask(do.PassPapers(self.name(), giver, receiver, tuple(self.pick(p) for p in picks)), by)

    @precondition(lambda self: self.book.papers)
    @rule(pick=PICK, by=PEOPLE, lost=st.booleans(), back=st.booleans())
    def settle_papers(self, pick: int, by: str, lost: bool, back: bool) -> None:
        papers = list(self.book.papers.values())[pick % len(self.book.papers)]
        missing = papers.cases[:1] if lost else ()
        self.ask(do.TakeBackPapers(papers.id) if back else do.ConfirmPapers(papers.id, missing), by)

    # --- what must hold --------------------------------------------------------------------

    @invariant()
    def numbers_are_given_out_once(self) -> None:
        numbers = [case.number for case in self.book.cases.values()]
        assert len(set(numbers)) == len(numbers)

    @invariant()
    def a_result_that_can_be_fetched_lies_somewhere(self) -> None:
        for case in self.book.cases.values():
            if case.state == READY and case.way in SHELVED:
                assert case.shelf or any(step.what == "sent" for step in case.steps)
            assert not (case.state == READY and case.owed)

    @invariant()
    def whoever_waits_for_papers_was_told_which(self) -> None:
        assert all(case.owed for case in self.book.cases.values() if case.state == SUPPLEMENT)

    @invariant()
    def last_days_are_never_before_acceptance_and_never_guessed(self) -> None:
        calendar = self.book.calendar
        assert isinstance(calendar, PlainWeeks)
        for case in self.book.cases.values():
            for limit, by in ((case.promised, case.promised_by), (case.legal, case.legal_by)):
                # A limit that ends on the day of acceptance needs no calendar.
                known = max(case.accepted, calendar.until.isoformat())
                assert by == "" or case.accepted <= by <= known
                assert limit is not None or by == ""

    @invariant()
    def papers_are_on_one_list_at_a_time(self) -> None:
        under_way = [c for papers in self.book.papers.values() if not papers.settled for c in papers.cases]
        assert len(set(under_way)) == len(under_way)
        assert all(p.taken_by != p.given_by for p in self.book.papers.values())


TestAnyCase = pytest.mark.timeout(300)(AnyCase.TestCase)
