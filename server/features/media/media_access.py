"""Who may have a picture: what its row and its owner's say, and what addresses are signed with."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from server.core.database.connection import row
from server.features.media.media_attachment import MediaState
from server.features.timelines.timeline import MediaRow

# A picture that no tweet took within this time is removed, and so its address is signed for as long.
UNATTACHED_LIFETIME = timedelta(days=1)


class OwnedMedia(MediaRow, frozen=True):
    """A picture with the tweet that shows it, and what its address is signed with while none does."""

    tweet_id: int | None
    created_at: datetime
    media_key: bytes


COLUMNS = "id, token, state, alt, width, height, thumbhash, tweet_id, created_at, k.media_key"


MINE = f"""
    SELECT {COLUMNS} FROM media_attachments, (SELECT media_key FROM instance) k
    WHERE id = $1 AND owner_id = $2 AND state <> 'removed'
"""


class Access(msgspec.Struct, frozen=True):
    """What decides who may have a picture."""

    state: MediaState
    is_attached: bool
    is_hidden: bool
    is_suspended: bool
    media_key: bytes


# $1 token. What is broken or removed nobody may have.
ACCESS = """
    SELECT m.state, m.tweet_id IS NOT NULL AS is_attached, u.hidden AS is_hidden,
        u.suspended_at IS NOT NULL OR u.deleted_at IS NOT NULL AS is_suspended,
        (SELECT media_key FROM instance) AS media_key
    FROM media_attachments m JOIN users u ON u.id = m.owner_id
    WHERE m.token = $1 AND m.state IN ('pending', 'ready')
"""


async def access(token: str) -> Access | None:
    """What decides about this picture; None where there is none."""
    found = await row(ACCESS, token)
    return Access(**{**found, "state": MediaState(found["state"])}) if found else None


async def mine(owner_id: int, media_id: int) -> OwnedMedia | None:
    """A picture of this user's."""
    found = await row(MINE, media_id, owner_id)
    return owned(found) if found else None


def owned(found: dict[str, object]) -> OwnedMedia:
    """A row of `COLUMNS`."""
    return OwnedMedia(**{**found, "state": MediaState(str(found["state"]))})  # type: ignore[arg-type]
