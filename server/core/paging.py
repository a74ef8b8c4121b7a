"""Pages: how long, and where the next one starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# The largest id that a column holds; as a cursor it means "from the newest on".
NEWEST = 2**63 - 1

PAGE_SIZE = 50
MAX_PAGE_SIZE = 100  # more is taken as this


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items in their order, and the cursor of what follows; None where nothing does."""

    items: list[T]
    next: int | None
