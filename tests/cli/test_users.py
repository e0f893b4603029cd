"""`yichuang user`, `device` and `audit` on a real store, beside a server that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.hall import Served, served
from tests.api.people import sign_in
from tests.cli.commands import Said, yichuang
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(120)


class Office:
    """The command line of whoever looks after a hall."""

    def __init__(self, store: str, hall: str) -> None:
        self.place = ("--hall", hall, "--store", store)

    async def __call__(self, *words: str) -> Said:
        return await yichuang(*words, *self.place)


async def role_of(hall: Served, token: str) -> str:
    """What a token or session counts as; the refusal's code when it does not."""
    told = (await hall.get(token, "/me")).json()
    return str(told.get("role") or told["code"])


async def test_a_person_is_added_signs_in_is_locked_unlocked_reset_and_removed(
    store_url: str, hall_id: str
) -> None:
    office = Office(store_url, hall_id)
    async with served(store_url, hall_id) as hall:
        added = await office("user", "add", "Li.Na", "--role", "clerk", "--window", "3", "--name", "李娜")
        first = added.out.strip()
        assert (added.status, len(first)) == (0, 14), added.err
        assert "only once" in added.err
        await wait_until(lambda: "li.na" in hall.site.halls[hall_id].register.state.accounts)
        told = (await sign_in(hall, "li.na", first)).json()
        assert (told["must_change"], told["me"]["name"]) == (True, "李娜")
        listed = (await office("user", "list")).out
        assert "li.na" in listed
        assert "first password" in listed
        assert first not in listed

        assert (await office("user", "lock", "li.na")).status == 0
        await wait_until(lambda: _is(hall, told["token"], "signed_out"))
        assert "locked" in (await office("user", "list")).out
        assert (await office("user", "unlock", "li.na")).status == 0

        again = (await office("user", "reset", "li.na")).out.strip()
        assert again not in ("", first)
        await wait_until(lambda: _lets_in(hall, "li.na", again))
        assert (await sign_in(hall, "li.na", first)).status_code == 401
        assert (await office("user", "role", "li.na", "manager")).status == 0
        assert "manager" in (await office("user", "list")).out
        assert (await office("user", "remove", "li.na")).status == 0
        assert (await office("user", "list")).out == ""
        assert (await office("user", "lock", "li.na")).status == 1


async def _is(hall: Served, token: str, wanted: str) -> bool:
    return await role_of(hall, token) == wanted


async def _lets_in(hall: Served, login: str, password: str) -> bool:
    return (await sign_in(hall, login, password)).status_code == 200


async def test_everyone_gets_a_new_password_after_a_restore(store_url: str, hall_id: str) -> None:
    office = Office(store_url, hall_id)
    async with served(store_url, hall_id) as hall:
        for login in ("a1", "b2"):
            await office("user", "add", login, "--role", "clerk")
        await office("user", "add", "c3", "--role", "clerk", "--sso", "subject-3")
        given = dict(line.split() for line in (await office("user", "reset", "--everyone")).out.splitlines())
        assert given.keys() == {"a1", "b2"}
        await wait_until(lambda: _lets_in(hall, "a1", given["a1"]))


