"""The result of a gate, and how it is displayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tools.measuring import tables
from tools.measuring.figures import number

COLUMNS = ("measure", "gate", "measured", "verdict")


@dataclass(frozen=True)
class Measure:
    """One figure and its gate. `details` says what missed the gate, or how much the figure varied."""

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
    """A figure with an upper limit."""
    return Measure(name, f"<= {limit:g}{unit}", f"{number(value)}{unit}", value <= limit, list(details))


def at_least(name: str, value: float, limit: float, details: Sequence[str] = ()) -> Measure:
    """A figure with a lower limit."""
    return Measure(name, f">= {limit:g}", number(value), value >= limit, list(details))


def plain(measures: Sequence[Measure]) -> str:
    """The table for a terminal, followed by remarks about single rows."""
    said = [f"{one.name}: {detail}" for one in measures for detail in one.details]
    return "\n".join([tables.plain(COLUMNS, [one.cells for one in measures]), *said])
