"""``yichuang log repair``: a log that is damaged or lost its end is mended from a backup or archive.

What would be done is said first, in sentences with the numbers of entries; it is done with ``--yes`` alone,
and only while no server serves the hall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from queue_server.cli.backup import WELL, WRONG, NoBackup, existing, with_store
from queue_server.desk.alarms import Alarm
from queue_server.desk.liveness import DOWN_AFTER
from queue_server.desk.scribes import DayScribe, RegisterScribe
from queue_server.hall import commands as do
from queue_server.hall import events
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.refusals import Refused
from queue_server.hall.register import Register
from queue_server.records.archive import Archive
from queue_server.records.backup import PAGE, halls, is_there, pages
from queue_server.records.mending import Comparison, compare
from queue_server.store import keys, staging
from queue_server.store.chain import Entry, Tail
from queue_server.store.logs import Landed, Store


def repair_logs(place: str, hall: str, date: str, file: Path, yes: bool, cut: bool) -> int:
    """Compare a hall's logs (or one day's) with a file and mend them; 1 while one is not well.

    With `cut` a log is ended before what cannot be restored.
    """
    return with_store(
        "log repair", place, lambda store: _repair(store, hall, date, existing(file), yes, cut), reads=file
    )


async def _repair(store: Store, hall: str, date: str, archive: Archive, yes: bool, cut: bool) -> int:
    repairing = _Repairing(store, hall, archive, yes, cut)
    status = WELL
    try:
        for log in await _logs(store, hall, date, archive):
            status = max(status, await repairing.log(log))
    except staging.Changed as changed:
        raise NoBackup(f"{changed}; run it again when no server does") from changed
    return status


async def _logs(store: Store, hall: str, date: str, archive: Archive) -> list[str]:
    """The logs to look at: the register first, then the days of the store and those lost behind them.

    An older day that only the file has was archived and has expired: it is looked at when it is named.
    """
    there = await store.days(hall)
    copied = sorted(d for log in halls(archive).get(hall, ()) if (d := keys.date_of(log)))
    if not await is_there(store, hall):
        raise NoBackup(f"{hall} is not in this store at all: yichuang restore puts it there")
    if not date:
        newest = there[-1] if there else "".join(copied[-2:-1])
        return [
            keys.register(hall),
            *(keys.day(hall, d) for d in (*there, *(d for d in copied if d > newest))),
        ]
    if date not in {*there, *copied}:
        raise NoBackup(f"{hall} has no day {date}, neither in the store nor in the file")
    return [keys.day(hall, date)]


class _Repairing:
    """One run over a hall's logs."""

    def __init__(self, store: Store, hall: str, archive: Archive, yes: bool, cut: bool) -> None:
        self._store = store
        self._hall = hall
        self._archive = archive
        self._yes = yes
        self._cut = cut

    async def log(self, log: str) -> int:
        """Look at a log, say what is wrong and what can be done, and do it if that was asked for."""
        seen = await staging.look(self._store, log)
        entries = await _read(self._store, log)
        found = compare(entries, [entry for page in pages(self._archive, log) for entry in page])
        print(log)
        for sentence in sentences(found):
            print(f"  {sentence}")
        if self._cut and found.adrift and await self._may_cut(log, found):
            found = found.cut()
        barring = await self._barring(log, found)
        if barring is not None:
            print(f"  Numbers that people may hold are given to nobody else: {_numbers(barring)}.")
        if not found.mends and barring is None:
            return WELL if not found.broken_at and not (found.elsewhere and not keys.date_of(log)) else WRONG
        if not self._yes:
            print("  Nothing was done: with --yes it is.")
            return WRONG
        self._refuse_while_served(seen)
        if found.mends:
            await self._mend(log, found, seen)
        if barring is not None:
            await self._bar(log, found, barring)
        return WELL if found.whole else WRONG

    async def _may_cut(self, log: str, found: Comparison) -> bool:
        """Whether the hall needs this log shortened to go on: its register, or its newest day."""
        newest = (await self._store.days(self._hall))[-1:]
        if not found.mended:
            print("  Nothing of it can be believed: there is nothing to cut it to.")
        elif keys.date_of(log) not in ("", *newest):
            print("  It is not cut: no server needs a day before the newest, and the next one cites its end.")
        else:
            given_up = _places(entry.seq for entry in found.adrift)
            print(f"  To be given up, as --cut says: {given_up}. What happened in them is undone in the log.")
            return True
        return False

    def _refuse_while_served(self, seen: staging.Looked) -> None:
        silent = seen.silent_for()
        if silent is not None and silent < DOWN_AFTER:
            raise NoBackup(
                f"a server serves {self._hall} (sign of life {max(0, silent) // 1000} s ago); nothing was"
                f" changed. Stop every server of the hall, wait {DOWN_AFTER // 1000} s, and run it again"
            )

    async def _mend(self, log: str, found: Comparison, seen: staging.Looked) -> None:
        await staging.stage(self._store, log, found.after, begin=True)
        if await _read(self._store, keys.staged(log)) != list(found.after):
            raise NoBackup(
                f"{log}: the store gives back other entries than were written; nothing was changed"
            )
        kept = await staging.replace(self._store, log, seen)
        print(
            f"  Done: the log has {len(found.after)} entries, the chain is whole up to {len(found.mended)}."
        )
        if kept:
            until = datetime.fromtimestamp(seen.now / 1000, UTC) + timedelta(milliseconds=staging.DAMAGED)
            print(f"  The log as it was is kept under {kept} until {until:%Y-%m-%d}.")

    # --- numbers that only the file knows -----------------------------------------------------------

    async def _barring(self, log: str, found: Comparison) -> Ask | None:
        """The command by which a server makes up for a fork: the lost numbers are given to nobody else."""
        lost = [event for event in _events(found.lost) if isinstance(event, events.TicketTaken)]
        if not lost or not found.whole:
            return None
        name = f"time:BarNumbers:{found.lost[-1].hash}"
        command = do.BarNumbers(lost=tuple((event.category, event.number) for event in lost))
        day = await self._day(log, found)
        if day is None:
            return None
        ask = Ask(at=day.now.last_at, by="time", command=command, key=name, digest=name)
        try:
            bodies, _ = DayScribe().act(day, ask)
        except Refused as refusal:
            print(f"  The numbers {_numbers(ask)} cannot be barred any more, or are already ({refusal}).")
            return None
        return ask if bodies else None

    async def _day(self, log: str, found: Comparison) -> Day | None:
        """The day as it is once mended, or None where its plan is missing: that is for the register."""
        register = Register()
        for entry in await _read(self._store, keys.register(self._hall)):
            RegisterScribe(_tell).take_in(register, entry)
        opened = next(_events(found.mended[:1]), None)
        if not isinstance(opened, events.DayOpened) or opened.plan not in register.plans:
            return None
        day = Day(register.plans[opened.plan], keys.date_of(log))
        for entry in found.mended:
            DayScribe(_tell).take_in(day, entry)
        day.settle()
        return day

    async def _bar(self, log: str, found: Comparison, ask: Ask) -> None:
        day = await self._day(log, found)
        assert day is not None, "what is barred was decided on this day"
        bodies, _ = DayScribe().act(day, ask)
        end = found.mended[-1]
        outcome = await self._store.append(log, Tail(end.seq, end.hash), bodies)
        if not isinstance(outcome, Landed):
            raise staging.Changed(f"{log} was written to since it was looked at")
        print(f"  Done: entry {outcome.tail.seq} bars them. Enter by hand (补录) those who hold one.")


