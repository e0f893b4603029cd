"""The sentences people read, in every language of the hall, from the catalogues beside this file.

Each area of the project keeps one catalogue a language,
``<lang>/LC_MESSAGES/<area>.po``, whose keys are symbolic and begin with the area:
``kiosk.take``, ``displays.stale``. Keys are unique over all catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent
"""Where the catalogues lie."""


def translate(key: str, lang: str, **values: object) -> str:
    """Say the sentence `key` in language `lang`, its ``{placeholders}`` filled with `values`.

    Without values the sentence comes as it stands in the catalogue. An entry with plural
    forms is chosen by the value `n`. Raises KeyError naming the key and language when the
    sentence is missing or untranslated, or when a placeholder has no value.
    """
    forms = sentences(lang).get(key)
    if forms is None:
        raise KeyError(f"no sentence {key!r} in language {lang!r}")
    text = forms[_plural_form(lang, values)] if len(forms) > 1 else forms[0]
    if not values:
        return text
    try:
        return text.format(**values)
    except KeyError as missing:
        raise KeyError(f"sentence {key!r} in {lang!r} needs a value for {missing}") from None


def languages() -> tuple[str, ...]:
    """The languages that have catalogues, Chinese (the source) first."""
    found = sorted(place.parent.name for place in CATALOGUES.glob("*/LC_MESSAGES"))
    return tuple(sorted(found, key=lambda lang: lang != "zh"))


@cache
def sentences(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Every translated sentence of a language: key to its plural forms (mostly one).

    Raises KeyError for a language without catalogues and ValueError when two catalogues
    hold the same key.
    """
    found: dict[str, tuple[str, ...]] = {}
    places = sorted((CATALOGUES / lang / "LC_MESSAGES").glob("*.po")) if lang.isidentifier() else []
    if not places:
        raise KeyError(f"no catalogue for language {lang!r}")
    for place in places:
        for key, forms in _read(place, lang).items():
            if key in found:
                raise ValueError(f"{place.name} ({lang}) repeats the key {key!r} of another catalogue")
            found[key] = forms
    return MappingProxyType(found)


def _read(place: Path, lang: str) -> dict[str, tuple[str, ...]]:
    with place.open("rb") as lines:
        catalogue: Catalog = read_po(lines, locale=lang, abort_invalid=True)
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string or ""
        forms = (text,) if isinstance(text, str) else tuple(text)
        if key and all(forms):
            found[key] = forms
    return found


def _plural_form(lang: str, values: Mapping[str, object]) -> int:
    n = values.get("n")
    if not isinstance(n, int):
        return 0
    return 0 if get_plural(lang).num_plurals == 1 or n == 1 else 1
