"""The operations on pictures' rows: receive, attach, describe and remove."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from server.core import text
from server.core.cache import changes
from server.core.database.connection import row, rows
from server.core.errors import BrokenPicture, InvalidKey, MediaInUse, MediaNotFound
from server.core.jobs import Jobs
from server.core.limits import quotas
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.media import events, media_access
from server.features.media.jobs import PROCESS
from server.features.media.media_access import OwnedMedia
from server.features.media.media_attachment import MediaAttachment, MediaState, Purpose
from storage import object_keys
from storage.base import ObjectStore, StorageError

# How many seconds the response to an upload waits for the worker's verdict.
PROCESSING_WAIT = 5.0

# The seconds within which an upload must be stored, and those that a response waits at most for the removal
# of an upload that was not.
STORED_WITHIN, REMOVED_WITHIN = 30, 2


# $1 token, $2 owner, $3 alternative text, $4 the key that authenticated the request, perhaps minutes ago: no
# row if the key or the account is no longer valid. $5 what it is for.
RECEIVE = """
    INSERT INTO media_attachments (token, owner_id, alt, purpose)
    SELECT $1::varchar, u.id, $3::text, $5 FROM users u JOIN api_keys k ON k.user_id = u.id
    WHERE u.id = $2 AND k.id = $4 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
        AND u.suspended_at IS NULL AND u.deleted_at IS NULL
    FOR KEY SHARE OF u
    RETURNING id
"""


# $1 the picture, $2 its owner, $3 its alternative text or null, $4 whether its focal point becomes $5.
DESCRIBE = """
    UPDATE media_attachments SET alt = coalesce($3, alt),
        focus = CASE WHEN $4 THEN $5::float8[] ELSE focus END
    WHERE id = $1 AND owner_id = $2 AND state IN ('pending', 'ready') RETURNING tweet_id
"""


class Description(NamedTuple):
    """What is to be changed of a picture's description.

    Attributes:
        alt: its alternative text; None leaves it as it is.
        changes_focus: whether its focal point is to become `focus`, which is x and y, or None for no point.
    """

    alt: str | None
    changes_focus: bool
    focus: list[float] | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file that is complete. `content_type` was detected from its first bytes."""

    file: Path
    content_type: str
    alt: str
    size: int
    purpose: Purpose = Purpose.TWEET


async def receive(
    viewer: Viewer, upload: Upload, store: ObjectStore, jobs: Jobs, *, day_bytes: int
) -> OwnedMedia:
    """Store an upload and have it processed; return its row, still `pending` if processing takes long.

    Args:
        day_bytes: how many bytes of text the user may add in a day.

    Raises:
        QuotaExceeded: the day has no room for the alternative text.
        InvalidBody: the alternative text breaks a rule.
        InvalidKey: the key or the account stopped being valid during the upload.
        BrokenPicture: the picture cannot be decoded, or exceeds a limit.
        StorageError: the store cannot take it; nothing is left behind.
    """
    alt = text.bounded("alt", upload.alt, text.ALT_MAX_LENGTH)
    await quotas.take_text(viewer.id, alt, day_bytes)
    token = secrets.token_hex(16)
    original = object_keys.incoming(token)
    try:
        async with asyncio.timeout(STORED_WITHIN):
            await store.put_file(original, upload.file, content_type=upload.content_type)
        made = await row(RECEIVE, token, viewer.id, alt, viewer.key_id, upload.purpose)
        if made is None:
            raise InvalidKey
    except BaseException:
        await _leave_nothing(original, store)
        raise
    media_id: int = made["id"]
    if await jobs.send(PROCESS, media_id):
        await jobs.wait_for(token, PROCESSING_WAIT)
    settled = await _mine(viewer, media_id)
    if settled.state is MediaState.BROKEN:
        broken = await MediaAttachment.get_or_none(id=media_id)
        raise BrokenPicture(broken.failure if broken else None)
    return settled


async def describe(viewer: Viewer, media_id: int, description: Description, *, day_bytes: int) -> OwnedMedia:
    """Change the alternative text, the focal point, or both.

    Args:
        day_bytes: how many bytes of text the user may add in a day.

    Raises:
        InvalidBody: the alternative text breaks a rule.
        QuotaExceeded: the day has no room for the text.
        MediaNotFound: this viewer has no such picture.
    """
    alt, changes_focus, focus = description
    if alt is not None:
        text.bounded("alt", alt, text.ALT_MAX_LENGTH)
    await _mine(viewer, media_id)
    if alt is not None:
        await quotas.take_text(viewer.id, alt, day_bytes)
    for media in await rows(DESCRIBE, media_id, viewer.id, alt, changes_focus, focus):
        await changes.tell(events.changed(media["tweet_id"], viewer.id))
    return await _mine(viewer, media_id)


async def ensure_attachable(viewer: Viewer, media_ids: Sequence[int]) -> None:
    """Raises MediaNotFound, MediaInUse or BrokenPicture if one of these cannot be attached to a tweet."""
    ids = [media_id for media_id in media_ids if abs(media_id) <= NEWEST]
    by_id = {media.id: media for media in await MediaAttachment.filter(id__in=ids, owner_id=viewer.id)}
    for media_id in media_ids:
        media = by_id.get(media_id)
        if media is None or media.state is MediaState.REMOVED or media.purpose is not Purpose.TWEET:
            raise MediaNotFound(f"You have no picture with the id {media_id}.")
        if media.state is MediaState.BROKEN:
            raise BrokenPicture(media.failure)
        if media.tweet_id is not None:
            raise MediaInUse(f"Picture {media_id} is already attached to a tweet.")


async def detach_all(tweet_id: int) -> list[int]:
    """Inside a transaction: detach a tweet's pictures and mark them for removal; return their ids."""
    found = await rows(
        "UPDATE media_attachments SET tweet_id = NULL, state = 'removed', changed_at = now() "
        "WHERE tweet_id = $1 RETURNING id",
        tweet_id,
    )
    return [media["id"] for media in found]


async def _leave_nothing(original: str, store: ObjectStore) -> None:
    """Delete the original even if the store said that it did not take it; the sweep removes what stays."""
    with suppress(StorageError, TimeoutError):
        async with asyncio.timeout(REMOVED_WITHIN):
            await store.delete(original)


async def _mine(viewer: Viewer, media_id: int) -> OwnedMedia:
    found = await media_access.mine(viewer.id, media_id)
    if found is None:
        raise MediaNotFound
    return found
