"""What a measurement gives: a row of the table, and the median and spread of interleaved pairs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One figure. `goal` is such as ``>= 0.6``, "" without one; `spread` is least and most of the runs."""

    name: str
    value: float
    unit: str
    goal: str = ""
    spread: tuple[float, float] = (0.0, 0.0)

    def reached(self) -> bool:
        """Whether the value reaches the goal; without a goal it does."""
        if not self.goal:
            return True
        relation, bound = self.goal.split()
        return {
            ">=": self.value >= float(bound),
            "<=": self.value <= float(bound),
            "<": self.value < float(bound),
        }[relation]


def row(name: str, values: Sequence[float], unit: str, goal: str = "") -> Row:
    """The row of several runs: their median, and how far they lie apart."""
    least, most = min(values), max(values)
    return Row(name, _short(statistics.median(values)), unit, goal, (_short(least), _short(most)))


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """The ratio of each pair that was measured side by side."""
    return [a / b for a, b in zip(above, below, strict=True)]


def _short(value: float) -> float:
    """Four significant digits: more than these machines can tell apart."""
    return float(f"{value:.4g}")


def table(rows: Sequence[Row]) -> str:
    """The rows as a table for a terminal."""
    lines = [("", "value", "unit", "goal", "spread")]
    for r in rows:
        goal = f"{r.goal}{'' if r.reached() else '  MISSED'}"
        lines.append((r.name, f"{r.value:g}", r.unit, goal, f"{r.spread[0]:g} to {r.spread[1]:g}"))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column == 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def write(rows: Sequence[Row], path: Path) -> None:
    """Keep the rows as a JSON list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
