"""The home timelines: everyone's tweets, those of the people whom the viewer follows, and private ones."""

from __future__ import annotations

from server.core.cache import topics
from server.features.timelines import profile
from server.features.timelines.hiding import Hides
from server.features.timelines.timeline import Timeline
from server.features.visibility.visibility import PUBLIC, is_shown

# This timeline is the same for everyone, so the subject is ignored.
PLACES_OF_ALL = f"""
    SELECT id, id AS cursor FROM tweets WHERE id {{beyond}} $1 AND NOT hidden AND visibility = {PUBLIC}
        AND $4::bigint IS NOT NULL
    ORDER BY id {{order}} LIMIT $2 OFFSET $3
"""


def reaches(viewer: str) -> str:
    """SQL for whether a tweet `t` of someone whom the viewer follows is on their Following timeline.

    Replies are, if the viewer also follows the author of the tweet replied to, or if that author is the
    viewer or has written the reply.
    """
    return f"""(
        t.in_reply_to_user_id IS NULL OR t.author_id = {viewer}
        OR t.in_reply_to_user_id = t.author_id OR t.in_reply_to_user_id = {viewer}
        OR (SELECT true FROM follows WHERE follower_id = {viewer} AND followee_id = t.in_reply_to_user_id)
    )"""


# Tweets that reach all followers of their author are found by an index (`profile.IS_BEGUN`). Replies to other
# people are looked for among so many more of the author's tweets than a page has: there may be very many to
# people whom hardly anybody follows.
MOST_UNREACHING = 100

# So many hidden tweets are passed over to find those that are shown with a followed hashtag: somebody may
# have written very many, and be suspended.
MOST_HIDDEN = 200


def newest_of(author: str, most: str, seen: str = "") -> str:
    """SQL for the ids of an author's newest tweets that reach the viewer: at most so many, the newest first.

    The second part is read only if the first hasn't enough, and begins where the first ends.

    Args:
        seen: a further condition, for viewers who may not see all of the author's tweets.
    """
    return f"""
        SELECT id FROM (
            (
                SELECT id FROM (
                    SELECT id, author_id, in_reply_to_user_id FROM tweets
                    WHERE author_id = {author} AND NOT hidden AND id {{beyond}} $1 {seen}
                    ORDER BY id {{order}} LIMIT {most} + {MOST_UNREACHING}
                ) t
                WHERE {{reaches}} ORDER BY id {{order}} LIMIT {most}
            ) UNION ALL (
                SELECT id FROM tweets t
                WHERE author_id = {author} AND NOT hidden AND {profile.IS_BEGUN} {seen} AND id {{beyond}} (
                    SELECT id FROM tweets
                    WHERE author_id = {author} AND NOT hidden AND id {{beyond}} $1 {seen}
                    ORDER BY id {{order}} LIMIT 1 OFFSET {most} + {MOST_UNREACHING - 1}
                )
                ORDER BY id {{order}} LIMIT {most}
            )
        ) both_parts LIMIT {most}
    """


def is_apart(viewer: str, person: str) -> str:
    """SQL for whether an exclusive list of the viewer keeps a person off their Following timeline.

    Most viewers have no such list, which is looked up once.
    """
    return f"""(CASE WHEN (SELECT true FROM lists WHERE lists.user_id = {viewer} AND exclusive LIMIT 1) THEN
        coalesce((
            SELECT true FROM (SELECT id FROM lists WHERE lists.user_id = {viewer} AND exclusive OFFSET 0) l
            WHERE (SELECT true FROM list_members WHERE list_id = l.id AND person_id = {person}) LIMIT 1
        ), false)
    ELSE false END)"""


