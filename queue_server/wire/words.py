"""The words that the API's types are made of: texts, codes and numbers within their limits."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

Text = dict[str, str]

PLAIN = r"^[^\x00-\x1f\x7f]*$(?!\n)"
"""No control characters: what a client says goes to logs, consoles and printers."""
FOREVER = 4_000_000_000_000
"""The latest time a client may name (ms): the year 2096, well inside what a calendar can hold."""

Code = Annotated[str, Meta(max_length=64, pattern=PLAIN)]
Line = Annotated[str, Meta(max_length=200, pattern=PLAIN)]
Sentence = Annotated[str, Meta(max_length=500, pattern=PLAIN)]
Secret = Annotated[str, Meta(max_length=256)]
Codes = Annotated[tuple[Code, ...], Meta(max_length=64)]
Lines = Annotated[tuple[Line, ...], Meta(max_length=64)]
Outcomes = Annotated[dict[Code, Code], Meta(max_length=64)]
Moment = Annotated[int, Meta(ge=0, le=FOREVER)]
Date = Annotated[str, Meta(max_length=10, pattern=PLAIN)]
WindowNumber = Annotated[int, Meta(ge=0, le=9999)]
Seq = Annotated[int, Meta(ge=0, le=999_999_999_999)]

Needs = Annotated[tuple[Literal["guide", "writing", "wheelchair", "korean"], ...], Meta(max_length=8)]
"""引导、文字交流、轮椅、朝鲜语."""
TicketClass = Literal["ordinary", "priority", "booked"]
TicketState = Literal["waiting", "called", "serving", "parked", "missed", "ended"]
WindowState = Literal["closed", "open", "paused"]
