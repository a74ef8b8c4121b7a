"""Which pictures have a second copy. Only plain SQL touches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from server.models.connection import row, rows

# $1 after this id, $2 how many. Pictures of tweets: what no tweet took is gone in a day.
UNCOPIED = """
    SELECT id, token, digests::text AS digests FROM media_attachments
    WHERE state = 'ready' AND tweet_id IS NOT NULL AND copied < 2 AND id > $1 ORDER BY id LIMIT $2
"""

# $1 id, $2 how far the copy is. No row if the picture was removed meanwhile.
MARK = "UPDATE media_attachments SET copied = $2 WHERE id = $1 AND state = 'ready' RETURNING id"

# A picture's row and its place among the copies to empty, at once. One that is in a worker's hands stays: its
# variants may be stored after this, by a worker that is killed before it sees that nobody wants them.
DELETE = """
    WITH gone AS (
        DELETE FROM media_attachments WHERE id = $1 AND state = 'removed'
            AND (working_until IS NULL OR working_until < now()) RETURNING token, copied
    )
    INSERT INTO copies_to_empty (token) SELECT token FROM gone WHERE copied > 0
    ON CONFLICT DO NOTHING RETURNING token
"""

TO_EMPTY = "SELECT token FROM copies_to_empty ORDER BY since LIMIT $1"
EMPTIED = "DELETE FROM copies_to_empty WHERE token = $1 RETURNING token"

WAITING = """
    SELECT (SELECT count(*) FROM media_attachments
            WHERE state = 'ready' AND tweet_id IS NOT NULL AND copied < 2) AS pictures,
        (SELECT min(created_at) FROM media_attachments
            WHERE state = 'ready' AND tweet_id IS NOT NULL AND copied < 2) AS since,
        (SELECT count(*) FROM copies_to_empty) AS to_empty
"""

# $1 a random token, $2 how many of those behind it.
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
    """A ready picture. `digests` has the size and SHA-256 of each variant, where they are known."""

    id: int
    token: str
    digests: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many pictures have no copy yet, and since when the oldest waits; how many are to be emptied."""

    pictures: int
    since: datetime | None
    to_empty: int


async def uncopied(after: int, limit: int) -> list[Picture]:
    """Pictures without a second copy, by their ids."""
    return await _pictures(UNCOPIED, after, limit)


async def sample(token: str, limit: int) -> list[Picture]:
    """Pictures with a second copy, from this token on."""
    return await _pictures(SAMPLE, token, limit)


async def of_tokens(tokens: Sequence[str]) -> list[Picture]:
    """The ready ones among these."""
    return await _pictures(OF_TOKENS, list(tokens))


async def mark(picture_id: int, *, done: bool) -> bool:
    """Write down that a copy is begun, or there; no if the picture was removed meanwhile."""
    return bool(await rows(MARK, picture_id, 2 if done else 1))


async def delete_picture(picture_id: int) -> None:
    """Delete a removed picture's row, and have its copy emptied."""
    await rows(DELETE, picture_id)


async def to_empty(limit: int) -> list[str]:
    """The tokens of copies whose picture is gone."""
    return [found["token"] for found in await rows(TO_EMPTY, limit)]


async def emptied(token: str) -> None:
    """Forget a copy that is empty now."""
    await rows(EMPTIED, token)


async def waiting() -> Waiting:
    """How far the copies are behind."""
    found = await row(WAITING) or {}
    return Waiting(found["pictures"], found["since"], found["to_empty"])


async def _pictures(statement: str, *values: object) -> list[Picture]:
    return [
        Picture(found["id"], found["token"], msgspec.json.decode(found["digests"] or "{}"))
        for found in await rows(statement, *values)
    ]
