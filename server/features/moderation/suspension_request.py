"""Requested suspensions of administrators, waiting for another administrator's consent or for 72 hours.

The table has no model. Every writer holds the lock on all administrators
(`server.features.moderation.suspensions`).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.core.database.connection import row, rows
from server.core.viewer import Person

# The hours after which a request takes effect by itself. Only administrators whose accounts are at
# least as old can confirm or withdraw other people's requests: a thief with a stolen key can create accounts
# with invitation links, and must not get a second vote that way.
WAITS = 72


class RequestRow(msgspec.Struct, frozen=True):
    """A pending request, and what the viewer may do with it."""

    id: int
    user: Person
    asked_by: Person
    asked_at: datetime
    takes_effect_at: datetime
    hide_tweets: bool
    reason: str
    may_confirm: bool
    may_withdraw: bool


class LockedRow(msgspec.Struct, frozen=True):
    """A locked request that is about to end."""

    id: int
    user_id: int
    asked_by_id: int
    asked_by_key_id: int
    hide_tweets: bool
    reason: str
    asker_acts: bool
    user_acts: bool
    is_due: bool


ASKER_ACTS = """
    EXISTS (SELECT 1 FROM users a JOIN api_keys k ON k.user_id = a.id
        WHERE a.id = r.asked_by_id AND k.id = r.asked_by_key_id AND k.revoked_at IS NULL
            AND a.is_admin AND a.suspended_at IS NULL AND a.deleted_at IS NULL)
"""
# $1 the viewer. Administrators against whom a request is pending have no say.
HAS_A_SAY = f"""
    NOT EXISTS (SELECT 1 FROM suspension_requests o WHERE o.user_id = $1)
        AND EXISTS (SELECT 1 FROM users v
            WHERE v.id = $1 AND v.created_at <= r.asked_at - interval '{WAITS} hours')
"""

# $1 the requester, who must not be too new: an account that the thief of an administrator's key creates can't
# silence anyone. On a server where all administrators are that new, any of them may ask.
MAY_ASK = f"""
    WITH old AS (
        SELECT id FROM users WHERE is_admin AND suspended_at IS NULL AND deleted_at IS NULL
            AND created_at <= now() - interval '{WAITS} hours'
    ) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM old) OR EXISTS (SELECT 1 FROM old WHERE id = $1)
"""

# $1 user, $2 requester, $3 the requester's key, $4, $5 what is requested. No row if a request against the
# user is pending, or another one by the same requester: no thief can silence all others by asking first.
ASK = f"""
    INSERT INTO suspension_requests
        (user_id, asked_by_id, asked_by_key_id, hide_tweets, reason, takes_effect_at)
    SELECT $1::bigint, $2::bigint, $3::bigint, $4::boolean, $5::text, now() + interval '{WAITS} hours'
    WHERE NOT EXISTS (SELECT 1 FROM suspension_requests WHERE asked_by_id = $2)
    ON CONFLICT (user_id) DO NOTHING RETURNING id
"""
WAITING = f"""
    SELECT r.id, r.asked_at, r.takes_effect_at, r.hide_tweets, r.reason,
        jsonb_build_object('id', u.id, 'name', u.name, 'handle', u.handle, 'avatar', u.avatar) AS "user",
        jsonb_build_object('id', b.id, 'name', b.name, 'handle', b.handle, 'avatar', b.avatar) AS asked_by,
        r.asked_by_id <> $1 AND u.deleted_at IS NULL AND {ASKER_ACTS} AND {HAS_A_SAY} AS may_confirm,
        r.user_id <> $1 AND (r.asked_by_id = $1 OR {HAS_A_SAY}) AS may_withdraw
    FROM suspension_requests r JOIN users u ON u.id = r.user_id JOIN users b ON b.id = r.asked_by_id
    WHERE $2::bigint IS NULL OR r.id = $2 ORDER BY r.id
"""
LOCKED = f"""
    SELECT r.id, r.user_id, r.asked_by_id, r.asked_by_key_id, r.hide_tweets, r.reason,
        {ASKER_ACTS} AS asker_acts, u.is_admin AND u.suspended_at IS NULL AS user_acts,
        r.takes_effect_at <= now() AS is_due
    FROM suspension_requests r JOIN users u ON u.id = r.user_id WHERE r.id = $1 FOR UPDATE OF r
"""
# If the account in question is being deleted, the request waits until its owner keeps it, or goes with it.
ENDING = f"""
    SELECT r.id FROM suspension_requests r JOIN users u ON u.id = r.user_id
    WHERE u.deleted_at IS NULL
        AND (r.takes_effect_at <= now() OR u.suspended_at IS NOT NULL OR NOT {ASKER_ACTS})
    ORDER BY r.id LIMIT $1
"""
AGAINST = "SELECT 1 FROM suspension_requests WHERE user_id = $1"
END = "DELETE FROM suspension_requests WHERE id = $1 RETURNING 1"


async def ask(user_id: int, by_id: int, by_key_id: int, *, hide_tweets: bool, reason: str) -> int | None:
    """Inside a transaction: create a request and return its id; None if one is pending already."""
    found = await row(ASK, user_id, by_id, by_key_id, hide_tweets, reason)
    return found["id"] if found else None


async def waiting(viewer_id: int, *, only: int | None = None) -> list[RequestRow]:
    """All pending requests, the oldest first."""
    return [
        RequestRow(
            **{**found, **{who: msgspec.json.decode(found[who], type=Person) for who in ("user", "asked_by")}}
        )
        for found in await rows(WAITING, viewer_id, only)
    ]


async def lock(request_id: int) -> LockedRow | None:
    """Inside a transaction: lock this request and return it, if it is pending."""
    found = await row(LOCKED, request_id)
    return LockedRow(**found) if found else None


async def ending(limit: int) -> list[int]:
    """Requests that are due, and those that must be dropped instead of taking effect."""
    return [found["id"] for found in await rows(ENDING, limit)]


async def may_ask(user_id: int) -> bool:
    """Whether this administrator may ask for another one's suspension."""
    return await row(MAY_ASK, user_id) is not None


async def is_against(user_id: int) -> bool:
    """Whether a request against this user is pending."""
    return await row(AGAINST, user_id) is not None


async def end(request_id: int) -> None:
    """Inside a transaction: end a pending request."""
    await rows(END, request_id)
