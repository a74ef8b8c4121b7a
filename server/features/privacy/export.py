"""Archives of a user's data: the row that goes with the stored object, and the archive's contents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from server.core.database.connection import row, rows
from server.core.personal import Exported
from server.features.visibility.visibility import name_of

State = Literal["pending", "ready", "failed"]

# The number of rows read at once.
BATCH = 1_000


class ExportRow(msgspec.Struct, frozen=True):
    """A user's archive. `token` is the random part of its object's key; the size is in bytes."""

    id: int
    token: str
    state: State
    size: int | None
    created_at: datetime
    expires_at: datetime | None


COLUMNS = "id, token, state, size, created_at, expires_at"

# $1 user, $2 token, $3 the age from which an archive is replaced. No row if there is a younger one.
ASK = f"""
    INSERT INTO exports (user_id, token) VALUES ($1, $2)
    ON CONFLICT (user_id) DO UPDATE SET token = excluded.token, state = 'pending', attempts = 0,
        working_until = NULL, size = NULL, expires_at = NULL, created_at = now()
    WHERE exports.state = 'failed'
        OR (exports.state = 'ready' AND exports.created_at < now() - $3 * interval '1 s')
    RETURNING {COLUMNS}
"""
OF_USER = f"SELECT {COLUMNS} FROM exports WHERE user_id = $1"
CLAIM = """
    UPDATE exports SET attempts = attempts + 1, working_until = now() + $2 * interval '1 s'
    WHERE id = $1 AND state = 'pending' AND (working_until IS NULL OR working_until < now())
    RETURNING user_id, token, attempts
"""
RENEW = """
    UPDATE exports SET working_until = now() + $3 * interval '1 s'
    WHERE id = $1 AND token = $2 AND state = 'pending' RETURNING 1
"""
# Matches the token that was worked on: another archive may have been requested since.
FINISH = """
    UPDATE exports SET state = 'ready', working_until = NULL, size = $3,
        expires_at = now() + $4 * interval '1 day'
    WHERE id = $1 AND token = $2 AND state = 'pending' RETURNING 1
"""
FAIL = """
    UPDATE exports SET state = 'failed', working_until = NULL WHERE id = $1 AND state = 'pending' RETURNING 1
"""
FORGOTTEN = """
    SELECT id FROM exports WHERE state = 'pending' AND created_at < now() - $1 * interval '1 s'
        AND (working_until IS NULL OR working_until < now()) ORDER BY created_at LIMIT $2
"""
EXPIRED = "SELECT id, token FROM exports WHERE state = 'ready' AND expires_at <= now() ORDER BY id LIMIT $1"
REMOVE = "DELETE FROM exports WHERE id = $1 AND token = $2 RETURNING 1"
KNOWN = "SELECT token FROM exports WHERE token = ANY($1::text[])"

# $1 user.
PROFILE = f"""
    SELECT id, handle, name, is_admin AS administrator, tweets_count, followers_count, following_count,
        created_at, suspended_at, hidden, locked, default_sensitive,
        {name_of("default_visibility")} AS default_visibility,
        coalesce(bio, '') AS bio, coalesce(pronouns, '') AS pronouns,
        coalesce(fields, '[]')::text AS fields, coalesce(is_bot, false) AS bot
    FROM users LEFT JOIN profiles ON user_id = id WHERE id = $1
"""


async def profile(user_id: int) -> dict[str, Any]:
    """What the archive says about the user."""
    found = await row(PROFILE, user_id)
    return {**found, "fields": msgspec.json.decode(found["fields"])} if found else {}


async def of_user(user_id: int) -> ExportRow | None:
    """A user's archive, if one was requested."""
    found = await row(OF_USER, user_id)
    return ExportRow(**found) if found else None


async def ask(user_id: int, token: str, *, not_before: float) -> ExportRow | None:
    """Request a new archive; None if one is being made, or is less than `not_before` seconds old."""
    found = await row(ASK, user_id, token, not_before)
    return ExportRow(**found) if found else None


async def listed(what: Exported, user_id: int) -> AsyncIterator[Sequence[dict[str, Any]]]:
    """All rows of one file of the archive, in batches."""
    last, more = 0, True
    while more:
        found = await rows(what.sql, user_id, last, BATCH)
        yield [{name: _read(what, name, value) for name, value in one.items()} for one in found]
        more = len(found) == BATCH
        last = found[-1]["id"] if found else last


def _read(what: Exported, name: str, value: Any) -> Any:
    return msgspec.json.decode(value) if name in what.nested else value
