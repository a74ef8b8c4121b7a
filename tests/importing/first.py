"""Databases as the first implementation created them, sound and ugly ones, on the tests' own server."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.context import Context
from server.core.jobs import Jobs
from server.importing import moving
from server.importing.account import Account
from server.importing.files import FilesInFolder, NoFiles, PictureFiles
from server.importing.moving import Progress, Wanted, quiet
from server.importing.pictures import Means
from tests import pictures

SCHEMA = """
    CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY);
    INSERT INTO alembic_version VALUES ('5f3a1c');
    CREATE TABLE users (id serial PRIMARY KEY, api_key varchar(20) NOT NULL, name varchar(50) NOT NULL);
    CREATE TABLE tweets (
        id serial PRIMARY KEY, content text, tweet_media_ids int[], user_id int REFERENCES users (id),
        likes_count int
    );
    CREATE TABLE likes (
        user_id int REFERENCES users (id), tweet_id int REFERENCES tweets (id),
        PRIMARY KEY (user_id, tweet_id)
    );
    CREATE TABLE subscriptions (
        subscriber_id int REFERENCES users (id), subscribed_to_id int REFERENCES users (id),
        created_at timestamp, PRIMARY KEY (subscriber_id, subscribed_to_id)
    );
    CREATE TABLE pictures (id serial PRIMARY KEY, link text);
    CREATE TABLE medias (
        tweet_id int REFERENCES tweets (id), picture_id int REFERENCES pictures (id),
        PRIMARY KEY (tweet_id, picture_id)
    );
"""

# The same with larger numbers and no constraint.
BIG = re.sub(r" REFERENCES \w+ \(id\)", "", SCHEMA.replace("serial", "bigint").replace(" int", " bigint"))

# Manual changes and restores may leave a database like this, in which no constraint refuses anything any
# more.
WITHOUT_CONSTRAINTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'f') ORDER BY contype
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.name, found.conname); END LOOP;
    END $$;
    ALTER TABLE users ALTER name TYPE text, ALTER name DROP NOT NULL, ALTER api_key TYPE text,
        ALTER api_key DROP NOT NULL;
    ALTER TABLE likes ALTER user_id DROP NOT NULL, ALTER tweet_id DROP NOT NULL;
"""

USERS = [
    (1, "test", "Иван"),
    (2, "test1", "Катя"),
    (3, "test", "Иван"),
    (4, "k4", None),
    (5, "five-key", "x" * 80),
    (6, "", "   "),
    (7, None, "Zoë  Ünal"),
    (8, "shared", "Same"),
    (9, "shared", "Same"),
    (10, "ключ", "日本"),
    (11, "k11", "a\u202eb\nc"),
    (12, "perch_x", "User 12"),
    (14, "k14", "user15"),
    (15, " k15", "日"),
    (16, "shared", "Same"),
    (-5, "negative", "Negative"),
    (9, "other", "Again"),
]
TWEETS: list[tuple[int, str | None, list[Any] | None, int | None]] = [
    (1, "hello", [2, 1], 1),
    (2, None, None, 1),
    (3, "", [], 2),
    (4, "long " * 400, None, 2),
    (5, "я" * 20_000, None, 2),
    (6, "whose?", None, 99),
    (7, "nobody's", None, None),
    (8, "\x01\x1b\t\u202e", None, 4),
    (9, "pictures?", [77, None, 3], 5),
    (10, "shares a picture", [[1, 4]], 5),
    (0, "zero", None, 1),
    (1, "again", None, 1),
]
LIKES = [(1, 1), (2, 1), (2, 1), (1, 10), (1, 99), (2, 6), (99, 1), (None, 1), (4, None)]
SUBSCRIPTIONS = [
    "(1, 2, '2024-01-01 12:00')",
    "(1, 2, '2024-06-01 12:00')",
    "(3, 1, '2023-01-01 00:30')",
    "(2, 1, NULL)",
    "(4, 1, 'infinity')",
    "(5, 1, '0044-01-01 BC')",
    "(2, 2, '2024-01-01')",
    "(1, 99, '2024-01-01')",
]
LINK = "https://s3.example.org/bucket/tweets_media/{}"
NAMES = {
    1: "0b7c-2024-01-01.jpg",
    2: "1b7c-2024-01-01.png",
    3: "2b7c-2024-01-01.jpg",
    4: "3b7c 2024-01-01 12:00:00.jpg",
    5: "4b7c-2024-01-01.jpg",
    6: "5b7c-2024-01-01.jpg",
    7: "6b7c-2024-01-01.jpg",
}
PICTURES: list[tuple[int, str | None]] = [
    *((number, LINK.format(name)) for number, name in NAMES.items()),
    (8, "rubbish"),
    (9, "https://s3.example.org/bucket/../../etc/passwd"),
    (10, None),
]
MEDIAS = [
    (1, 1),
    (1, 2),
    (1, 2),
    (10, 1),
    (10, 4),
    (10, 88),
    (99, 1),
    (10, 8),
    (10, 9),
    (10, 10),
    (3, 5),
    (3, 6),
]

