"""What each feature declares about personal data: how it is exported, and how it is erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from storage.base import ObjectStore

# The number of rows that one transaction removes.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Objects:
    """Where people's objects are stored."""

    store: ObjectStore
    media_folder: str


# Removes one batch of a user's data and returns whether there was any. It runs in a transaction of its own,
# which may be killed and run again. Like all code, it locks tweets, then users, each in the order of ids.
Erase: TypeAlias = Callable[[int, Objects], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file in the archive of a user's data.

    Attributes:
        name: its name without `.json`.
        what: what it holds, in words for people.
        sql: selects its rows, each with an `id`, ordered by it: $1 user, $2 only after this id, $3 limit.
        nested: its JSON columns, which the query returns as text.
    """

    name: str
    what: str
    sql: str
    nested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """The data that a feature holds about a user `u`.

    Attributes:
        exported: the files that it adds to the archive.
        erase: the functions that remove it, in the order in which they run.
        left: SQL for the rows of `u` that must be gone before the user's own row is removed.
    """

    exported: tuple[Exported, ...] = ()
    erase: tuple[Erase, ...] = ()
    left: tuple[str, ...] = ()


NOTHING = PersonalData()
