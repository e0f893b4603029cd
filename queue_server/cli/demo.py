"""The demo: a private store, the server, the demo hall, a virtual printer, and a few simulated visitors."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shlex
import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec.structs import replace

from displays.voice_pack import MANIFEST
from printers import pages as printer_pages
from printers.virtual import VirtualPrinter
from queue_server.access.enrolment import page_for
from queue_server.access.passwords import first_password
from queue_server.access.principals import (
    BOARD,
    CLERK,
    DEPARTMENT,
    FLOOR,
    KIOSK,
    MANAGER,
    STAFF,
    new_token,
    receipt_code,
    token_hash,
)
from queue_server.app import Site
from queue_server.cli.crowd import STAFFED, Crowd
from queue_server.cli.ending import Ending
from queue_server.cli.journal import keep_journal
from queue_server.cli.registers import Damaged, open_register, put
from queue_server.cli.serve import (
    NO_STORE,
    WELL,
    WRONG,
    end_of,
    listen,
    run_loop,
    served,
    server_for,
    voice_in,
    with_followers,
)
from queue_server.cli.stores import NoStore, connected, embedded
from queue_server.cli.users import hand_out
from queue_server.cli.voice import PACK
from queue_server.demo import boundary_after, called_a_demo, demo_plan, neighbour_plans
from queue_server.desk.line import Line
from queue_server.hall.accounts import AddAccount
from queue_server.hall.hours import business_date, day_bounds
from queue_server.hall.plan import HALL_BOARD, HOUR, Plan
from queue_server.hall.register import Grant, GrantToken, PublishPlan, Register, RevokeToken
from queue_server.locale import translate
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store

log = structlog.get_logger()

FILE = "demo.json"
ADDRESS = "127.0.0.1"
DESK = "estate"
"""The department whose cases nobody handles by themselves: for whoever tries its console."""
AT_A_POINT = (CLERK, FLOOR, MANAGER)
"""Who signs in at the other halls of the server."""
DAY_LIES_AHEAD = 12
"""Hours that a day which begins with the demo lasts at least."""


class Told(msgspec.Struct, frozen=True):
    """Where everything of a demo is: the content of its file for scripts.

    `tokens` by whom they are for, `speakers` by voice zone: the board with its sound. `people` with their
    passwords, which were made up for this demo and for it alone. `cases` is the command of a department's
    console; `neighbours` are the tokens of the other halls of this server by hall, `neighbours_people` the
    passwords there: a point has neither kiosk nor console, only the staff's pages.
    """

    hall: str
    address: str
    kiosk: str
    board: str
    slips: str
    printer: str
    console: str
    token_file: str
    tokens: dict[str, str]
    speakers: dict[str, str] = {}
    staff: str = ""
    people: dict[str, str] = {}
    cases: str = ""
    neighbours: dict[str, dict[str, str]] = {}
    neighbours_people: dict[str, dict[str, str]] = {}


def run_demo(directory: Path, port: int, visitors: bool) -> int:
    """Run the demo until Ctrl-C or SIGTERM; gives the exit status."""
    directory = directory.absolute()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    keep_journal("text", "warning")
    with Ending() as ending, held(directory) as ours:
        if not ours:
            print(_running_already(directory), file=sys.stderr)
            return WRONG
        try:
            listener = listen(ADDRESS, port)
        except OSError as error:
            print(
                f"Port {port} of this machine cannot be used ({error.strerror}); try another: "
                f"make demo PORT={port + 1}",
                file=sys.stderr,
            )
            return WRONG
        try:
            with listener, ExitStack() as last:
                store = EmbeddedStore(directory / "store")
                last.enter_context(embedded(store))
                status = run_loop(_demo(directory, store, listener, visitors, ending))
        except NoStore as error:
            print(f"The demo cannot start: {error}", file=sys.stderr)
            return NO_STORE
        except Damaged as error:
            print(f"The demo's data in {directory} are damaged: {error}", file=sys.stderr)
            return WRONG
    print("一窗: the demo has ended; what was issued is kept.")
    return status


@contextmanager
def held(directory: Path) -> Iterator[bool]:
    """Whether this process alone has the demo's directory, for the block; it lasts as long as the process."""
    lock = os.open(directory / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)


def _running_already(directory: Path) -> str:
    told = read_told(directory)
    where = f"\n\n{_places(told)}" if told else ""
    return f"The demo is running already, with its data in {directory}.{where}"


