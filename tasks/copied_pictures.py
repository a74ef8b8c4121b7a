"""The record of which pictures have a second copy. Only plain SQL touches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from server.core.database.connection import row, rows

# $1 after this id, $2 how many, $3 0 for copies that weren't begun, 1 for the others. Only pictures in
# tweets and on profiles: others are gone within a day.
UNCOPIED = """
    SELECT id, token, digests::text AS digests FROM media_attachments
    WHERE state = 'ready' AND (tweet_id IS NOT NULL OR on_profile) AND copied < 2 AND copied = $3 AND id > $1
    ORDER BY id LIMIT $2
"""

# $1 id, $2 the copy's state. No row if the picture was removed meanwhile.
MARK = "UPDATE media_attachments SET copied = $2 WHERE id = $1 AND state = 'ready' RETURNING id"

# In the order of the index, so that a batch costs the same however many wait.
TO_EMPTY = "SELECT token, suffixes FROM copies_to_empty ORDER BY token LIMIT $1"
EMPTY = """
    INSERT INTO copies_to_empty (token, suffixes) VALUES ($1, $2::text[])
    ON CONFLICT DO NOTHING RETURNING token
"""
EMPTIED = "DELETE FROM copies_to_empty WHERE token = $1 RETURNING token"

WAITING = """
    SELECT count(*) AS pictures, min(created_at) AS since,
        (SELECT count(*) FROM copies_to_empty) AS to_empty
    FROM media_attachments WHERE state = 'ready' AND (tweet_id IS NOT NULL OR on_profile) AND copied < 2
"""

# $1 a random token, $2 how many pictures to take from there on.
SAMPLE = """
    SELECT id, token, digests::text AS digests FROM media_attachments
    WHERE state = 'ready' AND copied = 2 AND token >= $1 ORDER BY token LIMIT $2
"""

# $1 tokens.
OF_TOKENS = """
    SELECT id, token, digests::text AS digests FROM media_attachments
    WHERE state = 'ready' AND token = ANY($1)
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A ready picture. `digests` has the size and SHA-256 of each variant, if they are known."""

    id: int
    token: str
    digests: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many pictures have no copy yet, how long the oldest has waited, and how many copies to empty."""

    pictures: int
    since: datetime | None
    to_empty: int


async def uncopied(after: int, limit: int, *, begun: bool) -> list[Picture]:
    """Pictures without a complete second copy, by id: either those whose copy was begun, or the others."""
    return await _pictures(UNCOPIED, after, limit, int(begun))


async def sample(token: str, limit: int) -> list[Picture]:
    """Pictures with a second copy, starting from this token."""
    return await _pictures(SAMPLE, token, limit)


async def of_tokens(tokens: Sequence[str]) -> list[Picture]:
    """The ready pictures with these tokens."""
    return await _pictures(OF_TOKENS, list(tokens))


async def mark(picture_id: int, *, done: bool) -> bool:
    """Record that a copy was begun or is done; return False if the picture was removed meanwhile."""
    return bool(await rows(MARK, picture_id, 2 if done else 1))


async def empty(token: str, suffixes: Sequence[str]) -> None:
    """Mark a copy for emptying because its picture is gone. A trigger does so when the row is deleted."""
    await rows(EMPTY, token, list(suffixes))


async def to_empty(limit: int) -> list[tuple[str, Sequence[str]]]:
    """The tokens of copies that have to be emptied, with the suffixes of the variants."""
    return [(found["token"], found["suffixes"]) for found in await rows(TO_EMPTY, limit)]


async def emptied(token: str) -> None:
    """Forget a copy that is empty now."""
    await rows(EMPTIED, token)


async def waiting() -> Waiting:
    """How far behind the copies are."""
    found = await row(WAITING) or {}
    return Waiting(found["pictures"], found["since"], found["to_empty"])


async def _pictures(statement: str, *values: object) -> list[Picture]:
    return [
        Picture(found["id"], found["token"], msgspec.json.decode(found["digests"] or "{}"))
        for found in await rows(statement, *values)
    ]
