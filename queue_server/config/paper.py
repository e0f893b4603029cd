"""The keys of `[slip]`: a hall's logo, the order of its paper's parts, its own sentences."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from queue_server.hall.plan import SLIP_PARTS

from . import values
from .sheet import WRONG, Key, Kind, Place, quoted

LOGO_DOTS = (576, 240)
"""The largest logo, in dots: the width of 80 mm paper, and 30 mm of it."""

INK_BELOW = 128
"""Grey values (0 is black) below this are printed; a thermal head knows no grey."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def parts(value: object, place: Place) -> Any:
    """The parts of a slip from top to bottom; the number must be one of them."""
    read = values.list_of(values.one_of(SLIP_PARTS), unique=True)(value, place)
    if read is not WRONG and isinstance(value, list) and "number" not in value:
        return place.wrong("`number` is missing: a slip without its number is none")
    return read


def together(value: object, place: Place) -> Any:
    """One or two languages, Chinese first: more would not fit on paper that people still read."""
    read = values.list_of(values.one_of(values.LANGUAGES), unique=True)(value, place)
    if read is WRONG:
        return WRONG
    if len(read) > 2:
        return place.wrong("are more than two languages; a slip has one or two")
    if len(read) == 2 and read[0] != "zh":
        return place.wrong("must begin with `zh`: Chinese stands above the other language")
    return read


def logo(value: object, place: Place) -> Any:
    """A PNG beside the hall file, as the one-bit picture that the plan carries (base64)."""
    if not isinstance(value, str) or not value:
        return place.wrong('must be the name of a PNG file in quotes, such as "logo.png"')
    try:
        with Image.open(Path(place.sheet.path).parent / value, formats=("PNG",)) as opened:
            if opened.width > LOGO_DOTS[0] or opened.height > LOGO_DOTS[1]:
                size = f"{opened.width} by {opened.height} dots"
                return place.wrong(f"is {size}; allowed are {LOGO_DOTS[0]} by {LOGO_DOTS[1]}")
            picture = _one_bit(opened)
    except (OSError, ValueError) as error:
        return place.wrong(f'"{value}" cannot be read as a PNG: {getattr(error, "strerror", "") or error}')
    kept = BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return base64.b64encode(kept.getvalue()).decode("ascii")


def _one_bit(picture: Image.Image) -> Image.Image:
    """Black where it is dark, without dithering; what is transparent is paper."""
    layered = picture.convert("RGBA")
    paper = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(paper, layered).convert("L").point(lambda dot: 255 * (dot >= INK_BELOW), "1")


def worded(*needed: str, may: tuple[str, ...] = ()) -> Kind:
    """A text whose sentences have each placeholder `needed`, perhaps those of `may`, and no other brace."""

    def read(value: object, place: Place) -> Any:
        text = values.text(value, place)
        if text is WRONG:
            return WRONG
        for language, sentence in text.items():
            _check_braces(sentence, needed, may, place.at(language))
        return text

    return read


def _check_braces(sentence: str, needed: tuple[str, ...], may: tuple[str, ...], place: Place) -> None:
    allowed = [f"{{{name}}}" for name in (*needed, *may)]
    said = [f"{{{name}}}" for name in _PLACEHOLDER.findall(sentence)]
    for name in dict.fromkeys(said):
        if name not in allowed:
            place.wrong(f"{name} is not known here; allowed are {quoted(allowed) or 'none'}")
    if set("{}") & set(_PLACEHOLDER.sub("", sentence)):
        place.wrong("has a brace that belongs to no placeholder")
    for name in (f"{{{name}}}" for name in needed):
        if name not in said:
            place.wrong(f"must say {name}")


TEXTS = {
    "priority": Key(worded()),
    "reprint": Key(worded()),
    "place": Key(worded(may=("floor", "area"))),
    "ahead": Key(worded("n")),
    "ahead_none": Key(worded()),
    "expected": Key(worded("first", "last")),
    "calling_from": Key(worded("time")),
    "windows": Key(worded("windows")),
    "time": Key(worded("time")),
    "code": Key(worded("code")),
    "missed": Key(worded(may=("hold", "after"))),
    "checklist": Key(worded()),
    "note": Key(worded()),
}

SLIP = {
    "languages": Key(together),
    "order": Key(parts),
    "logo": Key(logo),
    "texts": Key(values.table_of(TEXTS)),
}
