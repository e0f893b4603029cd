"""A case from acceptance until its result is out: what may follow what, and what is said when it may not."""

from __future__ import annotations

import datetime as dt

import pytest

from queue_server.cases import commands as do
from queue_server.cases.limits import CALENDAR, Limit
from queue_server.cases.model import (
    ACCEPTED,
    CLOSED,
    FOLLOWS,
    HANDLING,
    ISSUED,
    READY,
    RETURNED,
    STATES,
    SUPPLEMENT,
    WITHDRAWN,
    Case,
)
from queue_server.hall.commands import Command
from queue_server.hall.refusals import Refused
from tests.cases.book import Book, PlainWeeks

DATE = "2026-11-02"  # a Monday


def opening(id: str = "c1", **other: object) -> do.OpenCase:
    told: dict[str, object] = {
        "date": DATE, "matter": "A02", "ticket": "t1", "department": "住建局", "hall": "county",
        "exit": "county", "promised": Limit(5), "legal": Limit(20, CALENDAR), **other,
    }  # fmt: skip
    return do.OpenCase(id, **told)  # type: ignore[arg-type]


def a_book(*commands: Command, calendar: PlainWeeks | None = None) -> Book:
    book = Book(calendar)
    for command in (opening(), *commands):
        book.ask(command)
    return book


def refusal(book: Book, command: Command, by: str = "staff:wang") -> str:
    """The code with which the command is refused; nothing has changed."""
    before = book.picture()
    with pytest.raises(Refused) as refused:
        book.ask(command, by)
    assert book.picture() == before
    return refused.value.code


def steps(case: Case) -> list[str]:
    return [step.what for step in case.steps]


def test_acceptance_opens_a_case_with_number_last_days_department_and_exit() -> None:
    book = Book()
    assert book.ask(opening()).number == "20261102-0001"
    assert book.ask(opening("c2")).number == "20261102-0002"
    assert book.ask(opening("c3", date="2026-11-03")).number == "20261103-0001"
    case = book.cases["c1"]
    assert (case.state, case.department, case.exit) == (ACCEPTED, "住建局", "county")
    assert (case.promised_by, case.legal_by) == ("2026-11-09", "2026-11-23")  # the 22nd is a Sunday


def test_asking_again_for_the_same_ticket_and_matter_opens_no_second_case() -> None:
    assert refusal(a_book(), opening()) == "stale"


def test_a_case_goes_through_the_house_and_every_hop_is_shown() -> None:
    book = a_book(
        do.TakeCase("c1"),
        do.ReadyCase("c1", shelf="B-07"),
        do.SendCase("c1", "township"),
        do.ArriveCase("c1"),
        do.MoveResult("c1", "1"),
        do.IssueCase("c1", receiver="agent", proof="document"),
    )
    case = book.cases["c1"]
    assert (case.state, case.at, case.receiver, case.shelf, case.visits) == (
        ISSUED,
        "township",
        "agent",
        "",
        2,
    )
    assert [(hop.what, hop.detail) for hop in case.hops] == [
        ("opened", "county"), ("readied", "B-07"), ("sent", "township"), ("arrived", ""), ("issued", "agent"),
    ]  # fmt: skip


def test_on_the_road_nothing_is_done_to_a_case() -> None:
    book = a_book(do.TakeCase("c1"), do.SendCase("c1", "township"))
    for command in (
        do.ReadyCase("c1", shelf="1"), do.AskSupplement("c1", DATE, ("章程",)), do.WithdrawCase("c1"),
        do.SendCase("c1", "village"), do.StopClock("c1", DATE, "听证"),
    ):  # fmt: skip
        assert refusal(book, command) == "case_travelling"
    assert refusal(book, do.SendCase("c1", "township")) == "case_travelling"


def test_papers_asked_for_stop_the_clock_and_the_days_left_are_still_left() -> None:
    book = a_book(do.TakeCase("c1"), do.AskSupplement("c1", "2026-11-04", ("章程", "授权书")))
    case = book.cases["c1"]
    assert (case.state, case.owed) == (SUPPLEMENT, ("章程", "授权书"))
    book.ask(do.ReceiveSupplement("c1", "2026-11-12", still=("授权书",)))
    assert (book.cases["c1"].state, book.cases["c1"].owed) == (SUPPLEMENT, ("授权书",))
    book.ask(do.ReceiveSupplement("c1", "2026-11-18"))
    case = book.cases["c1"]
    assert (case.state, case.owed, case.stopped) == (HANDLING, (), None)
    # Two of five working days had gone by on the 4th: three are left after the 18th.
    assert (case.promised_by, case.legal_by) == ("2026-11-23", "2026-12-07")
    assert case.visits == 3


