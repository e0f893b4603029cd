"""The settings of one server process: from the environment (``YICHUANG_*``) and an optional server.toml.

The environment wins over the file. Secrets come from a file of their own or from the
environment, never from server.toml, which is copied, mailed and kept in version control.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from queue_server.hall.plan import HOUR, MINUTE, SECOND

from . import values
from .faults import SettingsErrors
from .sheet import WRONG, Key, Kind, Place, Sheet, read_table

PREFIX = "YICHUANG_"
CONFIG = PREFIX + "CONFIG"
FILE = "_file"
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("json", "text")
STORE_SCHEMES = (
    "redis", "rediss", "unix", "valkey", "valkeys",
    "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster",
)  # fmt: skip


class Secret:
    """A text that must not be shown: it prints as ``***`` wherever it ends up."""

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one who must send it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(***)" if self._text else "Secret()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


class ServerSettings(msgspec.Struct, frozen=True):
    """How one server process runs.

    `bind` and `port` are where it listens; `public_url` is what devices and QR codes call it
    ("" derives it from bind and port). `store_url` is a Redis (>= 7) or Valkey to use; without one
    the process starts an embedded store that keeps its data in `store_directory`, run by
    `store_binary` ("" looks for one). `hall_files` are the halls served; `archive` is the file into
    which their logs go, `anchors` the one in which their ends are sealed every hour, `webhooks` the one that
    names whom to tell what happens ("": nobody), `voice` the directory of the voice that says calls ("":
    none is spoken). With `tls_certificate` and `tls_key` it speaks TLS itself;
    of `trusted_proxies` it believes from where and how a request came.
    A person's session ends after `session_idle` ms without use. One device may take `ticket_burst` tickets
    at once and then one every `ticket_interval` ms. The OpenID Connect provider `sso_issuer` says of people
    with `sso_claim` who they are.
    `media` is the folder with a folder of pictures for each hall's screens.
    """

    bind: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    hall_files: tuple[str, ...] = ()
    store_url: Secret = Secret()
    store_password: Secret = Secret()
    store_directory: str = "var/store"
    store_binary: str = ""
    archive: str = "var/archive.sqlite"
    voice: str = ""
    anchors: str = "var/anchors.jsonl"
    webhooks: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    session_idle: int = 30 * MINUTE
    ticket_burst: int = 20
    ticket_interval: int = SECOND
    sso_issuer: str = ""
    sso_client_id: str = ""
    sso_client_secret: Secret = Secret()
    sso_claim: str = "sub"
    media: str = "var/media"
    log_level: str = "info"
    log_format: str = "json"

    @property
    def embedded(self) -> bool:
        """Whether the process runs its own store."""
        return not self.store_url

    @property
    def address(self) -> str:
        """What devices call this server."""
        host = f"[{self.bind}]" if ":" in self.bind else self.bind
        scheme = "https" if self.tls_certificate else "http"
        return self.public_url or f"{scheme}://{host}:{self.port}"


class Setting(NamedTuple):
    """A setting: how its value is read, how the environment writes it, whether it is a path or a secret."""

    kind: Kind
    from_text: Callable[[str], object] = str
    path: bool = False
    secret: bool = False


def read_settings(
    environment: Mapping[str, str], file: str | os.PathLike[str] | None = None
) -> ServerSettings:
    """The settings from `file` (or the one ``YICHUANG_CONFIG`` names) and the environment.

    Raises SettingsErrors with every fault of both.
    """
    sheets = []
    found: dict[str, Any] = {}
    named = os.fspath(file) if file is not None else environment.get(CONFIG, "")
    if named:
        sheets.append(Sheet(named))
        found.update(_from_file(sheets[-1]))
    sheets.append(Sheet("environment"))
    found.update(_from_environment(environment, sheets[-1]))
    for one, other in TOGETHER:
        if found.get(one) and not found.get(other):
            sheets[-1].top().at(one).wrong(f"is of no use without `{other}`")
    errors = [error for sheet in sheets for error in sheet.errors]
    if errors:
        raise SettingsErrors(errors)
    return ServerSettings(**found)


def _from_file(sheet: Sheet) -> dict[str, Any]:
    written = sheet.load()
    if written is None:
        return {}
    keys = {name: Key(setting.kind) for name, setting in SETTINGS.items() if not setting.secret}
    keys |= {name + FILE: Key(values.line) for name, setting in SETTINGS.items() if setting.secret}
    for name in [name for name in written if name in SETTINGS and SETTINGS[name].secret]:
        sheet.top().at(name).wrong(
            f"is a secret: write it to a file of its own and name that in `{name}{FILE}`"
        )
        del written[name]
    record = read_table(written, sheet.top(), keys)
    folder = Path(sheet.path).parent
    read: dict[str, Any] = {}
    for name, value in record.items():
        if name.endswith(FILE) and name not in SETTINGS:
            read |= _secret_in(str(folder / value), name.removesuffix(FILE), sheet.top().at(name))
        else:
            read[name] = _beside(folder, value) if SETTINGS[name].path else _frozen(value)
    return read


def _from_environment(environment: Mapping[str, str], sheet: Sheet) -> dict[str, Any]:
    read: dict[str, Any] = {}
    variables = {PREFIX + name.upper(): name for name in SETTINGS}
    files = {PREFIX + (name + FILE).upper(): name for name, setting in SETTINGS.items() if setting.secret}
    for variable, value in environment.items():
        if not value:
            continue  # an empty variable is an unset one, as in container files
        place = sheet.top().at(variable)
        if variable in files:
            read |= _secret_in(value, files[variable], place)
        elif variable in variables:
            name = variables[variable]
            got = _one(value, SETTINGS[name], place)
            read |= {} if got is WRONG else {name: got}
        elif variable.startswith(PREFIX) and variable != CONFIG:
            _refuse_misspelt(variable, [*variables, *files, CONFIG], place)
    return read


def _one(text: str, setting: Setting, place: Place) -> Any:
    """One setting from a variable of the environment."""
    got = setting.kind(setting.from_text(text), place)
    if got is WRONG or not setting.secret:
        return _frozen(got)
    return Secret(got)


def _secret_in(path: str, name: str, place: Place) -> dict[str, Any]:
    """A secret from the file that holds it; a line break at its end does not belong to it."""
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        place.wrong(f"the secret's file {path} cannot be read: {error}")
        return {}
    got = _one(text, SETTINGS[name], place)
    return {} if got is WRONG else {name: got}


def _beside(folder: Path, value: Any) -> Any:
    """Paths in server.toml start from the folder in which it lies."""
    if isinstance(value, list):
        return tuple(str(folder / each) for each in value)
    return str(folder / value) if value else value


TOGETHER = (
    ("tls_certificate", "tls_key"),
    ("tls_key", "tls_certificate"),
    ("sso_issuer", "sso_client_id"),
    ("sso_client_id", "sso_issuer"),
)
"""Settings that are of no use without another one."""


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _refuse_misspelt(variable: str, known: list[str], place: Place) -> None:
    """Other programs of 一窗 have variables of their own; only what nearly is a setting is a fault."""
    near = difflib.get_close_matches(variable, known, 1, cutoff=0.9)
    if near:
        place.wrong(f"is no setting; did you mean {near[0]}?")


def _number(text: str) -> object:
    return int(text) if text.isascii() and text.isdigit() else text


def _paths(text: str) -> object:
    return [path for path in text.split(os.pathsep) if path]


def _names(text: str) -> object:
    return [name.strip() for name in text.split(",") if name.strip()]


def _public_url(value: object, place: Place) -> Any:
    """An address that browsers and phones can open."""
    url = values.line(value, place)
    if url is WRONG:
        return WRONG
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        return place.wrong(f'"{url}" must begin with http:// or https:// and name a host')
    return url.rstrip("/")


def _store_url(value: object, place: Place) -> Any:
    """Where the store is; the sentence never repeats it, for it may hold a password."""
    url = values.line(value, place)
    if url is WRONG or urlsplit(url).scheme in STORE_SCHEMES:
        return url
    return place.wrong(f"must begin with one of {', '.join(STORE_SCHEMES)} and ://")


SETTINGS = {
    "bind": Setting(values.line),
    "port": Setting(values.number(0, 65535), _number),
    "public_url": Setting(_public_url),
    "hall_files": Setting(values.list_of(values.line, unique=True), _paths, path=True),
    "store_url": Setting(_store_url, secret=True),
    "store_password": Setting(values.line, secret=True),
    "store_directory": Setting(values.line, path=True),
    "store_binary": Setting(values.line, path=True),
    "archive": Setting(values.line, path=True),
    "voice": Setting(values.line, path=True),
    "anchors": Setting(values.line, path=True),
    "webhooks": Setting(values.line, path=True),
    "tls_certificate": Setting(values.line, path=True),
    "tls_key": Setting(values.line, path=True),
    "trusted_proxies": Setting(values.list_of(values.line, unique=True), _names),
    "session_idle": Setting(values.duration(5 * MINUTE, 12 * HOUR)),
    "ticket_burst": Setting(values.number(1, 1000), _number),
    "ticket_interval": Setting(values.duration(0, HOUR)),
    "sso_issuer": Setting(_public_url),
    "sso_client_id": Setting(values.line),
    "sso_client_secret": Setting(values.line, secret=True),
    "sso_claim": Setting(values.line),
    "media": Setting(values.line, path=True),
    "log_level": Setting(values.one_of(LOG_LEVELS)),
    "log_format": Setting(values.one_of(LOG_FORMATS)),
}
