"""Tokens and passwords are in no log, error, page, answer, list or file: a whole server is searched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.cli.processes import END, START, Program, free_port, run, stop_store
from tests.cli.test_serve import always_open
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(240)
NEW = "autumn-leaf-8-secret"
GUESS = "not-this-one-either-1"
PLANTED = "planted-secret-to-be-found"


class Hall:
    """A server in a process of its own that logs all it can, and everything that it says to anybody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.heard: list[tuple[str, bytes]] = []
        (folder / "sso-secret").write_text("the-providers-secret-for-us")
        self.program = Program(
            folder / "said", "serve", hall_files=str(always_open(folder)), port=str(self.port),
            store_directory=str(folder / "store"), archive=str(folder / "archive.sqlite"),
            anchors=str(folder / "anchors.jsonl"), log_level="debug", sso_issuer="http://127.0.0.1:1",
            sso_client_id="yichuang", sso_client_secret_file=str(folder / "sso-secret"),
        )  # fmt: skip
        wait_for(lambda: self.base in self.program.out, START)

    def ask(
        self, method: str, path: str, token: str = "", body: Any = None, **headers: str
    ) -> httpx.Response:
        """One request; what comes back is kept."""
        given = {"idempotency-key": f"key-{len(self.heard)}", **headers}
        if token:
            given["authorization"] = f"Bearer {token}"
        answer = httpx.request(method, self.base + path, json=body, headers=given, timeout=20)
        said = repr(answer.headers.raw).encode() + answer.content
        self.heard.append((f"{method} {path}", said))
        return answer

    def office(self, *words: str) -> str:
        """A command of the operator; what it lists is kept, what it hands out is not."""
        done = run(*words, "--hall", "town", "--store", str(self.folder / "store"))
        assert done.returncode == 0, done.stderr
        handed_out = bool({"add", "reset", "rotate", "grant"} & set(words))
        self.heard.append((" ".join(words), (done.stderr + ("" if handed_out else done.stdout)).encode()))
        return done.stdout.strip()

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """All it said, and every file that it wrote."""
        yield from self.heard
        for place in self.folder.rglob("*"):
            if place.is_file() and place.name != "sso-secret":
                yield str(place), place.read_bytes()


@contextmanager
def running(folder: Path) -> Iterator[Hall]:
    hall = Hall(folder)
    try:
        yield hall
    finally:
        hall.program.clear()
        stop_store(folder / "store")


def found(hall: Hall, secrets: dict[str, str]) -> list[tuple[str, str]]:
    """Where a secret stands that should not."""
    return [
        (name, where)
        for where, content in hall.everything()
        for name, secret in secrets.items()
        if secret.encode() in content
    ]


def a_morning(hall: Hall) -> dict[str, str]:
    """People and devices come in, and some try; every secret there is, by what it is."""
    api = "/api/halls/town"
    first = hall.office("user", "add", "li", "--role", "manager")
    kiosk = hall.office("device", "add", "k1", "--scope", "kiosk")
    rotated = hall.office("device", "rotate", "k1")
    staff = hall.office("token", "grant", "--role", "clerk", "--name", "wang")
    wait_for(lambda: hall.ask("GET", f"{api}/me", staff).status_code == 200, START)

    def sign_in(login: str, password: str) -> httpx.Response:
        body = {"login": login, "password": password}
        return httpx.post(f"{hall.base}{api}/sign-in", json=body, timeout=20)

    opened = sign_in("li", first).json()["token"]
    for login, password in (("li", GUESS), (GUESS, GUESS), ("li\x00", GUESS)):
        hall.ask("POST", f"{api}/sign-in", body={"login": login, "password": password})
    hall.ask("POST", f"{api}/password", opened, {"old": GUESS, "new": NEW})
    hall.ask("POST", f"{api}/password", opened, {"old": first, "new": first})
    hall.ask("POST", f"{api}/password", opened, {"old": first, "new": NEW, "cookie": 7})
    changed = httpx.post(
        f"{hall.base}{api}/password",
        json={"old": first, "new": NEW},
        headers={"authorization": f"Bearer {opened}"},
        timeout=20,
    ).json()["token"]
    for token in (kiosk, rotated, staff, opened, changed, first):
        hall.ask("GET", f"{api}/me", token)
        hall.ask("GET", f"{api}/me?token={token}", token)
        hall.ask("GET", f"/nowhere/{'x' * 8}", token)
        hall.ask("POST", f"{api}/tickets", token, {"category": "nothing"})
        hall.ask("PUT", f"{api}/tickets", token, {"password": token})
        with pytest.raises(InvalidStatus) as refused:
            connect(f"{hall.base.replace('http', 'ws')}{api}/windows/99/live?token={token}")
        hall.heard.append(("socket", bytes(refused.value.response.body or b"")))
    hall.ask("POST", f"{api}/notice", changed, {"text": {"zh": "系统维护"}})
    html = {"accept": "text/html"}
    for page in ("", "/windows/1", "/windows/1?bar", "/floor", "/cases", "/sign-in"):
        for session in (changed, opened, f"s.{GUESS}"):
            hall.ask("GET", f"/staff/town{page}", cookie=f"yichuang-town={session}", **html)
        at = "&" if "?" in page else "?"
        hall.ask("GET", f"/staff/town{page}{at}token={changed}", cookie=f"yichuang-town={changed}", **html)
        hall.ask("GET", f"/staff/town{page}{at}password={GUESS}&to=/staff/town", **html)
        hall.ask("GET", f"/staff/town{page}", changed, **html)
    for page in ("/kiosk/town", "/halls/town/board", "/metrics", "/openapi.json", "/sso/town"):
        hall.ask("GET", page, cookie=f"yichuang-town={changed}")
    for words in (("user", "list"), ("device", "list"), ("token", "list"), ("audit",)):
        hall.office(*words)
    return {
        "first password": first, "password": NEW, "guess": GUESS, "old token": kiosk, "token": rotated,
        "staff token": staff, "first session": opened, "session": changed,
        "provider's secret": "the-providers-secret-for-us",
    }  # fmt: skip


def test_no_secret_is_told_or_kept(tmp_path: Path) -> None:
    with running(tmp_path) as hall:
        secrets = a_morning(hall)
        hall.program.process.terminate()
        hall.program.process.wait(END)
        assert found(hall, secrets) == []
        logged = [json.loads(line) for line in hall.program.err.splitlines() if line.startswith("{")]
        assert {"signed in", "sign-in refused", "password changed"} <= {line["event"] for line in logged}


def test_the_search_finds_what_it_should(tmp_path: Path) -> None:
    """The control: a notice that is a secret stands in the log, the answers and the files."""
    with running(tmp_path) as hall:
        manager = hall.office("token", "grant", "--role", "manager", "--name", "m")
        wait_for(lambda: hall.ask("GET", "/api/halls/town/me", manager).status_code == 200, START)
        hall.ask("POST", "/api/halls/town/notice", manager, {"text": {"zh": PLANTED}})
        hall.ask("GET", "/api/halls/town/menu")
        hall.office("audit")
        places = {where for _, where in found(hall, {"planted": PLANTED})}
    assert "audit" in places
    assert "GET /api/halls/town/menu" in places
    assert any("appendonlydir" in place for place in places)
