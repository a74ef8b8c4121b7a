"""Pictures as rows: received, attached, described, settled, removed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from server.core import text
from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.database.locks import AdvisoryLock
from server.core.errors import BrokenPicture, MediaInUse, MediaNotFound
from server.core.jobs import Jobs
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.media import events, media_access
from server.features.media.media_access import OwnedMedia
from server.features.media.media_attachment import MediaAttachment, MediaState
from storage import object_keys
from storage.base import ObjectStore, StorageError

# How long an upload's answer waits for the worker's verdict. Seconds.
PROCESSING_WAIT = 5.0

# Tries of a picture whose worker dies each time, before it counts as broken.
MAX_ATTEMPTS = 5

# A try is its worker's for so long, and as long as it is renewed: two messages about one picture are not two
# tries of it. Shorter than a killed worker's message waits for another one (`tasks.broker`). Seconds.
ATTEMPT_LEASE = 20

# An upload is stored within this time, and an answer does not wait longer for the removal of one that was
# not. Seconds.
STORED_WITHIN, REMOVED_WITHIN = 30, 2


class TriesUsedUp(Exception):
    """Of a picture with this token."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file, which nobody writes to any more. `content_type` is what its first bytes say."""

    file: Path
    content_type: str
    alt: str
    size: int


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


async def receive(viewer: Viewer, upload: Upload, store: ObjectStore, jobs: Jobs) -> OwnedMedia:
    """Keep an upload and have it worked on; its row, still `pending` where that takes long.

    Raises:
        InvalidBody: the alternative text breaks a rule.
        BrokenPicture: it cannot be decoded, or breaks a limit.
        StorageError: the store cannot take it; nothing is left behind.
    """
    alt = text.bounded("alt", upload.alt, text.ALT_MAX_LENGTH)
    token = secrets.token_hex(16)
    original = object_keys.incoming(token)
    try:
        async with asyncio.timeout(STORED_WITHIN):
            await store.put_file(original, upload.file, content_type=upload.content_type)
        record = await MediaAttachment.create(token=token, owner_id=viewer.id, alt=alt)
    except BaseException:
        await _leave_nothing(original, store)
        raise
    if await jobs.process_picture(record.id):
        await jobs.wait_for(token, PROCESSING_WAIT)
    settled = await _mine(viewer, record.id)
    if settled.state is MediaState.BROKEN:
        failure = await row("SELECT failure FROM media_attachments WHERE id = $1", record.id)
        raise BrokenPicture(failure["failure"] if failure else None)
    return settled


async def describe(viewer: Viewer, media_id: int, alt: str) -> OwnedMedia:
    """Change the alternative text.

    Raises:
        MediaNotFound: there is no such picture of this viewer's.
    """
    text.bounded("alt", alt, text.ALT_MAX_LENGTH)
    described = await rows(
        "UPDATE media_attachments SET alt = $3 WHERE id = $1 AND owner_id = $2 "
        "AND state IN ('pending', 'ready') RETURNING tweet_id",
        media_id,
        viewer.id,
        alt,
    )
    for media in described:
        await changes.tell(events.changed(media["tweet_id"], viewer.id))
    return await _mine(viewer, media_id)


async def ensure_attachable(viewer: Viewer, media_ids: Sequence[int]) -> None:
    """Raises MediaNotFound, MediaInUse, BrokenPicture where one of these cannot be attached to a tweet."""
    found = await rows(
        "SELECT id, tweet_id, state, failure FROM media_attachments WHERE id = ANY($1) AND owner_id = $2",
        [media_id for media_id in media_ids if abs(media_id) <= NEWEST],
        viewer.id,
    )
    by_id = {media["id"]: media for media in found}
    for media_id in media_ids:
        media = by_id.get(media_id)
        if media is None or media["state"] == MediaState.REMOVED:
            raise MediaNotFound(f"You have no picture with the id {media_id}.")
        if media["state"] == MediaState.BROKEN:
            raise BrokenPicture(media["failure"])
        if media["tweet_id"] is not None:
            raise MediaInUse(f"Picture {media_id} is already attached to a tweet.")


async def detach_all(tweet_id: int) -> list[int]:
    """Inside a transaction: take a tweet's pictures off it, to be removed; their ids."""
    found = await rows(
        "UPDATE media_attachments SET tweet_id = NULL, state = 'removed', changed_at = now() "
        "WHERE tweet_id = $1 RETURNING id",
        tweet_id,
    )
    return [media["id"] for media in found]


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


async def begin_attempt(media_id: int, *, slow: bool = False, turns: int) -> str | None:
    """For the worker: count a try; its token, which from then on is the caller's to settle or give back.

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
    """For the worker, after an attempt: the pictures of the same owner whose turn it is in this lane."""
    return [media["id"] for media in await rows(NEXT, media_id, slow, turns)]


async def give_back(media_id: int, *, slow: bool = False) -> None:
    """For the worker: the try does not count, as not the picture but a part of ours was at fault.

    Or, with `slow`, as it belongs into the slow lane, where it is tried from then on.
    """
    await rows(GIVE_BACK, media_id, slow)


async def renew_attempt(media_id: int) -> None:
    """For the worker, more often than the lease is long: the try goes on."""
    await rows(
        "UPDATE media_attachments SET working_until = now() + $2 * interval '1 s' "
        "WHERE id = $1 AND working_until IS NOT NULL RETURNING id",
        media_id,
        ATTEMPT_LEASE,
    )


async def end_attempt(media_id: int) -> None:
    """For the worker: the try counts, and the next one may begin."""
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


async def _leave_nothing(original: str, store: ObjectStore) -> None:
    """Delete it, though the store may have said that it did not take it; what stays is swept later."""
    with suppress(StorageError, TimeoutError):
        async with asyncio.timeout(REMOVED_WITHIN):
            await store.delete(original)


async def _mine(viewer: Viewer, media_id: int) -> OwnedMedia:
    found = await media_access.mine(viewer.id, media_id)
    if found is None:
        raise MediaNotFound
    return found
