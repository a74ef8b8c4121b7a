"""Pagination: page sizes and cursors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# The largest id that a column holds; as a cursor it means "start with the newest".
NEWEST = 2**63 - 1

PAGE_SIZE = 50
MAX_PAGE_SIZE = 100  # a larger number is reduced to this


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items in order, and the cursor of the next page; None if this is the last page."""

    items: list[T]
    next: int | None
