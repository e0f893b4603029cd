"""Run the measurements, print the table, write ``build/bench.json``: ``python -m bench [NAME...]``."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.cores import OTHER_CORES
from bench.figures import Row, table, write

PARTS = (
    "issuing", "printing", "boards", "frozen", "calling", "several", "rebuilding", "memory", "starting",
    "slips", "painting", "pixels", "consoles",
)  # fmt: skip
RESULT = Path("build/bench.json")


def main(names: Sequence[str]) -> int:
    """Run all parts, or those named; 1 when a goal was missed, 2 for a part that does not exist."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    os.sched_setaffinity(0, OTHER_CORES)
    rows: list[Row] = []
    for name in names or PARTS:
        began = time.perf_counter()
        print(f"{name} …", end="", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"bench.{name}").measure()
        print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return report(rows)


def report(rows: Sequence[Row]) -> int:
    """Print and keep the rows; 1 when a goal was missed."""
    print(table(rows))
    write(rows, RESULT)
    return 0 if all(r.reached() for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
