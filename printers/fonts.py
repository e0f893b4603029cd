"""The fonts slips are drawn in: found on the machine, chosen character by character by coverage.

None is shipped. Debian's `fonts-noto-cjk` covers Chinese, Hangul and Latin and most of
the rare characters in names; `fonts-hanazono` and `fonts-babelstone-han` behind it cover
nearly every ideograph that Unicode has. A character that none covers is reported.
"""

from __future__ import annotations

import bisect
import hashlib
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec
from PIL import ImageFont

FONT_DIRECTORIES = ("/usr/share/fonts", "/usr/local/share/fonts", "C:/Windows/Fonts")

Font = ImageFont.FreeTypeFont

_SIMPLIFIED = 2
"""Place of the Simplified Chinese face in Noto Sans CJK's collection files."""

CHAIN_REGULAR = (
    ("NotoSansCJK-Regular.ttc", _SIMPLIFIED),
    ("HanaMinA.ttf", 0),
    ("HanaMinB.ttf", 0),
    ("BabelStoneHan.ttf", 0),
    ("DejaVuSans.ttf", 0),
)
CHAIN_BOLD = (("NotoSansCJK-Bold.ttc", _SIMPLIFIED), *CHAIN_REGULAR[1:4], ("DejaVuSans-Bold.ttf", 0))


class FontsMissing(RuntimeError):
    """No font of the chain is on this machine; the message says which package brings one."""


class Coverage:
    """Which characters a font has, as its own `cmap` table says (OpenType specification, table cmap)."""

    def __init__(self, path: Path, index: int) -> None:
        ranges = sorted(_mapped_ranges(path, index))
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]

    def __contains__(self, char: str) -> bool:
        at = bisect.bisect_right(self._starts, ord(char)) - 1
        return at >= 0 and ord(char) <= self._ends[at]


class Face(msgspec.Struct, frozen=True, eq=False):
    """One font file's face, with what it covers."""

    path: Path
    index: int
    coverage: Coverage

    def at(self, size: int) -> Font:
        """The face at a size in pixels an em, kept warm."""
        return _sized(self.path, self.index, size)


class Typeface:
    """A chain of faces of one weight; each character is drawn by the first that covers it."""

    def __init__(self, faces: tuple[Face, ...]) -> None:
        self.faces = faces
        self._chosen: dict[str, Face | None] = {}

    def face_of(self, char: str) -> Face | None:
        """The face that draws a character, None when no font on this machine has it."""
        if char not in self._chosen:
            self._chosen[char] = next((face for face in self.faces if char in face.coverage), None)
        return self._chosen[char]

    def runs(self, text: str) -> Iterator[tuple[Face | None, str]]:
        """The text in pieces that one face can draw; a missing character stands alone with None."""
        start = 0
        for at in range(1, len(text) + 1):
            face = self.face_of(text[start])
            if at == len(text) or face is None or self.face_of(text[at]) is not face:
                yield face, text[start:at]
                start = at

    def missing(self, text: str) -> tuple[str, ...]:
        """Characters that no font on this machine can draw, each once, in order."""
        return tuple(dict.fromkeys(char for char in text if self.face_of(char) is None))


@lru_cache(maxsize=4)
def typeface(bold: bool = False) -> Typeface:
    """The chain in one weight as installed here; raises `FontsMissing` without its first font."""
    faces = tuple(_installed_faces(CHAIN_BOLD if bold else CHAIN_REGULAR))
    if not faces or not faces[0].path.name.startswith("NotoSansCJK"):
        raise FontsMissing("slips need Noto Sans CJK: install it with `apt-get install fonts-noto-cjk`")
    return Typeface(faces)


@lru_cache(maxsize=4)
def fingerprint(bold: bool = False) -> str:
    """Name and SHA-256 of the chain's first file: golden pictures hold only for this font."""
    path = typeface(bold).faces[0].path
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _installed_faces(chain: tuple[tuple[str, int], ...]) -> Iterator[Face]:
    files = _font_files()
    for name, index in chain:
        if name in files:
            yield Face(files[name], index, Coverage(files[name], index))


@lru_cache(maxsize=1)
def _font_files() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for directory in FONT_DIRECTORIES:
        for path in sorted(Path(directory).rglob("*.[ot]t[fc]")):
            found.setdefault(path.name, path)
    return found


@lru_cache(maxsize=64)
def _sized(path: Path, index: int, size: int) -> ImageFont.FreeTypeFont:
    # Basic layout: our text needs no shaping, and the picture does not depend on a second library.
    return ImageFont.truetype(str(path), size, index=index, layout_engine=ImageFont.Layout.BASIC)


def _mapped_ranges(path: Path, index: int) -> Iterator[tuple[int, int]]:
    data = _cmap_table(path, index)
    (count,) = struct.unpack_from(">H", data, 2)
    offsets = {struct.unpack_from(">HHI", data, 4 + 8 * i)[2] for i in range(count)}
    by_format = {struct.unpack_from(">H", data, offset)[0]: offset for offset in sorted(offsets)}
    if 12 in by_format:
        yield from _groups(data, by_format[12])
    elif 4 in by_format:
        yield from _segments(data, by_format[4])
    else:
        raise ValueError(f"{path}: face {index} has no Unicode character map of format 4 or 12")


def _cmap_table(path: Path, index: int) -> bytes:
    with path.open("rb") as file:
        start = 0
        if file.read(4) == b"ttcf":
            file.seek(12 + 4 * index)
            (start,) = struct.unpack(">I", file.read(4))
        file.seek(start + 4)
        (tables,) = struct.unpack(">H", file.read(2))
        file.seek(start + 12)
        for tag, _, offset, length in struct.iter_unpack(">4sIII", file.read(16 * tables)):
            if tag == b"cmap":
                file.seek(offset)
                return file.read(length)
    raise ValueError(f"{path}: face {index} has no cmap table")


def _groups(data: bytes, offset: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", data, offset + 12)
    for start, end, glyph in struct.iter_unpack(">III", data[offset + 16 : offset + 16 + 12 * count]):
        yield start + (glyph == 0), end


def _segments(data: bytes, offset: int) -> Iterator[tuple[int, int]]:
    (doubled,) = struct.unpack_from(">H", data, offset + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", data, offset + 14)
    starts = struct.unpack_from(f">{count}H", data, offset + 16 + doubled)
    yield from ((start, end) for start, end in zip(starts, ends, strict=True) if start != 0xFFFF)
