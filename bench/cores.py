"""Which core does what: the server alone on one, the load and the store on the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


_cores = sorted(os.sched_getaffinity(0))
SERVER_CORE = {_cores[0]}
OTHER_CORES = set(_cores[1:] or _cores)


@contextmanager
def on(cores: Set[int]) -> Iterator[None]:
    """Keep this process to these cores while the block runs."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used so far, its threads included (s)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def busy_seconds(pid: int) -> float:
    """The processor time of a process's main thread, to the nanosecond (s): for single requests."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def resident(pid: int) -> int:
    """The memory of a process that is in RAM (bytes)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
