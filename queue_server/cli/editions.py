"""What ``yichuang catalogue`` does in a hall's own register: publish, retire, list and write out editions."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from queue_server.access.passwords import Passwords
from queue_server.access.principals import may
from queue_server.access.sessions import Sessions, principal_of_account
from queue_server.cli.matters import figure_lines, tell, told_changes, written_to
from queue_server.cli.registers import Unfit, in_register
from queue_server.config.catalogue import differences, figures, inspect_catalogue
from queue_server.desk.line import Line
from queue_server.hall.accounts import Account
from queue_server.hall.commands import Ask
from queue_server.hall.editions import PublishCatalogue
from queue_server.hall.plan import Matter, Plan
from queue_server.hall.register import Register
from queue_server.store.logs import Store
from queue_server.store.vault import Vault

HERE = "the command line"
"""From where somebody signs in, as attempts are counted."""
Choose = Callable[[Plan], tuple[Matter, ...] | None]


def publish_file(store: str, hall: str, file: Path, author: str, reason: str, dry_run: bool) -> int:
    """Put a file's matters in force; 1 when something is wrong with them."""

    def choose(plan: Plan) -> tuple[Matter, ...] | None:
        found = inspect_catalogue(file, plan)
        tell(found)
        return None if found.errors else found.matters

    return _publish(store, hall, choose, author, reason, dry_run)


def retire_matters(store: str, hall: str, ids: Sequence[str], author: str, reason: str, dry_run: bool) -> int:
    """Put the catalogue in force without some of its matters."""

    def choose(plan: Plan) -> tuple[Matter, ...]:
        if missing := [id for id in ids if plan.matter(id) is None]:
            raise Unfit(f"there is no matter {', '.join(missing)} in force")
        return tuple(matter for matter in plan.matters if matter.id not in ids)

    return _publish(store, hall, choose, author, reason, dry_run)


def _publish(store: str, hall: str, choose: Choose, author: str, reason: str, dry_run: bool) -> int:
    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        base = register.state.edition
        matters = choose(plan)
        if matters is None:
            return 1
        for line in (
            *told_changes(differences(plan.matters, matters)),
            *figure_lines(figures(matters, plan)),
        ):
            print(line)
        if dry_run:
            return 0
        signed = await _author(there, hall, register, author)
        command = PublishCatalogue(base, matters, reason)
        if not may(principal_of_account(signed), command):
            raise Unfit(f"{author} is {signed.role}, who may not publish a catalogue")
        ask = Ask(at=_now(), by=signed.id, command=command, role=signed.role)
        answer = await register.ask(ask)
        print(f"edition {answer.detail} is in force", file=sys.stderr)
        return 0

    return in_register("catalogue", store, hall, work)


async def _author(store: Store, hall: str, register: Line[Register], login: str) -> Account:
    """Whoever signs for an edition, by password: asked for on a terminal, else the first line of stdin."""
    prompt = f"password of {login}: "
    password = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    passwords = Passwords()
    vault = Vault(store, hall)
    sessions = Sessions(
        vault, passwords, lambda: register.state, register.ask, _now, lambda now: now + 60_000
    )
    try:
        signed = await sessions.sign_in(login.lower(), password, HERE)
        await sessions.sign_out(signed.token)
    finally:
        passwords.close()
    if signed.account.must_change:
        raise Unfit(f"{login} still has the first password: sign in once and change it")
    return signed.account


def print_editions(store: str, hall: str) -> int:
    """Print the editions, the newest first: number, when, who, what changed, why."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        for one in sorted(register.state.editions.values(), key=lambda each: -each.number):
            at = datetime.fromtimestamp(one.at / 1000, ZoneInfo(plan.timezone)).strftime("%Y-%m-%d %H:%M:%S")
            changes = [
                *(f"+{id}" for id in one.added), *(f"~{id}" for id in one.changed),
                *(f"-{id}" for id in one.retired),
            ]  # fmt: skip
            print(f"{one.number}  {at}  {one.by:<16} {' '.join(changes)}  {one.reason}")
        if not register.state.editions:
            print("the hall file's catalogue is in force: none has been published", file=sys.stderr)
        return 0

    return in_register("catalogue", store, hall, work)


def export_edition(store: str, hall: str, to: Path, edition: int | None) -> int:
    """Write an edition (or what is in force) as `[[matter]]` tables, to publish it again or to compare."""

    async def work(there: Store, register: Line[Register], plan: Plan) -> int:
        chosen = plan if edition is None else register.state.plan_of(edition)
        if chosen is None:
            raise Unfit(f"there is no edition {edition}; the last one is {register.state.edition}")
        return written_to(to, chosen.matters)

    return in_register("catalogue", store, hall, work)


def _now() -> int:
    return time.time_ns() // 1_000_000