async def _demo(
    directory: Path, ours: EmbeddedStore, listener: socket.socket, visitors: bool, ending: Ending
) -> int:
    address = f"http://{ADDRESS}:{listener.getsockname()[1]}"
    before = read_told(directory)
    async with connected(ours.url) as store, _printer(directory, before) as printer:
        at_printer = f"{ADDRESS}:{printer.address[1]}"
        plan, tokens, people = await _furnish(store, at_printer, before)
        others, other_people = await _furnish_neighbours(store, at_printer, before)
        site = Site(store, [plan.hall, *others], address)
        if (PACK / MANIFEST).exists() and (pack := voice_in(PACK)):
            site.speak_with(pack)
        with_followers(site, directory / "archive.sqlite", directory / "anchors.jsonl", ours)
        pages = printer_pages.routes(printer, site.assets.url, translate, ZoneInfo(plan.timezone))
        server = server_for(site, ADDRESS, 0, pages, ending, listener)
        hall = site.halls[plan.hall]

        def code_of(ticket: str) -> str:
            return receipt_code(hall.receipts, ticket)

        crowd = Crowd(address, plan, tokens, code_of, asleep=frozenset({DESK}))
        try:
            async with served(server) as running, asyncio.TaskGroup() as tasks:
                told = told_of(directory, address, plan, printer, tokens, people)
                _tell(directory, replace(told, neighbours=others, neighbours_people=other_people))
                if visitors:
                    # They leave before the server does, and do not complain that it is gone.
                    server.before_end.append(tasks.create_task(crowd.run()).cancel)
                await running
        except ExceptionGroup as group:
            log.critical("the demo cannot go on", why=end_of(group), exc_info=group)
            return WRONG
    return WELL


def _printer(directory: Path, before: Told | None) -> VirtualPrinter:
    """The virtual printer, where it was before if that port is free: slips of a minute ago find it there."""
    port = int(before.printer.rpartition(":")[2]) if before else 0
    if port:
        try:
            listen(ADDRESS, port).close()
        except OSError:
            port = 0
    for old in (directory / "slips").glob("*.png"):
        old.unlink()  # the page shows what came out since the start
    return VirtualPrinter(directory / "slips", port, name="demo")


# --- the hall and its tokens ----------------------------------------------------------------------


async def _furnish(
    store: Store, printer: str, before: Told | None
) -> tuple[Plan, dict[str, str], dict[str, str]]:
    """Put the demo hall in force and let its people and devices in."""
    now = time.time_ns() // 1_000_000
    plan = called_a_demo(demo_plan(now, printer))
    dates = await store.days(plan.hall)
    async with open_register(store, plan.hall) as line:
        plan = replace(plan, boundary=boundary_for(plan, line.state.plan, dates, now))
        await put(line, PublishPlan(plan))
        tokens = await _grant(line, plan, before.tokens if before else {})
        free = next(w.number for w in plan.windows if w.number not in STAFFED)
        people = await _sign_up(store, line, plan, before.people if before else {}, free)
    return plan, tokens, people


