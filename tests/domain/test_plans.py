"""Every query of the contract finds its rows by an index, however many there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import pytest

from server.domain import accounts, follows, keys, likes
from server.models import event, live, people, timeline
from server.models.connection import row, rows, transaction
from server.models.timeline import Which

FILL = (
    "INSERT INTO users (handle, name) SELECT 'u' || n, 'u' || n FROM generate_series(1, 20000) n RETURNING 1",
    "INSERT INTO api_keys (user_id, hash, name, scopes) "
    "SELECT id, sha256(handle::bytea), 'x', '{read}' FROM users RETURNING 1",
    "INSERT INTO tweets (author_id, content) "
    "SELECT 1 + n % 20000, 'x' FROM generate_series(1, 30000) n RETURNING 1",
    "INSERT INTO likes (tweet_id, user_id) "
    "SELECT 1 + n % 30000, 1 + (n / 30000 * 700 + n) % 20000 FROM generate_series(1, 60000) n "
    "ON CONFLICT DO NOTHING RETURNING 1",
    "INSERT INTO follows (follower_id, followee_id) "
    "SELECT 1 + n % 20000, 1 + (n + 1 + n / 20000) % 20000 FROM generate_series(1, 30000) n "
    "ON CONFLICT DO NOTHING RETURNING 1",
    # The busiest: tweet 7 and user 7 have everybody.
    "INSERT INTO likes (tweet_id, user_id) SELECT 7, id FROM users ON CONFLICT DO NOTHING RETURNING 1",
    "INSERT INTO follows (follower_id, followee_id) SELECT id, 7 FROM users WHERE id <> 7 "
    "ON CONFLICT DO NOTHING RETURNING 1",
    "INSERT INTO follows (follower_id, followee_id) SELECT 7, id FROM users WHERE id <> 7 "
    "ON CONFLICT DO NOTHING RETURNING 1",
    "INSERT INTO media_attachments (token, owner_id, tweet_id, position, state, width, height, content_type) "
    "SELECT md5(n::text), 1, n, 1, 'ready', 1, 1, 'image/jpeg' FROM generate_series(1, 20000) n RETURNING 1",
    "INSERT INTO events (seq, kind, tweet_id) "
    "SELECT 1000000 + n, 'likes', n FROM generate_series(1, 30000) n "
    "RETURNING 1",
)

NEWEST = 2**63 - 1


def places(which: Which, subject: int) -> tuple[str, list[Any]]:
    return timeline.PLACES[which], [NEWEST, 51, 0, subject]


QUERIES: dict[str, tuple[str, list[Any]]] = {
    "everybody's tweets": places(Which.ALL, 0),
    "following": places(Which.FOLLOWING, 7),
    "an author's tweets": places(Which.TWEETS, 7),
    "an author's pictures": places(Which.MEDIA, 1),
    "what a user likes": places(Which.LIKES, 7),
    "some tweets": (timeline.CARDS, [[7, 8, 9], 100]),
    "which of these a user likes": (timeline.LIKED_AMONG, [7, [7, 8]]),
    "what a user likes from one on": (timeline.LIKED_SINCE, [7, 20_000, 1_000]),
    "counters of some": (live.USERS, [[7, 8]]),
    "who likes some": (live.LIKES, [[7, 8], [7, 8]]),
    "who follows whom": (live.FOLLOWS, [[7, 8], [8, 7]]),
    "some pictures": (live.MEDIA, [[7, 8]]),
    "followers among the viewers": (live.FOLLOWERS, [[7], list(range(1, 1000))]),
    "events": (event.AFTER, [1_029_000, NEWEST, 500]),
    "the log's ends": (event.NEWEST, []),
    "profile": (people.PROFILE, [7, 8, 100]),
    "followers": (people.FOLLOWERS, [7, 8, NEWEST, 51]),
    "followed": (people.FOLLOWING, [7, 8, NEWEST, 51]),
    "likers": (people.LIKERS, [7, 8, NEWEST, 51]),
    "key": (keys.AUTHENTICATE, [b"x" * 32, True]),
    "like": (likes.LIKE, [7, 8]),
    "unlike": (likes.UNLIKE, [7, 8]),
    "follow": (follows.FOLLOW, [7, 8]),
    "unfollow": (follows.UNFOLLOW, [7, 8]),
}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


# A page and one row more; Following merges a page of each followee.
ONE_ROW = ["instance"]
PAGE, MERGED = 101, 51 * 20000


@pytest.mark.usefixtures("database")
async def test_no_query_reads_a_table_from_end_to_end_or_sorts_more_than_a_page() -> None:
    async with filled():
        await check_plans()


@asynccontextmanager
async def filled() -> AsyncIterator[None]:
    """Many rows of everything, seen by nobody else, and gone afterwards."""
    with suppress(RollBack):
        async with transaction():
            await accounts.create("first")
            for statement in FILL:
                await rows(statement)
            await rows("ANALYZE")
            yield
            raise RollBack


class RollBack(Exception):
    """Nothing of the transaction is to stay."""


async def check_plans() -> None:
    for name, (sql, values) in QUERIES.items():
        found = await row(f"EXPLAIN (FORMAT JSON) {sql}", *values)
        assert found is not None
        (plan,) = msgspec.json.decode(found["QUERY PLAN"])
        every = list(nodes(plan["Plan"]))
        scanned = [node["Relation Name"] for node in every if node["Node Type"] == "Seq Scan"]
        assert scanned in ([], ONE_ROW), name
        most = max((node["Plan Rows"] for node in every if node["Node Type"] == "Sort"), default=0)
        assert most <= (MERGED if name == "following" else PAGE), name
