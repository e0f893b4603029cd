"""What ``yichuang cases`` does: what the platform is told of a hall's cases, and what it says."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from queue_server import wire
from queue_server.access.principals import PLATFORM
from queue_server.cases.exchange import TABLES, Record, records
from queue_server.cases.model import Case
from queue_server.cli.registers import Unfit, in_register, sentence
from queue_server.desk.line import Line
from queue_server.desk.notices import Meant, field_of, make_ready, meant_by, take_in
from queue_server.desk.past_cases import Step, cases_in_log, steps_in
from queue_server.hall.commands import Ask, Command
from queue_server.hall.plan import Plan
from queue_server.hall.register import Register
from queue_server.store import keys
from queue_server.store.logs import Store

PAGE = 1000


def export_records(store: str, hall: str, after: int, table: str, as_csv: bool) -> int:
    """Print the platform's records after a place in the register; the place to go on from is told last."""

    async def work(there: Store, line: Line[Register], plan: Plan) -> int:
        known = {each.id for each in TABLES}
        if table and table not in known:
            raise Unfit(f"there is no table {table}: {', '.join(sorted(known))}")
        if as_csv and not table:
            raise Unfit("--csv is of one table: name it with --table")
        steps, reached = await _steps(there, hall, after)
        gone = {step.fact.case for step in steps} - line.state.cases.keys()
        cases = line.state.cases | (await cases_in_log(there, hall, gone) if gone else {})
        told = (
            record
            for step in steps
            if step.fact.case in cases
            for record in records(line.state, cases[step.fact.case], step.seq, step.entry)
            if table in ("", record.table)
        )
        _print_csv(table, told) if as_csv else _print_lines(told)
        print(f"go on with --after {reached}", file=sys.stderr)
        return 0

    return in_register("cases", store, hall, work)


async def _steps(store: Store, hall: str, after: int) -> tuple[list[Step], int]:
    """The steps of cases after a place in a hall's register, and where the register ends."""
    steps: list[Step] = []
    while entries := await store.read(keys.register(hall), after, PAGE):
        steps += steps_in(entries)
        after = entries[-1].seq
    return steps, after


def _print_lines(told: Iterable[Record]) -> None:
    for record in told:
        print(msgspec.json.encode(record._asdict()).decode())


def _print_csv(table: str, told: Iterator[Record]) -> None:
    names = [field.name for each in TABLES if each.id == table for field in each.fields]
    lines = csv.DictWriter(sys.stdout, ["seq", *names])
    lines.writeheader()
    lines.writerows({"seq": record.seq, **record.fields} for record in told)


def take_message(store: str, hall: str, platform: str, file: Path) -> int:
    """Take in the platform's message that results are there, as if it had come over HTTP."""
    try:
        message = msgspec.json.decode(file.read_bytes(), type=wire.ReadyMessage)
    except (OSError, msgspec.MsgspecError) as why:
        print(f"yichuang cases: {file}: {why}", file=sys.stderr)
        return 2

    async def work(there: Store, line: Line[Register], plan: Plan) -> int:
        by = f"device:{platform}"
        if not any(grant.id == by and grant.role == PLATFORM for grant in line.state.grants.values()):
            raise Unfit(f'no platform "{platform}" holds a token here: see yichuang token grant')

        def asks(command: Command, key: str, digest: str) -> Ask:
            return Ask(time.time_ns() // 1_000_000, by, command, key, digest, PLATFORM)

        async def make(case: Case, notice: wire.ReadyNotice) -> None:
            await make_ready(line, case, f"{by}\n{message.id}", notice, asks)

        taken = await take_in(message, hall, await _cases(there, line, hall, meant_by(message)), make)
        for at, (notice, _, why) in enumerate(taken):
            if why is not None:
                place = ".".join(filter(None, (f"ready[{at}]", field_of(why))))
                print(f"{place}: {notice.case}: {sentence(why)}", file=sys.stderr)
        ready = sum(one.why is None for one in taken)
        print(f"ready: {ready} of {len(message.ready)}")
        return 0 if ready == len(message.ready) else 1

    return in_register("cases", store, hall, work)


async def _cases(store: Store, line: Line[Register], hall: str, wanted: Meant) -> list[Case]:
    """The cases of the hall that may be meant, in memory or in its log."""
    found = wanted.among(line.state.cases)
    lacking = wanted.without(found)
    if line.state.forgotten and lacking.references:
        found += (await cases_in_log(store, hall, lacking.ids, lacking.numbers)).values()
    return found
