"""What a user has published."""

from __future__ import annotations

from server.core.cache import topics
from server.features.timelines.timeline import Timeline

PLACES_OF_TWEETS = """
    SELECT id, id AS cursor FROM tweets WHERE author_id = $4 AND NOT hidden AND id {beyond} $1
    ORDER BY id {order} LIMIT $2 OFFSET $3
"""
PLACES_OF_PICTURES = """
    SELECT DISTINCT tweet_id AS id, tweet_id AS cursor FROM media_attachments
    WHERE owner_id = $4 AND tweet_id {beyond} $1 AND (SELECT NOT hidden FROM users WHERE id = $4)
    ORDER BY tweet_id {order} LIMIT $2 OFFSET $3
"""

TWEETS = Timeline(PLACES_OF_TWEETS, lambda user_id: [topics.tweets_of(user_id)])
WITH_PICTURES = Timeline(PLACES_OF_PICTURES, lambda user_id: [topics.tweets_of(user_id)])
