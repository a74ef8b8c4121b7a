"""The tweets that quote a tweet."""

from __future__ import annotations

from server.core.cache import topics
from server.core.viewer import Viewer
from server.features.timelines import timelines
from server.features.timelines.hiding import Hides
from server.features.timelines.page import Part
from server.features.timelines.pages import Pages
from server.features.timelines.timeline import Timeline

# $4 is the quoted tweet.
PLACES = """
    SELECT t.id, t.id AS cursor FROM quotes q JOIN tweets t ON t.id = q.tweet_id
    WHERE q.quoted_id = $4 AND NOT q.withdrawn AND q.tweet_id {beyond} $1 AND NOT t.hidden
    ORDER BY q.tweet_id {order} LIMIT $2 OFFSET $3
"""

# Each quote changes the tweet's counter, or is for followers only.
QUOTES = Timeline(
    PLACES, lambda tweet_id: [topics.ALL_TWEETS, topics.tweet(tweet_id)], Hides.MUTED, is_mixed=True
)


async def of_tweet(viewer: Viewer, pages: Pages, tweet_id: int, part: Part) -> bytes:
    """A page of the tweets that quote this one.

    Raises:
        TweetNotFound: there is no such tweet.
    """
    await timelines.tweet(viewer, pages, tweet_id, likers=0)
    return await timelines.of_subject(viewer, pages, QUOTES, tweet_id, part)
