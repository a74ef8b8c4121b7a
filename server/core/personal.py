"""What features declare of people's data: how it is taken along, and how it is erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from storage.base import ObjectStore

# Rows that one transaction removes.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Objects:
    """Where objects of people's are."""

    store: ObjectStore
    media_folder: str


# Removes a batch of what a user left, in a transaction of its own that may be killed and run again; whether
# there was anything. It takes its locks in everybody's order: tweets by their ids, then users by theirs.
Erase: TypeAlias = Callable[[int, Objects], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file of the archive of a user's data.

    Attributes:
        name: without `.json`.
        what: what it holds, for people.
        sql: its rows, each with an `id`, by that: $1 user, $2 after which id, $3 how many.
        nested: its columns of JSON, which come as text.
    """

    name: str
    what: str
    sql: str
    nested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What a feature holds of a user `u`.

    Attributes:
        exported: the files that it adds to the archive.
        erase: what removes it, in this order.
        left: SQL for its rows of `u` that have to be gone before the user's own row is removed.
    """

    exported: tuple[Exported, ...] = ()
    erase: tuple[Erase, ...] = ()
    left: tuple[str, ...] = ()


NOTHING = PersonalData()
