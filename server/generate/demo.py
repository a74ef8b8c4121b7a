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
from server.core.jobs import Jobs
from server.features.media.jobs import PROCESS
from server.features.media.media_attachment import MediaAttachment
from server.generate import scenes
from server.generate.community import KNOWN, PEOPLE, POSTS
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
ADD_TWEET = "INSERT INTO tweets (author_id, content, created_at) VALUES ($1, $2, $3) RETURNING id"


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
        for number, post in enumerate(POSTS):
            when = now - SPREAD * (1 - (number + chance.uniform(0.1, 0.9)) / len(POSTS))
            author = people[post.handle]
            tweet_id = await _add(ADD_TWEET, author, post.text, when)
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
    return Settled(len(people), len(POSTS), len(wanted), likes, len(follows))


async def once(data: bytes) -> AsyncIterator[bytes]:
    """A body in one piece."""
    yield data


async def _add(statement: str, *values: object) -> int:
    """Insert a row; return its id."""
    (made,) = await rows(statement, *values)
    return int(made["id"])
