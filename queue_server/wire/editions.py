"""Editions of the catalogue of matters (事项目录): what was published, by whom, and what it changed."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from queue_server.wire.words import Sentence, Seq


class PublishCatalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Put a whole catalogue in force at once. `matters` are tables with the keys of `[[matter]]`.

    `base` is the number of the edition in force that its author has seen: if another one is in force by now,
    nothing happens.
    """

    base: Seq
    reason: Sentence
    matters: Annotated[tuple[dict[str, Any], ...], Meta(min_length=1, max_length=10_000)]


class EditionLine(msgspec.Struct, frozen=True):
    """An edition: who put it in force, when (ms) and why, and the ids of the matters that it changed.

    `catalogue` names its content, `matters` counts it.
    """

    number: int
    at: int
    by: str
    reason: str
    catalogue: str
    matters: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]


class Editions(msgspec.Struct, frozen=True):
    """The editions that were published, the newest first; `in_force` is 0 while the hall file's is."""

    in_force: int
    editions: tuple[EditionLine, ...]