async def test_a_backup_brings_people_back_and_no_password(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    office = Office(store_url, hall_id)
    async with served(store_url, hall_id):
        await office("user", "add", "li", "--role", "clerk")
    file, other = tmp_path / "halls.backup", str(tmp_path / "store")
    kept = await yichuang("backup", "--store", store_url, "--to", str(file), "--hall", hall_id)
    assert kept.status == 0, kept.err
    assert (await yichuang("restore", str(file), "--store", other)).status == 0
    restored = Office(other, hall_id)
    assert "li " in (await restored("user", "list")).out
    left = [place for place in (tmp_path / "store").rglob("*") if place.is_file()]
    assert left
    assert not any(b"argon2" in place.read_bytes() for place in left)
    again = await restored("user", "reset", "--everyone")
    assert len(again.out.strip()) == 14, again.err
    assert any(b"argon2id" in place.read_bytes() for place in left if place.exists()), "the control"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["user", "add", "x", "--role", "boss"], "no role"),
        (["user", "add", "x y", "--role", "clerk"], "A login is"),
        (["user", "add", "x", "--role", "clerk", "--window", "99"], "no window 99"),
        (["user", "add", "x", "--role", "floor", "--window", "3"], "cannot be bound"),
        (["user", "lock", "nobody"], "no account nobody"),
        (["user", "reset"], "name a login"),
        (["user", "reset", "nobody"], "nobody is called nobody"),
        (["device", "add", "k9", "--scope", "kiosk"], 'no kiosk "k9"'),
        (["device", "add", "x", "--scope", "toaster"], "no scope"),
        (["device", "rotate", "nothing"], 'no device "nothing"'),
        (["device", "rotate", "k1", "--minutes", "-1"], "0 to 10080"),
        (["audit", "--date", "1999-01-01"], 'no day "1999-01-01"'),
    ],
)
async def test_what_makes_no_sense_is_refused_in_a_sentence(
    store_url: str, hall_id: str, words: list[str], told: str
) -> None:
    async with served(store_url, hall_id):
        refused = await Office(store_url, hall_id)(*words)
    assert (refused.status, refused.out) == (1, "")
    assert told in refused.err


async def test_a_device_gets_another_token_and_the_old_one_ends_in_time(store_url: str, hall_id: str) -> None:
    office = Office(store_url, hall_id)
    async with served(store_url, hall_id) as hall:
        old = (await office("device", "add", "lobby", "--scope", "board")).out.strip()
        await wait_until(lambda: _is(hall, old, "board"))
        new = (await office("device", "rotate", "lobby", "--minutes", "30")).out.strip()
        await wait_until(lambda: _is(hall, new, "board"))
        assert await role_of(hall, old) == "board", "the old token still counts"
        listed = (await office("device", "list")).out
        assert listed.count("lobby") == 2
        assert listed.count("until") == 1
        assert old not in listed
        assert new not in listed
        live = hall.site.halls[hall_id]
        now = live.clock()
        live.clock = lambda: now + 31 * 60_000
        assert await role_of(hall, old) == "bad_token"
        assert await role_of(hall, new) == "board"
        live.clock = lambda: now
        newest = (await office("device", "rotate", "lobby", "--minutes", "0")).out.strip()
        await wait_until(lambda: _is(hall, new, "bad_token"))
        assert await role_of(hall, newest) == "board"
        assert (await office("device", "revoke", "lobby")).status == 0
        await wait_until(lambda: _is(hall, newest, "bad_token"))


async def test_the_audit_tells_who_did_what_and_no_secret(store_url: str, hall_id: str) -> None:
    office = Office(store_url, hall_id)
    async with served(store_url, hall_id) as hall:
        first = (await office("user", "add", "li", "--role", "clerk")).out.strip()
        await hall.take()
        await hall.take()
        clerk = await hall.sit(8)
        await hall.post(clerk, "windows/8/call-next")
        await hall.post("manager", "notice", {"text": {"zh": "\u202e下午\u202c维护"}})
        told = (await office("audit")).out
        assert "account_added" in told
        assert "operator:" in told
        assert "staff:8" in told
        assert first not in told
        assert "\u202e" not in told
        mine = (await office("audit", "--who", "staff:8")).out.splitlines()
        assert [line.split()[3] for line in mine] == ["window_claimed", "window_opened", "called"]
        assert all("number=D001" in line for line in mine if " called " in line)
        second = (await office("audit", "--ticket", "D002")).out.splitlines()
        assert [line.split()[3] for line in second] == ["taken"]
        day = hall.day.date
        assert "account_added" not in (await office("audit", "--date", day)).out
        assert len((await office("audit", "--act", "notice_set")).out.splitlines()) == 1
