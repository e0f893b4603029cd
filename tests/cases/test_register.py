"""Cases in a hall's register: kept in its log, rebuilt from it, and set aside when they cannot be."""

from __future__ import annotations

import pytest

from queue_server.cases import commands as do
from queue_server.cases.events import CaseTaken
from queue_server.cases.limits import Limit
from queue_server.hall.commands import Ask, Command
from queue_server.hall.evolve import Contradiction
from queue_server.hall.refusals import Conflict
from queue_server.hall.register import (
    REGISTER_VERSION,
    REPEATABLE,
    Entry,
    Register,
    act,
    decode,
    encode,
    evolve,
)

OPEN = do.OpenCase("c1", "2026-11-24", "B01", "t1", "market", "county", "county", promised=Limit(3))


def ask(command: Command, at: int = 1, key: str = "") -> Ask:
    return Ask(at, "staff:wang", command, key, key)


def test_a_case_lives_in_the_log_and_comes_back_from_it() -> None:
    register, again = Register(), Register()
    for seq, command in enumerate((OPEN, do.TakeCase("c1"), do.ReadyCase("c1", shelf="2-07")), 1):
        (entry,), answer = act(register, ask(command, seq))
        assert (answer.number, answer.seq) == ("20261124-0001", seq)
        evolve(again, decode(encode(entry)), seq)
    assert again.cases == register.cases
    case = register.cases["c1"]
    assert (case.state, case.shelf, case.promised_by) == ("ready", "2-07", "2026-11-27")


def test_a_decision_that_was_lost_leaves_no_case_behind() -> None:
    register = Register()
    mark = register.mark()
    act(register, ask(OPEN, key="k"))
    register.unwind(mark)
    assert (register.cases, register.case_counts, register.kept, register.seq) == ({}, {}, {}, 0)


def test_a_fact_about_no_case_contradicts_the_register_and_changes_nothing() -> None:
    register = Register()
    with pytest.raises(Contradiction):
        evolve(register, Entry(REGISTER_VERSION, 1, "staff:wang", CaseTaken("nothing"), "k", "k", None), 1)
    assert (register.seq, register.cases) == (0, {})


def test_a_command_may_be_repeated_for_two_days_and_opens_no_second_case_after() -> None:
    register = Register()
    _, first = act(register, ask(OPEN, key="k"))
    register.settle()
    assert act(register, ask(OPEN, at=REPEATABLE, key="k")) == ([], first)
    act(register, ask(do.TakeCase("c1"), at=REPEATABLE + 2))
    register.settle()
    assert register.kept == {}, "a register that is never closed does not remember every key for ever"
    with pytest.raises(Conflict):
        act(register, ask(OPEN, at=REPEATABLE + 3, key="k"))