# The viewer's own tweets, those of the people whom they follow, and those with a hashtag that they follow
# (except replies to others; only public tweets are among `hashtags_in_tweets`).
# For viewers who follow many people, most pages can be filled from the newest thousand tweets overall, so
# those are tried first. If they don't fill the page, the newest tweets of each author are merged, but only of
# as many authors as the page has tweets: those who tweeted most recently. With a million tweets and 300
# followees the first way takes 0.2 ms, the second 1.1 ms, and a merge of all authors 1.4 ms.
PLACES_OF_FOLLOWING = """
    WITH recent AS MATERIALIZED (
        SELECT id FROM (
            SELECT id, author_id, in_reply_to_user_id FROM tweets
            WHERE id {beyond} $1 AND NOT hidden AND (SELECT following_count FROM users WHERE id = $4) > 50
            ORDER BY id {order} LIMIT 1000
        ) t
        WHERE (
            author_id = $4 OR (SELECT true FROM follows WHERE follower_id = $4 AND followee_id = t.author_id)
            AND NOT {author is apart}
        ) AND {reaches}
        ORDER BY id {order} LIMIT $2::bigint + $3::bigint
    ), filled AS MATERIALIZED (
        SELECT count(*) = $2::bigint + $3::bigint AS yes FROM recent
    ), authors AS MATERIALIZED (
        SELECT a.author_id
        FROM (
            SELECT followee_id AS author_id FROM follows WHERE follower_id = $4 AND NOT {followee is apart}
            UNION ALL SELECT $4
        ) a
        CROSS JOIN LATERAL ({newest of a}) newest
        WHERE NOT (SELECT yes FROM filled)
        ORDER BY newest.id {order} LIMIT $2::bigint + $3::bigint
    ), tagged AS MATERIALIZED (
        SELECT shown.id FROM followed_hashtags f CROSS JOIN LATERAL (
            SELECT id FROM (
                SELECT tweet_id AS id FROM hashtags_in_tweets
                WHERE hashtag_id = f.hashtag_id AND NOT is_reply AND tweet_id {beyond} $1
                ORDER BY tweet_id {order} LIMIT $2::bigint + $3::bigint + {hidden}
            ) newest WHERE (
                SELECT NOT hidden AND NOT {author is apart} FROM tweets WHERE tweets.id = newest.id
            )
            ORDER BY id {order} LIMIT $2::bigint + $3::bigint
        ) shown
        WHERE f.user_id = $4
    ), places AS (
        SELECT id FROM recent WHERE (SELECT yes FROM filled)
        UNION
        SELECT newest.id FROM authors CROSS JOIN LATERAL ({page of authors}) newest
        UNION
        SELECT id FROM tagged
    )
    SELECT id, id AS cursor FROM places ORDER BY id {order} LIMIT $2 OFFSET $3
"""
PLACES_OF_FOLLOWING = (
    PLACES_OF_FOLLOWING.replace("{newest of a}", newest_of("a.author_id", "1"))
    .replace("{page of authors}", newest_of("authors.author_id", "$2::bigint + $3::bigint"))
    .replace("{reaches}", reaches("$4"))
    .replace("{hidden}", str(MOST_HIDDEN))
    .replace("{author is apart}", is_apart("$4", "author_id"))
    .replace("{followee is apart}", is_apart("$4", "followee_id"))
)

# What is for mentioned people only: by the viewer, or for the viewer.
PLACES_OF_PRIVATE = """
    SELECT tweet_id AS id, tweet_id AS cursor FROM addressees
    WHERE user_id = $4 AND private AND tweet_id {beyond} $1
        AND (SELECT {shown} FROM tweets t WHERE t.id = tweet_id)
    ORDER BY tweet_id {order} LIMIT $2 OFFSET $3
""".replace("{shown}", is_shown("t"))

ALL = Timeline(PLACES_OF_ALL, lambda _: [topics.ALL_TWEETS], Hides.MUTED)
FOLLOWING = Timeline(
    PLACES_OF_FOLLOWING,
    lambda user_id: [topics.ALL_TWEETS, topics.follows_of(user_id)],
    Hides.MENTIONS,
)
PRIVATE = Timeline(PLACES_OF_PRIVATE, lambda _: [topics.ALL_TWEETS], Hides.MUTED)
