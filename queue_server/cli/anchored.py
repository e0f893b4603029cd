"""Holding logs against the anchors that were signed outside the store: ``verify … --anchors FILE``."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Container
from pathlib import Path

from queue_server.reactions.anchoring import said
from queue_server.records.anchors import Anchor, Anchors, BadKey
from queue_server.store.chain import Entry

WELL, WRONG = 0, 1

Read = Callable[[str, int, int], Awaitable[tuple[Entry, ...]]]
"""Reads up to so many entries of a log after a sequence."""


async def check_anchors(file: Path, key: Path | None, logs: Container[str], read: Read) -> int:
    """Say whether the logs have every entry that the file anchors; 1 when one differs, or the file does."""
    anchors = Anchors(file)
    status = _file(anchors, key)
    held = [anchor for anchor in anchors.all() if anchor.log in logs]
    for anchor in held:
        if trouble := await _trouble(anchor, read):
            status = _wrong(f"{anchor.log}: {trouble}")
    if status == WELL:
        print(f"{file}: well, {len(held)} anchors of these logs, each entry is as it was anchored")
    return status


def _file(anchors: Anchors, key: Path | None) -> int:
    """Say what is wrong with the file itself."""
    status = WELL
    try:
        if not anchors.path.is_file():
            return _wrong(f"there is no file {anchors.path}")
        for fault in anchors.faults(key):
            status = _wrong(f"{anchors.path}: {fault}")
    except (BadKey, OSError) as error:
        return _wrong(str(error))
    return status


async def _trouble(anchor: Anchor, read: Read) -> str:
    found = await read(anchor.log, anchor.seq - 1, 1)
    when = said(anchor.at)
    if not found or found[0].seq != anchor.seq:
        return f"entry {anchor.seq}, anchored {when}, is not there"
    return "" if found[0].hash == anchor.hash else f"entry {anchor.seq} is another than was anchored {when}"


def _wrong(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return WRONG