async def _furnish_neighbours(
    store: Store, printer: str, before: Told | None
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Put the other halls of the demo's server in force; their tokens and their people by hall."""
    now = time.time_ns() // 1_000_000
    tokens: dict[str, dict[str, str]] = {}
    people: dict[str, dict[str, str]] = {}
    known = before.neighbours if before else {}
    signed_up = before.neighbours_people if before else {}
    for plan in map(called_a_demo, neighbour_plans(now, printer)):
        dates = await store.days(plan.hall)
        async with open_register(store, plan.hall) as line:
            # Nobody listens there: without zones no voice is missed.
            silent = tuple(replace(window, zone="") for window in plan.windows)
            turns = boundary_for(plan, line.state.plan, dates, now)
            agreed = replace(plan, boundary=turns, windows=silent)
            await put(line, PublishPlan(agreed))
            tokens[plan.hall] = await _grant(line, agreed, known.get(plan.hall, {}))
            own = signed_up.get(plan.hall, {})
            people[plan.hall] = await _sign_up(store, line, agreed, own, agreed.windows[0].number, AT_A_POINT)
    return tokens, people


async def _sign_up(
    store: Store,
    line: Line[Register],
    plan: Plan,
    before: Mapping[str, str],
    window: int,
    roles: Iterable[str] = STAFF,
) -> dict[str, str]:
    """One person of each of these roles with a password made up for this demo; those of the last start stay.

    The clerk is at `window`.
    """
    known = line.state.accounts
    people = {login: before[login] for login in roles if login in before and login in known}
    for login in roles:
        if login not in known:
            department = DESK if login == DEPARTMENT else ""
            at = (window,) if login == CLERK else ()
            await put(line, AddAccount(login, login, login, at, department=department))
    missing = [login for login in roles if login not in people]
    made = {login: first_password() for login in missing}
    await hand_out(store, plan.hall, line, made, "system", must_change=False)
    return people | made


def boundary_for(plan: Plan, last: Plan | None, dates: tuple[str, ...], now: int) -> int:
    """When the business date turns: as agreed while the last day goes on, else 12 h or more from now.

    A new boundary must not lead back to a date that has had its day: then it is put off by the hour.
    """
    if not dates or last is None:
        return plan.boundary
    if day_bounds(last, dates[-1])[1] > now:
        return last.boundary
    for hours in range(DAY_LIES_AHEAD, 25):
        boundary = boundary_after(now, hours * HOUR, plan.timezone)
        if business_date(replace(plan, boundary=boundary), now) > dates[-1]:
            return boundary
    return last.boundary


def _grants(plan: Plan) -> dict[str, Grant]:
    """The demo's people and devices by the names under which its file has their tokens."""
    return {
        **{f"kiosk:{k.id}": Grant(f"device:{k.id}", k.id, KIOSK) for k in plan.kiosks},
        **{
            f"window:{w.number}": Grant(f"staff:{w.number:04}", f"{w.number}号窗口", CLERK, (w.number,))
            for w in plan.windows
        },
        **{f"voice:{zone}": Grant(f"device:voice-{zone}", f"voice {zone}", BOARD) for zone in _zones(plan)},
        "floor": Grant("staff:floor", "导办", FLOOR),
        "manager": Grant("staff:manager", "值班经理", MANAGER),
        **{
            f"department:{code}": Grant(f"staff:{code}", name["zh"], DEPARTMENT, department=code)
            for code, name in plan.departments.items()
        },
    }


def _zones(plan: Plan) -> list[str]:
    """The zones in which calls are spoken."""
    return sorted({window.zone for window in plan.windows if window.zone})


async def _grant(line: Line[Register], plan: Plan, before: Mapping[str, str]) -> dict[str, str]:
    """Everyone's token: the one of the last start while the register knows it, so that open pages go on."""
    grants = _grants(plan)
    known = line.state.grants
    tokens = {
        name: before[name]
        for name, grant in grants.items()
        if name in before and known.get(token_hash(before[name])) == grant
    }
    kept = {token_hash(token) for token in tokens.values()}
    ids = {grant.id for grant in grants.values()}
    for stale in [each for each, grant in known.items() if grant.id in ids and each not in kept]:
        await put(line, RevokeToken(stale))
    for name in [name for name in grants if name not in tokens]:
        tokens[name] = new_token()
        await put(line, GrantToken(token_hash(tokens[name]), grants[name]))
    return tokens


# --- what is told ------------------------------------------------------------------------------------


def read_told(directory: Path) -> Told | None:
    """What the last start told, None without one (or one of another version)."""
    try:
        return msgspec.json.decode((directory / FILE).read_bytes(), type=Told)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def told_of(
    directory: Path,
    address: str,
    plan: Plan,
    printer: VirtualPrinter,
    tokens: Mapping[str, str],
    people: Mapping[str, str],
) -> Told:
    """Where everything of the county hall is. The console's window is one that no simulated clerk has."""
    window = next(w.number for w in plan.windows if w.number not in STAFFED and w.serves[0].category == "D")
    token_file = directory / f"window-{window}.token"
    program = Path(sys.executable).with_name("yichuang")
    words: list[Any] = [
        program if program.exists() else "yichuang",
        "console",
        "--server",
        address,
        "--hall",
        plan.hall,
    ]
    behind = [*words, "--cases", "--token-file", directory / f"department-{DESK}.token"]
    words += ["--window", window, "--token-file", token_file]
    board = f"{address}{board_of(plan)}"
    return Told(
        hall=plan.hall,
        address=address,
        kiosk=f"{address}/kiosk/{plan.hall}#token={tokens[f'kiosk:{plan.kiosks[0].id}']}",
        board=board,
        slips=f"{address}/printer",
        printer=f"{ADDRESS}:{printer.address[1]}",
        console=shlex.join(str(word) for word in words),
        token_file=str(token_file),
        tokens=dict(tokens),
        staff=f"{address}/staff/{plan.hall}",
        speakers={z: f"{board}#zone={z}&token={tokens[f'voice:{z}']}" for z in _zones(plan)},
        people=dict(people),
        cases=shlex.join(str(word) for word in behind),
    )


def board_of(plan: Plan) -> str:
    """The address of the board of the whole hall: a screen of its own, else the one without settings."""
    whole = (s.id for s in plan.screens if not (s.window or s.categories or s.windows))
    return page_for(plan, next(whole, HALL_BOARD))


def _tell(directory: Path, told: Told) -> None:
    """Print where everything is, and write it for scripts into files that only their owner reads."""
    window = Path(told.token_file).stem.replace("-", ":")
    write_secret(Path(told.token_file), told.tokens[window] + "\n")
    write_secret(directory / f"department-{DESK}.token", told.tokens[f"department:{DESK}"] + "\n")
    write_secret(directory / FILE, json.dumps(msgspec.to_builtins(told), ensure_ascii=False, indent=2) + "\n")
    print("一窗: the demo hall is open. Everything here is fictitious and only on this machine.\n")
    print(_places(told))
    print(f"  sign in  as {', '.join(told.people)}; the passwords are in the file below")
    print(f"  scripts  {directory / FILE}\n")
    print("Ctrl-C ends it.", flush=True)


def _places(told: Told) -> str:
    return (
        f"  kiosk    {told.kiosk}\n"
        f"  board    {told.board}\n"
        + "".join(f"  voice {zone} {url}\n" for zone, url in told.speakers.items())
        + f"  slips    {told.slips}\n"
        f"  staff    {told.staff}\n"
        f"  console  {told.console}\n"
        f"  cases    {told.cases}\n"
        f"  also     {', '.join(told.address + '/staff/' + hall for hall in told.neighbours)}"
    )


def write_secret(path: Path, text: str) -> None:
    """Replace a file in one step by one that only its owner reads."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(path)
