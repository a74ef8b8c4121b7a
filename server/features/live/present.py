"""What is true now of the things that events are about: a query for each kind of thing, for many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

import msgspec

from server.core.database.connection import rows
from server.features.media.media_access import COLUMNS, OwnedMedia, owned

# Of a like: tweet and user. Of a follow: follower and followee.
Like: TypeAlias = tuple[int, int]
Follow: TypeAlias = tuple[int, int]


class UserRow(msgspec.Struct, frozen=True):
    """A user with counters."""

    id: int
    name: str
    handle: str
    tweets_count: int
    followers_count: int
    following_count: int
    version: int
    hidden: bool


USERS = """
    SELECT id, name, handle, CASE WHEN hidden THEN 0 ELSE tweets_count END AS tweets_count, followers_count,
        following_count, version, hidden
    FROM users WHERE id = ANY($1) AND deleted_at IS NULL
"""
LIKES = """
    SELECT l.tweet_id, l.user_id FROM unnest($1::bigint[], $2::bigint[]) AS asked (tweet_id, user_id)
    JOIN likes l ON l.tweet_id = asked.tweet_id AND l.user_id = asked.user_id
"""
FOLLOWS = """
    SELECT f.follower_id, f.followee_id
    FROM unnest($1::bigint[], $2::bigint[]) AS asked (follower_id, followee_id)
    JOIN follows f ON f.follower_id = asked.follower_id AND f.followee_id = asked.followee_id
"""
MEDIA = f"""
    SELECT {COLUMNS}
    FROM media_attachments, (SELECT media_key FROM instance) k WHERE id = ANY($1) AND state <> 'removed'
        AND (SELECT NOT hidden FROM users WHERE users.id = owner_id)
"""
# From the smaller side, as streams are fewer than a popular author's followers: each pair is looked up. Of a
# join, PostgreSQL might read all the followers.
FOLLOWERS = """
    SELECT author.id AS followee_id, viewer.id AS follower_id
    FROM unnest($1::bigint[]) AS author (id) CROSS JOIN unnest($2::bigint[]) AS viewer (id)
    WHERE (SELECT true FROM follows WHERE follower_id = viewer.id AND followee_id = author.id)
"""


async def users(ids: Collection[int]) -> dict[int, UserRow]:
    """Those of these users that there are."""
    return {found["id"]: UserRow(**found) for found in await rows(USERS, list(ids))}


async def likes(asked: Sequence[Like]) -> set[Like]:
    """Those of these likes that there are."""
    found = await rows(LIKES, [like[0] for like in asked], [like[1] for like in asked])
    return {(like["tweet_id"], like["user_id"]) for like in found}


async def follows(asked: Sequence[Follow]) -> set[Follow]:
    """Those of these follows that there are."""
    found = await rows(FOLLOWS, [follow[0] for follow in asked], [follow[1] for follow in asked])
    return {(follow["follower_id"], follow["followee_id"]) for follow in found}


async def media(ids: Collection[int]) -> dict[int, OwnedMedia]:
    """Those of these pictures that there are."""
    return {found["id"]: owned(found) for found in await rows(MEDIA, list(ids))}


async def followers(authors: Collection[int], among: Collection[int]) -> dict[int, frozenset[int]]:
    """Who of `among` follows each of these authors."""
    by_author: dict[int, set[int]] = {}
    for follow in await rows(FOLLOWERS, list(authors), list(among)):
        by_author.setdefault(follow["followee_id"], set()).add(follow["follower_id"])
    return {author: frozenset(found) for author, found in by_author.items()}
