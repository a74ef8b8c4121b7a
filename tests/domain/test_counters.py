"""Counters agree with their rows, whatever writes or deletes happen concurrently."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Sequence

import pytest

from server.core.database.connection import rows
from server.core.database.pool import PoolExhausted
from server.core.errors import MediaInUse, PerchError, TweetNotFound
from server.core.viewer import Viewer
from server.features.follows import follows
from server.features.likes import likes
from server.features.media.media_attachment import MediaAttachment, MediaState
from server.features.people import accounts
from server.features.tweets import deleting, tweets
from server.features.tweets.checks import Part
from tests.jobs import NoJobs

pytestmark = pytest.mark.usefixtures("database")

DISAGREEING = """
    SELECT 'likes of tweet ' || t.id AS what FROM tweets t
    WHERE likes_count <> (SELECT count(*) FROM likes WHERE tweet_id = t.id)
    UNION ALL SELECT 'replies to ' || t.id FROM tweets t
    WHERE replies_count <> (SELECT count(*) FROM tweets WHERE in_reply_to_id = t.id)
    UNION ALL SELECT 'quotes of tweet ' || t.id FROM tweets t
    WHERE quotes_count <> (SELECT count(*) FROM quotes WHERE quoted_id = t.id AND counted)
    UNION ALL SELECT 'reposts of tweet ' || t.id FROM tweets t
    WHERE reposts_count <> (SELECT count(*) FROM reposts WHERE tweet_id = t.id)
    UNION ALL SELECT 'tweets of ' || u.id FROM users u
    WHERE tweets_count <> (SELECT count(*) FROM tweets WHERE author_id = u.id)
    UNION ALL SELECT 'followers of ' || u.id FROM users u
    WHERE followers_count <> (SELECT count(*) FROM follows WHERE followee_id = u.id)
    UNION ALL SELECT 'following of ' || u.id FROM users u
    WHERE following_count <> (SELECT count(*) FROM follows WHERE follower_id = u.id)
    UNION ALL SELECT 'group of notifications of ' || g.user_id FROM notification_groups g
    WHERE g.count <> (SELECT count(*) FROM notifications n WHERE n.user_id = g.user_id AND n.kind = g.kind
        AND coalesce(n.tweet_id, 0) = coalesce(g.tweet_id, 0) AND n.day = g.day AND NOT n.undone)
    UNION ALL SELECT 'notification without a group ' || n.id FROM notifications n
    WHERE NOT EXISTS (SELECT 1 FROM notification_groups g WHERE g.user_id = n.user_id AND g.kind = n.kind
        AND coalesce(g.tweet_id, 0) = coalesce(n.tweet_id, 0) AND g.day = n.day)
    UNION ALL SELECT 'notification of no like ' || n.id FROM notifications n
    WHERE n.kind = 'like' AND NOT n.undone
        AND NOT EXISTS (SELECT 1 FROM likes WHERE tweet_id = n.tweet_id AND user_id = n.actor_id)
    UNION ALL SELECT 'notification of no repost ' || n.id FROM notifications n
    WHERE n.kind = 'repost' AND NOT n.undone
        AND NOT EXISTS (SELECT 1 FROM reposts WHERE tweet_id = n.tweet_id AND user_id = n.actor_id)
    UNION ALL SELECT 'like without notification ' || l.id FROM likes l JOIN tweets t ON t.id = l.tweet_id
    WHERE t.author_id <> l.user_id AND NOT EXISTS (SELECT 1 FROM notifications n
        WHERE n.user_id = t.author_id AND n.kind = 'like' AND n.tweet_id = t.id AND n.actor_id = l.user_id
        AND NOT n.undone)
"""


async def viewer(handle: str) -> Viewer:
    user, _ = await accounts.create(handle)
    return Viewer(user.id, handle, handle, False, 0, frozenset({"read", "write"}))


async def publish(author: Viewer, in_reply_to_id: int | None = None) -> int:
    published = await tweets.publish(
        author, [Part("x")], jobs=NoJobs(), max_length=10, day_bytes=1000, in_reply_to_id=in_reply_to_id
    )
    return published[0].tweet_id


async def settle(calls: Sequence[Awaitable[object]]) -> list[object]:
    """Run everything at once; raise failures other than the features' own and those of a busy database."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, (PerchError, PoolExhausted)):
            raise result
    return results


