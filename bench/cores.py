"""Which core does what: the server alone on one, the load and the store on the other."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


_cores = sorted(os.sched_getaffinity(0))
SERVER_CORE = {_cores[0]}
OTHER_CORES = set(_cores[1:] or _cores)


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used so far, its threads included (s)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid: int) -> int:
    """The memory of a process that is in RAM (bytes)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
