"""A ticket's number in letters that are read from across the desk.

Every pixel is two cells wide (twice that when `scale` is 2) and drawn as ``#``: box drawing and
block elements are of ambiguous width, and a Chinese Windows console draws them two cells wide.
"""

from __future__ import annotations

PIXEL = "#"
ROWS = 5

GLYPHS = {
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# ### ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# .#. .#.",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": "### #.. #.. #.. ###",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": "### #.. #.# #.# ###",
    "H": "#.# #.# ### #.# #.#",
    "I": "### .#. .#. .#. ###",
    "J": "..# ..# ..# #.# ###",
    "K": "#.# #.# ##. #.# #.#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#..# ##.# #.## #..# #..#",
    "O": "### #.# #.# #.# ###",
    "P": "### #.# ### #.. #..",
    "Q": "### #.# #.# ### ..#",
    "R": "##. #.# ##. #.# #.#",
    "S": ".## #.. .#. ..# ##.",
    "T": "### .#. .#. .#. .#.",
    "U": "#.# #.# #.# #.# ###",
    "V": "#.# #.# #.# #.# .#.",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "### ..# .#. #.. ###",
}


def big(text: str, scale: int = 1) -> list[str]:
    """The text as rows of cells, all of one length; what has no letter of ours is left out."""
    glyphs = [GLYPHS[character].split() for character in text.upper() if character in GLYPHS]
    rows = [".".join(glyph[row] for glyph in glyphs) for row in range(ROWS)]
    drawn = ["".join((PIXEL if pixel == "#" else " ") * 2 * scale for pixel in row) for row in rows]
    return [row for row in drawn for _ in range(scale)]


def scale(text: str, wide: int, high: int) -> int:
    """The largest scale, 1 at least, at which the text fits so many cells and lines."""
    return max(1, min(wide // max(1, width(text)), high // ROWS))


def width(text: str, scale: int = 1) -> int:
    """How many cells the text needs."""
    return len(big(text, scale)[0])
