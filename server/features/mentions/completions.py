"""Suggests users while a mention is typed, by the beginning of their handle or name."""

from __future__ import annotations

from server.core.database.connection import rows
from server.core.prefixes import MAX_COMPLETIONS, texts_with
from server.core.viewer import Viewer
from server.features.people.people import ListedPerson
from server.features.relations.visible import visible_to

# $1 viewer, $2 the prefix in lower case, $3 the end of the range of texts that begin with it, $4 how many.
# Each part reads a bounded number of rows by an index: whom the viewer's newest 200 tweets mention or reply
# to, the newest 300 followees, and 50 users each by handle and by name.
COMPLETIONS = f"""
    WITH mine AS MATERIALIZED (
        SELECT id, in_reply_to_user_id FROM tweets WHERE author_id = $1 AND NOT hidden
        ORDER BY id DESC LIMIT 200
    ), talked AS MATERIALIZED (
        SELECT id, count(*) AS times FROM (
            SELECT in_reply_to_user_id AS id FROM mine WHERE in_reply_to_user_id IS NOT NULL
            UNION ALL
            SELECT named.user_id FROM mine CROSS JOIN LATERAL (
                SELECT user_id FROM mentions WHERE tweet_id = mine.id LIMIT 20
            ) named
        ) found GROUP BY id
    ), followees AS MATERIALIZED (
        SELECT followee_id AS id FROM follows WHERE follower_id = $1 ORDER BY id DESC LIMIT 300
    ), candidates AS MATERIALIZED (
        SELECT id FROM talked UNION SELECT id FROM followees
        UNION (SELECT id FROM users WHERE handle ~>=~ $2 AND handle ~<~ $3 ORDER BY handle USING ~<~ LIMIT 50)
        UNION (
            SELECT id FROM users WHERE lower(name) ~>=~ $2 AND lower(name) ~<~ $3
            ORDER BY lower(name) USING ~<~ LIMIT 50
        )
    )
    SELECT u.id, u.name, u.handle, u.avatar, 0 AS cursor,
        (SELECT true FROM follows WHERE follower_id = $1 AND followee_id = u.id) IS NOT NULL AS followed
    FROM candidates c CROSS JOIN LATERAL (
        SELECT id, name, handle, avatar, followers_count, hidden FROM users WHERE id = c.id OFFSET 0
    ) u LEFT JOIN talked ON talked.id = u.id
    WHERE NOT u.hidden AND u.id <> $1 AND {visible_to("$1", "u.id")}
        AND (u.handle ~>=~ $2 AND u.handle ~<~ $3 OR lower(u.name) ~>=~ $2 AND lower(u.name) ~<~ $3)
    ORDER BY coalesce(talked.times, 0) DESC, followed DESC, u.followers_count DESC, u.handle LIMIT $4
"""


async def completions(viewer: Viewer, prefix: str, *, limit: int) -> list[ListedPerson]:
    """Users whose handle or name begins with the prefix. The viewer's most frequent contacts come first.

    Args:
        prefix: with or without the @; case doesn't matter. Every user matches an empty one.
    """
    if (typed := texts_with(prefix.strip().removeprefix("@").lower())) is None:
        return []
    found = await rows(COMPLETIONS, viewer.id, *typed, min(limit, MAX_COMPLETIONS))
    return [ListedPerson(**person) for person in found]
