"""A register for years: closed cases leave memory, visits are counted, a snapshot is as good as the log."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.cases import commands as do
from queue_server.cases import events as ev
from queue_server.cases.visits import Visits, total, within
from queue_server.hall import snapshot
from queue_server.hall.commands import Ask, Command
from queue_server.hall.on_the_spot import CountDay, DayCounted
from queue_server.hall.plan import DAY
from queue_server.hall.refusals import Conflict, Refused
from queue_server.hall.register import BookSlot, Entry, PublishPlan, Register, act, evolve
from queue_server.hall.remembering import CLOSED, date_of
from tests.cases.book import PlainWeeks
from tests.hall.floor import a_hall, clock

START = clock("09:00", "2026-03-02")
PLAN = a_hall({1: "D"})


class Years:
    """A register that lives through days; every entry is kept as in its log."""

    def __init__(self) -> None:
        self.register = Register(PlainWeeks())
        self.log: list[Entry] = []
        self.now = START
        self.ask(PublishPlan(PLAN))

    @property
    def today(self) -> str:
        return date_of(self.register, self.now)

    def ask(self, command: Command, by: str = "staff:wang") -> None:
        entries, _ = act(self.register, Ask(self.now, by, command))
        self.register.settle()
        self.log += entries

    def opens(self, id: str, department: str = "market") -> None:
        self.ask(do.OpenCase(id, self.today, "B01", f"t-{id}", department, "county", "county"))

    def goes_out(self, id: str, visit: bool = True) -> None:
        self.ask(do.TakeCase(id))
        self.ask(do.ReadyCase(id, shelf="A-1"))
        self.ask(do.IssueCase(id, visit=visit))


def replayed(log: Sequence[Entry], onto: Register | None = None, page: int = 7) -> Register:
    """A register rebuilt from its log, in pages as a server reads it."""
    register = onto or Register(PlainWeeks())
    for n, entry in enumerate(log, 1):
        evolve(register, entry, register.seq + 1)
        if n % page == 0:
            register.settle()
    register.settle()
    return register


def recomputed(log: Sequence[Entry]) -> Visits:
    """Visits of all cases whose result went out, counted from the facts alone."""
    came: dict[str, int] = {}
    out = []
    for entry in log:
        fact = entry.e
        if isinstance(fact, ev.CaseOpened):
            came[fact.case] = 1
        elif isinstance(fact, ev.SupplementReceived | ev.CaseIssued):
            came[fact.case] += fact.visit
            out += [came[fact.case]] if isinstance(fact, ev.CaseIssued) else []
        elif isinstance(fact, DayCounted):
            out += [1] * sum(count for _, count in fact.matters)
    return Visits(len(out), sum(out), sum(n <= 1 for n in out))


# --- closed cases leave --------------------------------------------------------------------


def test_memory_is_bounded_by_what_is_open_and_what_was_closed_lately() -> None:
    hall = Years()
    hall.opens("stays")
    for day in range(200):
        hall.now = START + day * DAY
        for n in range(3):
            hall.opens(f"{day}-{n}")
            hall.goes_out(f"{day}-{n}")
    held = hall.register
    most = 3 * (CLOSED // DAY + 1)
    assert "stays" in held.cases
    assert len(held.cases) <= most + 1
    assert len(held.closed_at) <= most
    assert sum(held.forgotten.values()) + len(held.cases) == 601, (
        "each is remembered, or counted as forgotten"
    )
    assert snapshot.same(replayed(hall.log), held)


def test_a_forgotten_case_is_not_opened_a_second_time() -> None:
    hall = Years()
    hall.opens("c1")
    day = hall.today
    hall.goes_out("c1")
    hall.now += CLOSED + DAY
    hall.opens("c2")
    assert "c1" not in hall.register.cases
    with pytest.raises(Conflict, match="stale"):
        hall.ask(do.OpenCase("c1", day, "B01", "t-c1", "market", "county", "county"))


def test_a_case_whose_papers_are_under_way_stays_until_they_have_arrived() -> None:
    hall = Years()
    hall.opens("c1")
    hall.goes_out("c1")
    hall.now += CLOSED
    hall.ask(do.PassPapers("p1", "window", "exit", ("c1",)))
    hall.now += 2 * DAY
    hall.opens("c2")
    assert "c1" in hall.register.cases
    hall.ask(do.ConfirmPapers("p1"), by="staff:li")
    hall.now += CLOSED + DAY
    hall.opens("c3")
    assert ("c1" in hall.register.cases, "p1" in hall.register.papers) == (False, False)


# --- visits ----------------------------------------------------------------------------------


def test_visits_are_counted_by_the_day_on_which_the_result_went_out_and_by_department() -> None:
    hall = Years()
    hall.opens("a")
    hall.opens("b", "estate")
    hall.goes_out("b", visit=False)
    hall.now += 2 * DAY
    hall.goes_out("a")
    counts = within(hall.register.visits, hall.today)
    assert counts == {"market": Visits(1, 2, 0), "estate": Visits(1, 1, 1)}
    assert within(hall.register.visits, hall.today, 1) == {"market": Visits(1, 2, 0)}
    assert total(counts.values()).hundredths == 150
    assert Visits().hundredths is None


# --- any register ----------------------------------------------------------------------------

STEPS = st.sampled_from(
    ["open", "take", "ready", "rework", "issue", "withdraw", "owe", "got", "pass", "book", "count"]
)
LIVES = st.lists(st.tuples(STEPS, st.integers(0, 9), st.integers(0, 12)), max_size=60)


def live(steps: list[tuple[str, int, int]]) -> Years:
    """Any life: each step is about one of the cases so far, some hours or days after the one before."""
    hall, ids = Years(), ["none"]
    for step, which, later in steps:
        hall.now += later * DAY * 2 // 3
        id = ids[which % len(ids)]
        commands: dict[str, Command] = {
            "open": do.OpenCase(f"c{len(ids)}", hall.today, "B01", "t", "market", "county", "county"),
            "take": do.TakeCase(id),
            "ready": do.ReadyCase(id, shelf="A-1"),
            "rework": do.ReworkCase(id, "wrong"),
            "issue": do.IssueCase(id, visit=which % 2 == 0),
            "withdraw": do.WithdrawCase(id),
            "owe": do.AskSupplement(id, hall.today, ("章程",)),
            "got": do.ReceiveSupplement(id, hall.today),
            "pass": do.PassPapers(f"p{which}", "window", "exit", (id,)),
            "book": BookSlot(f"b{which}", "D", hall.now + DAY),
            "count": CountDay(hall.today, (("estate", which), ("", later))),
        }
        try:
            hall.ask(commands[step])
        except Refused:
            continue
        ids += [f"c{len(ids)}"] if step == "open" else []
    return hall


@given(LIVES, st.data())
@settings(max_examples=60)
def test_restart_from_a_snapshot_equals_restart_from_the_log(
    steps: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    hall = live(steps)
    at = data.draw(st.integers(0, len(hall.log)))
    body = snapshot.taken_at(replayed(hall.log[:at]), "blake2b:x")
    kept = snapshot.read(body)
    assert kept is not None
    assert (kept.seq, kept.hash) == (at, "blake2b:x")
    again = replayed(hall.log[at:], snapshot.restored(kept, PlainWeeks()))
    assert snapshot.same(again, hall.register)
    assert snapshot.same(replayed(hall.log, page=1000), hall.register)
    assert total(within(hall.register.visits, hall.today, 400).values()) == recomputed(hall.log)


def test_a_snapshot_has_every_table_of_a_register() -> None:
    # Whatever is added to a register and forgotten in its snapshot would be gone after the next start.
    tables = {name for name in vars(Register()) if not name.startswith("_")} - {"calendar"}
    assert tables == set(snapshot._State.__struct_fields__)


def test_what_this_software_does_not_understand_is_no_snapshot() -> None:
    kept = msgspec.msgpack.decode(snapshot.taken_at(Register(), "h"), type=snapshot.Snapshot)
    newer = msgspec.structs.replace(kept, version=snapshot.VERSION + 1)
    assert snapshot.read(msgspec.msgpack.encode(newer)) is None
    assert snapshot.read(b"nothing") is None
