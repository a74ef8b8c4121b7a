"""What each feature declares about personal data: how it is exported, and how it is erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from server.core.database.connection import rows, transaction
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


async def remove(user_id: int, lock: str, delete: str) -> list[int]:
    """Delete a batch of the user's likes, reposts or votes in one transaction; return the ids of the tweets.

    Args:
        lock: SQL that locks the rows whose counters change and returns each `id`: $1 the user, $2 how many.
        delete: SQL that deletes what the user did to these, and returns each `tweet_id`: $1 the user, $2 the
            ids.
    """
    async with transaction():
        ids = [found["id"] for found in await rows(lock, user_id, BATCH)]
        return [found["tweet_id"] for found in await rows(delete, user_id, ids)] if ids else []


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
