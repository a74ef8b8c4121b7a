"""What happens to media attachments."""

from __future__ import annotations

from collections.abc import Collection

from server.core.cache import topics
from server.core.database.connection import rows
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Facts, Kind, Recipients, only
from server.features.media.media_access import COLUMNS, OwnedMedia, owned
from server.features.relations.events import APART_AMONG_VIEWERS
from server.features.visibility.events import AUDIENCE_AMONG_VIEWERS, audience

MEDIA = f"""
    SELECT {COLUMNS}
    FROM media_attachments, (SELECT media_key FROM instance) k WHERE id = ANY($1) AND state <> 'removed'
        AND (SELECT NOT hidden FROM users WHERE users.id = owner_id)
"""


async def media(ids: Collection[int], _viewers: Collection[int] = ()) -> dict[int, OwnedMedia]:
    """The pictures among these that exist."""
    return {found["id"]: owned(found) for found in await rows(MEDIA, list(ids))}


def changed(tweet_id: int | None, owner_id: int) -> list[int]:
    """The topics that change when a picture becomes ready, breaks and leaves its tweet, or is described."""
    return [topics.tweet(tweet_id), topics.tweets_of(owner_id)] if tweet_id is not None else []


def recipients(event: EventRow, facts: Facts) -> Recipients:
    """Everybody who may see the tweet; its owner alone while no tweet shows it."""
    if event.object_id is None:
        return only(event.actor_id)
    apart = facts.get(APART_AMONG_VIEWERS, event.actor_id) or frozenset()
    return Recipients(audience(facts, event.object_id), apart)


ATTACHMENT = Fact(media)

# The subject is the picture; the object is the tweet that shows it, or that it left.
CHANGED = Kind(
    "media",
    lambda event: changed(event.object_id, event.actor_id),
    lambda event: [
        (ATTACHMENT, event.subject_id),
        (APART_AMONG_VIEWERS, event.actor_id),
        *([(AUDIENCE_AMONG_VIEWERS, event.object_id)] if event.object_id is not None else []),
    ],
    recipients=recipients,
)
