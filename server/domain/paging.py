"""Pages: how long, and where the next one starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from server.models.people import ListedPerson
from server.models.timeline import NEWEST as NEWEST

T = TypeVar("T")

PAGE_SIZE = 50
MAX_PAGE_SIZE = 100  # more is taken as this


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items in their order, and the cursor of what follows; None where nothing does."""

    items: list[T]
    next: int | None


def people_page(found: list[ListedPerson], limit: int) -> Page[ListedPerson]:
    """Cut what was read with one person too many."""
    items = found[:limit]
    return Page(items, items[-1].cursor if len(found) > limit and items else None)
