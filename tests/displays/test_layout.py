"""How much a board shows: as large as its distance asks for, never more than fits."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from displays.layout import CAPITAL, DIGIT, LETTER, LayoutRefused, Screen, least_capital, plan


def test_a_55_inch_screen_read_from_8_metres_needs_154_pixels() -> None:
    assert least_capital(Screen(diagonal=55, width=1920, height=1080, distance=8)) == 154


@given(
    diagonal=st.sampled_from([24, 32, 43, 55, 65, 75, 98]),
    pixels=st.sampled_from(
        [(1920, 1080), (1080, 1920), (3840, 2160), (2160, 3840), (1366, 768), (1280, 1024)]
    ),
    distance=st.floats(1, 20),
    number=st.integers(4, 5),
    window=st.integers(1, 3),
    languages=st.integers(1, 2),
)
def test_every_call_on_a_page_fits_whole_at_its_size_or_the_screen_is_refused(
    diagonal: int, pixels: tuple[int, int], distance: float, number: int, window: int, languages: int
) -> None:
    screen = Screen(diagonal, *pixels, distance, number, window)
    try:
        layout = plan(screen, languages)
    except LayoutRefused:
        return
    assert layout.cap >= layout.least
    assert layout.calls >= 1
    assert layout.waiting_rows >= 1
    assert layout.recent_rows >= 1
    assert layout.row >= layout.cap
    gaps = (layout.rows - 1) * round(layout.margin * 0.6)
    used = layout.header + layout.head + layout.rows * layout.row + gaps + layout.strip
    assert used <= screen.height
    text = (LETTER + DIGIT * (number - 1) + DIGIT * window) * layout.cap / CAPITAL
    assert text * layout.columns < layout.calls_width < screen.width


def test_a_screen_on_which_nobody_could_read_a_call_is_refused_with_the_distance_that_works() -> None:
    with pytest.raises(
        LayoutRefused, match=r"32-inch screen of 1920x1080 .* from 20 m; it can from (\d\.\d) m"
    ) as refused:
        plan(Screen(diagonal=32, distance=20))
    works = float(str(refused.value).split()[-2])
    assert plan(Screen(diagonal=32, distance=works)).calls >= 1


def test_a_screen_is_used_fully_but_never_shows_calls_smaller_than_asked() -> None:
    near, far = plan(Screen(distance=3)), plan(Screen(distance=8))
    assert near.calls > far.calls
    assert near.cap > near.least


@pytest.mark.parametrize("name", ["diagonal", "distance"])
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_a_screen_without_a_size_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(LayoutRefused, match=name):
        plan(msgspec.structs.replace(Screen(), **{name: value}))