async def test_parallel_replies_likes_and_deletions_in_a_thread() -> None:
    """All lock tweets in the order of their ids: nothing deadlocks, and no count is lost."""
    people = [await viewer(f"u{number}") for number in range(8)]
    author = {await publish(people[0]): people[0]}
    for number in range(30):
        who = people[number % len(people)]
        author[await publish(who, random.Random(number).choice(list(author)))] = who
    chosen = random.Random(11)
    thread = list(author)

    def call() -> Awaitable[object]:
        tweet_id, who = chosen.choice(thread), chosen.choice(people)
        match chosen.choice(("reply", "reply", "like", "unlike", "delete")):
            case "reply":
                return publish(who, tweet_id)
            case "like":
                return likes.like(who, tweet_id)
            case "unlike":
                return likes.unlike(who, tweet_id)
            case _:
                return deleting.delete(author[tweet_id], tweet_id, NoJobs())

    await settle([call() for _ in range(400)])
    assert await rows(DISAGREEING) == []


async def test_parallel_likes_and_unlikes_of_one_tweet() -> None:
    people = [await viewer(f"u{number}") for number in range(20)]
    tweet_id = await publish(people[0])
    chosen = random.Random(7)
    calls = [chosen.choice((likes.like, likes.unlike))(chosen.choice(people), tweet_id) for _ in range(400)]
    await settle(calls)
    assert await rows(DISAGREEING) == []


async def test_parallel_follows_in_both_directions() -> None:
    people = [await viewer(f"u{number}") for number in range(6)]
    chosen = random.Random(7)
    pairs = [chosen.sample(people, 2) for _ in range(300)]
    await settle([chosen.choice((follows.follow, follows.unfollow))(a, b.id) for a, b in pairs])
    assert await rows(DISAGREEING) == []


async def test_of_parallel_deletes_one_succeeds_while_others_like() -> None:
    people = [await viewer(f"u{number}") for number in range(10)]
    for _ in range(5):
        tweet_id = await publish(people[0])
        deletes = [deleting.delete(people[0], tweet_id, NoJobs()) for _ in range(5)]
        others = [use(who, tweet_id) for who in people for use in (likes.like, likes.unlike, likes.like)]
        results = await settle([*others[:15], *deletes, *others[15:]])
        deleted = results[15:20]
        assert [type(result) for result in deleted if result is not None] == [TweetNotFound] * 4
    assert await rows("SELECT 1 FROM likes") == []
    assert await rows(DISAGREEING) == []


async def test_of_concurrent_tweets_only_one_gets_the_picture() -> None:
    alice = await viewer("alice")
    for number in range(10):
        made = await MediaAttachment.create(
            token=f"{number:032x}",
            owner_id=alice.id,
            state=MediaState.READY,
            width=1,
            height=1,
            content_type="image/jpeg",
        )
        results = await settle(
            [
                tweets.publish(alice, [Part("x", [made.id])], jobs=NoJobs(), max_length=10, day_bytes=1000)
                for _ in range(8)
            ]
        )
        assert [type(result) for result in results].count(MediaInUse) == 7
    assert (await rows("SELECT count(*) AS n FROM tweets"))[0]["n"] == 10
    assert await rows(DISAGREEING) == []


async def test_cascading_deletions_are_counted_too() -> None:
    alice, bob, carol = [await viewer(name) for name in ("alice", "bob", "carol")]
    tweet_id = await publish(bob)
    await publish(alice)
    for who in (alice, carol):
        await likes.like(who, tweet_id)
        await follows.follow(who, bob.id)
        await follows.follow(bob, who.id)
    await rows("DELETE FROM users WHERE id = $1 RETURNING id", alice.id)
    assert await rows(DISAGREEING) == []
    left = (await rows("SELECT followers_count, following_count FROM users WHERE id = $1", bob.id))[0]
    assert left == {"followers_count": 1, "following_count": 1}
    assert (await rows("SELECT likes_count FROM tweets"))[0] == {"likes_count": 1}
