"""The whole import: users, tweets, likes, follows, and which tweet shows what, in batches; then the files."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import asyncpg
from asyncpg.exceptions import InterfaceError, PostgresError

from config.database_address import DatabaseAddress
from server.core.cache import changes, topics
from server.core.database.connecting import connect
from server.core.database.connection import CONNECT_TIMEOUT, NO_TIMEOUTS, SESSION_SETTINGS
from server.core.database.locks import AdvisoryLock
from server.importing import book, medias, people, pictures, source, statements, tweets
from server.importing.account import Account, Batch, Count, Told
from server.importing.book import Known
from server.importing.errors import ImportRefused
from server.importing.files import PictureFiles
from server.importing.pictures import Means
from server.importing.source import Source
from server.importing.target import Target

Work: TypeAlias = Callable[[Sequence[Any], Target], Awaitable[Batch]]

# Shows how much of a given length is done.
Progress: TypeAlias = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]


class Step(NamedTuple):
    """A step of the import: what is read, and what is done with it."""

    name: str
    sql: str
    work: Work


STEPS = (
    Step("users", statements.USERS, people.users),
    Step("tweets", statements.TWEETS, tweets.tweets),
    Step("likes", statements.LIKES, tweets.likes),
    Step("subscriptions", statements.SUBSCRIPTIONS, people.follows),
    Step("medias", statements.MEDIAS, medias.medias),
    Step("arrays", statements.ARRAYS, medias.arrays),
    Step("pictures", statements.PICTURES, medias.pictures),
)
# For example a handle.
SOMEBODY = "someone else took what was meant for"

TABLES = ("users", "tweets", "likes", "subscriptions", "medias", "pictures")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to import, and how. `zone` is the time zone of the old server's clock."""

    source: DatabaseAddress
    files: PictureFiles
    zone: ZoneInfo
    media_max_bytes: int
    demo: bool
    dry_run: bool


@contextmanager
def quiet(_label: str, _length: int | None) -> Iterator[Callable[[int], None]]:
    """Show no progress."""
    yield lambda _: None


async def take_over(
    wanted: Wanted, address: DatabaseAddress, means: Means, progress: Progress = quiet
) -> Account:
    """Import what wasn't imported yet; return the report of this run and all earlier ones.

    It can be killed at any point and run again. What was finished is not read again, except for the files of
    pictures that could not be imported.

    Raises:
        ImportRefused: the import is not possible; the text says why in one line.
        StorageUnavailable: a store does not respond.
    """
    async with _connected(address) as connection:
        async with source.opened(wanted.source) as old:
            known = await book.find(connection, old)
            if known is None or known.finished_at is None:
                known = await book.begin(connection, old, known, dry_run=wanted.dry_run)
            target = Target(
                connection,
                known.fingerprint,
                known.began_at,
                known.last_tweet,
                wanted.zone,
                wanted.demo,
                wanted.dry_run,
                wanted.files,
                wanted.media_max_bytes,
            )
            there = {table: await old.count(table) for table in TABLES}
            with progress("rows", sum(there.values())) as show:
                if wanted.dry_run:
                    return await _rehearse(old, known, target, show)
                if known.finished_at is None:
                    await _read_all(old, known, target, show)
        with progress("pictures", await pictures.waiting(target)) as show:
            await pictures.carry(target, means, show)
        if known.finished_at is None:
            await book.finish(connection, known)
        await changes.tell([topics.EVERYTHING])
        return await _account(connection, wanted, known, there)


async def _read_all(old: Source, known: Known, target: Target, show: Callable[[int], None]) -> None:
    connection, done = target.connection, 0
    await changes.tell([topics.EVERYTHING])  # an earlier run may have died before doing so
    for step in STEPS:
        reached = await book.position(connection, known, step.name)
        async for rows in old.batches(step.sql, reached):
            try:
                async with connection.transaction():
                    await connection.execute(book.NOTIFY_NOBODY)
                    batch = await step.work(rows, target)
                    await book.note(connection, known, step.name, batch, rows[-1]["position"])
            except asyncpg.UniqueViolationError as error:
                raise ImportRefused(f"{SOMEBODY} {step.name} in the meantime; run it again") from error
            await changes.tell([topics.EVERYTHING])
            show(done := done + len(rows))


async def _rehearse(old: Source, known: Known, target: Target, show: Callable[[int], None]) -> Account:
    """Report what would happen with the rows that weren't imported yet."""
    whole, done = await pictures.rehearse(target), 0
    for step in STEPS if known.finished_at is None else ():
        reached = await book.position(target.connection, known, step.name)
        async for rows in old.batches(step.sql, reached):
            whole.add(await step.work(rows, target))
            show(done := done + len(rows))
    told = sorted(whole.told, key=lambda one: (one.table, one.reason))
    return Account(old.name, True, known.began_at, None, whole.counts, {}, told, [])


async def _account(connection: Any, wanted: Wanted, known: Known, there: dict[str, int]) -> Account:
    counts = await book.counts(connection, known)
    told: list[Told] = await book.exceptions(connection, known)
    notes = [
        f"{table} has {number} rows in the old database, of which {counts.get(table, Count()).found} were "
        "read: it has changed since"
        for table, number in there.items()
        if number != counts.get(table, Count()).found
    ]
    finished_at = await connection.fetchval(
        "SELECT finished_at FROM imports WHERE fingerprint = $1", known.fingerprint
    )
    states = await book.states_of_pictures(connection, known)
    return Account(str(wanted.source), False, known.began_at, finished_at, counts, states, told, notes)


@asynccontextmanager
async def _connected(address: DatabaseAddress) -> AsyncIterator[Any]:
    """A connection of its own, as a batch may take long. Raises ImportRefused if another import runs."""
    connection = await connect(
        address,
        within=CONNECT_TIMEOUT,
        server_settings={"application_name": "perch import"},
        session={**SESSION_SETTINGS, **NO_TIMEOUTS},
    )
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", AdvisoryLock.IMPORTS):
            raise ImportRefused("another import is in progress")
        try:
            yield connection
        finally:
            # The server only frees the lock some time after the connection is gone, which could block the
            # next import.
            with contextlib.suppress(PostgresError, InterfaceError, OSError, TimeoutError):
                await connection.execute("SELECT pg_advisory_unlock_all()", timeout=CONNECT_TIMEOUT)
                await connection.close(timeout=CONNECT_TIMEOUT)
    finally:
        connection.terminate()
