"""Whom a hall tells what happens in it: the file that the setting ``webhooks`` names.

Targets stand in this file alone, which only the operator of the server can write: nobody else can have the
server call an address.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from queue_server.hall.plan import DAY, HOUR, MINUTE

from . import values
from .faults import SettingsErrors
from .keys import identifier
from .server import Secret
from .sheet import WRONG, Key, Place, Sheet, read_table

SHORTEST_SECRET = 24
"""Bytes (24 to 64 are usual): a signature is worth no more than its secret."""
ENCODED = "whsec_"
"""Before a secret whose bytes are written in base64, as Standard Webhooks has it."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")

KINDS = (
    "day_opened", "day_closed", "taken", "called", "recalled", "started", "matter_closed",
    "finished", "missed", "returned", "transferred", "parked", "cancelled", "hold_expired",
    "unserved", "category_paused", "category_resumed", "window_opened", "window_paused", "window_closed",
)  # fmt: skip
"""The events of a day that may be told."""
CASE_KINDS = (
    "case_opened", "case_taken", "case_supplement_asked", "case_supplement_received", "case_clock_stopped",
    "case_clock_ran", "case_extended", "case_limits_settled", "case_readied", "case_result_moved",
    "case_reworked", "case_issued", "case_returned", "case_withdrawn", "case_sent", "case_arrived",
)  # fmt: skip
"""The steps of cases that may be told."""
ALL_KINDS = (*KINDS, *CASE_KINDS)


class Webhook(msgspec.Struct, frozen=True):
    """A target that is told what happens in a hall.

    `name` names it in logs and its cursor; `url` is posted to; `secret` signs what is sent; `events` are the
    kinds it wants; `give_up` (ms) is how long one message is tried before the next one is.
    """

    name: str
    hall: str
    url: str
    secret: Secret
    events: tuple[str, ...] = ALL_KINDS
    give_up: int = 24 * HOUR


def read_webhooks(path: str | os.PathLike[str]) -> tuple[Webhook, ...]:
    """The targets in a file. Raises SettingsErrors with every fault of it."""
    sheet = Sheet(os.fspath(path))
    written = sheet.load()
    record = WRONG if written is None else read_table(written, sheet.top(), TOP)
    targets = [] if record is WRONG else record.get("webhook", [])
    names = [target.get("name") for target in targets]
    for index, name in enumerate(names):
        if name in names[:index]:
            targets[index].key_place("name").wrong(f'"{name}" is the name of another target')
    found = [_target(target, Path(sheet.path).parent) for target in targets]
    if sheet.errors:
        raise SettingsErrors(sheet.errors)
    return tuple(Webhook(**target) for target in found)


def _target(target: Any, folder: Path) -> dict[str, Any]:
    """A target with its secret in the place of the secret's file."""
    place = target.key_place("secret_file")
    fields: dict[str, Any] = dict(target)
    path = folder / fields.pop("secret_file", "")
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        if "secret_file" in target:
            place.wrong(f"the secret's file {path} cannot be read: {error}")
        return fields
    try:
        if len(secret_bytes(secret)) < SHORTEST_SECRET:
            place.wrong(f"the secret in {path} is too short: {SHORTEST_SECRET} bytes at least")
    except ValueError:
        place.wrong(f"the secret in {path} begins with {ENCODED} and is no base64")
    fields["secret"] = Secret(secret)
    fields["events"] = tuple(fields.get("events", ALL_KINDS))
    return fields


def secret_bytes(secret: str) -> bytes:
    """The key that a written secret stands for. ValueError for base64 that is none."""
    if secret.startswith(ENCODED):
        return base64.b64decode(secret.removeprefix(ENCODED), validate=True)
    return secret.encode()


def _address(value: object, place: Place) -> Any:
    """An address to post to: over TLS, unless it is on this machine."""
    url = values.line(value, place)
    if url is WRONG:
        return WRONG
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return url
    return place.wrong(f'"{url}" must begin with https:// (http:// only on this machine) and name a host')


TARGET = {
    "name": Key(identifier, required=True),
    "hall": Key(identifier, required=True),
    "url": Key(_address, required=True),
    "secret_file": Key(values.line, required=True),
    "events": Key(values.list_of(values.one_of(ALL_KINDS), least=1, unique=True)),
    "give_up": Key(values.duration(MINUTE, 7 * DAY)),
}
TOP = {"webhook": Key(values.list_of(values.table_of(TARGET)))}
