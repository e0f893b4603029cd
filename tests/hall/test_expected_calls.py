"""The expected call: a range out of today's own calls, told only while such ranges come true."""

from __future__ import annotations

import heapq
import random

from hypothesis import given
from hypothesis import strategies as st

from queue_server import views
from queue_server.hall import commands as do
from queue_server.hall.expecting import GAPS, HELD, STEP, TRIED, WIDEST, borne_out, expect, shown, spread
from queue_server.hall.model import Answer, Expected, Pace
from queue_server.hall.plan import MINUTE, Rules
from tests.hall.floor import Floor, a_hall, clock

gaps = st.lists(st.integers(1, 40 * MINUTE), min_size=GAPS, max_size=GAPS).map(tuple)
calls = st.integers(1, 60)
windows = st.integers(1, 20)


@given(gaps, calls, windows)
def test_a_range_has_its_ends_in_order_and_the_mean_between_them(
    seen: tuple[int, ...], calls: int, windows: int
) -> None:
    first, last = spread(seen, calls, windows)
    mean = calls * sum(seen) / len(seen) / windows
    assert 0 <= first <= mean + 1
    assert mean - 1 <= last


@given(gaps, calls, windows)
def test_more_people_ahead_never_bring_the_end_forward_and_more_windows_never_put_it_off(
    seen: tuple[int, ...], calls: int, windows: int
) -> None:
    last = spread(seen, calls, windows)[1]
    assert spread(seen, calls + 1, windows)[1] >= last
    assert spread(seen, calls, windows + 1)[1] <= last


@given(st.integers(1, 40 * MINUTE), calls, windows)
def test_a_hall_that_calls_like_a_clock_is_told_to_the_moment(gap: int, calls: int, windows: int) -> None:
    assert spread((gap,) * GAPS, calls, windows) == (round(calls * gap / windows),) * 2


@given(st.lists(st.booleans(), max_size=TRIED))
def test_ranges_are_told_only_once_most_of_the_last_ten_held(held: list[bool]) -> None:
    told = borne_out(Pace(held=tuple(held)))
    assert told == (len(held) == TRIED and sum(held) >= HELD)
    assert (shown(Expected(1, 2, told)) is not None) is told


class Crowd:
    """Visitors of one category on a floor of `count` windows: taken at random, served for random times."""

    def __init__(self, seed: int, count: int, service: float, load: float) -> None:
        self.random = random.Random(seed)
        self.floor = Floor(a_hall(dict.fromkeys(range(1, count + 1), "D"), Rules(cutoff_grace=None)))
        self.count, self.service = count, service
        self.between = service / count / load
        self.free = list(range(1, count + 1))
        self.ahead = self.told = self.kept = 0
        self.promised: dict[str, tuple[int, int]] = {}

    def a_day(self) -> None:
        for window in self.free:
            self.floor.open(window, "08:29")
        now = float(clock("08:30"))
        coming: list[tuple[float, str, int]] = []
        while (now := now + self.random.expovariate(1 / self.between)) < clock("11:00"):
            coming.append((now, "comes", 0))
        heapq.heapify(coming)
        while coming and coming[0][0] < clock("11:25"):
            at, what, window = heapq.heappop(coming)
            if what == "comes":
                self.takes(round(at))
            else:
                self.does(do.Finish(self.floor.window(window).present), at, window)
                self.free.append(window)
            while self.free and self.floor.line("D"):
                done = self.calls(self.free.pop(0), round(at))
                heapq.heappush(coming, done)

    def does(self, command: do.Command, at: float, window: int) -> Answer:
        return self.floor.ask(command, round(at), by=f"staff:{window}")

    def takes(self, at: int) -> None:
        self.floor.ask(do.TakeTicket(f"v{at}", "D"), at, by="device:kiosk")
        ticket = self.floor.day.tickets[f"v{at}"]
        if ticket.ahead:
            self.ahead += 1
            if (range_ := shown(ticket.expected)) is not None:
                self.promised[ticket.number] = range_

    def calls(self, window: int, at: int) -> tuple[float, str, int]:
        number = self.does(do.CallNext(window), at, window).number
        self.does(do.Start(self.floor[number].id), at, window)
        if number in self.promised:
            first, last = self.promised.pop(number)
            assert first % STEP == last % STEP == 0
            assert last - first <= WIDEST
            self.told += 1
            self.kept += first <= at <= last
        return at + max(20_000.0, self.random.lognormvariate(0, 0.6) * self.service / 1.2), "goes", window


def test_of_simulated_mornings_nine_in_ten_ranges_that_were_told_came_true() -> None:
    crowds = [Crowd(seed, 3, 3 * MINUTE, 1.05) for seed in range(6)]
    for crowd in crowds:
        crowd.a_day()
    told, kept = sum(c.told for c in crowds), sum(c.kept for c in crowds)
    ahead = sum(c.ahead for c in crowds)
    print(f"{ahead} visitors with people ahead; {told} were told a range, {kept} of these rightly")
    assert told > ahead / 5
    assert kept >= 0.9 * told


def test_nobody_is_promised_a_time_before_the_day_has_shown_one() -> None:
    floor = Floor(a_hall({1: "D"}))
    floor.open(1)
    numbers = floor.take_many("D", 5, "08:31")
    assert [floor[number].expected for number in numbers] == [None] * 5
    assert expect(floor.day, "D", "ordinary", 3, clock("08:31")) is None
    ticket = floor[numbers[-1]]
    assert (
        views.slip(floor.day, ticket, "https://hall.test", "7K3QD", "08:31").lines[1].startswith("可办窗口")
    )
    assert views.ticket_public(floor.day, ticket, clock("08:32"), 0).expected is None


def test_a_range_that_was_told_stands_on_receipt_slip_and_phone_alike() -> None:
    floor = Floor(a_hall({1: "D"}))
    floor.open(1)
    floor.day.paces["D"] = Pace(clock("08:30"), (3 * MINUTE,) * GAPS, (True,) * TRIED)
    floor.take("D", "08:40")
    ticket = floor[floor.take("D", "08:40")]
    told = (clock("08:45"), clock("08:50"))
    assert ticket.expected == Expected(*told, borne_out=True)
    assert views.receipt(floor.day, ticket, "", "", ()).expected == told
    assert "预计 08:45–08:50 叫号" in views.slip(floor.day, ticket, "", "", "08:40").lines
    assert not any("预计" in line for line in views.slip(floor.day, ticket, "", "", "08:40", True).lines)
    assert views.ticket_public(floor.day, ticket, clock("08:40"), 0).expected == told
