"""People sign in with name and password; what they may lasts until idle, the day's end, or a word."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from queue_server.access.passwords import HASHER, Passwords, check_password, first_password
from queue_server.access.principals import token_hash
from queue_server.access.sessions import OF_ACCOUNT
from queue_server.app import AccessRules
from queue_server.hall.accounts import ChangeRole, EndSessions, LockAccount, RemoveAccount, UnlockAccount
from queue_server.hall.commands import Command
from queue_server.hall.refusals import NotNow, Unusable
from queue_server.store import keys
from tests.api.hall import NO_LIMIT, Served, served
from tests.api.people import PASSWORD, give, person, sign_in, signed_in
from tests.waiting import wait_until


def knows(hall: Served, login: str) -> bool:
    """Whether a process has heard of somebody's password."""
    account = hall.site.halls[hall.hall].register.state.accounts.get(login)
    return account is not None and bool(account.stamp)


async def me(hall: Served, token: str) -> tuple[int, str]:
    """How `who am I` is answered: status, and role or code."""
    answer = await hall.get(token, "/me")
    return answer.status_code, answer.json().get("role") or answer.json()["code"]


async def test_a_clerk_signs_in_and_calls_and_signs_out(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li.na", "clerk", (8,))
        told = (await sign_in(hall, "  Li.Na ")).json()
        assert told["me"] == {
            "id": "staff:li.na", "name": "LI.NA", "role": "clerk", "hall": hall_id, "windows": [8],
            "department": "",
        }  # fmt: skip
        assert not told["must_change"]
        await hall.take()
        for act in ("claim", "open", "call-next"):
            assert (await hall.post(told["token"], f"windows/8/{act}")).status_code == 200
        assert (await hall.post(told["token"], "windows/9/claim")).status_code == 403
        assert (await hall.post(told["token"], "sign-out")).status_code == 200
        assert await me(hall, told["token"]) == (401, "signed_out")


async def test_a_wrong_name_and_a_wrong_password_are_told_the_same(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk")
        wrong, unknown = (
            await sign_in(hall, "li", "not-this-one"),
            await sign_in(hall, "nobody", "any-word-1"),
        )
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json()
        assert wrong.json()["code"] == "wrong_password"


async def test_the_first_password_opens_nothing_but_its_change(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "manager", must_change=True)
        told = (await sign_in(hall, "li")).json()
        first = told["token"]
        assert told["must_change"]
        assert await me(hall, first) == (200, "newcomer")
        refused = await hall.post(first, "notice", {"text": {"zh": "x"}})
        assert (refused.status_code, refused.json()["code"]) == (403, "password_old")
        for new, code in (
            ("short", "password_short"),
            (PASSWORD, "password_same"),
            ("aaaaaaaaaaaa", "password_plain"),
        ):
            answer = await hall.post(first, "password", {"old": PASSWORD, "new": new})
            assert (answer.status_code, answer.json()["code"]) == (422, code)
        changed = await hall.post(first, "password", {"old": PASSWORD, "new": "autumn-leaf-8"})
        assert (changed.status_code, changed.json()["must_change"]) == (200, False)
        assert await me(hall, first) == (401, "signed_out")
        assert await me(hall, changed.json()["token"]) == (200, "manager")
        assert (await sign_in(hall, "li")).status_code == 401
        assert (await sign_in(hall, "li", "autumn-leaf-8")).status_code == 200


async def test_the_wait_after_wrong_passwords_grows_and_a_right_one_ends_it(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk")
        guesses = await asyncio.gather(*(sign_in(hall, "li", f"guess-number-{n}") for n in range(12)))
        codes = [answer.json()["code"] for answer in guesses]
        # On a busy machine they may not be quite at once, and one or two come after the first second's wait.
        assert 5 <= codes.count("wrong_password") <= 7, "twelve at once gain nothing over one after the other"
        assert codes.count("sign_in_wait") == 12 - codes.count("wrong_password")
        held = next(answer for answer in guesses if answer.json()["code"] == "sign_in_wait")
        assert held.status_code == 429
        assert 1 <= int(held.headers["retry-after"]) <= 4
        right = await sign_in(hall, "li")
        assert right.status_code in (200, 429)
        await wait_until(lambda: _enters(hall, "li"))
        assert (await sign_in(hall, "li", "not-this-one")).json()["code"] == "wrong_password"


async def _enters(hall: Served, login: str) -> bool:
    return (await sign_in(hall, login)).status_code == 200


async def test_each_further_guess_waits_twice_as_long(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        vault = hall.site.sessions(hall_id).vault
        for _ in range(OF_ACCOUNT.free - 1):
            assert await vault.attempt("account:li", OF_ACCOUNT) == 0
        waits = []
        for _ in range(5):
            assert await vault.attempt("account:li", OF_ACCOUNT) == 0
            waits.append(await vault.attempt("account:li", OF_ACCOUNT))
            await hall.site.store.drop_side(hall_id, wait_of("account:li"))
        assert [round(wait / 1000) for wait in waits] == [1, 2, 4, 8, 16]


def wait_of(who: str) -> str:
    """The side key that holds somebody off."""
    return f"wait:{sha256(who.encode()).hexdigest()[:32]}"


@pytest.mark.parametrize(
    "change",
    [LockAccount("li"), RemoveAccount("li"), EndSessions("li")],
    ids=lambda value: type(value).__name__,
)
async def test_what_is_revoked_ends_on_every_process_and_closes_its_screens(
    store_url: str, hall_id: str, change: Command
) -> None:
    async with served(store_url, hall_id) as one, served(store_url, hall_id) as two:
        await person(one, "li", "clerk", (8,))
        await wait_until(lambda: knows(two, "li"))
        token = await signed_in(two, "li")
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(f"{two.sockets}/windows/8/live", additional_headers=headers) as socket:
            await socket.recv()
            await give(one.site, hall_id, change)
            assert await _ends_within(socket.recv, 20)
            assert socket.close_code == 4401
        assert await me(two, token) == (401, "signed_out")
        assert await me(one, token) == (401, "signed_out")


async def test_signing_out_at_one_process_ends_the_session_at_the_other(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as one, served(store_url, hall_id) as two:
        await person(one, "li", "clerk")
        await wait_until(lambda: knows(two, "li"))
        token = await signed_in(one, "li")
        assert await me(two, token) == (200, "clerk")
        await one.post(token, "sign-out")
        assert await me(two, token) == (401, "signed_out")


async def test_a_new_role_counts_from_the_next_act_on(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk")
        token = await signed_in(hall, "li")
        await give(hall.site, hall_id, ChangeRole("li", "supervisor"))
        assert await me(hall, token) == (200, "supervisor")
        assert (await hall.post(token, "windows/8/claim")).status_code == 403
        assert (await hall.get(token, "/windows/8")).status_code == 200


async def test_a_locked_account_opens_again(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk")
        await give(hall.site, hall_id, LockAccount("li"))
        refused = await sign_in(hall, "li")
        assert (refused.status_code, refused.json()["code"]) == (403, "account_locked")
        await give(hall.site, hall_id, UnlockAccount("li"))
        assert (await sign_in(hall, "li")).status_code == 200


async def test_an_unused_session_ends_and_a_used_one_does_not(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, rules=_rules(idle=1500)) as hall:
        await person(hall, "li", "clerk")
        used, unused = await signed_in(hall, "li"), await signed_in(hall, "li")

        async def only_one_is_left() -> bool:
            assert await me(hall, used) == (200, "clerk")
            await hall.get(unused, "/help")  # a page that looks by itself is nobody's use
            return not await _kept(hall, unused)

        await wait_until(only_one_is_left, 20)
        assert await me(hall, unused) == (401, "signed_out")
        assert await me(hall, used) == (200, "clerk")


def _rules(idle: int) -> AccessRules:
    return AccessRules(idle=idle, tickets=NO_LIMIT.tickets)


async def _kept(hall: Served, token: str) -> bool:
    return await hall.site.sessions(hall.hall).vault.session(token_hash(token)) is not None


@pytest.mark.parametrize("visitor", [True, False])
async def test_looking_at_a_screen_is_no_use_but_a_visitor_at_the_window_is(
    store_url: str, hall_id: str, visitor: bool
) -> None:
    async with served(store_url, hall_id, rules=_rules(idle=4000)) as hall:
        await person(hall, "li", "clerk", (8,))
        token = await signed_in(hall, "li")
        for act in ("claim", "open"):
            await hall.post(token, f"windows/8/{act}")
        if visitor:
            await hall.take()
            assert (await hall.post(token, "windows/8/call-next")).status_code == 200
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(f"{hall.sockets}/windows/8/live", additional_headers=headers) as socket:
            ended = await _ends_within(socket.recv, 9.0)
        assert ended != visitor


async def _ends_within(hear: Callable[[], Awaitable[object]], seconds: float) -> bool:
    """Whether a socket was closed within a time."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                await hear()
    except TimeoutError:
        return False
    except ConnectionClosed:
        return True


async def test_the_business_days_end_is_every_sessions_end(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk")
        told = (await sign_in(hall, "li")).json()
        live = hall.site.halls[hall_id]
        now = live.clock()
        assert now < told["until"] <= now + 24 * 3_600_000
        sessions = hall.site.sessions(hall_id)
        sessions._clock = lambda: told["until"]
        assert await me(hall, told["token"]) == (401, "signed_out")


async def test_no_log_and_no_key_holds_a_password_and_old_proofs_are_wiped(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk")
        for old, new in ((PASSWORD, "autumn-leaf-8"), ("autumn-leaf-8", "winter-snow-9")):
            token = await signed_in(hall, "li", old)
            assert (await hall.post(token, "password", {"old": old, "new": new})).status_code == 200
        redis = hall.site.store.redis
        proofs = await redis.hgetall(keys.passwords(hall_id))
        assert len(proofs) == 1
        (kept,) = proofs.values()
        proof = kept.decode() if isinstance(kept, bytes) else kept
        assert proof.startswith("$argon2id$")
        assert HASHER.verify(proof, "winter-snow-9")
        register = b"".join(e.body for e in await hall.site.store.read(keys.register(hall_id), 0, 1000))
        for secret in (PASSWORD, "autumn-leaf-8", "winter-snow-9", "argon2"):
            assert secret.encode() not in register
        assert keys.is_permanent(keys.passwords(hall_id))


async def test_passwords_are_proven_in_a_short_queue_and_never_on_the_loop() -> None:
    passwords = Passwords(threads=1, queue=3)
    proof = await passwords.seal("spring-rain-7")
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.001)
            beats += 1

    heart = asyncio.create_task(beat())
    answers = await asyncio.gather(
        *(passwords.proves(proof, "spring-rain-7") for _ in range(5)), return_exceptions=True
    )
    heart.cancel()
    assert [answer for answer in answers if answer is True] == [True] * 3
    assert [str(answer) for answer in answers if isinstance(answer, NotNow)] == ["too_busy"] * 2
    assert beats > 5, "the loop stood still while passwords were proven"
    assert not await passwords.proves(proof, "another")
    assert not await passwords.proves("", "another")
    passwords.close()


def test_first_passwords_are_good_ones_and_never_twice_the_same() -> None:
    made = {first_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        check_password(password, "li")


@pytest.mark.parametrize(
    "password",
    ["short", "1234567890", "abcdefghij", "aaaaaaaaaa", "li.na-2026x", "Admin123456", "x" * 129],
)
def test_what_anyone_would_try_first_is_no_password(password: str) -> None:
    with pytest.raises(Unusable):
        check_password(password, "li.na")
