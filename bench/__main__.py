"""Run the measurements, print the table, write ``build/bench.json``: ``python -m bench [NAME...]``."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from bench.cores import OTHER_CORES
from bench.figures import Row, table, write

PARTS = ("issuing",)
RESULT = Path("build/bench.json")


def main(names: list[str]) -> int:
    """Run all parts, or those named; 1 when a goal was missed."""
    os.sched_setaffinity(0, OTHER_CORES)
    rows: list[Row] = []
    for name in names or PARTS:
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"bench.{name}").measure()
    print(table(rows))
    write(rows, RESULT)
    return 0 if all(r.reached() for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
