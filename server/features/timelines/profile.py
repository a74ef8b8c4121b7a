"""What a user has published: all but private tweets for followers, and what is open to all for others."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from server.core.cache import topics
from server.features.timelines.timeline import Timeline
from server.features.visibility.visibility import RESTRICTED

PLACES_OF_TWEETS = """
    SELECT id, id AS cursor FROM tweets t WHERE author_id = $4 AND NOT hidden AND id {beyond} $1 {open}
    ORDER BY id {order} LIMIT $2 OFFSET $3
"""
# Whether a tweet is no reply to somebody else; in the words of the index for these.
IS_BEGUN = "(in_reply_to_user_id IS NULL OR in_reply_to_user_id = author_id)"

PLACES_OF_STARTED = f"""
    SELECT id, id AS cursor FROM tweets t WHERE author_id = $4 AND NOT hidden AND id {{beyond}} $1 {{open}}
        AND {IS_BEGUN}
    ORDER BY id {{order}} LIMIT $2 OFFSET $3
"""
PLACES_OF_PICTURES = """
    SELECT DISTINCT tweet_id AS id, tweet_id AS cursor FROM media_attachments
    WHERE owner_id = $4 AND tweet_id {beyond} $1 AND position IS NOT NULL
        AND (SELECT true FROM tweets t WHERE t.id = tweet_id AND NOT t.hidden {open}) IS NOT NULL
    ORDER BY tweet_id {order} LIMIT $2 OFFSET $3
"""


class Published(NamedTuple):
    """Two timelines of one user: `for_followers` is the user's own view, too."""

    for_all: Timeline
    for_followers: Timeline


def _order(user_id: int) -> list[int]:
    return [topics.tweets_of(user_id)]


def published(places: str, order: Callable[[int], list[int]] = _order) -> Published:
    """Both timelines of these places, whose `{open}` is where others see less (as in `PLACES_OF_TWEETS`).

    Args:
        order: the topics that decide which tweets are on them, as of a `Timeline`.
    """
    of_both = (places.replace("{open}", only) for only in (f"AND t.visibility < {RESTRICTED}", ""))
    return Published(*(Timeline(one, order) for one in of_both))


TWEETS = published(PLACES_OF_TWEETS)
STARTED = published(PLACES_OF_STARTED)
WITH_PICTURES = published(PLACES_OF_PICTURES)
