"""What an agent and its hall say to each other: JSON text over one WebSocket, that the agent opens.

The agent says hello with its spool's id in the header `SPOOL`, so that the hall knows whether a slip that
it sent before may still be in there.
"""

from __future__ import annotations

from typing import Union

import msgspec

from printers.jobs import Job
from printers.printer import Printer
from printers.status import State

SPOOL = "x-yichuang-spool"
"""The header with the id of the agent's spool: 32 hexadecimal digits, new with each new spool."""
TAKE_OVER = "x-yichuang-take-over"
"""The header that takes the place of an agent of the same name with another spool."""
VERSION = "x-yichuang-version"

TAKEN_OVER = 4409
"""The close code for an agent whose place another one took."""
NO_TOKEN = 4401
"""The close code for an agent whose token was taken back."""
UNREADABLE = 1007
AWAY = 1013
"""The close code of a hall that cannot work now; the agent comes back by itself."""


# --- the hall says ---------------------------------------------------------------------------


class Print(msgspec.Struct, frozen=True, tag="print"):
    """Print this, within `expires_in` seconds or never. `printer.name` is the agent's own printer.

    The agent's clock need not be right: what counts is the time since it heard this.
    """

    job: Job
    printer: Printer
    expires_in: float


class Noted(msgspec.Struct, frozen=True, tag="noted"):
    """What became of this job is known here for good; the agent may forget it."""

    job: str


FromHall = Union[Print, Noted]  # noqa: UP007  (msgspec is handed it as a value)

# --- the agent says ----------------------------------------------------------------------------


class Here(msgspec.Struct, frozen=True, tag="here"):
    """A sign of life, and how each of the agent's printers is."""

    printers: dict[str, State]


class Kept(msgspec.Struct, frozen=True, tag="kept"):
    """The job is on the agent's disk."""

    job: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """What became of a job: an end of `printers.jobs`, why, and whether a byte of it may have left."""

    job: str
    state: str
    reason: str = ""
    sent: bool = False


FromAgent = Union[Here, Kept, Ended]  # noqa: UP007


def said(message: msgspec.Struct) -> str:
    """A message as it goes over the socket."""
    return msgspec.json.encode(message).decode()


def heard_by_agent(text: str | bytes) -> Print | Noted:
    """A message of the hall; raises msgspec's errors for anything else."""
    message: Print | Noted = msgspec.json.decode(text, type=FromHall)
    return message


def heard_by_hall(text: str | bytes) -> Here | Kept | Ended:
    """A message of an agent; raises msgspec's errors for anything else."""
    message: Here | Kept | Ended = msgspec.json.decode(text, type=FromAgent)
    return message
