"""What very many people like can be deleted, and what is hidden costs little."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.hashtags import completions
from server.features.hashtags.hashtags import hashtag_id
from server.features.notifications import new_tweets, notifications
from server.features.privacy import deletion
from server.features.reposts import timelines as with_reposts
from server.features.timelines import home, profile
from storage.base import ObjectStore
from tests.api.notifying import notified
from tests.api.test_deletion import FOLDER, due, leave, left_of
from tests.api.test_notifications import read, unread
from tests.callers import Caller

MANY = 10_000

CROWD = """
    INSERT INTO users (id, handle, name) SELECT 1000000 + n, 'crowd_' || n, 'crowd'
    FROM generate_series(1, $1::int) n
"""
LIKE = "INSERT INTO likes (tweet_id, user_id) SELECT $1, id FROM users WHERE handle LIKE 'crowd%'"
REPOST = """
    INSERT INTO reposts (id, tweet_id, user_id)
    SELECT nextval(pg_get_serial_sequence('tweets', 'id')), $1, id FROM users WHERE handle LIKE 'crowd%'
"""


async def popular(author: Caller) -> int:
    """A tweet that very many people like and reposted."""
    tweet = await author.tweet("popular")
    await rows(CROWD, MANY)
    for statement in (LIKE, REPOST):
        await rows(statement, tweet)
    # As PostgreSQL does by itself after so many rows, though not at once.
    await rows("ANALYZE likes, reposts, notifications, notification_groups")
    return tweet


async def test_a_tweet_that_very_many_like_can_be_deleted(alice: Caller) -> None:
    tweet = await popular(alice)
    assert [one["people_count"] for one in await read(alice)] == [MANY, MANY]
    answer = await alice.delete(f"/api/tweets/{tweet}")
    assert answer.status == 200, answer.body
    assert await read(alice) == []
    assert await rows("SELECT 1 FROM notifications UNION ALL SELECT 1 FROM notification_groups") == []


async def test_its_author_can_be_erased(alice: Caller, empty_store: ObjectStore) -> None:
    await popular(alice)
    await leave(alice)
    await due(alice)
    assert await deletion.erase(alice.id, empty_store, FOLDER)
    assert await left_of(alice.id) == 0


async def test_notifications_of_one_group_can_be_forgotten(alice: Caller) -> None:
    await popular(alice)
    await rows("UPDATE notifications SET day = day - 100")
    await rows("UPDATE notification_groups SET day = day - 100")
    assert await notifications.forget_old() == 2 * MANY
    assert await rows("SELECT 1 FROM notification_groups") == []


# $1 the author, $2 the hashtag, $3 whether they are hidden, $4 whether they reply to somebody else.
TAGGED = """
    WITH new AS (
        INSERT INTO tweets (author_id, content, hidden)
        SELECT $1, '#spam', $3 FROM generate_series(1, 5000) RETURNING id
    )
    INSERT INTO hashtags_in_tweets (hashtag_id, tweet_id, is_reply) SELECT $2, id, $4 FROM new
"""


async def reads(sql: str, *values: object) -> int:
    """How many rows of tables the statement reads."""
    (found,) = await rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)

    def of(node: dict[str, Any]) -> int:
        each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) if "Relation Name" in node else 0
        return int(each * node["Actual Loops"]) + sum(map(of, node.get("Plans", [])))

    return of(json.loads(found["QUERY PLAN"])[0]["Plan"])


@pytest.mark.parametrize(("hidden", "is_reply"), [(True, False), (False, True)])
async def test_very_many_tweets_that_are_not_shown_cost_little(
    alice: Caller, bob: Caller, hidden: bool, is_reply: bool
) -> None:
    await rows(CROWD, 1_000)
    await rows(TWEETS_OF_CROWD)
    tweet = await alice.tweet("#spam")
    await rows(TAGGED, bob.id, hashtag_id("spam"), hidden, is_reply)
    await rows("ANALYZE tweets, hashtags_in_tweets")
    await alice.post("/api/hashtags/spam/follow")
    following = home.FOLLOWING.older.places
    assert await reads(following, 2**53 - 1, 21, 0, alice.id) < 1_000
    assert await reads(completions.COMPLETIONS, "spam", "span", 8) < 1_000
    shown = (await alice.get("/api/tweets", params={"timeline": "following"}))["tweets"]
    assert [one["id"] for one in shown] == [tweet]


TWEETS_OF_CROWD = """
    INSERT INTO tweets (author_id, content)
    SELECT id, 'hi' FROM users, generate_series(1, 5) WHERE handle LIKE 'crowd%'
"""
FOLLOW_CROWD = """
    INSERT INTO follows (follower_id, followee_id)
    SELECT $1, id FROM users WHERE handle LIKE 'crowd%' ORDER BY id LIMIT 60
"""
# So that a look at who follows whom isn't cheapest by reading them all.
CROWD_FOLLOWS = """
    INSERT INTO follows (follower_id, followee_id)
    SELECT one.id, other.id FROM users one JOIN users other ON other.id BETWEEN one.id + 1 AND one.id + 5
    WHERE one.handle LIKE 'crowd%' AND other.handle LIKE 'crowd%'
