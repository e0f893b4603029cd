"""What the provincial platform is told of a case: every step once, in its fields, and nobody's name."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from queue_server.cases import commands as do
from queue_server.cases import events as ev
from queue_server.cases.exchange import PERSONS, TABLES, Record, records
from queue_server.cases.limits import Limit
from queue_server.demo import demo_plan
from queue_server.hall import register
from queue_server.hall.commands import Command
from queue_server.hall.plan import Matter, Plan
from tests.cases.book import Book, PlainWeeks

CODE = "11222426MB1234567X4000116001000"
HEARING = "依法听证、检验、检测、鉴定、专家评审"
UNTOLD = {ev.ResultMoved, ev.CaseSent, ev.CaseArrived}
"""Steps of which the platform's tables have nothing."""


class Words:
    """A hall's names for things, without the hall."""

    def __init__(self) -> None:
        plan = demo_plan(0)
        matters = tuple(replace(m, code=CODE) if m.id == "D01" else m for m in plan.matters)
        self.plan: Plan | None = replace(plan, matters=matters, timezone="Asia/Shanghai")

    def guide(self, id: str, version: str = "") -> Matter | None:
        return self.plan.matter(id) if self.plan else None


class Told:
    """A case that goes its way, and what the platform is told of each step."""

    def __init__(self, **opened: object) -> None:
        self.book = Book(PlainWeeks())
        day = "2026-11-24"
        open_ = do.OpenCase(
            "c1", day, "D01", "t1", "estate", "county", "village", promised=Limit(5), legal=Limit(20)
        )
        self.step(replace(open_, **opened))

    def step(self, command: object, by: str = "staff:wang") -> Told:
        self.book.ask(command, by)  # type: ignore[arg-type]
        return self

    def records(self) -> list[Record]:
        """Of every step, told when all of it had happened."""
        return [
            record
            for seq, (fact, at, by) in enumerate(self.book.log, 1)
            for record in records(Words(), self.book.cases["c1"], seq, register.Entry(1, at, by, fact))
        ]


def test_a_case_is_told_step_by_step() -> None:
    day = "2026-11-25"
    case = Told(owed=("身份证",), owed_until="2026-12-04")
    case.step(do.ReceiveSupplement("c1", day)).step(do.TakeCase("c1"))
    case.step(do.AskSupplement("c1", day, ("申请书", "照片")))
    case.step(do.ReceiveSupplement("c1", day, still=("照片",))).step(do.ReceiveSupplement("c1", day))
    case.step(do.StopClock("c1", day, "hearing")).step(do.RunClock("c1", "2026-11-26"))
    case.step(do.ExtendCase("c1", 3, "complex")).step(do.ReadyCase("c1", shelf="A-05"))
    case.step(do.MoveResult("c1", "A-06")).step(do.ReworkCase("c1", "wrong_result"))
    case.step(do.ReadyCase("c1", way="post")).step(do.IssueCase("c1"))
    told = case.records()
    assert [one.table for one in told] == [
        "SL", "BZSL", "SPCL", "BZGZ", "BZSL", "BZSL",
        "TBCXSQ", "TBCXJG", "TBCXSQ", "BJ", "SPCL", "BJ", "LQDJ",
    ]  # fmt: skip
    for one in told:
        head = ("county-20261124-0001", "c1", CODE, "222426")
        assert tuple(one.fields[name] for name in ("SBLSH", "YWLSH", "SXBM", "XZQHDM")) == head
    opened, asked, brought = told[0].fields, told[3].fields, told[4].fields
    assert opened["BZ"] == "容缺受理，2026-12-04 前补齐：身份证"
    assert (opened["BLSX"], opened["GDBLSX"], opened["GDBLSXDDW"]) == ("2026-12-01", 20, "G")
    assert (opened["SLBMZZJDDM"], opened["SLHZH"]) == (CODE[:18], "20261124-0001")
    assert opened["SLSJ"] == "1970-01-01 08:00:00"
    assert asked["BZCLQD"] == "申请书;照片"
    assert (brought["BZ"], brought["SJBBH"], told[5].fields["SJBBH"]) == ("仍缺：照片", 2, 3)
    stop, ran, more = (told[n].fields for n in (6, 7, 8))
    assert (stop["XH"], stop["TBCXZL"], stop["TBCXZLMC"], stop["TBCXKSRQ"]) == (1, "B", HEARING, "2026-11-25")
    assert (ran["XH"], ran["TBCXJSRQ"]) == (1, "2026-11-26")
    assert (more["XH"], more["TBCXZL"], more["TBCXSX"], more["TBCXSXDW"]) == (2, "A", 3, "G")
    assert [(told[n].fields["BJJGDM"], told[n].fields["SJBBH"]) for n in (9, 11)] == [("0", 1), ("0", 2)]
    assert (told[10].fields["SPBZH"], told[12].fields["BZ"], "LQFS" in told[12].fields) == (2, "邮寄", False)


@pytest.mark.parametrize(
    ("ends", "code"),
    [(do.ReturnCase("c1", "not_ours"), "1"), (do.WithdrawCase("c1", "asked"), "6")],
)
def test_a_case_that_ends_without_a_result_is_told_so(ends: Command, code: str) -> None:
    end = Told().step(ends).records()[-1]
    assert (end.table, end.fields["BJJGDM"]) == ("BJ", code)
    assert end.fields["ZFHTHYY"]


def test_a_promised_day_that_was_not_known_is_told_when_it_is() -> None:
    case = Told(promised=Limit(60))
    assert "BLSX" not in case.records()[0].fields
    case.book.calendar = PlainWeeks(PlainWeeks().until.replace(year=2027))
    first, again = case.step(do.SettleLimits("c1")).records()
    assert (first.fields["SJBBH"], again.fields["SJBBH"], again.table) == (1, 2, "SL")
    assert again.fields["BLSX"] == "2027-02-16"


def test_every_step_of_a_case_has_its_table_or_is_known_to_have_none() -> None:
    told = [step for table in TABLES for step in table.steps]
    kinds = [kind for kind in get_args(ev.AnyCaseFact) if issubclass(kind, ev.CaseFact)]
    assert sorted([*told, *UNTOLD], key=str) == sorted(kinds, key=str)


def test_no_field_is_one_of_those_that_name_a_person() -> None:
    of_persons = {(id, name) for id, _, names, _ in PERSONS for name in names.split(", ")}
    ours = {(table.id, field.name) for table in TABLES for field in table.fields}
    assert len(ours) == sum(len(table.fields) for table in TABLES)
    assert not ours & of_persons