def test_a_hall_whose_rules_let_the_clock_run_keeps_the_last_days() -> None:
    book = a_book(do.AskSupplement("c1", "2026-11-04", ("章程",), stops=False))
    book.ask(do.ReceiveSupplement("c1", "2026-11-18"))
    assert (book.cases["c1"].promised_by, book.cases["c1"].legal_by) == ("2026-11-09", "2026-11-23")


def test_what_is_missing_is_told_once_and_by_name() -> None:
    book = a_book(do.TakeCase("c1"))
    for unclear in ((), ("章程", "章程"), ("章程", " ")):
        assert refusal(book, do.AskSupplement("c1", DATE, unclear)) == "list_unclear"
    book.ask(do.AskSupplement("c1", DATE, ("章程",)))
    assert refusal(book, do.ReceiveSupplement("c1", DATE, still=("公章",))) == "list_unclear"
    book.ask(do.ReceiveSupplement("c1", DATE))
    assert refusal(book, do.AskSupplement("c1", DATE, ("公章",))) == "supplement_asked"


def test_what_may_come_later_must_be_there_before_the_result_is() -> None:
    book = Book()
    book.ask(opening(owed=("验资报告",)))
    book.ask(do.TakeCase("c1"))
    assert refusal(book, do.ReadyCase("c1", shelf="A-1")) == "still_owed"
    book.ask(do.ReceiveSupplement("c1", DATE, visit=False))
    assert book.cases["c1"].visits == 1
    book.ask(do.ReadyCase("c1", shelf="A-1"))
    assert book.cases["c1"].state == READY


def test_a_hearing_stops_the_clock_and_nothing_is_finished_meanwhile() -> None:
    book = a_book(do.TakeCase("c1"), do.StopClock("c1", "2026-11-03", "听证"))
    assert refusal(book, do.ReadyCase("c1", shelf="A-1")) == "case_stopped"
    assert refusal(book, do.StopClock("c1", "2026-11-04", "鉴定")) == "case_stopped"
    assert refusal(book, do.ExtendCase("c1", 10, "案情复杂")) == "case_stopped"
    book.ask(do.RunClock("c1", "2026-11-10"))
    assert book.cases["c1"].promised_by == "2026-11-16"
    assert refusal(book, do.RunClock("c1", "2026-11-11")) == "stale"


def test_a_case_is_extended_once_for_a_reason() -> None:
    book = a_book(do.TakeCase("c1"))
    assert refusal(book, do.ExtendCase("c1", 10, " ")) == "reason_needed"
    assert refusal(book, do.ExtendCase("c1", 0, "案情复杂")) == "bad_limit"
    book.ask(do.ExtendCase("c1", 10, "案情复杂"))
    assert (book.cases["c1"].promised_by, book.cases["c1"].legal_by) == ("2026-11-23", "2026-12-02")
    assert refusal(book, do.ExtendCase("c1", 10, "案情复杂")) == "extended_already"


def test_last_days_beyond_the_calendar_stay_open_until_the_calendar_is_there() -> None:
    calendar = PlainWeeks(until=dt.date(2026, 11, 15))
    book = a_book(calendar=calendar)
    case = book.cases["c1"]
    assert (case.promised_by, case.legal_by, case.limits_open) == ("2026-11-09", "", True)
    assert refusal(book, do.SettleLimits("c1")) == "stale"
    calendar.until = dt.date(2027, 12, 31)
    book.ask(do.SettleLimits("c1"))
    assert (book.cases["c1"].legal_by, book.cases["c1"].limits_open) == ("2026-11-23", False)


def test_nothing_is_settled_in_a_case_that_has_ended() -> None:
    calendar = PlainWeeks(until=dt.date(2026, 11, 15))
    book = a_book(do.WithdrawCase("c1"), calendar=calendar)
    calendar.until = dt.date(2027, 12, 31)
    assert refusal(book, do.SettleLimits("c1")) == "stale"


