"""Putting the made-up community into a new server, with pictures that are drawn on the spot.

Pictures take the same path as uploads: an original in the store, a `pending` row, a task for a worker.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.core.database.connection import row, rows, transaction
from server.core.entities import entities
from server.core.jobs import Jobs
from server.features.hashtags.hashtags import hashtags
from server.features.media.jobs import PROCESS
from server.features.media.media_attachment import MediaAttachment
from server.features.mentions.mentions import handles
from server.features.tweets import publishing
from server.features.tweets.publishing import NewTweet
from server.generate import scenes
from server.generate.community import KNOWN, PEOPLE, Post, in_order
from server.generate.loading import NotEmpty
from storage import object_keys
from storage.base import ObjectStore

# The newest tweet is a moment old, the oldest this old.
SPREAD = timedelta(days=6)

LOCK = "LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"
ANYBODY = "SELECT handle FROM users WHERE NOT demo LIMIT 1"
ADD_USER = "INSERT INTO users (handle, name, created_at) VALUES ($1, $2, $3) RETURNING id"
ADD_FOLLOW = "INSERT INTO follows (follower_id, followee_id, created_at) VALUES ($1, $2, $3) RETURNING id"
ADD_LIKE = "INSERT INTO likes (tweet_id, user_id, created_at) VALUES ($1, $2, $3) RETURNING id"
DATE = "UPDATE tweets SET created_at = $2 WHERE id = $1 RETURNING id"
ADD_REPOST = """
    INSERT INTO reposts (id, tweet_id, user_id, created_at)
    VALUES (nextval(pg_get_serial_sequence('tweets', 'id')), $1, $2, $3) RETURNING id
"""

# No tweet of the community is refused because its author has written too much that day.
ANY_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Settled:
    """What the server has now."""

    users: int
    tweets: int
    pictures: int
    likes: int
    follows: int


async def settle(store: ObjectStore, jobs: Jobs, told: Callable[[int], None] = lambda _: None) -> Settled:
    """Fill a server that has no users except perhaps the demo users. Raises NotEmpty, StorageError."""
    chance, now = random.Random(7), datetime.now(UTC)  # noqa: S311 (who likes what)
    wanted: list[tuple[int, int, int, str, str]] = []
    async with transaction():
        await rows(LOCK)
        if (somebody := await row(ANYBODY)) is not None:
            raise NotEmpty(f"@{somebody['handle']} already exists; the demo needs a new server")
        people = {}
        for handle, name in PEOPLE.items():
            people[handle] = await _add(ADD_USER, handle, name, now - SPREAD * 2)
        follows = [
            (people[one], people[other])
            for one in PEOPLE
            for other in PEOPLE
            if one != other and chance.random() < (0.9 if other in KNOWN else 0.35)
        ]
        for pair in follows:
            await _add(ADD_FOLLOW, *pair, now - SPREAD * chance.uniform(1, 2))
        likes = 0
        posts = list(in_order())
        ids: dict[Post, int] = {}
        for number, (post, parent) in enumerate(posts):
            when = now - SPREAD * (1 - (number + chance.uniform(0.1, 0.9)) / len(posts))
            author = people[post.handle]
            tweet_id = ids[post] = await _publish(author, post.text, ids[parent] if parent else None)
            await _add(DATE, tweet_id, when)
            for handle in post.reposted_by:
                await _add(ADD_REPOST, tweet_id, people[handle], when + SPREAD / len(posts) * 0.05)
            fans = [one for one in people.values() if one != author and chance.random() < 0.3]
            for fan in fans:
                await _add(
                    ADD_LIKE, tweet_id, fan, min(now, when + timedelta(minutes=chance.randint(2, 600)))
                )
            likes += len(fans)
            wanted += [
                (tweet_id, author, position, name, alt) for position, (name, alt) in enumerate(post.scenes)
            ]
    for number, (tweet_id, author, position, name, alt) in enumerate(wanted):
        token = secrets.token_hex(16)
        await store.put(
            object_keys.incoming(token), once(scenes.picture(name, number)), content_type="image/jpeg"
        )
        made = await MediaAttachment.create(
            token=token, owner_id=author, tweet_id=tweet_id, position=position, alt=alt
        )
        await jobs.send(PROCESS, made.id)
        told(number + 1)
    return Settled(len(people), len(posts), len(wanted), likes, len(follows))


async def once(data: bytes) -> AsyncIterator[bytes]:
    """A body in one piece."""
    yield data


async def _publish(author: int, text: str, in_reply_to: int | None) -> int:
    """Publish a tweet in this transaction, with its mentions and hashtags; return its id."""
    found = entities(text)
    new = NewTweet(
        author,
        text,
        ANY_BYTES,
        in_reply_to,
        hashtags=tuple(hashtags(found)),
        mentions=tuple(handles(found)),
    )
    (published,) = await publishing.publish_here([new])
    if published is None:
        raise ValueError(f"could not be published: {text}")
    return published.id


async def _add(statement: str, *values: object) -> int:
    """Insert a row; return its id."""
    (made,) = await rows(statement, *values)
    return int(made["id"])
