"""All features, and what they declare in their `feature.py`, put together."""

from __future__ import annotations

from server.core.live.kinds import Kinds
from server.features.api_keys.feature import FEATURE as API_KEYS
from server.features.bookmarks.feature import FEATURE as BOOKMARKS
from server.features.drafts.feature import FEATURE as DRAFTS
from server.features.edits.feature import FEATURE as EDITS
from server.features.follows.feature import FEATURE as FOLLOWS
from server.features.hashtags.feature import FEATURE as HASHTAGS
from server.features.invitations.feature import FEATURE as INVITATIONS
from server.features.likes.feature import FEATURE as LIKES
from server.features.lists.feature import FEATURE as LISTS
from server.features.media.feature import FEATURE as MEDIA
from server.features.mentions.feature import FEATURE as MENTIONS
from server.features.moderation.feature import FEATURE as MODERATION
from server.features.notes.feature import FEATURE as NOTES
from server.features.notifications.feature import FEATURE as NOTIFICATIONS
from server.features.people.feature import FEATURE as PEOPLE
from server.features.pins.feature import FEATURE as PINS
from server.features.polls.feature import FEATURE as POLLS
from server.features.previews.feature import FEATURE as PREVIEWS
from server.features.privacy.feature import FEATURE as PRIVACY
from server.features.quotes.feature import FEATURE as QUOTES
from server.features.relations.feature import FEATURE as RELATIONS
from server.features.replies.feature import FEATURE as REPLIES
from server.features.reposts.feature import FEATURE as REPOSTS
from server.features.tweets.feature import FEATURE as TWEETS
from server.features.visibility.feature import FEATURE as VISIBILITY

# In the order in which a user's data is erased.
FEATURES = (
    TWEETS,
    EDITS,
    REPLIES,
    MENTIONS,
    VISIBILITY,
    LIKES,
    REPOSTS,
    BOOKMARKS,
    PINS,
    POLLS,
    QUOTES,
    PREVIEWS,
    DRAFTS,
    FOLLOWS,
    HASHTAGS,
    RELATIONS,
    LISTS,
    NOTES,
    NOTIFICATIONS,
    MEDIA,
    API_KEYS,
    INVITATIONS,
    MODERATION,
    PRIVACY,
    PEOPLE,
)

KINDS = Kinds([kind for feature in FEATURES for kind in feature.kinds])
MARKS = tuple(mark for feature in FEATURES for mark in feature.marks)
MARKS_ON_PEOPLE = tuple(mark for feature in FEATURES for mark in feature.marks_on_people)
LIMITS = tuple(limit for feature in FEATURES for limit in feature.limits)
TO_MANY = {one.kind: one for feature in FEATURES for one in feature.to_many}
COUNTERS = tuple(counter for feature in FEATURES for counter in feature.counters)

EXPORTED = tuple(one for feature in FEATURES for one in feature.personal.exported)
ERASE = tuple(step for feature in FEATURES for step in feature.personal.erase)
LEFT = tuple(sql for feature in FEATURES for sql in feature.personal.left)
