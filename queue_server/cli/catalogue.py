"""``yichuang catalogue``: look at matters, compare versions, make a table one, put one in force."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

app = cyclopts.App(name="catalogue", help="Matters and their guides: check, compare, import, publish.")

HallFile = Annotated[Path | None, Parameter(name="--hall")]
StorePlace = Annotated[str, Parameter(name="--store", env_var="YICHUANG_STORE")]
HallId = Annotated[str, Parameter(name="--hall", env_var="YICHUANG_HALL")]


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


@app.command
def publish(
    file: Path, *, hall: HallId, author: str, reason: str, store: StorePlace, dry_run: bool = False
) -> None:
    """Put a file's matters in force at once, on every device, without a restart; prints what that changes.

    The author's password is asked for, or read as the first line of stdin.

    Parameters
    ----------
    file
        All of the hall's matters: a hall file, a TOML file with [[matter]] tables, or a table in CSV or XLSX.
    hall
        The hall's id.
    author
        The login of the manager or administrator who signs for it.
    reason
        Why the catalogue changes, for whoever looks it up later.
    store
        The store's address, or the directory of an embedded store.
    dry_run
        Only check the file and print what it would change.
    """
    from queue_server.cli.editions import publish_file

    sys.exit(publish_file(store, hall, file, author, reason, dry_run))


@app.command
def retire(
    *matters: str, hall: HallId, author: str, reason: str, store: StorePlace, dry_run: bool = False
) -> None:
    """Put the catalogue in force without some matters: nobody takes a ticket for them any more.

    Parameters
    ----------
    matters
        The ids of the matters.
    hall
        The hall's id.
    author
        The login of the manager or administrator who signs for it; the password as with `publish`.
    reason
        Why they are handled no more.
    store
        The store's address, or the directory of an embedded store.
    dry_run
        Only print what it would change.
    """
    from queue_server.cli.editions import retire_matters

    sys.exit(retire_matters(store, hall, matters, author, reason, dry_run))


@app.command
def editions(*, hall: HallId, store: StorePlace) -> None:
    """Say which editions were published, the newest first: when, by whom, what they changed, and why.

    Parameters
    ----------
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.editions import print_editions

    sys.exit(print_editions(store, hall))


@app.command
def export(*, to: Path, hall: HallId, store: StorePlace, edition: int | None = None) -> None:
    """Write what is in force, or an edition, as [[matter]] tables: to change it, or to publish it again.

    Parameters
    ----------
    to
        A file that does not exist yet.
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    edition
        Its number.
    """
    from queue_server.cli.editions import export_edition

    sys.exit(export_edition(store, hall, to, edition))