"""
# $1 the author, $2 whom they answer, $3 the tweet.
ANSWERS = """
    INSERT INTO tweets (author_id, content, in_reply_to_user_id, in_reply_to_id, thread_root_id, thread_path)
    SELECT $1, 'an answer', $2, $3, $3, ARRAY[$3::bigint, 9000000000 + n]
    FROM generate_series(1, 10000) n RETURNING 1
"""


@pytest.mark.parametrize("many_followees", [False, True])
async def test_very_many_replies_to_strangers_cost_their_followers_little(
    alice: Caller, bob: Caller, carol: Caller, many_followees: bool
) -> None:
    await rows(CROWD, 1_000)
    await rows(TWEETS_OF_CROWD)
    await rows(CROWD_FOLLOWS)
    if many_followees:
        await rows(FOLLOW_CROWD, alice.id)
    asked = await carol.tweet("who knows?")
    await rows("DELETE FROM tweets WHERE author_id = $1", bob.id)
    older = [await bob.tweet(f"before {number}") for number in range(3)]
    await alice.post(f"/api/users/{bob.id}/follow")
    await rows(ANSWERS, bob.id, carol.id, asked)
    newer = await bob.tweet("after")
    await rows("ANALYZE tweets, users, follows")  # otherwise as they were in an earlier test
    for timeline in (home.FOLLOWING, with_reposts.FOLLOWING):
        assert await reads(timeline.older.places, 2**53 - 1, 21, 0, alice.id) < 3_000
        assert await reads(timeline.newer.places, 0, 21, 0, alice.id) < 3_000
    for timeline in (profile.STARTED.for_all, with_reposts.STARTED.for_all):
        assert await reads(timeline.older.places, 2**53 - 1, 21, 0, bob.id) < 1_000
    for path, params in (
        ("/api/tweets", {"timeline": "following"}),
        (f"/api/users/{bob.id}/tweets", {"replies": "0"}),
    ):
        shown = (await alice.get(path, params=params))["tweets"]
        assert [one["id"] for one in shown][:4] == [newer, *older[::-1]]
    shown = (await alice.get("/api/tweets", params={"timeline": "following", "after": older[0] - 1}))[
        "tweets"
    ]
    assert [one["id"] for one in shown] == [newer, *older[::-1]]


# $1 the author, $2 whom they answer, $3 the tweet.
PRIVATE_ANSWERS = """
    WITH new AS (
        INSERT INTO tweets (
            author_id, content, in_reply_to_user_id, in_reply_to_id, thread_root_id, thread_path, visibility,
            hidden
        )
        SELECT $1, 'an answer', $2, $3, $3, ARRAY[$3::bigint, $3 + n], 3, true
        FROM generate_series(1, 2100) n RETURNING id, thread_path
    )
    INSERT INTO addressees (tweet_id, user_id, thread_path, private) SELECT id, $2, thread_path, true FROM new
"""


async def test_a_flood_of_private_replies_keeps_no_later_one_from_its_reader(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    asked = await alice.tweet("who knows?")
    await rows(PRIVATE_ANSWERS, bob.id, alice.id, asked)
    await alice.post(f"/api/users/{bob.id}/block")
    body = {"tweet_data": "I know", "in_reply_to_id": asked, "visibility": "mentioned"}
    answer = (await carol.post("/api/tweets", json=body))["tweet_id"]
    thread = await alice.get(f"/api/tweets/{asked}/thread")
    assert [one["tweet"]["id"] for one in thread["replies"]] == [answer]


async def test_no_more_than_a_number_of_tweets_a_day_notify(alice: Caller, bob: Caller) -> None:
    await alice.post(f"/api/users/{bob.id}/follow")
    await alice.post(f"/api/users/{bob.id}/notify")
    deleted = await bob.tweet("news that is deleted, but counts")
    await bob.delete(f"/api/tweets/{deleted}")
    used = "UPDATE upload_days SET news = news + $2 WHERE user_id = $1 RETURNING news"
    assert await rows(used, bob.id, new_tweets.MOST_A_DAY - 2) == [{"news": new_tweets.MOST_A_DAY - 1}]
    asked = await alice.tweet("who knows?")
    await bob.post("/api/tweets", json={"tweet_data": "a reply is no news", "in_reply_to_id": asked})
    for _ in range(3):  # the first of these is the last one of this day that notifies
        await bob.tweet("news")
    await notified()
    assert [one["kind"] for one in await read(alice)] == ["tweet", "reply"]
    await rows("UPDATE upload_days SET day = day - 1 RETURNING 1")
    await bob.tweet("the next day")
    await notified()
    assert [one["kind"] for one in await read(alice)] == ["tweet", "tweet", "reply"]


async def test_unread_counts_only_what_is_shown(alice: Caller, bob: Caller) -> None:
    await alice.post(f"/api/users/{bob.id}/follow")
    await alice.post(f"/api/users/{bob.id}/notify")
    await bob.post("/api/tweets", json={"tweet_data": "for followers", "visibility": "followers"})
    await notified()
    assert await unread(alice) == len(await read(alice)) == 1
    await alice.delete(f"/api/users/{bob.id}/follow")
    assert await read(alice) == []
    assert await unread(alice) == 0
