"""What is held of a user, declared by the features that hold it."""

from __future__ import annotations

from server.core.personal import Erase, Exported
from server.features.api_keys.personal import PERSONAL as API_KEYS
from server.features.follows.personal import PERSONAL as FOLLOWS
from server.features.invitations.personal import PERSONAL as INVITATIONS
from server.features.likes.personal import PERSONAL as LIKES
from server.features.media.personal import PERSONAL as MEDIA
from server.features.moderation.personal import PERSONAL as MODERATION
from server.features.tweets.personal import PERSONAL as TWEETS

# In the order in which it is erased.
ALL = (TWEETS, LIKES, FOLLOWS, MEDIA, API_KEYS, INVITATIONS, MODERATION)

EXPORTED: tuple[Exported, ...] = tuple(one for data in ALL for one in data.exported)
ERASE: tuple[Erase, ...] = tuple(step for data in ALL for step in data.erase)
LEFT: tuple[str, ...] = tuple(sql for data in ALL for sql in data.left)
