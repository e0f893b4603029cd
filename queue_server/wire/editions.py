"""Editions of the catalogue of matters (事项目录): what was published, by whom, and what it changed."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from queue_server.wire.words import Code, Line, Sentence, Seq, Text


class CatalogueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A department's table, or `[[matter]]` in TOML, as the end of its `name` says; `content` is base64."""

    name: Line
    content: bytes


class ChooseCatalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A catalogue, said in exactly one of these ways.

    `matters` are tables with the keys of `[[matter]]`, `file` has them all, `retire` is what is in force
    without these, `edition` an earlier one.
    """

    matters: Annotated[tuple[dict[str, Any], ...], Meta(max_length=10_000)] = ()
    file: CatalogueFile | None = None
    retire: Annotated[tuple[Code, ...], Meta(max_length=10_000)] = ()
    edition: Seq | None = None


class PublishCatalogue(ChooseCatalogue, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Put a whole catalogue in force at once.

    `base` is the number of the edition in force that its author has seen: if another one is in force by now,
    nothing happens.
    """

    base: Seq
    reason: Sentence


class MatterChange(msgspec.Struct, frozen=True):
    """A matter that is added, retired, or changed: then in these `fields`."""

    id: str
    name: Text
    fields: tuple[str, ...] = ()


class CataloguePreview(msgspec.Struct, frozen=True):
    """What a catalogue would change against the edition in force (`base`), and its figures.

    `instant` end on the spot (即办), `verified` were seen in a published source, `covered` are accepted by a
    window of the hall.
    """

    base: int
    added: tuple[MatterChange, ...]
    changed: tuple[MatterChange, ...]
    retired: tuple[MatterChange, ...]
    matters: int
    instant: int
    verified: int
    covered: int


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