def test_a_stop_in_a_case_whose_limit_was_open_counts_when_it_is_settled() -> None:
    calendar = PlainWeeks(until=dt.date(2026, 11, 4))
    book = a_book(
        do.TakeCase("c1"),
        do.StopClock("c1", "2026-11-03", "听证"),
        do.RunClock("c1", "2026-11-10"),
        calendar=calendar,
    )
    calendar.until = dt.date(2027, 12, 31)
    book.ask(do.SettleLimits("c1"))
    assert book.cases["c1"].promised_by == "2026-11-16"


def test_a_result_at_a_window_lies_somewhere_and_one_by_post_does_not() -> None:
    book = a_book(do.TakeCase("c1"))
    assert refusal(book, do.ReadyCase("c1")) == "shelf_needed"
    assert refusal(book, do.ReadyCase("c1", way="pigeon", shelf="A")) == "unknown_way"
    book.ask(do.ReadyCase("c1", way="post"))
    book.ask(do.IssueCase("c1", visit=False))
    assert book.cases["c1"].visits == 1  # 只跑一次


def test_a_result_on_the_road_must_lie_somewhere_again_before_it_goes_out() -> None:
    book = a_book(
        do.TakeCase("c1"), do.ReadyCase("c1", shelf="A"), do.SendCase("c1", "village"), do.ArriveCase("c1")
    )
    assert refusal(book, do.IssueCase("c1")) == "shelf_needed"


def test_a_wrong_result_goes_back_into_handling() -> None:
    book = a_book(do.TakeCase("c1"), do.ReadyCase("c1", shelf="A"), do.ReworkCase("c1", "姓名有误"))
    assert (book.cases["c1"].state, book.cases["c1"].shelf) == (HANDLING, "")


@pytest.mark.parametrize(
    ("ending", "state"), [(do.ReturnCase("c1", "不符合条件"), RETURNED), (do.WithdrawCase("c1"), WITHDRAWN)]
)
def test_an_ended_case_stays_as_it_is(ending: Command, state: str) -> None:
    book = a_book(do.TakeCase("c1"), ending)
    assert book.cases["c1"].state == state
    for command in (
        do.TakeCase("c1"),
        do.ReadyCase("c1", shelf="A"),
        do.IssueCase("c1"),
        do.WithdrawCase("c1"),
    ):
        assert refusal(book, command) == "case_state"


def test_papers_change_hands_when_the_other_side_has_counted_them() -> None:
    book = a_book(opening("c2"), opening("c3"))
    book.ask(do.PassPapers("p1", "window", "住建局", ("c1", "c2")), by="staff:wang")
    assert book.cases["c1"].papers == "window"
    assert refusal(book, do.PassPapers("p2", "window", "exit", ("c2", "c3"))) == "papers_elsewhere"
    assert refusal(book, do.ConfirmPapers("p1"), by="staff:wang") == "own_papers"
    assert refusal(book, do.ConfirmPapers("p1", ("c3",)), by="staff:li") == "list_unclear"
    book.ask(do.ConfirmPapers("p1", missing=("c2",)), by="staff:li")
    assert [book.cases[id].papers for id in ("c1", "c2", "c3")] == ["住建局", "window", "window"]
    assert (book.papers["p1"].taken_by, book.papers["p1"].missing) == ("staff:li", ("c2",))
    assert refusal(book, do.ConfirmPapers("p1"), by="staff:li") == "papers_settled"
    assert refusal(book, do.PassPapers("p3", "window", "exit", ("c1",))) == "papers_elsewhere"


def test_a_list_that_nobody_confirmed_is_taken_back_by_the_giver() -> None:
    book = a_book()
    book.ask(do.PassPapers("p1", "window", "住建局", ("c1",)))
    assert refusal(book, do.TakeBackPapers("p1"), by="staff:li") == "own_papers"
    book.ask(do.TakeBackPapers("p1"))
    book.ask(do.PassPapers("p2", "window", "exit", ("c1",)))
    assert refusal(book, do.TakeBackPapers("p1")) == "papers_settled"
    assert refusal(book, do.TakeBackPapers("p9")) == "unknown_papers"


def test_what_is_not_there_is_not_known() -> None:
    assert refusal(Book(), do.TakeCase("nothing")) == "unknown_case"
    assert refusal(Book(), opening(date="02.11.2026")) == "bad_time"
    assert refusal(Book(), opening(promised=Limit(5, "moons"))) == "bad_limit"


def test_every_state_can_be_reached_and_every_case_can_come_to_an_end() -> None:
    assert set(STATES) == set().union(*FOLLOWS.values())
    assert all(bool(FOLLOWS[state]) != (state in CLOSED) for state in STATES)
