"""`yichuang token` on a real store, beside a server that runs: granted and taken back at once."""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from queue_server.cli.registers import Unfit
from queue_server.cli.tokens import grant_of
from queue_server.demo import county_plan
from queue_server.hall.register import Grant
from tests.api.hall import served
from tests.cli.processes import run
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(120)


async def token(store: str, hall: str, *words: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(run, "token", *words, "--hall", hall, "--store", store)


async def test_a_granted_token_works_in_the_running_server_until_it_is_taken_back(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        granted = await token(store_url, hall_id, "grant", "--role", "clerk", "--name", "李", "--window", "3")
        secret = granted.stdout.strip()
        assert len(secret) > 40, granted.stderr

        async def status() -> int:
            return (await hall.get(secret, "/windows/3")).status_code

        await wait_until(lambda: _is(status, 200), 20)
        assert (await hall.get(secret, "/windows/4")).status_code == 403
        listed = (await token(store_url, hall_id, "list")).stdout
        assert "staff:李" in listed
        assert secret not in listed
        taken = await token(store_url, hall_id, "revoke", "staff:李")
        assert taken.returncode == 0, taken.stderr
        await wait_until(lambda: _is(status, 401), 20)


async def test_one_token_is_taken_back_by_the_beginning_of_its_hash(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id):
        for _ in range(2):
            await token(store_url, hall_id, "grant", "--role", "manager", "--name", "m")
        lines = [
            line
            for line in (await token(store_url, hall_id, "list")).stdout.splitlines()
            if "staff:m " in line
        ]
        assert len(lines) == 2
        await token(store_url, hall_id, "revoke", lines[0].split()[0])
        left = (await token(store_url, hall_id, "list")).stdout
        assert lines[0] not in left
        assert lines[1] in left


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["grant", "--role", "boss", "--name", "x"], "no role"),
        (["grant", "--role", "kiosk", "--name", "k9"], 'no kiosk "k9": k1, k2, k3'),
        (["grant", "--role", "clerk", "--name", "x", "--window", "99"], "no window 99"),
        (["grant", "--role", "floor", "--name", "x", "--window", "3"], "not bound to windows"),
        (["grant", "--role", "clerk", "--name", "a\x1bb"], "printable"),
        (["revoke", "staff:nobody"], "nobody"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_a_sentence(
    store_url: str, hall_id: str, words: list[str], told: str
) -> None:
    async with served(store_url, hall_id):
        refused = await token(store_url, hall_id, *words)
    assert refused.returncode == 1
    assert told in refused.stderr
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr


def test_a_pads_token_is_bound_to_its_window() -> None:
    plan = county_plan()
    assert grant_of(plan, "pad", "pad8", ()) == Grant("device:pad8", "pad8", "pad", (8,))
    with pytest.raises(Unfit, match='no pad "pad9": pad8'):
        grant_of(plan, "pad", "pad9", ())


async def test_a_hall_that_is_not_there_and_a_store_that_is_none_are_named(
    store_url: str, hall_id: str
) -> None:
    assert f'no hall "{hall_id}"' in (await token(store_url, hall_id, "list")).stderr
    assert (await token("/nowhere", hall_id, "list")).returncode == 2


async def _is(status: object, wanted: int) -> bool:
    return await status() == wanted  # type: ignore[operator,no-any-return]
