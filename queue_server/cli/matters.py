"""What ``yichuang catalogue`` does: results go to stdout, faults to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from queue_server.config import HallFileErrors, read_hall
from queue_server.config.catalogue import (
    Catalogue,
    Change,
    Figures,
    differences,
    figures,
    inspect_catalogue,
    written,
)
from queue_server.hall.plan import Matter, Plan


def check_matters(file: Path, hall_file: Path | None) -> int:
    """0 when nothing is wrong, 1 when something is, 2 when the hall file cannot be used."""
    found, hall = _looked_at(file, hall_file)
    if found is None:
        return 2
    tell(found)
    if found.errors:
        return 1
    print(f"{file}: well")
    for line in figure_lines(figures(found.matters, hall)):
        print(f"  {line}")
    return 0


def compare_matters(old: Path, new: Path) -> int:
    """0 when both versions are the same, 1 when they differ, 2 when one cannot be used."""
    versions = []
    for file in (old, new):
        found = inspect_catalogue(file)
        if found.errors:
            tell(found)
            return 2
        versions.append(found.matters)
    changes = differences(*versions)
    for line in told_changes(changes):
        print(line)
    return 1 if changes else 0


def import_matters(file: Path, to: Path, hall_file: Path | None) -> int:
    """0 when the file was written, 1 when something is wrong with the matters or the file is there."""
    found, _ = _looked_at(file, hall_file)
    if found is None:
        return 2
    tell(found)
    if found.errors:
        return 1
    return written_to(to, found.matters)


def written_to(to: Path, matters: Sequence[Matter]) -> int:
    """Write matters as `[[matter]]` of a hall file; 1 when the file is there or cannot be written."""
    try:
        with to.open("x", encoding="utf-8", newline="\n") as out:
            out.write(written(matters))
    except OSError as error:
        print(f"yichuang catalogue: {to} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{to}: {len(matters)} matters")
    return 0


def _looked_at(file: Path, hall_file: Path | None) -> tuple[Catalogue | None, Plan | None]:
    """The catalogue and the hall it must fit; no catalogue when the hall file cannot be used."""
    try:
        hall = None if hall_file is None else read_hall(hall_file)
    except HallFileErrors as errors:
        print(errors, file=sys.stderr)
        return None, None
    return inspect_catalogue(file, hall), hall


def tell(found: Catalogue) -> None:
    """Say on stderr what is wrong with a catalogue, or probably not meant."""
    for fault in (*found.errors, *found.warnings):
        print(fault, file=sys.stderr)


def figure_lines(told: Figures) -> Iterable[str]:
    """The figures of a catalogue, one a line."""
    yield f"matters {told.matters}"
    yield f"end on the spot (即办) {_share(told.instant, told.matters)}"
    yield f"verified in a published source {_share(told.verified, told.matters)}"
    if told.covered is not None and told.licences_covered is not None:
        yield f"accepted by a window {_share(told.covered, told.matters)}"
        yield f"行政许可 accepted by a window {_share(told.licences_covered, told.licences)}"


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part / whole:.1%})" if whole else "0/0"


def told_changes(changes: Iterable[Change]) -> Iterable[str]:
    """What another version changes, as lines."""
    for change in changes:
        yield from _change_lines(change)


def _change_lines(change: Change) -> Iterable[str]:
    if change.what == "added":
        yield f"+ {change.matter} {change.after}"
    elif change.what == "retired":
        yield f"- {change.matter} {change.before}"
    else:
        yield f"~ {change.matter} {change.field}"
        yield from _sides(change.before, change.after)


def _sides(before: Any, after: Any) -> Iterable[str]:
    """The two values; of a list, or lists by language, only the entries that one of them lacks."""
    if isinstance(before, dict) and any(isinstance(each, tuple) for each in (before | after).values()):
        before, after = _entries(before), _entries(after)
    if isinstance(before, tuple) and isinstance(after, tuple) and set(before) != set(after):
        yield from (f"    - {entry}" for entry in before if entry not in after)
        yield from (f"    + {entry}" for entry in after if entry not in before)
        return
    yield f"    - {_shown(before)}"
    yield f"    + {_shown(after)}"


def _entries(lists: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(f"{lang}: {entry}" for lang, entries in lists.items() for entry in entries)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "；".join(value)
    if isinstance(value, dict):
        return " | ".join(value.values())
    return str(value)
