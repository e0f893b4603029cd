"""A picture as a printer takes it: ink strips of at most 128 dots, with blank runs that are fed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import groupby
from operator import or_
from typing import NamedTuple

import msgspec
from PIL import Image, ImageChops, ImageOps

STRIP_DOTS = 128
"""The tallest strip sent at once: cheap printers lose data of taller ones."""

SLAB_DOTS = 16
"""Strips are split at multiples of this height only."""

FEED_FROM = 4
"""Blank rows from which feeding is cheaper than sending them as dots."""


class Strip(msgspec.Struct, frozen=True):
    """Rows with ink: `data` has `width` bytes a row, most significant bit left, 1 is ink.

    It stands at the left edge, or, trimmed evenly on both sides, in the middle of the paper.
    """

    width: int
    rows: int
    data: bytes
    centred: bool = False


class Feed(msgspec.Struct, frozen=True):
    """Blank paper, in dots."""

    rows: int


def strips(image: Image.Image) -> Iterator[Strip | Feed]:
    """The picture as ink strips of at most 128 dots, trimmed, with blank runs between them."""
    stride = (image.width + 7) // 8
    rows = _rows(image, stride)
    start = 0
    for end, inked in _runs(rows):
        if not inked:
            yield Feed(end - start)
        else:
            yield from _cut(rows[start:end], stride)
        start = end


def _rows(image: Image.Image, stride: int) -> list[bytes]:
    """Each row's ink, b"" for a blank one."""
    paper = bytes(stride)
    # Ink is 0 in the picture and 1 on the wire; a row's spare bits must stay paper.
    if image.width % 8:
        image = ImageOps.expand(image, (0, 0, stride * 8 - image.width, 0), 255)
    data = ImageChops.invert(image).tobytes()
    rows = (data[at : at + stride] for at in range(0, len(data), stride))
    return [row if row != paper else b"" for row in rows]


def _runs(rows: list[bytes]) -> Iterator[tuple[int, bool]]:
    """Ends of runs that are all ink or all blank; a blank run too short to feed joins the ink."""
    ends: list[tuple[int, bool]] = []
    start = 0
    for inked, run in groupby(rows, bool):
        end = start + sum(1 for _ in run)
        short = not inked and end - start < FEED_FROM
        if ends and ends[-1][1] and (inked or short):
            ends[-1] = (end, True)
        else:
            ends.append((end, inked))
        start = end
    yield from ends


class _Inked(NamedTuple):
    """Rows that are sent together; `shadow` is all their ink in one row, as a number."""

    rows: list[bytes]
    shadow: int
    stride: int

    def margins(self) -> tuple[int, int]:
        """Blank bytes on the left and on the right that all rows share."""
        lowest = (self.shadow & -self.shadow).bit_length() - 1
        return self.stride - (self.shadow.bit_length() + 7) // 8, lowest // 8 if self.shadow else self.stride

    def kept(self, centred: bool) -> tuple[int, int]:
        """From which byte of a row to which a strip must reach."""
        left, right = self.margins()
        even = min(left, right)
        return (even, self.stride - even) if centred else (0, self.stride - right)

    def cost(self, centred: bool) -> int:
        """Bytes of a strip, with a surcharge so that no line is split for a trifle."""
        start, end = self.kept(centred)
        return len(self.rows) * (end - start) + 64

    def strip(self, centred: bool) -> Strip:
        """The rows, trimmed."""
        start, end = self.kept(centred)
        paper = bytes(self.stride)
        data = b"".join((row or paper)[start:end] for row in self.rows)
        return Strip(end - start, len(self.rows), data, centred)


def _inked(rows: list[bytes], stride: int) -> _Inked:
    shadow = 0
    for row in rows:
        shadow |= int.from_bytes(row, "big")
    return _Inked(rows, shadow, stride)


def _cut(rows: list[bytes], stride: int) -> Iterator[Strip]:
    """An ink run in strips, split where the ink's width changes enough to pay for another strip.

    All strips of a run share one alignment: on a printer wider than its setting the run
    moves, but never falls apart.
    """
    slabs = [_inked(rows[at : at + SLAB_DOTS], stride) for at in range(0, len(rows), SLAB_DOTS)]
    left, right = _Inked([], reduce(or_, (slab.shadow for slab in slabs)), stride).margins()
    centred = 2 * min(left, right) > right
    held = slabs[0]
    for slab in slabs[1:]:
        together = _Inked(held.rows + slab.rows, held.shadow | slab.shadow, stride)
        parted = held.cost(centred) + slab.cost(centred)
        if len(together.rows) > STRIP_DOTS or together.cost(centred) > parted:
            yield held.strip(centred)
            together = slab
        held = together
    yield held.strip(centred)
