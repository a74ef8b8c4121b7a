"""Skewed distributions, where few have much and many have little: Zipf counts, and orders that look random.

Results depend only on addition, multiplication and division of floating-point numbers, whose results IEEE 754
fixes, so that every machine makes the same data.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")

GOLDEN = 0.618033988749895


def harmonic(number: int) -> array[float]:
    """1, 1 + 1/2, 1 + 1/2 + 1/3, …: cumulative weights, in which the second item weighs half of the first."""
    return array("d", accumulate(1 / rank for rank in range(1, number + 1)))


def zipf_counts(number: int, total: int, most: int) -> array[int]:
    """The share of `total` for each of `number` ranks: proportional to 1/rank, but at most `most`.

    The shares add up to `total`, which must be at most `number * most`.
    """
    if number == 0:
        return array("i")
    sums = harmonic(number)
    low, high = 0.0, float(number * most)
    for _ in range(100):
        scale = (low + high) / 2
        full = min(number, int(scale / most))  # so many ranks are at the bound
        reached = most * full + scale * (sums[-1] - (sums[full - 1] if full else 0))
        low, high = (scale, high) if reached < total else (low, scale)
    counts = array("i", bytes(4 * number))
    exact, given = 0.0, 0
    for rank in range(number):
        exact += min(most, high / (rank + 1))
        counts[rank] = int(exact + 0.5) - given
        given += counts[rank]
    counts[0] -= given - total  # what a hundred halvings leave
    return counts


def scattered(number: int, start: int) -> array[int]:
    """The ids 1 to `number`, in an order that puts neighbours far apart."""
    step = stride(number)
    return array("i", (1 + (start + step * place) % number for place in range(number)))


def stride(number: int) -> int:
    """A step that comes past each of `number` places before it repeats one."""
    step = max(1, int(number * GOLDEN))
    while math.gcd(step, number) != 1:
        step += 1
    return step


def mixed(items: Sequence[T]) -> Iterator[T]:
    """All of them, in an order in which neighbours are far apart."""
    step, number = stride(len(items)), len(items)
    return (items[place * step % number] for place in range(number))
