"""Starting a console: which hall, which window (or the whole floor), and as whom.

An option wins over the environment, the environment over the settings file of this PC. The token is never
an option: whoever lists the processes would read it. Without one the console asks for name and password.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

TOKEN = "YICHUANG_TOKEN"  # noqa: S105 - the variable's name
LANGUAGES = ("zh", "ko", "en")
THEMES = ("dark", "light", "plain")


class Incomplete(Exception):
    """What is missing or wrong, a sentence for each; the console cannot start."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Seat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the console sits, as options, variables or the settings file say it; "" leaves it open.

    Without a window (0) it is the manager's view of the whole floor; with `cases` a department's, with
    `agent` an agent's.
    """

    server: str = ""
    hall: str = ""
    window: int = 0
    token_file: str = ""
    lang: str = ""
    theme: str = ""
    large: bool = False
    cases: bool = False
    agent: bool = False


def open_console(wanted: Seat, settings: str = "", environment: Mapping[str, str] = os.environ) -> int:
    """Run the console in this terminal; gives the exit status."""
    try:
        seat = seated(wanted, settings_file(settings, environment))
        token = token_of(seat, environment)
    except Incomplete as error:
        for fault in error.faults:
            print(f"yichuang console: {fault}", file=sys.stderr)
        return 1
    from queue_server.console.start import run_console

    run_console(
        seat.server,
        seat.hall,
        seat.window,
        token,
        seat.lang or "zh",
        seat.theme or "dark",
        seat.large,
        seat.cases,
        seat.agent,
    )
    return 0


def settings_file(named: str, environment: Mapping[str, str]) -> Seat:
    """What this PC's settings file says; without one, nothing. A file that was named must be there."""
    home = Path(environment.get("APPDATA") or Path.home() / ".config")
    path = Path(named) if named else home / "yichuang" / "console.toml"
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        seat = msgspec.convert(written, Seat)
    except FileNotFoundError:
        if named:
            raise Incomplete([f"there is no settings file {path}"]) from None
        return Seat()
    except (OSError, ValueError) as error:  # TOML's, UTF-8's and msgspec's errors are ValueErrors
        raise Incomplete([f"{path}: {error}"]) from error
    token_file = str(path.parent / seat.token_file) if seat.token_file else ""
    return msgspec.structs.replace(seat, token_file=token_file)


def seated(wanted: Seat, written: Seat) -> Seat:
    """The seat that options and variables ask for, completed by the file; raises `Incomplete`."""
    values = {name: getattr(wanted, name) or getattr(written, name) for name in Seat.__struct_fields__}
    seat = Seat(**values)
    faults = []
    if not seat.server:
        faults.append("which server? --server http://HOST:PORT, or YICHUANG_SERVER")
    elif not seat.server.startswith(("http://", "https://")):
        faults.append(f'the server\'s address "{seat.server}" must begin with http:// or https://')
    if not seat.hall:
        faults.append("which hall? --hall ID, or YICHUANG_HALL")
    if seat.window < 0:
        faults.append(f"there is no window {seat.window}: --window NUMBER, or none for the manager's view")
    if seat.lang not in ("", *LANGUAGES):
        faults.append(f'there is no language "{seat.lang}": {", ".join(LANGUAGES)}')
    if seat.theme not in ("", *THEMES):
        faults.append(f'there is no theme "{seat.theme}": {", ".join(THEMES)}')
    if faults:
        raise Incomplete(faults)
    return seat


def token_of(seat: Seat, environment: Mapping[str, str]) -> str:
    """The clerk's token: from the file, else from the environment; raises `Incomplete`.

    Without either it is "": the console asks for name and password.
    """
    if not seat.token_file:
        token = environment.get(TOKEN, "").strip()
        if not token:
            return ""
    else:
        try:
            token = Path(seat.token_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Incomplete([f"the token file cannot be read: {error}"]) from error
    if not token or not token.isascii() or not token.isprintable():
        raise Incomplete(["the token is empty or has characters that no token has"])
    return token
