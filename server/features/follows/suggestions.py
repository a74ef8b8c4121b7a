"""Whom a member might follow: people whom their people follow, people who tweeted lately, new members."""

from __future__ import annotations

from server.core.database.connection import rows
from server.core.viewer import Viewer
from server.features.people.people import ListedPerson
from server.features.visibility.visibility import PUBLIC

MAX_SUGGESTIONS = 20

# $1 viewer, $2 how many. Each part reads a bounded number of rows by an index, however many people the viewer
# follows: the newest 10 followees of the newest 40 followees, the authors of the newest 100 tweets, and the
# newest 50 members.
# Scalar subqueries, as in people.LISTED: for a join, PostgreSQL might read everyone whom the viewer follows.
SUGGESTIONS = f"""
    WITH followees AS MATERIALIZED (
        SELECT followee_id FROM follows WHERE follower_id = $1 ORDER BY id DESC LIMIT 40
    ), theirs AS MATERIALIZED (
        SELECT their.followee_id AS id FROM followees CROSS JOIN LATERAL (
            SELECT followee_id FROM follows WHERE follower_id = followees.followee_id
            ORDER BY id DESC LIMIT 10
        ) their
    ), lately AS MATERIALIZED (
        SELECT author_id AS id FROM tweets WHERE NOT hidden AND visibility = {PUBLIC}
        ORDER BY id DESC LIMIT 100
    ), members AS MATERIALIZED (
        SELECT id FROM users ORDER BY id DESC LIMIT 50
    ), candidates AS MATERIALIZED (
        SELECT id, sum(weight) AS weight
        FROM (
            SELECT id, 2 AS weight FROM theirs UNION ALL SELECT DISTINCT id, 1 FROM lately
            UNION ALL SELECT id, 0 FROM members
        ) found
        WHERE id <> $1
            AND (SELECT true FROM follows WHERE follower_id = $1 AND followee_id = found.id) IS NULL
            AND (SELECT true FROM follow_requests WHERE follower_id = $1 AND followee_id = found.id) IS NULL
            AND (SELECT true FROM relations WHERE user_id = $1 AND other_id = found.id) IS NULL
        GROUP BY id
    )
    SELECT u.id, u.name, u.handle, u.avatar, false AS followed, 0 AS cursor
    FROM candidates c CROSS JOIN LATERAL (
        SELECT id, name, handle, avatar, followers_count FROM users
        WHERE id = c.id AND deleted_at IS NULL AND suspended_at IS NULL OFFSET 0
    ) u
    ORDER BY c.weight DESC, u.followers_count DESC, u.id LIMIT $2
"""


async def suggestions(viewer: Viewer, *, limit: int) -> list[ListedPerson]:
    """People whom the viewer doesn't follow yet; those followed by most of the viewer's followees first."""
    found = await rows(SUGGESTIONS, viewer.id, min(limit, MAX_SUGGESTIONS))
    return [ListedPerson(**person) for person in found]
