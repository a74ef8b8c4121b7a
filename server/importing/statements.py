"""The statements that read the old database: each continues after a position, in an order of its own.

Constraints may be missing there, so the statements check what these would ensure: rows that occur twice, or
whose tweet is gone, are reported and not imported.
"""

from __future__ import annotations

from server.core.text import TWEET_MAX_BYTES

# Half of the largest new id (2^53 - 1, which a JavaScript number holds exactly), to leave room for new ids.
LARGEST_ID = 2**52

USER = f"SELECT 1 FROM users u WHERE u.id BETWEEN 1 AND {LARGEST_ID} AND u.id = "
TWEET = f"""
    SELECT 1 FROM tweets t JOIN users a ON a.id = t.user_id
    WHERE t.id BETWEEN 1 AND {LARGEST_ID} AND a.id BETWEEN 1 AND {LARGEST_ID} AND t.id =
"""


def ordered(inner: str, **keys: str) -> str:
    """SQL for the rows, sorted by these columns of these types, after the position `$1` if it is not null."""
    behind = ", ".join(f"($1::text[])[{number}]::{kind}" for number, kind in enumerate(keys.values(), 1))
    names = ", ".join(keys)
    return f"""
        SELECT *, ARRAY[{", ".join(f"{name}::text" for name in keys)}] AS position FROM ({inner}) found
        WHERE $1::text[] IS NULL OR ({names}) > ({behind}) ORDER BY {names}
    """


USERS = ordered(
    f"""
    SELECT id, left(name, 1000) AS name, left(api_key, 1000) AS api_key,
        row_number() OVER (PARTITION BY id ORDER BY ctid) AS nth,
        min(CASE WHEN id BETWEEN 1 AND {LARGEST_ID} THEN id END) OVER (PARTITION BY api_key) AS key_holder
    FROM users
    """,
    id="bigint",
    nth="bigint",
)

TWEETS = ordered(
    f"""
    SELECT id, left(content, {TWEET_MAX_BYTES}) AS content, octet_length(content) AS size, user_id,
        row_number() OVER (PARTITION BY id ORDER BY ctid) AS nth, EXISTS ({USER} w.user_id) AS has_author
    FROM tweets w
    """,
    id="bigint",
    nth="bigint",
)

LIKES = ordered(
    f"""
    SELECT coalesce(tweet_id, 0) AS tweet_id, coalesce(user_id, 0) AS user_id,
        row_number() OVER (PARTITION BY tweet_id, user_id ORDER BY ctid) AS nth,
        EXISTS ({TWEET} l.tweet_id) AS has_tweet, EXISTS ({USER} l.user_id) AS has_user
    FROM likes l
    """,
    tweet_id="bigint",
    user_id="bigint",
    nth="bigint",
)

# The oldest first, as lists of followers are shown in the order in which they were created. Times outside
# this era count as missing.
SUBSCRIPTIONS = ordered(
    f"""
    SELECT coalesce(extract(epoch FROM created_at), '-infinity')::float8 AS since,
        coalesce(subscriber_id, 0) AS subscriber_id, coalesce(subscribed_to_id, 0) AS subscribed_to_id,
        CASE WHEN created_at BETWEEN '1990-01-01' AND '2100-01-01' THEN created_at END AS created_at,
        row_number() OVER (
            PARTITION BY subscriber_id, subscribed_to_id ORDER BY created_at NULLS FIRST, ctid
        ) AS nth,
        EXISTS ({USER} s.subscriber_id) AND EXISTS ({USER} s.subscribed_to_id) AS has_users
    FROM subscriptions s
    """,
    since="float8",
    subscriber_id="bigint",
    subscribed_to_id="bigint",
    nth="bigint",
)

# `place` is the picture's position within its tweet. Both joined tables are read only once, as they may have
# lost their indexes along with their constraints.
MEDIAS = ordered(
    f"""
    SELECT tweet_id, picture_id, nth, has_tweet, has_picture, link, row_number() OVER (
            PARTITION BY tweet_id ORDER BY nth > 1 OR NOT has_picture, listed NULLS LAST, picture_id
        ) AS place
    FROM (
        SELECT coalesce(m.tweet_id, 0) AS tweet_id, coalesce(m.picture_id, 0) AS picture_id,
            row_number() OVER (PARTITION BY m.tweet_id, m.picture_id ORDER BY m.ctid) AS nth,
            EXISTS ({TWEET} m.tweet_id) AS has_tweet,
            p.id IS NOT NULL AS has_picture, p.link, o.listed
        FROM medias m LEFT JOIN (
            SELECT id, min(left(link, 2000)) AS link FROM pictures GROUP BY id
        ) p ON p.id = m.picture_id LEFT JOIN (
            SELECT t.id AS tweet_id, e.id AS picture_id, min(e.number) AS listed
            FROM tweets t CROSS JOIN LATERAL unnest(t.tweet_media_ids) WITH ORDINALITY AS e (id, number)
            GROUP BY 1, 2
        ) o ON o.tweet_id = m.tweet_id AND o.picture_id = m.picture_id
    ) joined
    """,
    tweet_id="bigint",
    picture_id="bigint",
    nth="bigint",
)

# Pictures named in arrays that are not in `medias`.
ARRAYS = ordered(
    """
    SELECT DISTINCT t.id AS tweet_id, coalesce(e.id, 0) AS picture_id,
        EXISTS (SELECT 1 FROM pictures p WHERE p.id = e.id) AS has_picture
    FROM tweets t CROSS JOIN LATERAL unnest(t.tweet_media_ids) AS e (id)
    WHERE NOT EXISTS (SELECT 1 FROM medias m WHERE m.tweet_id = t.id AND m.picture_id = e.id)
    """,
    tweet_id="bigint",
    picture_id="bigint",
)

PICTURES = ordered(
    """
    SELECT id, row_number() OVER (PARTITION BY id ORDER BY ctid) AS nth,
        EXISTS (SELECT 1 FROM medias m WHERE m.picture_id = p.id) AS shown
    FROM pictures p
    """,
    id="bigint",
    nth="bigint",
)
