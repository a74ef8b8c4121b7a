"""Figures as they are shown, and what is made of several."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


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
