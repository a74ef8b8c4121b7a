"""Suggests hashtags while one is typed, by the beginning of their names."""

from __future__ import annotations

from typing import NamedTuple

from server.core.database.connection import rows
from server.core.prefixes import LONGEST, MAX_COMPLETIONS, texts_with
from server.features.hashtags.hashtags import normalized
from server.features.visibility.visibility import PUBLIC

# Tweets are counted up to this number. A request reads at most so many of each of 250 hashtags.
MOST_COUNTED = 25

# $1 the normalized prefix, $2 the end of the range of names that begin with it, $3 how many. Each part reads
# a bounded number of rows by an index: the hashtags of the newest 200 rows, and 50 by their names. Of each,
# the newest tweets are counted, except those of hidden people.
COMPLETIONS = f"""
    WITH lately AS MATERIALIZED (
        SELECT hashtag_id FROM hashtags_in_tweets ORDER BY tweet_id DESC LIMIT 200
    ), candidates AS MATERIALIZED (
        SELECT hashtag_id, name, shown FROM (
            SELECT DISTINCT hashtag_id FROM lately
        ) recent CROSS JOIN LATERAL (
            SELECT name, shown FROM hashtags WHERE hashtags.hashtag_id = recent.hashtag_id OFFSET 0
        ) named WHERE name ~>=~ $1 AND name ~<~ $2
        UNION (
            SELECT hashtag_id, name, shown FROM hashtags WHERE name ~>=~ $1 AND name ~<~ $2
            ORDER BY name USING ~<~ LIMIT 50
        )
    )
    SELECT c.shown AS name, used.count AS tweets_count FROM candidates c CROSS JOIN LATERAL (
        SELECT count(*) AS count FROM (
            SELECT tweet_id FROM hashtags_in_tweets h WHERE h.hashtag_id = c.hashtag_id
            ORDER BY tweet_id DESC LIMIT {MOST_COUNTED}
        ) newest
        WHERE (SELECT NOT hidden AND visibility = {PUBLIC} FROM tweets WHERE id = newest.tweet_id)
    ) used WHERE used.count > 0 ORDER BY used.count DESC, c.name LIMIT $3
"""


class UsedHashtag(NamedTuple):
    """A hashtag as it was first written, and how many tweets have it, up to MOST_COUNTED."""

    name: str
    tweets_count: int


async def completions(prefix: str, *, limit: int) -> list[UsedHashtag]:
    """Hashtags whose names begin with the prefix, the most used first.

    Args:
        prefix: with or without the #; case and accents don't matter. Every hashtag matches an empty one.
    """
    if (typed := texts_with(normalized(prefix.strip().lstrip("#＃")[: LONGEST + 1]))) is None:
        return []
    found = await rows(COMPLETIONS, *typed, min(limit, MAX_COMPLETIONS))
    return [UsedHashtag(**one) for one in found]