# --- sentences ---------------------------------------------------------------------------------------


def sentences(found: Comparison) -> Iterator[str]:
    """What is wrong with a log and what can be done about it, for whoever has to decide."""
    if not found.ends_at and not found.copy_ends_at:
        yield "Neither the store nor the file has an entry of it that can be believed."
    elif not found.broken_at and not found.put_back and not found.elsewhere:
        yield f"Well: {found.ends_at} entries, the chain is whole; the file has {found.copy_ends_at} of them."
    if found.copy_broken_at:
        yield f"The file's copy is damaged at entry {found.copy_broken_at}; what the chain confirms counts."
    yield from _damage(found)
    yield from _loss(found)
    if found.elsewhere:
        yield (
            f"From entry {found.elsewhere[0].seq} on the file holds another history than the store. The"
            f" store's stands. Not taken from the file: {_places(entry.seq for entry in found.elsewhere)}."
        )


def _damage(found: Comparison) -> Iterator[str]:
    if not found.broken_at:
        return
    yield f"The chain is broken at entry {found.broken_at}: what stands there is not what was sealed."
    if found.foreign and found.mends:
        yield f"Written by no server, to be left out: {_places(found.foreign)}."
    inside = [seq for seq in found.put_back if seq <= found.ends_at]
    if inside:
        yield f"To be put back from the file: {_places(inside)}."
    back = set(found.put_back)
    later = [entry.seq for entry in found.mended if entry.seq > found.broken_at and entry.seq not in back]
    if later:
        yield f"Continues the chain and stays: {_places(later)} of the store."
    if found.adrift:
        yield from _adrift(found)


def _adrift(found: Comparison) -> Iterator[str]:
    first = len(found.mended) + 1
    missing = _places(range(first, max(first, found.adrift[0].seq - 1) + 1))
    yield (
        f"Cannot be restored: {missing} as sealed is neither in the store nor in the file, so that nothing"
        f" connects {_places(entry.seq for entry in found.adrift)} of the store with the log. That stays as"
        f" it is, and the hall read-only from entry {first} on. Try the archive, or a later backup."
    )


def _loss(found: Comparison) -> Iterator[str]:
    behind = [seq for seq in found.put_back if seq > found.ends_at]
    if behind:
        yield (
            f"The store's log ends at entry {found.ends_at} and the file goes on. Lost, to be put back:"
            f" {_places(behind)}."
        )


def _places(seqs: Iterable[int]) -> str:
    """``entry 4``, ``entries 4 to 9``, ``entries 4, 6 to 9``: a run is told by its ends."""
    runs: list[list[int]] = []
    for seq in sorted(set(seqs)):
        if runs and seq == runs[-1][-1] + 1:
            runs[-1][1:] = [seq]
        else:
            runs.append([seq])
    told = ", ".join(" to ".join(map(str, run)) for run in runs)
    return f"{'entry' if len(runs) == 1 and len(runs[0]) == 1 else 'entries'} {told}"


def _numbers(ask: Ask) -> str:
    assert isinstance(ask.command, do.BarNumbers)
    return ", ".join(number for _, number in ask.command.lost)


def _tell(alarm: Alarm) -> None:
    print(f"  Set aside, as every server does: entry {alarm.facts['seq']} ({alarm.facts['why']}).")


def _events(entries: Iterable[Entry]) -> Iterator[events.AnyEvent]:
    for entry in entries:
        try:
            yield events.decode(entry.body).e
        except events.UNREADABLE:
            continue  # set aside by the day as well, which names it


async def _read(store: Store, log: str) -> list[Entry]:
    whole: list[Entry] = []
    while found := await store.read(log, whole[-1].seq if whole else 0, PAGE):
        if whole and found[-1].seq <= whole[-1].seq:
            break  # only foreign entries of one place are left
        whole += found
    return whole
