"""Formatting and summarising figures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def number(value: float) -> str:
    """The figure with four significant digits; measurements aren't more precise than that."""
    return f"{value:.4g}"


def varied(values: Sequence[float], unit: str = "") -> str:
    """How much the figure varies."""
    found = sorted(values)
    return f"{len(found)} values, {number(found[0])} to {number(found[-1])}{unit}"


def p75(values: Sequence[float]) -> float:
    """The value that three of four do not exceed (nearest rank, as for web vitals)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 3 // 4) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
