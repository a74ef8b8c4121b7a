"""Clean up pictures that nobody waits for any more: find them, and remove them with their objects.

Each function may run twice, or be killed half-way: the next run finishes what is left.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from server.core.database.connection import rows
from server.core.jobs import Jobs
from server.features.media.jobs import REMOVE, processing
from server.features.media.media_access import UNATTACHED_LIFETIME
from server.features.media.media_attachment import MediaAttachment, MediaState
from storage import object_keys
from storage.base import ObjectStore

log = logging.getLogger(__name__)

# Longer than a worker takes for one picture: a picture that is still pending after this was forgotten, and a
# row still in the state `removed` was not cleaned up.
FORGOTTEN_AFTER = timedelta(minutes=2)

TAKE_UP = """
    UPDATE media_attachments SET changed_at = now() WHERE id IN (
        SELECT id FROM media_attachments WHERE state = 'pending' AND changed_at < $1
        ORDER BY changed_at LIMIT $2
    ) RETURNING id, slow
"""
REMOVED = """
    SELECT id FROM media_attachments WHERE state = 'removed' AND changed_at < $1 ORDER BY changed_at LIMIT $2
"""

# The maximum number of rows per run, so that a run stays short.
BATCH = 500


async def remove(media_ids: Sequence[int], store: ObjectStore, folder: str) -> int:
    """Delete the objects of these removed pictures, then their rows; return the number of pictures.

    While a worker processes a picture, its row stays: the worker may store variants after this, and be killed
    before it sees that nobody wants them. `resume` removes the picture later.
    """
    found = await MediaAttachment.filter(id__in=list(media_ids), state=MediaState.REMOVED)
    for media in found:
        for key in object_keys.all_of_picture(media.token, folder):
            await store.delete(key)
        await rows(
            "DELETE FROM media_attachments WHERE id = $1 AND state = 'removed' "
            "AND (working_until IS NULL OR working_until < now()) RETURNING id",
            media.id,
        )
    return len(found)


async def resume(jobs: Jobs, *, now: datetime | None = None) -> int:
    """Queue again the pictures that a crash between commit and queue left; return their number.

    A picture that waits in a long queue counts as forgotten too, but is not queued again each time, and stays
    in its own lane.
    """
    before = (now or datetime.now(UTC)) - FORGOTTEN_AFTER
    pending = await rows(TAKE_UP, before, BATCH)
    removed = [media["id"] for media in await rows(REMOVED, before, BATCH)]
    for media in pending:
        await jobs.send(processing(slow=media["slow"]), media["id"])
    if removed:
        await jobs.send(REMOVE, removed)
    return len(pending) + len(removed)


async def expire_unattached(jobs: Jobs, *, now: datetime | None = None) -> int:
    """Remove pictures that no tweet, draft or profile uses, including broken ones; return their number."""
    before = (now or datetime.now(UTC)) - UNATTACHED_LIFETIME
    found = await rows(
        "UPDATE media_attachments SET state = 'removed', changed_at = now() WHERE id IN ("
        "  SELECT id FROM media_attachments m WHERE tweet_id IS NULL AND NOT on_profile "
        "  AND state <> 'removed' AND changed_at < $1 "
        "  AND NOT EXISTS (SELECT 1 FROM draft_pictures WHERE media_id = m.id) "
        "  LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id",
        before,
        BATCH,
    )
    if found:
        await jobs.send(REMOVE, [media["id"] for media in found])
    return len(found)


async def sweep_incoming(store: ObjectStore, *, now: datetime | None = None) -> int:
    """Delete originals whose row is settled or was never written; return their number."""
    before = (now or datetime.now(UTC)) - UNATTACHED_LIFETIME
    old = [item.key async for item in store.list(object_keys.INCOMING) if item.modified_at < before]
    tokens = [key.removeprefix(object_keys.INCOMING) for key in old]
    wanted = await MediaAttachment.filter(token__in=tokens, state=MediaState.PENDING)
    kept = {object_keys.incoming(media.token) for media in wanted}
    gone = [key for key in old if key not in kept]
    for key in gone:
        await store.delete(key)
    if gone:
        log.info("removed %d leftover originals", len(gone))
    return len(gone)
