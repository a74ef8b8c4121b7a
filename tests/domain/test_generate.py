"""A generated database: reproducible, consistent, and like one that grew naturally."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from config.settings import Settings
from server.core.database import migrate
from server.core.entities import entities
from server.core.security import api_keys as keys
from server.features.hashtags.hashtags import hashtags
from server.generate import loading, texts
from server.generate.size import Impossible, Size
from tests.domain.test_migrations import schema
from tests.whole.conftest import perch

# The size, and how many rows each table then has.
SIZE = Size.of(1000)
NUMBERS = (100, 1000, 2000, 5000, 250, len(texts.HASHTAGS), 250)
UNTIL = datetime(2026, 1, 2, 3, tzinfo=UTC)

# A digest of every table.
DIGEST = "SELECT md5(string_agg(t::text, '|' ORDER BY t)) FROM {} t"

DISAGREEING = """
    SELECT count(*) FROM tweets t WHERE likes_count <> (SELECT count(*) FROM likes WHERE tweet_id = t.id)
    UNION ALL
    SELECT count(*) FROM users u
    WHERE tweets_count <> (SELECT count(*) FROM tweets WHERE author_id = u.id)
        OR followers_count <> (SELECT count(*) FROM follows WHERE followee_id = u.id)
        OR following_count <> (SELECT count(*) FROM follows WHERE follower_id = u.id)
    UNION ALL
    SELECT count(*) FROM likes l JOIN tweets t ON t.id = l.tweet_id WHERE l.created_at < t.created_at
    UNION ALL
    SELECT count(*) FROM media_attachments m JOIN tweets t ON t.id = m.tweet_id
    WHERE m.owner_id <> t.author_id
    UNION ALL
    SELECT count(*) FROM outbox
"""


@pytest.fixture(scope="module")
async def empty(settings: Settings) -> Settings:
    """A database of its own, still empty."""
    connection = await asyncpg.connect(**settings.database.connect_arguments())
    await connection.execute("CREATE DATABASE generated")
    await connection.close()
    url = f"postgresql://perch@/generated?host={settings.database.host}"
    found = settings.model_copy(update={"database_url": url})
    await migrate.upgrade(found.database)
    return found


@pytest.fixture
async def connection(empty: Settings) -> AsyncIterator[Any]:
    """A connection to that database, emptied."""
    found = await asyncpg.connect(**empty.database.connect_arguments())
    await found.execute("TRUNCATE users, outbox, media_attachments, hashtags CASCADE")
    yield found
    await found.close()


async def digests(connection: Any) -> list[str]:
    return [await connection.fetchval(DIGEST.format(table)) for table in loading.COLUMNS]


async def test_the_same_size_seed_and_time_generate_the_same_rows(empty: Settings, connection: Any) -> None:
    made = []
    for seed in (1, 1, 2):
        await connection.execute("TRUNCATE users, outbox, media_attachments, hashtags CASCADE")
        await loading.fill(empty.database, SIZE, seed=seed, until=UNTIL)
        made.append(await digests(connection))
    assert made[0] == made[1]
    same = [
        table for table, one, other in zip(loading.COLUMNS, made[0], made[2], strict=True) if one == other
    ]
    assert same == ["hashtags"]  # each of them is used at least once


async def test_generated_data_is_consistent_and_can_be_used_normally(
    empty: Settings, connection: Any
) -> None:
    before = await schema(empty)
    found = await loading.fill(empty.database, SIZE, seed=1, until=UNTIL)
    assert await schema(empty) == before
    for table, number in zip(loading.COLUMNS, NUMBERS, strict=True):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == number
    assert {row[0] for row in await connection.fetch(DISAGREEING)} == {0}
    followers = await connection.fetchval(
        "SELECT followers_count FROM users WHERE id = $1", found.busiest_author
    )
    likes = await connection.fetchval("SELECT likes_count FROM tweets WHERE id = $1", found.most_liked_tweet)
    assert (followers, likes) == (99, 100)
    assert await connection.fetchval("SELECT max(created_at) FROM tweets") == UNTIL
    tweet = await connection.fetchval("INSERT INTO tweets (author_id, content) VALUES (1, '') RETURNING id")
    await connection.execute("INSERT INTO likes (tweet_id, user_id) VALUES ($1, 1)", tweet)
    likes = await connection.fetchval("SELECT likes_count FROM tweets WHERE id = $1", tweet)
    assert (tweet, likes) == (1001, 1)


async def test_the_hashtags_of_generated_tweets_are_those_of_their_texts(
    empty: Settings, connection: Any
) -> None:
    await loading.fill(empty.database, SIZE, seed=1, until=UNTIL)
    texts_of = await connection.fetch("SELECT id, content FROM tweets")
    expected = {(one.id, row["id"]) for row in texts_of for one in hashtags(entities(row["content"]))}
    found = {
        tuple(row) for row in await connection.fetch("SELECT hashtag_id, tweet_id FROM hashtags_in_tweets")
    }
    assert found == expected
    assert len(found) == SIZE.tagged


async def test_a_database_that_is_not_empty_is_left_unchanged(empty: Settings, connection: Any) -> None:
    await connection.execute("INSERT INTO users (handle, name) VALUES ('alice', 'Alice')")
    with pytest.raises(loading.NotEmpty, match="users"):
        await loading.fill(empty.database, SIZE, seed=1, until=UNTIL)
    assert await connection.fetchval("SELECT count(*) FROM users") == 1


@pytest.mark.parametrize("wrong", [{"likes": 201}, {"follows": 96}, {"media": 11}])
def test_impossible_sizes_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(Impossible):
        Size.of(10, users=20, **wrong)


async def test_the_command_writes_keys_that_only_their_owner_can_read(
    empty: Settings, connection: Any, tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    file.touch(0o644)
    options = ["--tweets", "10", "--keys", str(file), "--keys-for", "3", "--json"]
    done = perch(tmp_path, "generate", *options, DATABASE_URL=str(empty.database_url))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["follows"] == 0
    made = file.read_text().split()
    stored = await connection.fetch("SELECT user_id, hash FROM api_keys ORDER BY user_id")
    assert [tuple(row) for row in stored] == [(n + 1, keys.digest(key)) for n, key in enumerate(made)]
    assert file.stat().st_mode & 0o777 == 0o600
    again = perch(tmp_path, "generate", *options, DATABASE_URL=str(empty.database_url))
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert file.read_text().split() == made
