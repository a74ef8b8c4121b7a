"""What a gate found, and how it is shown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

COLUMNS = ("measure", "gate", "measured", "verdict")


@dataclass(frozen=True)
class Measure:
    """One figure beside its gate. `details` name what missed it, or how much the figure varied."""

    name: str
    gate: str
    measured: str
    ok: bool
    details: list[str] = field(default_factory=list)

    @property
    def cells(self) -> tuple[str, str, str, str]:
        return self.name, self.gate, self.measured, "ok" if self.ok else "MISSED"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def at_most(name: str, value: float, limit: float, unit: str = "", details: Sequence[str] = ()) -> Measure:
    """A figure that may not be larger."""
    return Measure(name, f"<= {limit:g}{unit}", f"{number(value)}{unit}", value <= limit, list(details))


def at_least(name: str, value: float, limit: float, details: Sequence[str] = ()) -> Measure:
    """A figure that may not be smaller."""
    return Measure(name, f">= {limit:g}", number(value), value >= limit, list(details))


def number(value: float) -> str:
    """To four digits: figures of a run are not known more exactly."""
    return f"{value:.4g}"


def varied(values: Sequence[float], unit: str = "") -> str:
    """How noisy the figure is."""
    found = sorted(values)
    return f"{len(found)} values, {number(found[0])} to {number(found[-1])}{unit}"


def p75(values: Sequence[float]) -> float:
    """Three of four were no longer than this (nearest rank, as web vitals are counted)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 3 // 4) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def markdown(rows: Sequence[tuple[str, ...]]) -> str:
    """The table of docs/client.md."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def cells_of(line: str) -> tuple[str, ...] | None:
    """What a row of that table holds; None for other lines."""
    cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
    is_row = line.startswith("|") and cells != COLUMNS and not line.startswith("| ---")
    return cells if is_row and len(cells) == len(COLUMNS) else None


def plain(measures: Sequence[Measure]) -> str:
    """The table for a terminal, and under it what is to be said of single rows."""
    table = [COLUMNS, *(one.cells for one in measures)]
    widths = [max(len(row[column]) for row in table) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    for one in measures:
        lines += [f"{one.name}: {detail}" for detail in one.details]
    return "\n".join(line.rstrip() for line in lines)