# In bytes; the tests' pictures are far smaller.
MEDIA_MAX_BYTES = 64 * 1024


async def made(settings: Settings, name: str = "first", schema: str = SCHEMA) -> DatabaseAddress:
    """An empty database of the first implementation."""
    server = await asyncpg.connect(**settings.database.connect_arguments())
    await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await server.execute(f"CREATE DATABASE {name}")
    await server.close()
    address = replace(settings.database, database=name)
    async with connected(address) as connection:
        await connection.execute(schema)
    return address


@asynccontextmanager
async def connected(address: DatabaseAddress) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(**address.connect_arguments())
    try:
        yield connection
    finally:
        await connection.close()


async def fill_with_ugly_rows(address: DatabaseAddress) -> None:
    async with connected(address) as connection:
        await connection.execute(WITHOUT_CONSTRAINTS)
        await connection.executemany("INSERT INTO users (id, api_key, name) VALUES ($1, $2, $3)", USERS)
        await connection.executemany(
            "INSERT INTO tweets (id, content, tweet_media_ids, user_id, likes_count) "
            "VALUES ($1, $2, $3, $4, 100)",
            TWEETS,
        )
        await connection.executemany("INSERT INTO likes (user_id, tweet_id) VALUES ($1, $2)", LIKES)
        await connection.execute(f"INSERT INTO subscriptions VALUES {', '.join(SUBSCRIPTIONS)}")
        await connection.executemany("INSERT INTO pictures (id, link) VALUES ($1, $2)", PICTURES)
        await connection.executemany("INSERT INTO medias (tweet_id, picture_id) VALUES ($1, $2)", MEDIAS)


WHOLE = """
    INSERT INTO users SELECT n, 'key-' || n, 'Person ' || n FROM generate_series(1, {users}) n;
    INSERT INTO tweets SELECT n, 'tweet ' || n, NULL, 1 + n % {users}, 0 FROM generate_series(1, {tweets}) n;
    INSERT INTO likes
        SELECT 1 + (n + k) % {users}, n FROM generate_series(1, {tweets}) n, generate_series(1, 2) k;
    INSERT INTO subscriptions
        SELECT n, 1 + n % {users}, '2024-01-01'::timestamp + n * interval '1 h'
        FROM generate_series(1, {users}) n;
"""


async def fill(address: DatabaseAddress, *, tweets: int, users: int = 50) -> None:
    """Fill a database in which everything is as it should be."""
    async with connected(address) as connection:
        await connection.execute(WHOLE.format(tweets=tweets, users=users))


def files(folder: Path) -> FilesInFolder:
    """The picture files of the ugly database; the file of picture 4 is missing."""
    for number in (1, 2, 3, 7):
        (folder / NAMES[number]).write_bytes(pictures.jpeg(60 + number, 40))
    (folder / NAMES[5]).write_text("<svg/>")
    (folder / NAMES[6]).write_bytes(pictures.jpeg() + bytes(MEDIA_MAX_BYTES))
    return FilesInFolder(folder)


async def take_over(
    source: DatabaseAddress,
    perch: Context,
    files: PictureFiles | None = None,
    *,
    zone: str = "UTC",
    demo: bool = False,
    dry_run: bool = False,
    progress: Progress = quiet,
    jobs: Jobs | None = None,
) -> Account:
    settings = perch.settings
    wanted = Wanted(source, files or NoFiles(), ZoneInfo(zone), MEDIA_MAX_BYTES, demo, dry_run)
    return await moving.take_over(
        wanted, settings.database, Means(perch.store, jobs or perch.jobs, settings.scratch_folder), progress
    )


def told(account: Account) -> dict[str, list[tuple[str, str]]]:
    """Ids and reasons of the exceptions, by table."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in account.exceptions:
        found.setdefault(one.table, []).append((one.id, one.reason))
    return found


def counted(account: Account) -> dict[str, tuple[int, int]]:
    """The numbers found and imported, by table."""
    return {name: (count.found, count.taken) for name, count in account.counts.items()}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
