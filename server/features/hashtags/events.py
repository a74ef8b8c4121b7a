"""What happens to hashtags."""

from __future__ import annotations

from collections.abc import Collection

from server.core.cache import topics
from server.core.live.kinds import Fact, Kind, to_actor
from server.core.live.viewers import viewers_by

# Reads what each viewer follows, if any of the tweets has a hashtag: few do, while a hashtag may have very
# many followers.
FOLLOWERS = """
    WITH tagged AS MATERIALIZED (
        SELECT tweet_id, hashtag_id FROM hashtags_in_tweets
        WHERE tweet_id = ANY($1::bigint[]) AND NOT is_reply
    ), follow AS MATERIALIZED (
        SELECT viewer.id AS viewer_id, f.hashtag_id FROM unnest($2::bigint[]) AS viewer (id)
            CROSS JOIN LATERAL (
                SELECT hashtag_id FROM followed_hashtags WHERE user_id = viewer.id OFFSET 0
            ) f
        WHERE EXISTS (SELECT 1 FROM tagged)
    )
    SELECT DISTINCT tagged.tweet_id AS key, follow.viewer_id FROM tagged JOIN follow USING (hashtag_id)
"""


async def followers(tweet_ids: Collection[int], viewers: Collection[int]) -> dict[int, frozenset[int]]:
    """Which of the viewers follow a hashtag that puts each of these tweets on their Following timeline."""
    return await viewers_by(FOLLOWERS, tweet_ids, viewers)


FOLLOWERS_AMONG_VIEWERS = Fact(followers)

# The actor follows the subject, a hashtag, or no longer does.
FOLLOWED = Kind("followed_hashtag", lambda event: [topics.follows_of(event.actor_id)], recipients=to_actor)
