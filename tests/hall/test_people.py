"""The hall's people in the register: pure facts, unwound like any other, and never a secret in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.hall import register
from queue_server.hall.accounts import (
    STAFF,
    AddAccount,
    ChangeRole,
    EndSessions,
    LockAccount,
    RemoveAccount,
    SetPassword,
    UnlockAccount,
)
from queue_server.hall.commands import Ask, Command
from queue_server.hall.refusals import Conflict, Refused, Unknown, Unusable
from queue_server.hall.register import ExpireToken, Grant, GrantToken, Register, RevokeDevice, RevokeToken

LOGINS = ("li", "wang")
GRANT = Grant("device:k1", "k1", "kiosk")


def do(hall: Register, command: Command) -> None:
    """Have a command decided; it is a fact."""
    register.act(hall, Ask(at=1, by="operator:test", command=command))
    hall.settle()


def with_li() -> Register:
    """A register with one person."""
    hall = Register()
    do(hall, AddAccount("li", "李", "clerk", (3,)))
    return hall


def test_a_password_ends_what_was_signed_in_before_it_and_so_does_a_lock() -> None:
    hall = with_li()
    epochs = [hall.accounts["li"].epoch]
    for command in (SetPassword("li", "stamp"), LockAccount("li"), EndSessions("li")):
        do(hall, command)
        epochs.append(hall.accounts["li"].epoch)
    assert epochs == [1, 2, 3, 4]
    before = hall.accounts["li"]
    do(hall, UnlockAccount("li"))
    do(hall, ChangeRole("li", "manager"))
    after = hall.accounts["li"]
    assert (after.epoch, after.role, after.windows, after.stamp) == (before.epoch, "manager", (), "stamp")


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (AddAccount("li", "again", "clerk"), Conflict),
        (AddAccount("Li", "x", "clerk"), Unusable),
        (AddAccount("", "x", "clerk"), Unusable),
        (AddAccount("-x", "x", "clerk"), Unusable),
        (AddAccount("x" * 33, "x", "clerk"), Unusable),
        (AddAccount("x", "a\x1bb", "clerk"), Unusable),
        (AddAccount("x", "x", "kiosk"), Unusable),
        (AddAccount("x", "x", "floor", (3,)), Unusable),
        (ChangeRole("li", "clerk", (3,)), Conflict),
        (ChangeRole("li", "boss"), Unusable),
        (UnlockAccount("li"), Conflict),
        (LockAccount("nobody"), Unknown),
        (SetPassword("nobody", "s"), Unknown),
        (RemoveAccount("nobody"), Unknown),
        (EndSessions("nobody"), Unknown),
    ],
    ids=repr,
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(command: Command, kind: type[Refused]) -> None:
    hall = with_li()
    before = dict(hall.accounts)
    with pytest.raises(kind):
        do(hall, command)
    assert hall.accounts == before


def test_two_people_cannot_be_one_subject_of_single_sign_on() -> None:
    hall = Register()
    do(hall, AddAccount("a", "a", "clerk", sso="subject"))
    with pytest.raises(Conflict):
        do(hall, AddAccount("b", "b", "clerk", sso="subject"))
    found = hall.by_sso("subject")
    assert found is not None
    assert found.login == "a"
    do(hall, AddAccount("c", "c", "clerk"))
    assert hall.by_sso("another") is None
    assert hall.by_sso("") is None, "whoever has no subject is not everybody"


def test_a_token_that_runs_out_counts_until_then() -> None:
    hall = Register()
    do(hall, GrantToken("hash", GRANT))
    do(hall, ExpireToken("hash", 100))
    assert hall.granted("hash", 99) == GRANT
    assert hall.granted("hash", 100) is None
    with pytest.raises(Conflict):
        do(hall, ExpireToken("hash", 200))  # nothing makes it last longer
    do(hall, ExpireToken("hash", 50))
    assert hall.granted("hash", 60) is None
    do(hall, RevokeToken("hash"))
    do(hall, GrantToken("hash", GRANT))
    assert hall.granted("hash", 10**15) == GRANT


def test_a_device_is_taken_back_with_all_its_tokens_and_nobody_elses() -> None:
    hall = Register()
    device = Grant("device:b1", "b1", "board")
    do(hall, GrantToken("one", device))
    do(hall, GrantToken("two", device))
    do(hall, ExpireToken("two", 100))
    do(hall, GrantToken("other", GRANT))
    do(hall, RevokeDevice("device:b1"))
    assert hall.grants == {"other": GRANT}
    assert hall.expiries.get("two") is None
    with pytest.raises(Unknown):
        do(hall, RevokeDevice("device:b1"))


COMMANDS = st.one_of(
    st.builds(AddAccount, st.sampled_from(LOGINS), st.just("x"), st.sampled_from(STAFF)),
    st.builds(SetPassword, st.sampled_from(LOGINS), st.text("abc", min_size=1), st.booleans()),
    st.builds(ChangeRole, st.sampled_from(LOGINS), st.sampled_from(STAFF)),
    st.sampled_from(
        [kind(login) for kind in (LockAccount, UnlockAccount, RemoveAccount, EndSessions) for login in LOGINS]
    ),
)


@given(st.lists(COMMANDS, max_size=12), st.lists(COMMANDS, max_size=6))
def test_what_was_decided_and_lost_is_unwound_and_the_log_gives_the_same_people(
    landed: list[Command], lost: list[Command]
) -> None:
    hall, log = Register(), []
    for command in landed:
        try:
            entries, _ = register.act(hall, Ask(at=1, by="x", command=command))
        except Refused:
            continue
        log += [register.encode(entry) for entry in entries]
    hall.settle()
    before, mark = dict(hall.accounts), hall.mark()
    for command in lost:
        try:
            register.act(hall, Ask(at=1, by="x", command=command))
        except Refused:
            continue
    hall.unwind(mark)
    assert hall.accounts == before
    again = Register()
    for seq, body in enumerate(log, 1):
        register.evolve(again, register.decode(body), seq)
    assert again.accounts == before
