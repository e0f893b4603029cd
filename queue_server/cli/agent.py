"""Running an agent: which hall, as whom, and which printers stand beside this computer.

An option wins over the environment, the environment over the settings file. The token is never an option:
whoever lists the processes would read it. Nothing here needs the server's packages.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import signal
import sys
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from printers import fonts
from printers.address import BadAddress, Local, Serial, read_local
from printers.agent.agent import Agent
from printers.agent.cards import Cards
from printers.agent.link import Hall, keep_linked
from printers.agent.spool import DiskSpool, SpoolTaken
from queue_server.cli.journal import keep_journal

TOKEN = "YICHUANG_TOKEN"  # noqa: S105 - the variable's name
WELL, WRONG = 0, 1
SAM_BAUD = 115_200


class Incomplete(Exception):
    """What is missing or wrong, a sentence for each; the agent cannot start."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agent's settings, as options, variables or the settings file say them; "" leaves one open."""

    server: str = ""
    hall: str = ""
    name: str = ""
    token_file: str = ""
    spool: str = ""
    take_over: bool = False
    printers: dict[str, str] = {}
    reader: str = ""
    reader_port: int = 0
    reader_page: str = ""


def run_agent(
    given: Settings,
    printers: Sequence[str] = (),
    file: str = "",
    log_format: str = "text",
    environment: Mapping[str, str] = os.environ,
) -> int:
    """Run the agent until it is asked to end; gives the exit status."""
    try:
        settings = settled(given, printers, settings_file(file))
        token = token_of(settings, environment) if settings.printers else ""
        fonts.typeface()
    except Incomplete as error:
        for fault in error.faults:
            print(f"yichuang agent: {fault}", file=sys.stderr)
        return WRONG
    except fonts.FontsMissing as error:
        print(f"yichuang agent: {error}", file=sys.stderr)
        return WRONG
    keep_journal(log_format, "info")
    there = {name: read_local(address) for name, address in settings.printers.items()}
    hall = Hall(settings.server, settings.hall, settings.name, token, settings.take_over)
    cards = (
        Cards(reader_at(settings.reader), origin_of(settings.reader_page or settings.server))
        if settings.reader
        else None
    )
    try:
        asyncio.run(_run(hall, there, Path(settings.spool), cards, settings.reader_port))
    except SpoolTaken as error:
        print(f"yichuang agent: {error}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:  # Windows has no other way to say it; what is under way is on the disk
        return WELL
    return WELL


async def _run(hall: Hall, printers: dict[str, Local], spool: Path, cards: Cards | None, port: int) -> None:
    async with AsyncExitStack() as staying:
        kept = await staying.enter_async_context(DiskSpool(spool))
        if cards is not None:
            await staying.enter_async_context(await cards.open(port))
        if kept.set_aside is not None:
            print(f"yichuang agent: {spool} was damaged and is now {kept.set_aside}", file=sys.stderr)
        agent = Agent(kept, printers)
        with suppress(NotImplementedError):  # Windows: Ctrl-C ends the process
            for sign in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(sign, agent.end)
        print(f"一窗 agent {hall.name}: {', '.join(printers)}", flush=True)
        # Without a printer there is nothing to tell the hall: cards go to the page alone.
        link = keep_linked(hall, agent, version("yichuang")) if printers else asyncio.sleep(math.inf)
        await agent.run(link)


# --- settings ------------------------------------------------------------------------------------


def settings_file(named: str) -> Settings:
    """What the settings file says; without one, nothing. Its paths start from its folder."""
    if not named:
        return Settings()
    path = Path(named)
    try:
        written = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Settings)
    except (OSError, ValueError) as error:  # TOML's, UTF-8's and msgspec's errors are ValueErrors
        raise Incomplete([f"{path}: {error}"]) from error
    paths = {
        name: str(path.parent / getattr(written, name))
        for name in ("token_file", "spool")
        if getattr(written, name)
    }
    return replace(written, **paths)


def settled(given: Settings, printers: Sequence[str], written: Settings) -> Settings:
    """The settings that options and variables ask for, completed by the file; raises `Incomplete`."""
    values = {name: getattr(given, name) or getattr(written, name) for name in Settings.__struct_fields__}
    pairs = [entry.partition("=") for entry in printers]
    named = {name: address for name, _, address in pairs}
    values["printers"] = written.printers | given.printers | named
    settings = Settings(**values)
    settings = replace(settings, spool=settings.spool or str(default_spool(settings.name)))
    if faults := [*_faults(settings), *_printer_faults(settings.printers), *_reader_faults(settings)]:
        raise Incomplete(faults)
    return settings


def default_spool(name: str) -> Path:
    """Where an agent keeps its jobs, if nothing else is said: where systemd or Windows keeps such things."""
    state = os.environ.get("STATE_DIRECTORY") or os.environ.get("LOCALAPPDATA")
    base = Path(state) if state else Path.home() / ".local" / "state"
    return (base if os.environ.get("STATE_DIRECTORY") else base / "yichuang") / f"agent-{name}.sqlite"


def _faults(settings: Settings) -> list[str]:
    faults = []
    if not settings.server:
        faults.append("which server? --server http://HOST:PORT, or YICHUANG_SERVER")
    elif not re.fullmatch(r"https?://[^\s/]+.*", settings.server):
        faults.append(f'the server\'s address "{settings.server}" must begin with http:// or https://')
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,31}", settings.hall):
        faults.append("which hall? --hall ID, or YICHUANG_HALL")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", settings.name):
        faults.append("who is this? --name NAME, as the hall file says behind agent:")
    if not settings.printers and not settings.reader:
        faults.append("which printers? --printer NAME=ADDRESS, such as p1=file:/dev/usb/lp0")
    return faults


def _printer_faults(printers: Mapping[str, str]) -> list[str]:
    faults = []
    for name, address in printers.items():
        try:
            read_local(address)
        except BadAddress as error:
            faults.append(f"printer {name}: {error}")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name):
            faults.append(f'printer "{name}": a name has letters, digits, - and _, and stands before the =')
    return faults


def _reader_faults(settings: Settings) -> list[str]:
    if bool(settings.reader) != bool(settings.reader_port):
        return ["a card reader needs both its address (reader) and the port for the page (reader_port)"]
    if not settings.reader:
        return []
    try:
        reader_at(settings.reader)
    except BadAddress as error:
        return [f"reader: {error}"]
    return [] if 1024 <= settings.reader_port <= 65535 else ["reader_port: a port from 1024 to 65535"]


def reader_at(address: str) -> Serial:
    """Where a card reader is: on a serial port, at its protocol's speed unless said. Raises `BadAddress`."""
    written = address if "?" in address else f"{address}?baud={SAM_BAUD}"
    at = read_local(written)
    if not isinstance(at, Serial):
        raise BadAddress("a card reader is on a serial port, such as serial:/dev/ttyUSB0")
    return at


def origin_of(server: str) -> str:
    """The origin of the kiosk's page, which alone is handed cards."""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}"


def token_of(settings: Settings, environment: Mapping[str, str]) -> str:
    """The agent's token: from the file, else from the environment; raises `Incomplete`."""
    token = environment.get(TOKEN, "")
    if settings.token_file:
        try:
            token = Path(settings.token_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Incomplete([f"the token file cannot be read: {error}"]) from error
    token = token.strip()
    if not token:
        raise Incomplete([f"as whom? --token-file FILE, or the token in {TOKEN}"])
    if not token.isascii() or not token.isprintable():
        raise Incomplete(["the token has characters that no token has"])
    return token
