"""The rows of the audit log. A trigger protects them from changes, and only plain SQL touches them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from server.core.database.connection import row, rows
from server.core.viewer import Person


class ActRow(msgspec.Struct, frozen=True):
    """One act. `actor` is None for an act on the terminal, and users are None once they are deleted."""

    id: int
    at: datetime
    act: str
    on_terminal: bool
    actor: Person | None
    key_id: int | None
    user_id: int | None
    user: Person | None
    subject_id: int | None
    details: dict[str, str | int | bool | list[str] | None]


# $1 actor, $2 their key, $3 the act, $4 the user concerned, $5 the tweet, key or invitation, $6 details.
RECORD = """
    INSERT INTO audit_acts (actor_id, key_id, act, user_id, subject_id, details)
    VALUES ($1, $2, $3, $4, $5, $6::jsonb) RETURNING id
"""

# $1 only acts before this one, $2 limit.
ACTS = """
    SELECT a.id, a.at, a.act, a.actor_id IS NULL AS on_terminal, a.key_id, a.user_id, a.subject_id,
        a.details::text AS details,
        CASE WHEN w.id IS NOT NULL THEN jsonb_build_object(
            'id', w.id, 'name', w.name, 'handle', w.handle, 'avatar', w.avatar) END AS actor,
        CASE WHEN u.id IS NOT NULL THEN jsonb_build_object(
            'id', u.id, 'name', u.name, 'handle', u.handle, 'avatar', u.avatar) END AS "user"
    FROM audit_acts a
    LEFT JOIN users w ON w.id = a.actor_id AND w.deleted_at IS NULL
    LEFT JOIN users u ON u.id = a.user_id AND u.deleted_at IS NULL
    WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2
"""


async def record(
    actor_id: int | None,
    key_id: int | None,
    act: str,
    user_id: int | None,
    subject_id: int | None,
    details: Mapping[str, object],
) -> None:
    """Record an act, inside its transaction."""
    encoded = msgspec.json.encode(details).decode()
    await row(RECORD, actor_id, key_id, act, user_id, subject_id, encoded)


async def page(*, before: int, limit: int) -> list[ActRow]:
    """Acts, the newest first."""
    return [
        ActRow(
            **{
                **found,
                "details": msgspec.json.decode(found["details"]),
                "actor": _person(found["actor"]),
                "user": _person(found["user"]),
            }
        )
        for found in await rows(ACTS, before, limit)
    ]


def _person(text: str | None) -> Person | None:
    return msgspec.json.decode(text, type=Person) if text else None
