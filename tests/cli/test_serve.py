"""`yichuang serve` on real processes: halls, store, slips, and an end that init systems like."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from printers.virtual import VirtualPrinter
from queue_server.cli.stores import shown
from queue_server.demo import COUNTY
from tests.cli.processes import START, Program, free_port, run, stop_store
from tests.store_server import binary
from tests.waiting import wait_for, wait_until

pytestmark = pytest.mark.timeout(180)
Serve = Callable[..., Program]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server with settings; everything has ended afterwards."""
    programs: list[Program] = []

    def begin(**settings: str) -> Program:
        settings.setdefault("store_directory", str(tmp_path / "store"))
        programs.append(Program(tmp_path / f"said-{len(programs)}", "serve", **settings))
        return programs[-1]

    yield begin
    for program in programs:
        program.clear()
    stop_store(tmp_path / "store")


def always_open(folder: Path, printer: str = "127.0.0.1:9100", id: str = "town") -> Path:
    """The county hall as one that never closes."""
    text = COUNTY.read_text(encoding="utf-8").replace('id = "county"', f'id = "{id}"')
    text = text.replace("[hours]", "[hours]\nalways = true", 1).replace("127.0.0.1:9100", printer)
    path = folder / f"{id}.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def test_it_serves_prints_and_ends_on_sigterm_with_its_store(tmp_path: Path, serve: Serve) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    async with VirtualPrinter(tmp_path / "slips") as printer:
        hall = always_open(tmp_path, f"127.0.0.1:{printer.address[1]}")
        server = serve(hall_files=str(hall), port=str(port))
        await wait_until(lambda: base in server.out, START)
        store = str(tmp_path / "store")
        granted = run("token", "grant", "--hall", "town", "--role", "kiosk", "--name", "k1", "--store", store)
        assert granted.returncode == 0, granted.stderr
        headers = {"authorization": f"Bearer {granted.stdout.strip()}", "idempotency-key": "1"}
        async with httpx.AsyncClient(base_url=base) as client:

            async def let_in() -> bool:
                answer = await client.post("/api/halls/town/tickets", json={"category": "D"}, headers=headers)
                return answer.status_code == 201

            await wait_until(let_in, START)
        (slip,) = await printer.wait_for_slips(1, START)
    assert any("D001" in line for line in slip.lines) or slip.complete
    server.signal(signal.SIGTERM)
    assert server.ends() == 0
    assert "Traceback" not in server.err
    assert not (tmp_path / "store" / "address").exists(), "the store ended with it"


def test_every_line_of_its_journal_is_json_uvicorn_s_too(tmp_path: Path, serve: Serve) -> None:
    server = serve(hall_files=str(always_open(tmp_path)), port=str(free_port()), log_level="debug")
    server.says("一窗")
    server.signal(signal.SIGTERM)
    assert server.ends() == 0
    lines = [json.loads(line) for line in server.err.splitlines()]
    assert {"uvicorn.error"} <= {line.get("logger") for line in lines}
    assert all({"level", "timestamp", "event"} <= line.keys() for line in lines)


def test_the_journal_can_be_text(tmp_path: Path, serve: Serve) -> None:
    server = serve(hall_files=str(always_open(tmp_path)), port=str(free_port()), log_format="text")
    server.says("一窗")
    server.signal(signal.SIGTERM)
    assert server.ends() == 0
    assert "Shutting down" in server.err
    assert not server.err.startswith("{")


def test_all_faults_of_all_hall_files_are_named_at_once(tmp_path: Path) -> None:
    one, two = always_open(tmp_path, id="one"), always_open(tmp_path, id="two")
    one.write_text(one.read_text("utf-8").replace('letter = "A"', 'letter = "E"', 1), "utf-8")
    two.write_text(two.read_text("utf-8").replace('timezone = "Asia/Shanghai"', 'timezone = "Mars"'), "utf-8")
    told = run("serve", hall_files=f"{one}:{two}:{tmp_path / 'none.toml'}")
    assert told.returncode == 1
    for place in ("one.toml:", "two.toml:", "none.toml", "Mars"):
        assert place in told.stderr
    assert "Traceback" not in told.stderr


def test_no_hall_and_the_same_hall_twice_are_refused(tmp_path: Path) -> None:
    assert "YICHUANG_HALL_FILES" in run("serve").stderr
    (tmp_path / "other").mkdir()
    twice = run("serve", hall_files=f"{always_open(tmp_path)}:{always_open(tmp_path / 'other')}")
    assert twice.returncode == 1
    assert '"town"' in twice.stderr


def test_a_store_that_is_not_there_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    url = f"redis://:secret@127.0.0.1:{free_port()}/0"
    told = run("serve", hall_files=str(always_open(tmp_path)), store_url=url, port="0")
    assert told.returncode == 2
    assert "does not answer" in told.stderr
    assert "Traceback" not in told.stderr
    assert "secret" not in told.stderr + shown(url)


def test_a_store_that_would_lose_facts_is_refused_with_every_reason(tmp_path: Path) -> None:
    with a_store(tmp_path, "--maxmemory-policy", "allkeys-lru", "--appendonly", "no") as (url, _):
        told = run("serve", hall_files=str(always_open(tmp_path)), store_url=url, port="0")
    assert told.returncode == 2
    assert "noeviction" in told.stderr
    assert "appendonly" in told.stderr


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    with a_store(tmp_path) as (url, _):
        port = free_port()
        held = Program(
            tmp_path / "first", "serve", hall_files=str(always_open(tmp_path)), store_url=url, port=str(port)
        )
        try:
            held.says("一窗")
            told = run("serve", hall_files=str(always_open(tmp_path)), store_url=url, port=str(port))
        finally:
            held.clear()
    assert told.returncode == 1
    assert str(port) in told.stderr


def test_it_is_ready_only_while_the_store_confirms_the_day(tmp_path: Path, serve: Serve) -> None:
    port = free_port()
    with a_store(tmp_path) as (url, store):
        serve(hall_files=str(always_open(tmp_path)), store_url=url, port=str(port)).says("一窗")

        def answer(path: str) -> httpx.Response:
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=10)

        wait_for(lambda: answer("/readyz").status_code == 200, START)
        store.send_signal(signal.SIGSTOP)
        wait_for(lambda: answer("/readyz").status_code == 503, START)
        assert "town: the store has not confirmed" in answer("/readyz").text
        assert answer("/healthz").status_code == 200, "another process could not do better"
        store.send_signal(signal.SIGCONT)
        wait_for(lambda: answer("/readyz").status_code == 200, START)


@contextmanager
def a_store(folder: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A store of the test's own on a loopback port, fit unless told otherwise."""
    port = free_port()
    fit = ["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--save", ""]
    place = folder / "own-store"
    place.mkdir()
    given = [binary(), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(place), *fit, *words]
    server = subprocess.Popen(given, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0", server
    finally:
        server.send_signal(signal.SIGCONT)
        server.kill()
        server.wait(10)
