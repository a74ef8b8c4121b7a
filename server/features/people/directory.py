"""Lists of the members: the newest, and those who tweeted lately."""

from __future__ import annotations

from enum import StrEnum

from server.core.database.connection import rows
from server.core.paging import Page
from server.core.viewer import Viewer
from server.features.people.people import ListedPerson, people_page
from server.features.relations.visible import visible_to
from server.features.visibility.visibility import PUBLIC


class Order(StrEnum):
    """By what the members are listed."""

    ACTIVE = "active"
    NEW = "new"


_SHOWN = f"""
    u.deleted_at IS NULL AND NOT u.hidden AND u.suspended_at IS NULL AND {visible_to("$1", "u.id")}
"""
_FOLLOWED = "coalesce((SELECT true FROM follows WHERE follower_id = $1 AND followee_id = u.id), false)"

# $1 the viewer, $2 before, $3 how many.
NEW = f"""
    SELECT u.id, u.name, u.handle, u.avatar, u.id AS cursor, {_FOLLOWED} AS followed
    FROM users u WHERE u.id < $2 AND {_SHOWN} ORDER BY u.id DESC LIMIT $3
"""

# The same, of the authors of the newest thousand tweets for everyone; the cursor is their newest one.
ACTIVE = f"""
    WITH lately AS MATERIALIZED (
        SELECT id, author_id FROM tweets WHERE NOT hidden AND visibility = {PUBLIC}
        ORDER BY id DESC LIMIT 1000
    ), authors AS MATERIALIZED (
        SELECT author_id, max(id) AS newest FROM lately GROUP BY author_id
    )
    SELECT u.id, u.name, u.handle, u.avatar, authors.newest AS cursor, {_FOLLOWED} AS followed
    FROM authors CROSS JOIN LATERAL (SELECT * FROM users WHERE id = authors.author_id OFFSET 0) u
    WHERE authors.newest < $2 AND {_SHOWN} ORDER BY authors.newest DESC LIMIT $3
"""


async def members(viewer: Viewer, order: Order, *, limit: int, before: int) -> Page[ListedPerson]:
    """A page of the members whom the viewer may see."""
    sql = ACTIVE if order is Order.ACTIVE else NEW
    return people_page([ListedPerson(**one) for one in await rows(sql, viewer.id, before, limit + 1)], limit)
