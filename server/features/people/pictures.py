"""The pictures of a profile: its avatar and its header."""

from __future__ import annotations

from server.core.database.connection import row, rows
from server.core.errors import BrokenPicture, InvalidBody, MediaNotFound
from server.core.paging import NEWEST
from server.features.media.media_attachment import MediaAttachment, MediaState, Purpose

# $1 the picture, $2 its owner, $3 what it is for. Earlier workers prepare all pictures for tweets.
SHOW = """
    UPDATE media_attachments SET on_profile = true, changed_at = now()
    WHERE id = $1 AND owner_id = $2 AND purpose = $3 AND state = 'ready'
        AND CASE purpose WHEN 'avatar' THEN digests ? '-medium' ELSE abs(width - 3 * height) <= 3 END
    RETURNING '/media/' || token AS path
"""
# $1 the user, $2 what for, $3 the picture that is there now, or null. Returns those that were there before.
REPLACE = """
    UPDATE media_attachments SET on_profile = false, state = 'removed', changed_at = now()
    WHERE owner_id = $1 AND purpose = $2 AND on_profile AND id IS DISTINCT FROM $3 RETURNING id
"""
# $1 the user, $2 the path, or null.
SET = {
    Purpose.AVATAR: "UPDATE users SET avatar = $2 WHERE id = $1 RETURNING 1",
    Purpose.HEADER: "UPDATE users SET header = $2 WHERE id = $1 RETURNING 1",
}


async def show(user_id: int, purpose: Purpose, media_id: int | None) -> tuple[str | None, list[int]]:
    """Inside a transaction: show this picture on the user's profile, or none.

    Returns its path, and the pictures that it replaces, which are to be removed.

    Raises:
        MediaNotFound: the user has no such picture.
        BrokenPicture: it can't be shown.
        InvalidBody: it was uploaded for something else, or is still being processed.
    """
    path = None
    if media_id is not None:
        shown = await row(SHOW, media_id, user_id, purpose) if abs(media_id) <= NEWEST else None
        if shown is None:
            await _explain(user_id, purpose, media_id)
            raise MediaNotFound(f"You have no picture with the id {media_id}.")
        path = shown["path"]
    replaced = [one["id"] for one in await rows(REPLACE, user_id, purpose, media_id)]
    await rows(SET[purpose], user_id, path)
    return path, replaced


async def _explain(user_id: int, purpose: Purpose, media_id: int) -> None:
    """Raise what keeps the picture from being shown, if it exists."""
    if abs(media_id) > NEWEST:
        return
    media = await MediaAttachment.get_or_none(id=media_id, owner_id=user_id)
    if media is None or media.state is MediaState.REMOVED:
        return
    if media.state is MediaState.BROKEN:
        raise BrokenPicture(media.failure)
    if media.purpose is not purpose:
        raise InvalidBody(f"Picture {media_id} wasn't uploaded with the purpose {purpose}.")
    if media.state is MediaState.READY:
        raise InvalidBody(f"Picture {media_id} wasn't prepared as {purpose}. Upload it again.")
    raise InvalidBody(f"Picture {media_id} is still being processed. Try again when it is ready.")
