"""Timelines that have reposts among their tweets: Following, and what a user has published.

Each is its timeline without reposts, merged with reposts. Pages can't be asked for by number, so nothing is
skipped ($3 is 0).
"""

from __future__ import annotations

from server.core.cache import topics
from server.features.reposts.events import all_reposts, reposts_of
from server.features.timelines import home, profile
from server.features.timelines.hiding import Hides
from server.features.timelines.profile import Published
from server.features.timelines.timeline import Timeline
from server.features.visibility.visibility import RESTRICTED, is_shown

# What a repost shows, and who reposted it, must not be hidden.
SHOWN = f"""
    (SELECT {is_shown("t")} {{open}} FROM tweets t WHERE t.id = tweet_id)
    AND (SELECT NOT hidden FROM users WHERE users.id = user_id)
"""

# If tweets fill the page, only reposts between its ends are on it: `span` are the ends.
SPAN = f"""
    span AS MATERIALIZED (
        SELECT least(edge.id, $1::bigint) AS low, greatest(edge.id, $1::bigint) AS high FROM (
            SELECT coalesce(
                (SELECT cursor FROM own ORDER BY cursor {{order}} OFFSET greatest($2::bigint - 1, 0) LIMIT 1),
                CASE WHEN 0 {{beyond}} 1 THEN 0 ELSE {2**53 - 1} END
            ) AS id
        ) edge
    )
"""

# Of the viewer, and of those whom they follow. As with tweets, viewers who follow many people look first
# among all newest reposts, and only if that isn't enough, for those of as many followees as the page has
# tweets: those who reposted most recently.
BY_FOLLOWEES = f"""
    {SPAN}, follows_many AS MATERIALIZED (
        SELECT following_count > 50 AS yes FROM users WHERE id = $4
    ), recent AS MATERIALIZED (
        SELECT id, tweet_id, user_id, CASE WHEN user_id = $4 OR (
            SELECT NOT reposts_hidden AND NOT {home.is_apart("$4", "user_id")}
            FROM follows WHERE follower_id = $4 AND followee_id = user_id
        ) THEN {SHOWN} END AS wanted
        FROM (
            SELECT id, tweet_id, user_id FROM reposts
            WHERE id {{beyond}} $1 AND id BETWEEN (SELECT low FROM span) AND (SELECT high FROM span)
                AND (SELECT yes FROM follows_many)
            ORDER BY id {{order}} LIMIT 1000
        ) newest
    ), found AS MATERIALIZED (
        SELECT (SELECT yes FROM follows_many)
            AND (count(*) < 1000 OR count(*) FILTER (WHERE wanted) >= $2) AS all_of_them FROM recent
    ), reposted AS MATERIALIZED (
        SELECT id, tweet_id, user_id FROM recent WHERE wanted AND (SELECT all_of_them FROM found)
        UNION ALL
        SELECT one.id, one.tweet_id, one.user_id
        FROM (
            SELECT everyone.id FROM (
                SELECT followee_id AS id FROM follows
                WHERE follower_id = $4 AND NOT reposts_hidden AND NOT {home.is_apart("$4", "followee_id")}
                UNION ALL SELECT $4
            ) everyone CROSS JOIN LATERAL (
                SELECT id FROM reposts
                WHERE user_id = everyone.id AND id {{beyond}} $1
                    AND id BETWEEN (SELECT low FROM span) AND (SELECT high FROM span) AND {SHOWN}
                ORDER BY id {{order}} LIMIT 1
            ) newest
            WHERE NOT (SELECT all_of_them FROM found)
            ORDER BY newest.id {{order}} LIMIT $2
        ) who CROSS JOIN LATERAL (
            SELECT id, tweet_id, user_id FROM reposts
            WHERE user_id = who.id AND id {{beyond}} $1
                AND id BETWEEN (SELECT low FROM span) AND (SELECT high FROM span) AND {SHOWN}
            ORDER BY id {{order}} LIMIT $2
        ) one
    )
""".replace("{open}", "")

BY_USER = f"""
    reposted AS MATERIALIZED (
        SELECT id, tweet_id, user_id FROM reposts WHERE user_id = $4 AND id {{beyond}} $1 AND {SHOWN}
        ORDER BY id {{order}} LIMIT $2
    )
"""


def merged(own: str, reposted: str) -> str:
    """SQL for the places of the tweets `own`, and for the rows that the expression `reposted` gives.

    As in `timeline`, LIMIT makes the planner look up who reposted each, however many users there are.
    """
    return f"""
        WITH own AS MATERIALIZED ({own}), {reposted}
        SELECT place.id, place.cursor, u.id AS by_id, u.name AS by_name, u.handle AS by_handle,
            u.avatar AS by_avatar
        FROM (
            SELECT * FROM (
                SELECT id, cursor, NULL::bigint AS by FROM own
                UNION ALL SELECT tweet_id, id, user_id FROM reposted
            ) both_kinds ORDER BY cursor {{order}} LIMIT $2
        ) place LEFT JOIN LATERAL (
            SELECT id, name, handle, avatar FROM users WHERE id = place.by LIMIT 1
        ) u ON true
        ORDER BY place.cursor {{order}}
    """


def _order(user_id: int) -> list[int]:
    return [topics.tweets_of(user_id), topics.NAMES, reposts_of(user_id), topics.DELETIONS]


def _published(own: str) -> Published:
    of_both = (
        merged(own, BY_USER).replace("{open}", only) for only in (f"AND t.visibility < {RESTRICTED}", "")
    )
    return Published(
        *(Timeline(one, _order, Hides.MUTED, has_reposts=True, of_person=True) for one in of_both)
    )


FOLLOWING = Timeline(
    merged(home.PLACES_OF_FOLLOWING, BY_FOLLOWEES),
    lambda user_id: [topics.ALL_TWEETS, topics.NAMES, topics.follows_of(user_id), all_reposts()],
    Hides.MENTIONS,
    has_reposts=True,
)
TWEETS = _published(profile.PLACES_OF_TWEETS)
STARTED = _published(profile.PLACES_OF_STARTED)
