"""Attempts at pictures, as rows: begun by one worker, renewed, given back or settled."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.database.locks import AdvisoryLock
from server.features.media import events

# Tries of a picture whose worker dies each time, before it counts as broken.
MAX_ATTEMPTS = 5

# A try is its worker's for so long, and as long as it is renewed: two messages about one picture are not two
# tries of it. Shorter than a killed worker's message waits for another one (`tasks.broker`). Seconds.
ATTEMPT_LEASE = 20


class TriesUsedUp(Exception):
    """Of a picture with this token."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token


@dataclass(frozen=True, slots=True)
class Variants:
    """What the worker made of a picture. Pixels are those of the large variant.

    `digests` holds the size in bytes and the SHA-256 of each variant, by what its name ends with.
    """

    content_type: str
    width: int
    height: int
    thumbhash: str
    digests: dict[str, tuple[int, str]]


# $1 picture, $2 whether it belongs into the slow lane.
GIVE_BACK = """
    UPDATE media_attachments SET attempts = attempts - 1, working_until = NULL, slow = slow OR $2::boolean,
        changed_at = CASE WHEN $2 THEN now() ELSE changed_at END
    WHERE id = $1 AND state = 'pending' AND attempts > 0 RETURNING id
"""


# $1 picture, $2 which lock. Of two attempts of one owner's one is the first; their row stays free for others.
IN_TURN = """
    SELECT pg_advisory_xact_lock(hashtextextended(owner_id::text, $2)) FROM media_attachments WHERE id = $1
"""
# $1 picture, $2 whether in the slow lane, $3 how many of its owner's are worked on there at once (one, while
# others' wait), $4 seconds of the lease.
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
# $1 a picture whose turn is over, $2 and $3 as above.
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
    """Count a try; its token, which from then on is the caller's to settle or give back.

    None where nothing is to be done, where somebody is at it, and where its owner has no turn left in this
    lane: there are so many, and one while others wait. It comes again by `next_in_turn`. The count is what
    ends a picture that kills its worker each time.

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


async def next_in_turn(media_id: int, *, slow: bool = False, turns: int) -> list[int]:
    """After an attempt: the pictures of the same owner whose turn it is in this lane."""
    return [media["id"] for media in await rows(NEXT, media_id, slow, turns)]


async def give_back(media_id: int, *, slow: bool = False) -> None:
    """The try does not count, as not the picture but a part of ours was at fault.

    Or, with `slow`, as it belongs into the slow lane, where it is tried from then on.
    """
    await rows(GIVE_BACK, media_id, slow)


async def renew(media_id: int) -> None:
    """More often than the lease is long: the try goes on."""
    await rows(
        "UPDATE media_attachments SET working_until = now() + $2 * interval '1 s' "
        "WHERE id = $1 AND working_until IS NOT NULL RETURNING id",
        media_id,
        ATTEMPT_LEASE,
    )


async def end(media_id: int) -> None:
    """The try counts, and the next one may begin."""
    await rows(
        "UPDATE media_attachments SET working_until = NULL "
        "WHERE id = $1 AND working_until IS NOT NULL RETURNING id",
        media_id,
    )


async def settle_ready(media_id: int, variants: Variants) -> bool:
    """The variants stand in storage. False where the picture was removed meanwhile."""
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
    """The picture cannot be used: it leaves its tweet, and `failure` is the sentence that says why."""
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
