"""Imports users with their keys, and who follows whom."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from server.core.security import api_keys as keys
from server.features.people.accounts import DEMO_USERS
from server.importing import names
from server.importing.account import Batch
from server.importing.statements import LARGEST_ID
from server.importing.target import Target

# The demo users' keys, which everyone knows; the first implementation has the same ones.
PUBLIC_KEYS = frozenset(handle for handle, _ in DEMO_USERS)

# The name of imported keys in people's settings.
KEY_NAME = "first implementation"

TAKEN_HANDLES = "SELECT handle FROM users WHERE handle = ANY($1::text[])"
RETIRED = "SELECT hash FROM retired_handles WHERE hash = ANY($1::bytea[])"
TAKEN_KEYS = "SELECT hash FROM api_keys WHERE hash = ANY($1::bytea[])"

ADD_USERS = """
    INSERT INTO users (id, handle, name, demo, created_at)
    SELECT id, handle, name, demo, $5 FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[])
        AS new (id, handle, name, demo)
"""
ADD_KEYS = """
    INSERT INTO api_keys (user_id, hash, name, scopes, public, knows_account)
    SELECT user_id, hash, CASE WHEN public THEN 'demo' ELSE $4 END, '{read,write,account}', public, true
    FROM unnest($1::bigint[], $2::bytea[], $3::boolean[]) AS new (user_id, hash, public)
"""
# Between this import's users only, who all arrived at the same time ($4).
ADD_FOLLOWS = """
    INSERT INTO follows (follower_id, followee_id, created_at)
    SELECT follower_id, followee_id, new.created_at
    FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) WITH ORDINALITY
        AS new (follower_id, followee_id, created_at, number)
    JOIN users a ON a.id = follower_id AND a.created_at = $4
    JOIN users b ON b.id = followee_id AND b.created_at = $4
    ORDER BY number ON CONFLICT DO NOTHING RETURNING follower_id, followee_id
"""


class Newcomer(NamedTuple):
    """A user to be imported."""

    id: int
    handle: str
    name: str
    demo: bool


class Key(NamedTuple):
    """A key in the form in which it is stored."""

    user_id: int
    hash: bytes
    public: bool


async def users(found: Sequence[Any], target: Target) -> Batch:
    """Import users, and those of their keys that may continue to work."""
    batch = Batch()
    coming = []
    for user in found:
        refused = _why_not(user)
        batch.count("users", taken=refused is None)
        if refused is not None:
            batch.tell("users", user["id"], refused)
        else:
            coming.append(user)
    kept = await _keys(coming, target, batch)
    public = {key.user_id for key in kept if key.public}
    people = await _newcomers(coming, public, target, batch)
    if not target.dry_run and people:
        await target.connection.execute(ADD_USERS, *_columns(people), target.first_time)
        if kept:
            await target.connection.execute(ADD_KEYS, *_columns(kept), KEY_NAME)
    return batch


async def follows(found: Sequence[Any], target: Target) -> Batch:
    """Import who follows whom; a `created_at` without a time zone is in that of the old server's clock."""
    batch = Batch()
    coming = {}
    for row in found:
        pair = row["subscriber_id"], row["subscribed_to_id"]
        refused = None
        if row["nth"] > 1:
            refused = "it is in the table twice"
        elif pair[0] == pair[1]:
            refused = "Perch doesn't let people follow themselves"
        elif not row["has_users"]:
            refused = "one of the two is missing"
        if refused is not None:
            batch.count("subscriptions", taken=False)
            batch.tell("subscriptions", _pair(pair), refused)
            continue
        if row["created_at"] is None:
            batch.tell("subscriptions", _pair(pair), "it has no time; the time of this import is used")
        coming[pair] = _instant(row["created_at"], target)
    done = set(coming)
    if not target.dry_run and coming:
        followers, followees = zip(*coming, strict=True)
        made = await target.connection.fetch(
            ADD_FOLLOWS, list(followers), list(followees), list(coming.values()), target.first_time
        )
        done = {(row["follower_id"], row["followee_id"]) for row in made}
    for pair in coming:
        batch.count("subscriptions", taken=pair in done)
        if pair not in done:
            batch.tell(
                "subscriptions",
                _pair(pair),
                "it already exists here, or one of the two is gone or wasn't imported",
            )
    return batch


def _why_not(user: Any) -> str | None:
    if user["id"] is None or not 1 <= user["id"] <= LARGEST_ID:
        return "the id isn't a positive number that every client can hold"
    return "the id is in the table twice; the first row was imported" if user["nth"] > 1 else None


async def _keys(coming: Sequence[Any], target: Target, batch: Batch) -> list[Key]:
    """The keys to import; the others are reported."""
    wanted = {}
    for user in coming:
        key, refused = user["api_key"], None
        if not key:
            batch.tell("keys", user["id"], "the user has no key")
            continue
        if not keys.is_plausible(key) or key != key.strip():
            refused = "no client can send this key, or it looks like a Perch key but isn't one"
        elif user["key_holder"] != user["id"]:
            refused = f"the key is also that of user {user['key_holder']}, for whom it keeps working"
        elif key in PUBLIC_KEYS and not target.demo:
            refused = "the key is publicly known"
        if refused is None:
            wanted[user["id"]] = Key(user["id"], keys.digest(key), key in PUBLIC_KEYS)
        else:
            batch.count("keys", taken=False)
            batch.tell("keys", user["id"], refused)
    there = await target.connection.fetch(TAKEN_KEYS, [key.hash for key in wanted.values()])
    others = {row["hash"] for row in there}
    for key in wanted.values():
        batch.count("keys", taken=key.hash not in others)
        if key.hash in others:
            batch.tell("keys", key.user_id, "someone else already has this key here")
    return [key for key in wanted.values() if key.hash not in others]


async def _newcomers(coming: Sequence[Any], public: set[int], target: Target, batch: Batch) -> list[Newcomer]:
    """The users, each with a handle that nobody has or had."""
    cleaned = {user["id"]: names.shown(user["name"]) for user in coming}
    wanted = {user_id: names.candidates(user_id, name or "") for user_id, (name, _) in cleaned.items()}
    every = [handle for handles in wanted.values() for handle in handles]
    taken = {row["handle"] for row in await target.connection.fetch(TAKEN_HANDLES, every)}
    hashes = {hashlib.sha256(handle.encode()).digest(): handle for handle in every}
    taken |= {hashes[row["hash"]] for row in await target.connection.fetch(RETIRED, list(hashes))}
    people = []
    for user_id, (name, changed) in cleaned.items():
        handle = next(handle for handle in wanted[user_id] if handle not in taken)
        taken.add(handle)
        for what in changed:
            batch.tell("users", user_id, what)
        people.append(Newcomer(user_id, handle, name or handle, user_id in public))
    return people


def _instant(when: datetime | None, target: Target) -> datetime:
    if when is None:
        return target.began_at
    return (when if when.tzinfo else when.replace(tzinfo=target.zone)).astimezone(UTC)


def _pair(pair: tuple[int, int]) -> str:
    return f"user {pair[0]} follows user {pair[1]}"


def _columns(rows: Sequence[NamedTuple]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
