"""How much a board may show: from the screen's size and how far away people stand.

The number and the window of a call are drawn so that a capital letter is at least
1/82 of the reading distance (0.7 degrees of arc). What does not fit at that size is paged;
a screen on which not even one call fits is refused, with what would help.
"""

from __future__ import annotations

import math

import msgspec

ANGLE = 82
"""Reading distance divided by capital height: the rule for what a hall can read (0.7 degrees)."""

CAPITAL = 0.733
"""Capital height of Noto Sans CJK in em; the page's style sheet adjusts other fonts to it."""

LETTER, DIGIT = 0.915, 0.59
"""Widths in em of a ticket's letter (the widest, W) and of a digit, bold."""

BESIDE, NARROW = 1.16, 0.42
"""Widths in em of what stands around number and window in a call, with the word for "window"
beside it or, in portrait, above the column."""

TIGHTEST = 0.79
"""The most of a row's height that its capitals may take before calls read as one block."""

SECONDARY = 4
"""Waiting counts, earlier calls and notices are a quarter as high: sized for a quarter of the
distance, and still 10 minutes of arc from all of it, which half of normal sight can read."""


class LayoutRefused(ValueError):
    """This screen cannot show one call that people at this distance could read."""


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A screen on the wall: diagonal in inches, pixels across and down, reading distance in metres.

    `longest_number` and `longest_window` are the characters that must always fit whole:
    five for A1000, two for up to 99 windows.
    """

    diagonal: float = 55.0
    width: int = 1920
    height: int = 1080
    distance: float = 8.0
    longest_number: int = 5
    longest_window: int = 2


class Layout(msgspec.Struct, frozen=True):
    """Where everything goes, in pixels of the declared screen.

    `cap` is the capital height of a call and `least` what the distance asks for; `rows` by
    `columns` calls stand on a page, each `row` high. `text` is the font size of the rest,
    `line` the height of one line of it, with `waiting_rows` categories and `recent_rows`
    earlier calls on a page.
    """

    width: int
    height: int
    portrait: bool
    margin: int
    header: int
    strip: int
    head: int
    least: int
    cap: int
    rows: int
    columns: int
    row: int
    calls_width: int
    text: int
    line: int
    waiting_rows: int
    recent_rows: int

    @property
    def calls(self) -> int:
        """How many calls a page shows."""
        return self.rows * self.columns


def least_capital(screen: Screen) -> int:
    """The least capital height in pixels: distance / 82 on this screen (55 inches, 8 m: 154)."""
    pixel_mm = screen.diagonal * 25.4 / math.hypot(screen.width, screen.height)
    return math.ceil(round(screen.distance * 1000 / ANGLE / pixel_mm, 6))


def plan(screen: Screen, languages: int = 1) -> Layout:
    """Lay a board out for a screen and one or two languages. Raises LayoutRefused when nothing fits."""
    _check(screen)
    portrait = screen.height > screen.width
    least = least_capital(screen)
    short, long = sorted((screen.width, screen.height))
    text = max(round(least / SECONDARY / CAPITAL), round(short * 0.04))
    margin, header = round(short * 0.02), round(long * (0.062 if portrait else 0.05))
    strip = round(text * (1.7 if languages == 1 else 2.25))
    head = round(long * 0.032) if portrait else 0
    inner = screen.height - header - strip - head - margin
    area = round(inner * 0.68) if portrait else inner
    width, across = screen.width - 2 * margin, _call_ems(screen, portrait)
    side = 0 if portrait else round(width * 0.3)
    rows, columns, row, cap = _grid(screen, least, area, width - side, across, margin, 6 if portrait else 5)
    calls_width = width if portrait else max(round(width * 0.62), _width(across, cap, columns, margin))
    below = inner - area - margin if portrait else inner
    waiting, recent = _lists(below, text, languages, beside=portrait)
    return Layout(
        width=screen.width, height=screen.height, portrait=portrait, margin=margin, header=header,
        strip=strip, head=head, least=least, cap=cap, rows=rows, columns=columns, row=row,
        calls_width=calls_width, text=text, line=_line(text, 1), waiting_rows=waiting, recent_rows=recent,
    )  # fmt: skip


def _check(screen: Screen) -> None:
    for name in ("diagonal", "width", "height", "distance", "longest_number", "longest_window"):
        value = getattr(screen, name)
        if not (math.isfinite(value) and value > 0):
            raise LayoutRefused(f"a screen's {name} must be more than zero, not {value}")


def _call_ems(screen: Screen, portrait: bool) -> float:
    """Width of one call in em: number, gap, window in its frame; in landscape the word beside it."""
    number = LETTER + DIGIT * (screen.longest_number - 1)
    window = DIGIT * screen.longest_window
    return number + window + (NARROW if portrait else BESIDE)


def _width(across: float, cap: int, columns: int, gap: int) -> int:
    """Width of a page of calls in pixels."""
    return math.ceil(columns * across * cap / CAPITAL) + gap * (columns - 1)


def _grid(
    screen: Screen, least: int, area: int, width: int, across: float, gap: int, wanted: int
) -> tuple[int, int, int, int]:
    """Rows, columns, row height and capital height: at most `wanted` rows, as large as they fit.

    A second column is worth it only where both keep a quarter more than the least.
    """
    between = round(gap * 0.6)
    fit = (area + between) // (math.ceil(least / TIGHTEST) + between)
    widest = [math.floor((width - gap * (n - 1)) / n / across * CAPITAL) for n in (1, 2)]
    if fit < 1 or widest[0] < least:
        nearest = screen.distance * min(widest[0], area * TIGHTEST) / least
        raise LayoutRefused(
            f"a {screen.diagonal:g}-inch screen of {screen.width}x{screen.height} cannot show a call that is "
            f"readable from {screen.distance:g} m; it can from {math.floor(nearest * 10) / 10:g} m"
        )
    rows = min(wanted, fit)
    row = (area - between * (rows - 1)) // rows
    columns = 2 if widest[1] >= least * 1.25 else 1
    cap = max(least, min(math.floor(row * 0.7), widest[columns - 1]))
    return rows, columns, row, cap


def _line(text: int, languages: int) -> int:
    """Height of a list's line: the second language stands beneath, smaller."""
    return math.ceil(text * (1.32 if languages == 1 else 1.98))


def _lists(height: int, text: int, languages: int, *, beside: bool) -> tuple[int, int]:
    """How many categories and how many earlier calls fit, in lists beside or beneath each other."""
    title = round(text * 1.6)
    waiting, recent = _line(text, languages), _line(text, 1)
    if beside:
        return max(1, (height - title) // waiting), max(1, (height - title) // recent)
    below = max(1, min(4, (height - 2 * title) // (3 * recent)))
    return max(1, (height - 2 * title - below * recent) // waiting), below
