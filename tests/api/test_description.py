"""The API does what its description says, and nothing that schemathesis can think of breaks it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from tests.api.hall import Served, served

CHECKS = Path(__file__).with_name("conformance.py")

CONFIG = """\
hooks = "{checks}"

[parameters]
"path.hall" = "{hall}"
{pins}

# A request that fits the description may be one that the hall refuses (422 with a sentence); that it is
# never called malformed is a check of our own.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]
"""

LONG = pytest.mark.faults
"""Whoever may do next to nothing is asked in `make faults`; the table of rights is asked in every run."""
ROLES = ("", "kiosk", "board", "clerk8", "floor", "manager", "holder")


async def searched(
    hall: Served, token: str, place: Path, phases: str, examples: int, pins: str = "", only: str = ""
) -> tuple[int, str]:
    """Run schemathesis with every check against a hall, or `only` one path; its status and what it says."""
    (place / "schemathesis.toml").write_text(CONFIG.format(checks=CHECKS, hall=hall.hall, pins=pins))
    words = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    words += [f"{hall.base}/openapi.json", "--checks", "all", "--phases", phases, "-n", str(examples)]
    words += ["--no-color", "--generation-database", "none", "--warnings", "off", "--no-shrink"]
    words += ["--include-path", only] if only else []
    words += ["-H", f"Authorization: Bearer {token}"] if token else []
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        *words, cwd=place, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await running.communicate()
    return running.returncode or 0, said.decode()


async def a_morning(hall: Served) -> dict[str, str]:
    """People wait, one is called at window 8; tokens by role."""
    ticket = await hall.take("D")
    for category in "DDDFG":
        await hall.take(category)
    await hall.sit(9)
    who = await hall.sit(8)
    called = (await hall.post(who, "windows/8/call-next")).json()["ticket"]
    assert called == ticket
    last = next(reversed(hall.day.tickets))
    return {role: role for role in ROLES} | {"holder": hall.holder(last), "called": called}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", [pytest.param("", marks=LONG), pytest.param("kiosk", marks=LONG), "manager"])
async def test_schemathesis_finds_nothing(store_url: str, hall_id: str, tmp_path: Path, role: str) -> None:
    async with served(store_url, hall_id) as hall:
        tokens = await a_morning(hall)
        status, said = await searched(hall, tokens[role], tmp_path, "coverage", 10)
        assert status == 0, said[-6000:]
        assert "passed" in said, said[-2000:]


@pytest.mark.timeout(240)
async def test_schemathesis_finds_nothing_on_a_real_ticket_at_a_real_window(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with served(store_url, hall_id) as hall:
        tokens = await a_morning(hall)
        pins = f'"path.id" = "{tokens["called"]}"\n"path.n" = 8\n"path.letter" = "D"\n"path.zone" = "hall"'
        before = hall.tail.seq
        status, said = await searched(hall, "clerk8", tmp_path, "coverage,fuzzing", 4, pins)
        assert status == 0, said[-6000:]
        assert hall.tail.seq > before, "nothing was done to the ticket: the search stayed at the surface"


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ROLES)
async def test_schemathesis_finds_nothing_for_long(
    store_url: str, hall_id: str, tmp_path: Path, role: str
) -> None:
    async with served(store_url, hall_id) as hall:
        tokens = await a_morning(hall)
        status, said = await searched(hall, tokens[role], tmp_path, "examples,coverage,fuzzing", 150)
        assert status == 0, said[-6000:]


async def test_the_search_finds_what_breaks_the_description(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    """The control: the same search against a hall whose answers are not what is described."""
    async with served(store_url, hall_id) as hall:
        routes = {getattr(r, "path", ""): r for r in hall.app.routes}

        async def broken(scope: object, receive: object, send: object) -> None:
            raise ZeroDivisionError("made to fail")

        routes["/api/halls/{hall}/me"].app = broken  # type: ignore[attr-defined]
        answer = await hall.get("kiosk", "/me")
        assert (answer.status_code, answer.json()["code"]) == (500, "broken")
        assert "ZeroDivisionError" not in answer.text
        assert "made to fail" not in answer.text
        status, said = await searched(hall, "kiosk", tmp_path, "coverage", 5, only="/api/halls/{hall}/me")
        assert (status, "Server error" in said) == (1, True), said[-3000:]


async def test_the_description_is_valid_and_names_every_field(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        described = (await hall.client.get("/openapi.json")).json()
        validate(described)
        for path, methods in described["paths"].items():
            for method, operation in methods.items():
                assert operation["summary"], (method, path)
                assert operation["operationId"], (method, path)
