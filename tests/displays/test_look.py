"""The shared look: every pair of colours that text may have reaches 7:1, in both themes."""

from __future__ import annotations

import re

import pytest

from displays.contrast import contrast
from queue_server.static.assets import SHARED

TOKENS = (SHARED / "tokens.css").read_text()
GROUNDS = ("paper", "surface", "tint")
TEXTS = [(text, ground) for ground in GROUNDS for text in ("ink", "ink-soft", "primary")]
TEXTS += [("alert", "paper"), ("alert", "surface"), ("warm", "paper")]
TEXTS += [("on-primary", "primary"), ("on-lamp", "lamp"), ("on-alert", "alert-ground")]


def colours(theme: str) -> dict[str, str]:
    block = TOKENS.split(f'[data-theme="{theme}"] {{')[1].split("}")[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_reaches_seven_to_one(theme: str, text: str, ground: str) -> None:
    found = colours(theme)
    assert contrast(found[text], found[ground]) >= 7


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_edge_that_carries_meaning_reaches_three_to_one(theme: str) -> None:
    found = colours(theme)
    assert min(contrast(found["edge"], found[ground]) for ground in ("paper", "surface")) >= 3


def test_the_measure_itself_knows_black_on_white() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert contrast("#777777", "#ffffff") < 7
