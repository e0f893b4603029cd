"""How the console looks: dark, light, and plain with nothing but ASCII lines.

No theme draws with box or block characters: they are of ambiguous width, and a Chinese Windows
console draws them two cells wide. Dark and light tell panels apart by colour.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#5fa8e6",
    secondary="#3f6f99",
    accent="#f2b84b",
    warning="#f2b84b",
    error="#ff7b72",
    success="#7bd88f",
    foreground="#e6e6e6",
    background="#10151b",
    surface="#171e26",
    panel="#22303d",
    dark=True,
    variables={
        "number": "#ffe08a",
        "key": "bold #ffe08a",
        "alarm": "#8c1d18",
        "title": "#8fc7f5",
        "faint": "#8d9fb0",
    },
)
LIGHT = Theme(
    name="light",
    primary="#0b5ea8",
    secondary="#4a7fb0",
    accent="#8a5a00",
    warning="#7a4b00",
    error="#a3130c",
    success="#1c6b2e",
    foreground="#16191d",
    background="#e9ecef",
    surface="#fbfbf8",
    panel="#cfd8e0",
    dark=False,
    variables={
        "number": "#0b3d6b",
        "key": "bold #0b3d6b",
        "alarm": "#a3130c",
        "title": "#0b3d6b",
        "faint": "#5a6570",
    },
)
PLAIN = Theme(
    name="plain",
    primary="#ffffff",
    secondary="#c0c0c0",
    accent="#ffffff",
    warning="#ffff00",
    error="#ff5555",
    success="#ffffff",
    foreground="#e0e0e0",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    variables={
        "number": "#ffffff",
        "key": "bold #ffffff",
        "alarm": "#800000",
        "title": "#ffffff",
        "faint": "#a8a8a8",
    },
)
THEMES = (DARK, LIGHT, PLAIN)
NAMES = tuple(theme.name for theme in THEMES)
