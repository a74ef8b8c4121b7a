"""Timelines and tweets: plain SQL. First the ids of a page, by index, then the rows of just those.

Rows that are known already need not be read; and at a million tweets the ids of a Following page, merged
from 300 authors, take 1.4 ms, where with all rows in the same join it is 72. The row of a tweet and what
stands beside it are read in one statement, from one snapshot, so that its counter always agrees with its
likers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from server.core.database.connection import records
from server.features.media.media_attachment import MediaState


class MediaRow(msgspec.Struct, frozen=True):
    """A picture as it stands in a tweet or an answer."""

    id: int
    token: str
    state: MediaState
    alt: str
    width: int | None
    height: int | None
    thumbhash: str | None


class Liker(msgspec.Struct, frozen=True):
    """Who likes a tweet."""

    id: int
    name: str


class TweetRow(msgspec.Struct, frozen=True):
    """A tweet with all that its card shows, but for what depends on who looks. `likers` are the newest."""

    id: int
    content: str
    created_at: datetime
    likes_count: int
    version: int
    author_id: int
    author_name: str
    author_handle: str
    media: list[MediaRow]
    likers: list[Liker]


MEDIA = msgspec.json.Decoder(list[MediaRow])
LIKERS = msgspec.json.Decoder(list[Liker])


class Place(NamedTuple):
    """A tweet's place in a timeline; after `cursor` the timeline goes on."""

    id: int
    cursor: int


class Which(StrEnum):
    """The timelines: everybody's, one viewer's, and a user's three."""

    ALL = "all"
    FOLLOWING = "following"
    TWEETS = "tweets"
    MEDIA = "media"
    LIKES = "likes"


# One's own tweets, and those of whom one follows. Whoever follows many finds most pages among the newest
# thousand tweets of all: those are tried first. Where they do not fill it, the newest tweets of each author
# are merged, but only of as many authors as the page has tweets: those whose newest are the newest. At a
# million tweets and 300 followees the first takes 0.2 ms, the second 1.1, and a merge of all authors 1.4.
FOLLOWING = """
    WITH recent AS MATERIALIZED (
        SELECT id FROM (
            SELECT id, author_id FROM tweets
            WHERE id < $1 AND NOT hidden AND (SELECT following_count FROM users WHERE id = $4) > 50
            ORDER BY id DESC LIMIT 1000
        ) t
        WHERE author_id = $4
            OR (SELECT true FROM follows WHERE follower_id = $4 AND followee_id = t.author_id)
        ORDER BY id DESC LIMIT $2::bigint + $3::bigint
    ), filled AS MATERIALIZED (
        SELECT count(*) = $2::bigint + $3::bigint AS yes FROM recent
    ), authors AS MATERIALIZED (
        SELECT a.author_id
        FROM (SELECT followee_id AS author_id FROM follows WHERE follower_id = $4 UNION ALL SELECT $4) a
        CROSS JOIN LATERAL (
            SELECT id FROM tweets t WHERE t.author_id = a.author_id AND NOT t.hidden AND t.id < $1
            ORDER BY id DESC LIMIT 1
        ) newest
        WHERE NOT (SELECT yes FROM filled)
        ORDER BY newest.id DESC LIMIT $2::bigint + $3::bigint
    ), places AS (
        SELECT id FROM recent WHERE (SELECT yes FROM filled)
        UNION ALL
        SELECT newest.id FROM authors CROSS JOIN LATERAL (
            SELECT id FROM tweets t WHERE t.author_id = authors.author_id AND NOT t.hidden AND t.id < $1
            ORDER BY id DESC LIMIT $2::bigint + $3::bigint
        ) newest
    )
    SELECT id, id AS cursor FROM places ORDER BY id DESC LIMIT $2 OFFSET $3
"""

# In each: $1 before, $2 limit, $3 skip, $4 whose timeline. A hidden tweet is on none.
PLACES = {
    Which.ALL: """
    SELECT id, id AS cursor FROM tweets WHERE id < $1 AND NOT hidden AND $4::bigint IS NOT NULL
    ORDER BY id DESC LIMIT $2 OFFSET $3
""",
    Which.FOLLOWING: FOLLOWING,
    Which.TWEETS: """
    SELECT id, id AS cursor FROM tweets WHERE author_id = $4 AND NOT hidden AND id < $1
    ORDER BY id DESC LIMIT $2 OFFSET $3
""",
    Which.MEDIA: """
    SELECT DISTINCT tweet_id AS id, tweet_id AS cursor FROM media_attachments
    WHERE owner_id = $4 AND tweet_id < $1 AND (SELECT NOT hidden FROM users WHERE id = $4)
    ORDER BY tweet_id DESC LIMIT $2 OFFSET $3
""",
    # The newest like first, and the cursor is the like's.
    Which.LIKES: """
    SELECT tweet_id AS id, id AS cursor FROM likes WHERE user_id = $4 AND id < $1
        AND (SELECT NOT hidden FROM tweets WHERE tweets.id = tweet_id)
        AND (SELECT deleted_at IS NULL FROM users WHERE id = $4)
    ORDER BY cursor DESC LIMIT $2 OFFSET $3
""",
}

# $1 tweets, $2 likers per tweet. Whoever is hidden has their tweets shown to nobody from that moment on.
CARDS = """
    SELECT t.id, t.content, t.created_at, t.likes_count, t.version,
        a.id AS author_id, a.name AS author_name, a.handle AS author_handle,
        (SELECT jsonb_agg(to_jsonb(m)) FROM (
            SELECT id, token, state, alt, width, height, thumbhash FROM media_attachments
            WHERE tweet_id = t.id ORDER BY position) m) AS media,
        CASE WHEN $2 > 0 AND t.likes_count > 0 THEN (SELECT jsonb_agg(to_jsonb(l)) FROM (
            SELECT u.id, u.name FROM likes k JOIN users u ON u.id = k.user_id
            WHERE k.tweet_id = t.id AND u.deleted_at IS NULL ORDER BY k.id DESC LIMIT $2) l) END AS likers
    FROM tweets t JOIN users a ON a.id = t.author_id WHERE t.id = ANY($1::bigint[]) AND NOT a.hidden
"""


async def places(which: Which, subject: int, *, before: int, skip: int, limit: int) -> list[Place]:
    """Part of a timeline, the newest first: at most `limit` below a cursor, after `skip` others.

    Args:
        subject: whose it is; nobody's that of everybody.
        before: `NEWEST` for the beginning.
    """
    found = await records(PLACES[which], before, limit, skip, subject)
    return [Place(*record) for record in found]


async def these(tweet_ids: Sequence[int], *, likers: int) -> list[TweetRow]:
    """Those of these tweets that there are, in any order."""
    return [_tweet(record) for record in await records(CARDS, tweet_ids, likers)]


def _tweet(record: Any) -> TweetRow:
    media, likers = record["media"], record["likers"]
    decoded = (MEDIA.decode(media) if media else [], LIKERS.decode(likers) if likers else [])
    return TweetRow(*(*record[:-2], *decoded))
