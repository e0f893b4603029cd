"""The words of a slip (取号凭条): what the paper says, in the order it says it.

A slip is words only, already in the visitor's language or two. Where language ends,
layout begins; nothing below this line translates.
"""

from __future__ import annotations

import msgspec


class Slip(msgspec.Struct, frozen=True):
    """One ticket's paper. No identity data exists here.

    `number` is printed at triple size or larger. `lines` are ready sentences (first
    the people ahead, set apart; then windows, time, …), `rules` smaller ones (the missed-call
    rule). `qr` is the address in the QR code ("" prints none) and `code` the check code with its label.
    `marks` are printed inverted beside the number (优先, 补打).
    """

    hall: str
    number: str
    category: str
    place: str = ""
    marks: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    qr: str = ""
    code: str = ""
    rules: tuple[str, ...] = ()
    checklist_title: str = ""
    checklist: tuple[str, ...] = ()
