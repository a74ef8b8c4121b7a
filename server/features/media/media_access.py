"""Who may see a picture, by its row and its owner's, and the key that signs its URLs."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from server.core.database.connection import row
from server.features.media.media_attachment import MediaState
from server.features.timelines.timeline import MediaRow

# A picture that no tweet used within this time is removed, so its URL is signed for just as long.
UNATTACHED_LIFETIME = timedelta(days=1)


class OwnedMedia(MediaRow, frozen=True, kw_only=True):
    """A picture with the tweet that shows it, and the key that signs its URL while no tweet does."""

    tweet_id: int | None
    created_at: datetime
    media_key: bytes


COLUMNS = "id, token, state, alt, width, height, thumbhash, focus, tweet_id, created_at, k.media_key"


MINE = f"""
    SELECT {COLUMNS} FROM media_attachments, (SELECT media_key FROM instance) k
    WHERE id = $1 AND owner_id = $2 AND state <> 'removed'
"""


class Access(msgspec.Struct, frozen=True):
    """The facts that decide who may see a picture."""

    state: MediaState
    is_attached: bool
    is_hidden: bool
    is_suspended: bool
    media_key: bytes


# $1 token. Nobody may see a picture that is broken or removed.
ACCESS = """
    SELECT m.state, m.tweet_id IS NOT NULL OR m.on_profile AS is_attached, u.hidden AS is_hidden,
        u.suspended_at IS NOT NULL OR u.deleted_at IS NOT NULL AS is_suspended,
        (SELECT media_key FROM instance) AS media_key
    FROM media_attachments m JOIN users u ON u.id = m.owner_id
    WHERE m.token = $1 AND m.state IN ('pending', 'ready')
"""


async def access(token: str) -> Access | None:
    """The facts that decide who may see this picture; None if it doesn't exist."""
    found = await row(ACCESS, token)
    return Access(**{**found, "state": MediaState(found["state"])}) if found else None


async def mine(owner_id: int, media_id: int) -> OwnedMedia | None:
    """A picture of this user's."""
    found = await row(MINE, media_id, owner_id)
    return owned(found) if found else None


def owned(found: dict[str, object]) -> OwnedMedia:
    """Build an `OwnedMedia` from a row of `COLUMNS`."""
    return OwnedMedia(**{**found, "state": MediaState(str(found["state"]))})  # type: ignore[arg-type]
