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

COMING = 0.4
"""Capital height of the row 请准备 against that of a call: those who are near are told to get ready."""

COMING_EMS, COMING_TITLE = 6.9, 2.6
"""Widths in em of one number of that row with where to go, and of its title."""


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
    earlier calls on a page. `coming` is the height of the row 请准备 (0 without one), `coming_text` its
    font size and `coming_fit` how many numbers stand in it at once.
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
    coming: int = 0
    coming_text: int = 0
    coming_fit: int = 0

    @property
    def calls(self) -> int:
        """How many calls a page shows."""
        return self.rows * self.columns


def least_capital(screen: Screen) -> int:
    """The least capital height in pixels: distance / 82 on this screen (55 inches, 8 m: 154)."""
    pixel_mm = screen.diagonal * 25.4 / math.hypot(screen.width, screen.height)
    return math.ceil(round(screen.distance * 1000 / ANGLE / pixel_mm, 6))


class SignLayout(msgspec.Struct, frozen=True):
    """Where everything of a window's sign goes, in pixels of the declared screen.

    `cap` is the capital height of the called number, `least` what the distance asks for. `side` is the
    width of the window's own field beside the number (its height above it in portrait); `text` is the font
    size of the rest, `band` the height of the strip at the foot.
    """

    width: int
    height: int
    portrait: bool
    margin: int
    least: int
    cap: int
    side: int
    text: int
    band: int


def plan_sign(screen: Screen, languages: int = 1) -> SignLayout:
    """Lay the sign of one window out. Raises LayoutRefused when its number could not be read."""
    _check(screen)
    portrait = screen.height > screen.width
    least = least_capital(screen)
    short = min(screen.width, screen.height)
    margin = round(short * 0.03)
    text = max(round(least / SECONDARY / CAPITAL), round(short * 0.05))
    band = round(text * (1.7 if languages == 1 else 2.6))
    window = DIGIT * screen.longest_window + 0.7
    side = round(screen.height * 0.34) if portrait else round(screen.width * min(0.34, window / 9))
    number = LETTER + DIGIT * (screen.longest_number - 1) + 0.3
    wide = screen.width - 2 * margin - (0 if portrait else side + margin)
    high = screen.height - 2 * margin - band - (side + margin if portrait else 0)
    widest, highest = math.floor(wide / number * CAPITAL), math.floor(high * 0.52)
    cap = min(widest, highest)
    if cap < least:
        raise _refusal(screen, least, cap)
    return SignLayout(
        width=screen.width, height=screen.height, portrait=portrait, margin=margin, least=least,
        cap=cap, side=side, text=text, band=band,
    )  # fmt: skip


def plan(screen: Screen, languages: int = 1, *, prepare: bool = False) -> Layout:
    """Lay a board out for a screen and one or two languages. Raises LayoutRefused when nothing fits.

    `prepare` leaves room for the row 请准备.
    """
    _check(screen)
    portrait = screen.height > screen.width
    least = least_capital(screen)
    short, long = sorted((screen.width, screen.height))
    text = max(round(least / SECONDARY / CAPITAL), round(short * 0.04))
    margin, header = round(short * 0.02), round(long * (0.062 if portrait else 0.05))
    strip = round(text * (1.7 if languages == 1 else 2.25))
    head = round(long * 0.032) if portrait else 0
    coming_text = round(least * COMING / CAPITAL) if prepare else 0
    coming = round(coming_text * 1.5)
    inner = screen.height - header - strip - head - margin - (coming + margin if prepare else 0)
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
        coming=coming, coming_text=coming_text,
        coming_fit=max(1, int((width / coming_text - COMING_TITLE) / COMING_EMS)) if prepare else 0,
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
        raise _refusal(screen, least, min(widest[0], area * TIGHTEST))
    rows = min(wanted, fit)
    row = (area - between * (rows - 1)) // rows
    columns = 2 if widest[1] >= least * 1.25 else 1
    cap = max(least, min(math.floor(row * 0.7), widest[columns - 1]))
    return rows, columns, row, cap


def _refusal(screen: Screen, least: int, cap: float) -> LayoutRefused:
    """Why a screen whose capitals would be `cap` pixels high is not used, and what would help."""
    nearest = math.floor(screen.distance * max(cap, 0) / least * 10) / 10
    return LayoutRefused(
        f"a {screen.diagonal:g}-inch screen of {screen.width}x{screen.height} cannot show a call that is "
        f"readable from {screen.distance:g} m; it can from {nearest:g} m"
    )


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
