"""Anchors: where each log of a hall ended at an hour, signed, in a file outside the store.

Whoever can write to the store can write another history with a chain that is whole. What an anchor has
sealed cannot be exchanged unseen: the entry it names must still have the hash it had then. The file is
text, a line an anchor; each cites the line before it, so that none can be taken out, and is signed (Ed25519,
RFC 8032), so that a copy at the supervising level needs the public key alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from queue_server.hall.plan import HOUR


class Anchor(msgspec.Struct, frozen=True):
    """The log `log` had at `at` (ms since the epoch) the entry `seq` with this `hash` as its last.

    `after` is the SHA-256 of the line before, in hexadecimal; "" on the first.
    """

    log: str
    seq: int
    hash: str
    at: int
    after: str = ""


class _Line(msgspec.Struct):
    """A line of the file: the anchor's bytes as they were signed, and the signature (base64)."""

    anchor: msgspec.Raw
    signature: str


class BadKey(Exception):
    """A key file that cannot be read, or holds no Ed25519 key."""


class Anchors:
    """The anchors' file at `path`; its keys lie beside it (``.key``, for its owner alone, and ``.pub``)."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @property
    def public_key_path(self) -> Path:
        """The key by which anyone can check the file."""
        return self.path.with_name(self.path.name + ".pub")

    def add(self, ends: Iterable[tuple[str, int, str]], now: int) -> int:
        """Anchor where logs end, as (log, sequence, hash), at `now` (ms), each at most once an hour.

        Gives how many lines were written; they are on the disk then. Raises OSError and `BadKey`.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file, _alone(file):
            whole = _whole(file)
            last = {anchor.log: anchor for anchor in _readable(whole.splitlines())}
            new = [end for end in ends if not _anchored(last.get(end[0]), end, now)]
            if not new:
                return 0
            key = self._private_key()
            before = whole.splitlines()[-1] if whole else b""
            for log, seq, hash in new:
                before = _signed(Anchor(log, seq, hash, now, _digest(before)), key)
                file.write(before + b"\n")
            file.flush()
            os.fsync(file.fileno())
            return len(new)

    def last(self) -> dict[str, Anchor]:
        """The latest anchor of each log, as far as the file can be read."""
        return {anchor.log: anchor for anchor in _readable(self._lines())}

    def all(self) -> list[Anchor]:
        """Every anchor that can be read, in the order in which they were written."""
        return list(_readable(self._lines()))

    def faults(self, public_key: Path | None = None) -> list[str]:
        """What is wrong with the file itself, a sentence for each line; [] when it is as it was written.

        Raises OSError and `BadKey`.
        """
        key = _public_key(public_key or self.public_key_path)
        found, before = [], b""
        for number, line in enumerate(self._lines(), 1):
            if fault := _fault(line, before, key):
                found.append(f"line {number}: {fault}")
            before = line
        return found

    def _lines(self) -> list[bytes]:
        return self.path.read_bytes().splitlines() if self.path.exists() else []

    def _private_key(self) -> Ed25519PrivateKey:
        """The key beside the file; the first who anchors makes it."""
        place = self.path.with_name(self.path.name + ".key")
        if not place.exists():
            made = Ed25519PrivateKey.generate()
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(pem)
        try:
            key = load_pem_private_key(place.read_bytes(), None)
        except (ValueError, TypeError) as error:
            raise BadKey(f"{place}: {error}") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise BadKey(f"{place} holds no Ed25519 key")
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.public_key_path.write_bytes(public)
        return key


@contextmanager
def _alone(file: IO[bytes]) -> Iterator[None]:
    """Several processes of one machine share the file."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _whole(file: IO[bytes]) -> bytes:
    """What the file holds; a last line that a power cut left unfinished was never an anchor and goes."""
    file.seek(0)
    held = file.read()
    whole = held[: held.rfind(b"\n") + 1]
    if whole != held:
        file.truncate(len(whole))
    file.seek(0, os.SEEK_END)
    return whole


def _anchored(last: Anchor | None, end: tuple[str, int, str], now: int) -> bool:
    """Whether there is nothing to add: the log has not grown, or had its anchor in this hour."""
    if last is None:
        return False
    _, seq, hash = end
    return (last.seq, last.hash) == (seq, hash) or (last.at // HOUR == now // HOUR and last.seq < seq)


def _readable(lines: Iterable[bytes]) -> Iterator[Anchor]:
    for line in lines:
        try:
            yield msgspec.json.decode(msgspec.json.decode(line, type=_Line).anchor, type=Anchor)
        except msgspec.DecodeError:
            continue  # `faults` names it


def _signed(anchor: Anchor, key: Ed25519PrivateKey) -> bytes:
    bytes_ = msgspec.json.encode(anchor)
    signature = b64encode(key.sign(bytes_)).decode()
    return msgspec.json.encode(_Line(msgspec.Raw(bytes_), signature))


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest() if line else ""


def _public_key(place: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(place.read_bytes())
    except ValueError as error:
        raise BadKey(f"{place}: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadKey(f"{place} holds no Ed25519 key")
    return key


def _fault(line: bytes, before: bytes, key: Ed25519PublicKey) -> str:
    """What is wrong with a line, or ""."""
    try:
        read = msgspec.json.decode(line, type=_Line)
        anchor = msgspec.json.decode(read.anchor, type=Anchor)
        key.verify(b64decode(read.signature, validate=True), bytes(read.anchor))
    except msgspec.DecodeError as error:
        return f"it cannot be read: {error}"
    except (InvalidSignature, ValueError):
        return "its signature is not by this key"
    if anchor.after != _digest(before):
        return "it does not cite the line before it: a line was taken out or exchanged"
    return ""
