"""The command line, ``yichuang``. What a command needs is imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path

import cyclopts

app = cyclopts.App(name="yichuang", help="一窗: the queue of a service hall.")


def main() -> None:
    """Run the command line."""
    app()


@app.command
def demo(*, quiet: bool = False, port: int = 8080, directory: Path = Path("var/demo")) -> None:
    """Run the demo hall: private store, server, virtual printer and a few simulated visitors.

    Parameters
    ----------
    quiet
        Leave the visitors out.
    port
        Where the server listens, on this machine only.
    directory
        Where the demo keeps its data.
    """
    from queue_server.cli.demo import run_demo

    sys.exit(run_demo(directory, port, visitors=not quiet))


@app.command
def serve() -> None:
    """Run the server: settings come from YICHUANG_… variables and server.toml."""
    from queue_server.cli.serve import run_server

    sys.exit(run_server())


@app.command
def check(file: Path) -> None:
    """Check a hall file: every error with its place.

    Parameters
    ----------
    file
        The hall file.
    """
    from queue_server.config import inspect_hall

    found = inspect_hall(file)
    for fault in (*found.errors, *found.warnings):
        print(fault)
    if found.errors:
        sys.exit(1)
    print(f"{file}: well")


log_app = cyclopts.App(name="log", help="Look at a hall's log: verify, show, replay.")
app.command(log_app)


@log_app.command
def verify(hall: str, *, store: str, date: str = "") -> None:
    """Check the hash chain of a hall's register and days; names the first entry that is not what was stored.

    Parameters
    ----------
    hall
        The hall's id.
    store
        The store's URL.
    date
        One business date only.
    """
    from queue_server.cli.logs import verify_logs

    sys.exit(verify_logs(store, hall, date))


@log_app.command
def show(hall: str, date: str, *, store: str) -> None:
    """Print a day's events, one line of JSON each.

    Parameters
    ----------
    hall
        The hall's id.
    date
        The business date, YYYY-MM-DD.
    store
        The store's URL.
    """
    from queue_server.cli.logs import show_log

    sys.exit(show_log(store, hall, date))


@log_app.command
def replay(hall: str, date: str, *, store: str) -> None:
    """Rebuild a day from its log and print its figures.

    Parameters
    ----------
    hall
        The hall's id.
    date
        The business date, YYYY-MM-DD.
    store
        The store's URL.
    """
    from queue_server.cli.logs import replay_log

    sys.exit(replay_log(store, hall, date))
