"""``yichuang catalogue``: look at a hall's matters, compare two versions, make a department's table one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

app = cyclopts.App(name="catalogue", help="The hall's matters and their guides: check, compare, import.")

HallFile = Annotated[Path | None, Parameter(name="--hall")]


@app.command
def check(file: Path, *, hall: HallFile = None) -> None:
    """Check matters: every error with its row or line, field, character and word; then the figures.

    Parameters
    ----------
    file
        A hall file, a TOML file with [[matter]] tables, or a table in CSV or XLSX.
    hall
        The hall file whose categories and windows the matters must fit.
    """
    from queue_server.cli.matters import check_matters

    sys.exit(check_matters(file, hall))


@app.command
def diff(old: Path, new: Path) -> None:
    """Say what another version changes; exit status 1 when it changes something.

    Parameters
    ----------
    old
        The version before: a hall file, a TOML file with [[matter]] tables, or a table in CSV or XLSX.
    new
        The version after, in any of these forms.
    """
    from queue_server.cli.matters import compare_matters

    sys.exit(compare_matters(old, new))


@app.command(name="import")
def import_(file: Path, *, to: Path, hall: HallFile = None) -> None:
    """Write a table's matters as [[matter]] of a hall file, if nothing is wrong with them.

    Parameters
    ----------
    file
        The table in CSV or XLSX, or a TOML file with [[matter]] tables.
    to
        A file that does not exist yet.
    hall
        The hall file whose categories and windows the matters must fit.
    """
    from queue_server.cli.matters import import_matters

    sys.exit(import_matters(file, to, hall))
