"""``yichuang cases``: the hall's cases as the provincial 一窗受理 platform takes them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from queue_server.cli.people import HallId, StorePlace

app = cyclopts.App(name="cases", help="The hall's cases and the provincial platform.")


@app.command
def export(
    *,
    hall: HallId,
    after: int = 0,
    table: str = "",
    csv: Annotated[bool, Parameter(negative="")] = False,
    store: StorePlace,
) -> None:
    """Print the records that the platform takes, one JSON line each, nobody's name in them.

    Parameters
    ----------
    hall
        The hall's id.
    after
        The place in the register from which to go on, as the export before told it.
    table
        Only the records of one of the platform's tables, such as SL or BJ.
    csv
        As CSV with the table's fields as columns.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.exchanged import export_records

    sys.exit(export_records(store, hall, after, table, csv))


@app.command
def ready(file: Path, *, hall: HallId, platform: str, store: StorePlace) -> None:
    """Take in a message of the platform that results are there; a line for each that is not ready now.

    Exit status 0 when all are ready, 1 when some are not, 2 when the message cannot be used.

    Parameters
    ----------
    file
        The message as JSON, as POST /exchange/ready takes it.
    hall
        The hall's id, which accepted the cases.
    platform
        The name of the platform, as its token was granted.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.exchanged import take_message

    sys.exit(take_message(store, hall, platform, file))
