"""How the values of screens and LED strips are written in a hall file: colours, pictures, places, bytes."""

from __future__ import annotations

import re
from typing import Any

from . import values
from .sheet import WRONG, Place

DIRECTIONS = ("left", "right", "ahead", "behind", "up", "down")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
FILMS = (".webm", ".mp4")
LED_TEXT = 60
"""Characters that a strip is sent at most."""

colour = values.pattern(r"#[0-9a-f]{6}", "is no colour: write # and six of 0-9 a-f, such as #0b1c1a")


def picture(value: object, place: Place) -> Any:
    """The file name of a picture or film in the hall's media folder."""
    named = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][\w.-]{0,80}", value, re.ASCII)
    if named and value.lower().endswith((*PICTURES, *FILMS)):  # type: ignore[attr-defined]
        return value
    kinds = ", ".join((*PICTURES, *FILMS))
    return place.wrong(f"must be the name of a picture or film in the media folder ({kinds})")


def area(name: str, place: Place) -> bool:
    """Whether a key can be the name of an area."""
    return values.line(name, place) is not WRONG


def led_address(value: object, place: Place) -> Any:
    """Where a strip listens: ``host:port``, or the path of a serial line with its speed."""
    if isinstance(value, str):
        host = re.fullmatch(r"(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})", value)
        if host and 1 <= int(host[1]) <= 65535:
            return value
        if re.fullmatch(r"/dev/[\w./-]{1,60}(?:@[1-9][0-9]{2,6})?", value, re.ASCII):
            return value
    return place.wrong('must be host:port such as "192.168.1.30:5005", or a serial line "/dev/ttyS0@9600"')


def hex_bytes(value: object, place: Place) -> Any:
    """Bytes in hex, such as ``"AA 55"``; kept without the spaces."""
    if isinstance(value, str) and re.fullmatch(r"(?:[0-9A-Fa-f]{2}\s*){0,32}", value):
        return "".join(value.split()).lower()
    return place.wrong('must be up to 32 bytes in hex, such as "AA 55"')


def led_text(value: object, place: Place) -> Any:
    """A text that a strip can show: GB2312, and short."""
    read = values.line(value, place)
    if read is WRONG:
        return WRONG
    try:
        read.encode("gb2312")
    except UnicodeEncodeError as error:
        return place.wrong(f'has "{read[error.start]}", which is not in GB2312: a strip cannot show it')
    return read if len(read) <= LED_TEXT else place.wrong(f"has more than {LED_TEXT} characters")
