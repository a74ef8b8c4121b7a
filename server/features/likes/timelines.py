"""What a user likes."""

from __future__ import annotations

from server.core.cache import topics
from server.features.timelines.timeline import Timeline

# The newest like first, and the cursor is the like's.
PLACES_OF_LIKES = """
    SELECT tweet_id AS id, id AS cursor FROM likes WHERE user_id = $4 AND id {beyond} $1
        AND (SELECT NOT hidden FROM tweets WHERE tweets.id = tweet_id)
        AND (SELECT deleted_at IS NULL FROM users WHERE id = $4)
    ORDER BY cursor {order} LIMIT $2 OFFSET $3
"""

LIKES = Timeline(PLACES_OF_LIKES, lambda user_id: [topics.likes_of(user_id), topics.DELETIONS])
