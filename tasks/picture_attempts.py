"""Attempts at processing pictures, as rows: begun by one worker, renewed, given back or settled."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.database.locks import AdvisoryLock
from server.features.media import events
from server.features.media.media_attachment import Purpose

# How often a picture is tried if its worker dies each time, before it counts as broken.
MAX_ATTEMPTS = 5

# The lease in seconds for which an attempt belongs to its worker unless it is renewed, so that two messages
# about one picture don't make two attempts. It is shorter than the time after which another worker takes over
# a killed worker's message (`tasks.broker`).
ATTEMPT_LEASE = 20


class TriesUsedUp(Exception):
    """The picture with this token has used up its tries."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token


@dataclass(frozen=True, slots=True)
class Variants:
    """What the worker made of a picture. Width and height are those of the large variant, in pixels.

    `digests` holds the size in bytes and the SHA-256 of each variant, by the suffix of its name.
    """

    content_type: str
    width: int
    height: int
    thumbhash: str
    digests: dict[str, tuple[int, str]]


# $1 picture, $2 whether it belongs in the slow lane.
GIVE_BACK = """
    UPDATE media_attachments SET attempts = attempts - 1, working_until = NULL, slow = slow OR $2::boolean,
        changed_at = CASE WHEN $2 THEN now() ELSE changed_at END
    WHERE id = $1 AND state = 'pending' AND attempts > 0 RETURNING id
"""


# $1 picture, $2 which lock. It serializes attempts at one owner's pictures without locking the owner's row.
IN_TURN = """
    SELECT pg_advisory_xact_lock(hashtextextended(owner_id::text, $2)) FROM media_attachments WHERE id = $1
"""
# $1 picture, $2 whether in the slow lane, $3 how many of its owner's pictures may be processed there at once
# (only one while other people's wait), $4 the lease in seconds.
BEGIN = """
    UPDATE media_attachments m SET attempts = attempts + 1, working_until = now() + $4 * interval '1 s'
    WHERE id = $1 AND slow = $2 AND state = 'pending' AND (working_until IS NULL OR working_until < now())
        AND (
            SELECT count(*) FROM media_attachments o WHERE o.owner_id = m.owner_id
                AND o.slow = $2 AND o.state = 'pending' AND o.working_until >= now()
        ) < CASE WHEN EXISTS (
            SELECT FROM media_attachments o WHERE o.owner_id <> m.owner_id
                AND o.slow = $2 AND o.state = 'pending'
                AND (o.working_until IS NULL OR o.working_until < now())
        ) THEN 1 ELSE $3 END
    RETURNING token, attempts
"""
# $1 a picture whose attempt is over, $2 and $3 as above.
NEXT = """
    WITH theirs AS MATERIALIZED (
        SELECT id, coalesce(working_until >= now(), false) AS under_way FROM media_attachments
        WHERE owner_id = (SELECT owner_id FROM media_attachments WHERE id = $1) AND id <> $1
            AND slow = $2 AND state = 'pending'
    )
    SELECT id FROM theirs WHERE NOT under_way ORDER BY id
    LIMIT greatest(0, $3 - (SELECT count(*) FROM theirs WHERE under_way))
"""


async def begin(media_id: int, *, slow: bool = False, turns: int) -> str | None:
    """Count a try; return the picture's token. The caller must then settle the picture or give it back.

    None if there is nothing to do, if another worker is processing it, or if its owner has no turn left in
    this lane: an owner has `turns` of them, but only one while others wait. `next_in_turn` brings it up
    again.
    The count puts an end to pictures that kill their worker each time.

    Raises:
        TriesUsedUp: it was tried too often, and counts as broken.
    """
    async with transaction():
        await row(IN_TURN, media_id, AdvisoryLock.TURNS)
        found = await row(BEGIN, media_id, slow, turns, ATTEMPT_LEASE)
    if found is None:
        return None
    if found["attempts"] > MAX_ATTEMPTS:
        await settle_broken(media_id, "This picture could not be worked on: it was tried several times.")
        raise TriesUsedUp(found["token"])
    return str(found["token"])


async def purpose_of(media_id: int) -> Purpose:
    """What the picture is for."""
    found = await row("SELECT purpose FROM media_attachments WHERE id = $1", media_id)
    return Purpose(found["purpose"]) if found else Purpose.TWEET


async def next_in_turn(media_id: int, *, slow: bool = False, turns: int) -> list[int]:
    """After an attempt: the same owner's pictures that may be processed next in this lane."""
    return [media["id"] for media in await rows(NEXT, media_id, slow, turns)]


async def give_back(media_id: int, *, slow: bool = False) -> None:
    """Discount the try, because not the picture but a part of ours was at fault.

    With `slow`, the reason is that it belongs in the slow lane, where it is tried from then on.
    """
    await rows(GIVE_BACK, media_id, slow)


async def renew(media_id: int) -> None:
    """Renew the lease of an attempt; this must happen more often than the lease is long."""
    await rows(
        "UPDATE media_attachments SET working_until = now() + $2 * interval '1 s' "
        "WHERE id = $1 AND working_until IS NOT NULL RETURNING id",
        media_id,
        ATTEMPT_LEASE,
    )


async def end(media_id: int) -> None:
    """End an attempt that counts, so that the next one may begin."""
    await rows(
        "UPDATE media_attachments SET working_until = NULL "
        "WHERE id = $1 AND working_until IS NOT NULL RETURNING id",
        media_id,
    )


async def settle_ready(media_id: int, variants: Variants) -> bool:
    """Record that the variants are stored. False if the picture was removed meanwhile."""
    found = await row(
        "UPDATE media_attachments SET state = 'ready', content_type = $2, width = $3, height = $4, "
        "thumbhash = $5, digests = $6::jsonb, working_until = NULL, changed_at = now() "
        "WHERE id = $1 AND state IN ('pending', 'ready') RETURNING tweet_id, owner_id",
        media_id,
        variants.content_type,
        variants.width,
        variants.height,
        variants.thumbhash,
        msgspec.json.encode(variants.digests).decode(),
    )
    if found is not None:
        await changes.tell(events.changed(found["tweet_id"], found["owner_id"]))
    return found is not None


async def settle_broken(media_id: int, failure: str) -> None:
    """Record that the picture is unusable and take it off its tweet; `failure` is the sentence saying why."""
    found = await rows(
        "WITH before AS (SELECT id, tweet_id FROM media_attachments WHERE id = $1 FOR UPDATE) "
        "UPDATE media_attachments m SET state = 'broken', failure = $2, tweet_id = NULL, "
        "working_until = NULL, changed_at = now() "
        "FROM before WHERE m.id = before.id AND m.state = 'pending' RETURNING before.tweet_id, m.owner_id",
        media_id,
        failure,
    )
    for media in found:
        await changes.tell(events.changed(media["tweet_id"], media["owner_id"]))
