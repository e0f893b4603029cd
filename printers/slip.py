"""The words of a slip (取号凭条): what the paper says, in the order it says it.

A slip is words only, already in the visitor's language or two. Where language ends,
layout begins; nothing below this line translates.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Part = Literal["logo", "hall", "number", "matters", "facts", "claim", "checklist", "note"]
"""A stretch of the paper that a hall may move or leave out: `hall` with floor and area, `number` with
marks and category, `facts` the lines, `claim` QR code, check code and rules."""

PARTS: tuple[Part, ...] = get_args(Part)


class Form(msgspec.Struct, frozen=True):
    """How a hall wants its paper (版式): its parts from top to bottom, its logo (one-bit PNG, b"": none)."""

    order: tuple[Part, ...] = PARTS
    logo: bytes = b""


class Slip(msgspec.Struct, frozen=True):
    """One ticket's paper. No identity data exists here.

    `number` is printed at triple size or larger. `lines` are ready sentences (first
    the people ahead, set apart; then windows, time, …), `rules` smaller ones (the missed-call
    rule). `qr` is the address in the QR code ("" prints none) and `code` the check code with its label.
    `marks` are printed inverted above the number (优先, 补打). `note` are the hall's own
    closing words. A line feed in a text starts its second language.
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
    note: tuple[str, ...] = ()
    form: Form = Form()
