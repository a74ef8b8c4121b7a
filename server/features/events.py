"""All kinds of events, each declared by the feature whose things it is about."""

from __future__ import annotations

from server.core.live.kinds import Kinds
from server.features.api_keys import events as api_keys
from server.features.follows import events as follows
from server.features.likes import events as likes
from server.features.media import events as media
from server.features.moderation import events as moderation
from server.features.people import events as people
from server.features.tweets import events as tweets

KINDS = Kinds(
    [
        tweets.PUBLISHED,
        tweets.DELETED,
        likes.COUNTED,
        likes.LIKED,
        follows.FOLLOWED,
        people.RENAMED,
        media.CHANGED,
        moderation.VISIBILITY,
        api_keys.REVOKED,
        api_keys.PERMISSIONS,
    ]
)
