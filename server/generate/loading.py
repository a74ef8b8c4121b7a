"""Filling a database with COPY in one transaction, completely or not at all.

Foreign keys and indexes are dropped and created again at the end, which checks every row all the same: a
million tweets and what belongs to them take 34 s this way, and 122 s otherwise. The triggers that count and
publish changes are disabled meanwhile; the counters come with the rows, and no changes are published.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.database_address import DatabaseAddress
from server.core.database.connecting import connect
from server.core.database.connection import CONNECT_TIMEOUT, NO_TIMEOUTS, SESSION_SETTINGS
from server.core.security import api_keys as keys
from server.generate.dataset import DataSet, Rows
from server.generate.size import Size

# The tables in the order of loading, with the columns that the rows have.
COLUMNS = {
    "users": "id handle name tweets_count followers_count following_count version created_at",
    "tweets": "id author_id content likes_count version created_at",
    "follows": "id follower_id followee_id created_at",
    "likes": "id tweet_id user_id created_at",
    "media_attachments": "id token owner_id tweet_id position state content_type width height thumbhash alt "
    "created_at changed_at",
    "hashtags": "hashtag_id name shown",
    "hashtags_in_tweets": "hashtag_id tweet_id",
}

# What the tables have besides rows and primary keys: the statements that drop it, and those that restore it.
EXTRAS = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS off,
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
            pg_get_constraintdef(oid)) AS on_again, contype = 'f' AS last
    FROM pg_constraint WHERE conrelid = ANY($1::text[]::regclass[]) AND contype IN ('f', 'u')
    UNION ALL
    SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid), false
    FROM pg_index i WHERE i.indrelid = ANY($1::text[]::regclass[])
        AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    ORDER BY last
"""

Told = Callable[[int], None]


class NotEmpty(Exception):
    """The database has someone's data."""


@dataclass(frozen=True)
class Filled:
    """What stands out in the generated data."""

    busiest_author: int
    most_liked_tweet: int


async def fill(
    address: DatabaseAddress, size: Size, *, seed: int, until: datetime, told: Told = lambda _: None
) -> Filled:
    """Fill an empty, migrated database; the same size, seed and time give the same rows.

    Args:
        until: the time of the newest tweet.
        told: called with the number of rows so far.

    Raises:
        NotEmpty: there are users, tweets or pictures already.
    """
    connection = await connect(
        address,
        within=CONNECT_TIMEOUT,
        session={**SESSION_SETTINGS, **NO_TIMEOUTS, "maintenance_work_mem": "256MB"},
    )
    try:
        async with connection.transaction():
            await _lock_empty(connection)
            data = DataSet(size, seed, until)
            await _without_extras(connection, lambda: _copy(connection, data, told))
        for table in COLUMNS:  # so that the planner has statistics, and index-only scans work
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await connection.close()
    return Filled(data.busiest_author, data.most_liked_tweet)


async def add_keys(address: DatabaseAddress, number: int) -> list[str]:
    """New keys of the first users, one each; generated users have no others."""
    connection = await connect(address, within=CONNECT_TIMEOUT)
    try:
        users = await connection.fetch("SELECT id FROM users ORDER BY id LIMIT $1", number)
        made = [(user["id"], keys.generate()) for user in users]
        await connection.copy_records_to_table(
            "api_keys",
            records=[
                (user_id, keys.digest(key), "load test", list(keys.MEMBER_SCOPES), True)
                for user_id, key in made
            ],
            columns=["user_id", "hash", "name", "scopes", "knows_account"],
        )
    finally:
        await connection.close()
    return [key for _, key in made]


async def _lock_empty(connection: Any) -> None:
    for table in COLUMNS:
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        if await connection.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table})"):
            raise NotEmpty(f"there are {table.replace('_', ' ')} already; the database must be empty")


async def _without_extras(connection: Any, load: Callable[[], Awaitable[None]]) -> None:
    extras = await connection.fetch(EXTRAS, list(COLUMNS))
    for extra in reversed(extras):
        await connection.execute(extra["off"])
    await load()
    for extra in extras:
        await connection.execute(extra["on_again"])


async def _copy(connection: Any, data: DataSet, told: Told) -> None:
    done = 0
    for table, number, rows in (
        ("users", data.size.users, data.users()),
        ("tweets", data.size.tweets, data.tweets()),
        ("follows", data.size.follows, data.follows()),
        ("likes", data.size.likes, data.likes()),
        ("media_attachments", data.size.media, data.media()),
        ("hashtags", 0, data.hashtags()),
        ("hashtags_in_tweets", data.size.tagged, data.hashtags_in_tweets()),
    ):
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        records, columns = _telling(rows, done, told), COLUMNS[table].split()
        await connection.copy_records_to_table(table, records=records, columns=columns)
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        if "id" in columns:
            await connection.execute(f"ALTER TABLE {table} ALTER id RESTART WITH {number + 1}")
        done += number


def _telling(rows: Rows, before: int, told: Told) -> Rows:
    for number, values in enumerate(rows, before):
        if number % 10_000 == 0:
            told(number)
        yield values
