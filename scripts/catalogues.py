"""Check the catalogues of sentences against each other and against the code that speaks them.

Every language has every key, none fuzzy or empty, the same {placeholders} everywhere; every
key the code names exists, with the values it needs; every key in a catalogue is used. A key
counts as used when a string in Python, JavaScript or a template is that key, or when a string
built at run time begins as it does (``f"kiosk.refused.{code}"``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "queue_server" / "locale"
LANGUAGES = ("zh", "ko", "en")
PACKAGES = ("kiosk", "displays", "printers", "queue_server")
SPEAKERS = {"translate", "t", "say"}
"""Functions whose first argument is a key, in Python, JavaScript and templates."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LITERAL = re.compile(r"""(["'`])((?:[a-z_0-9]+\.)+[a-z_0-9]*|[a-z_0-9]+)(\1|\$\{|["'] *[~+])""")
_KEY = r"""\(\s*(?:words,\s*)?(["'])([a-z_0-9.]+)\1\s*[,)]"""
SPOKEN = re.compile(rf"\b(?:{'|'.join(sorted(SPEAKERS))}){_KEY}")
SPOKEN_IN_TEMPLATE = re.compile(rf"\b(?:t|translate){_KEY}")
"""A template may have a macro named `say` that puts a sentence into an element."""


class Sentence(msgspec.Struct, frozen=True):
    """One key in one language: its forms (more than one where there is a plural)."""

    forms: tuple[str, ...]
    fuzzy: bool

    def placeholders(self) -> frozenset[str]:
        return frozenset(name for form in self.forms for name in PLACEHOLDER.findall(form))


class Use(msgspec.Struct, frozen=True):
    """A string in the code: perhaps a key or, with `open_end`, the beginning of keys."""

    where: str
    text: str
    open_end: bool = False
    spoken: bool = False
    values: frozenset[str] | None = None
    """Names of the values given with a spoken key; None when it cannot be seen."""


Book = dict[str, dict[str, Sentence]]
"""Sentences by key and language."""


# --- the catalogues -------------------------------------------------------------------


def read_book(catalogues: Path) -> tuple[Book, list[str]]:
    """Every sentence of every language, and what is wrong with single files."""
    book: Book = {}
    faults: list[str] = []
    for lang in LANGUAGES:
        for place in sorted((catalogues / lang / "LC_MESSAGES").glob("*.po")):
            faults += _read_one(place, lang, book)
    return book, faults


def _read_one(place: Path, lang: str, book: Book) -> Iterator[str]:
    at = f"{lang}/{place.name}"
    try:
        with place.open("rb") as lines:
            catalogue = read_po(lines, locale=lang, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        yield f"{at}: {error}"
        return
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        if not key:
            continue
        if not key.startswith(f"{place.stem}."):
            yield f"{at}: {key} does not begin with '{place.stem}.'"
        if lang in book.get(key, {}):
            yield f"{at}: {key} is there twice"
        text = message.string or ""
        forms = (text,) if isinstance(text, str) else tuple(text)
        book.setdefault(key, {})[lang] = Sentence(forms, message.fuzzy)


def language_faults(book: Book) -> Iterator[str]:
    """What is missing, unfinished or different between the languages."""
    for key, by_language in sorted(book.items()):
        wanted = next(iter(by_language.values())).placeholders()
        for lang in LANGUAGES:
            sentence = by_language.get(lang)
            if sentence is None:
                yield f"{key}: missing in {lang}"
            elif not all(form.strip() for form in sentence.forms):
                yield f"{key}: empty in {lang}"
            elif sentence.fuzzy:
                yield f"{key}: fuzzy in {lang}"
            elif sentence.placeholders() != wanted:
                differing = ", ".join(sorted(sentence.placeholders() ^ wanted))
                yield f"{key}: {lang} differs from the other languages in {{{differing}}}"


# --- the code -------------------------------------------------------------------------


def uses(root: Path) -> Iterator[Use]:
    """Every string of the packages that may name a sentence."""
    for package in PACKAGES:
        for place in sorted((root / package).rglob("*")):
            where = str(place.relative_to(root))
            if place.suffix == ".py":
                yield from python_uses(where, place.read_text(encoding="utf-8"))
            elif place.suffix in {".js", ".html", ".jinja"}:
                yield from text_uses(where, place.read_text(encoding="utf-8"))


def python_uses(where: str, source: str) -> Iterator[Use]:
    """The strings of a Python module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
            yield Use(where, str(node.values[0].value), open_end=True)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Use(where, node.value)
        elif isinstance(node, ast.Call) and _name(node.func) in SPEAKERS and node.args:
            key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Use(f"{where}:{node.lineno}", key.value, spoken=True, values=_values(node))


def _values(call: ast.Call) -> frozenset[str] | None:
    names = {word.arg for word in call.keywords} - {"lang"}
    # Without values the sentence is wanted as it stands; `**values` cannot be seen from here.
    return frozenset(name for name in names if name) if names and None not in names else None


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def text_uses(where: str, source: str) -> Iterator[Use]:
    """The strings of a script or template."""
    for found in LITERAL.finditer(source):
        yield Use(where, found[2], open_end=found[3] != found[1])
    spoken = SPOKEN if where.endswith(".js") else SPOKEN_IN_TEMPLATE
    for found in spoken.finditer(source):
        line = source.count("\n", 0, found.start()) + 1
        yield Use(f"{where}:{line}", found[2], spoken=True)


def area(where: str) -> str:
    """The catalogue of a file's short keys: ``say("missed")`` in the console is ``console.missed``."""
    parts = where.split("/")
    return parts[1] if parts[0] == "queue_server" and len(parts) > 2 else parts[0]


def use_faults(book: Book, found: Iterable[Use]) -> Iterator[str]:
    """Keys that the code names and no catalogue has, or that none of the code names."""
    used: set[str] = set()
    for use in found:
        keys = _keys(book, use)
        used |= keys
        if use.spoken and not keys:
            yield f"{use.where}: no sentence {use.text!r}"
        if use.values is not None:
            for key in keys:
                needed = next(iter(book[key].values())).placeholders()
                if missing := needed - use.values:
                    yield f"{use.where}: {key} needs {', '.join(sorted(missing))}"
    for key in sorted(book.keys() - used):
        yield f"{key}: nothing says it"


def _keys(book: Book, use: Use) -> set[str]:
    names = (use.text, f"{area(use.where)}.{use.text}")
    if not use.open_end:
        return {name for name in names if name in book}
    # A beginning has to say more than the area, or it would count for the whole catalogue.
    beginnings = [name for name in names if name[-1:] in {".", "_"} and name.rstrip("._").count(".")]
    return {key for key in book for name in beginnings if key.startswith(name)}


def main() -> None:
    """Print every fault; end with 1 when there is one."""
    book, faults = read_book(CATALOGUES)
    faults += language_faults(book)
    faults += use_faults(book, uses(ROOT))
    for fault in faults:
        print(f"  {fault}")
    if faults:
        raise SystemExit(f"{len(faults)} faults in the catalogues")
    print(f"{len(book)} sentences in {', '.join(LANGUAGES)}: complete, agreeing, all said")


if __name__ == "__main__":
    main()
