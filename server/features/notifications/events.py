"""What happens to notifications."""

from __future__ import annotations

from collections.abc import Collection

from server.core.database.connection import rows
from server.core.live.kinds import Fact, Kind, to_actor, to_subject
from server.features.follows import events as follows
from server.features.follows.events import Follow
from server.features.notifications import notifications
from server.features.notifications.told import notifications_of

NOTIFYING_AMONG = """
    SELECT f.follower_id, f.followee_id
    FROM unnest($1::bigint[], $2::bigint[]) AS asked (follower_id, followee_id)
    JOIN follows f ON f.follower_id = asked.follower_id AND f.followee_id = asked.followee_id
    WHERE f.notify
"""


async def unread(users: Collection[int], viewers: Collection[int]) -> dict[int, int]:
    """How many notifications are unread, of those users among the viewers."""
    here = set(users).intersection(viewers)
    return await notifications.unread(here) if here else {}


async def notifying(asked: Collection[Follow], _viewers: Collection[int] = ()) -> dict[Follow, bool]:
    """Of whose new tweets followers are notified, among these pairs of a follower and a followee."""
    found = await rows(NOTIFYING_AMONG, [one[0] for one in asked], [one[1] for one in asked])
    return {(one["follower_id"], one["followee_id"]): True for one in found}


UNREAD = Fact(unread)
NOTIFYING = Fact(notifying)

# A user's notifications have changed, or what they have read of them.
CHANGED = Kind(
    "notifications",
    lambda event: [notifications_of(event.subject_id)],
    lambda event: [(UNREAD, event.subject_id)],
    recipients=to_subject,
)

# The actor turned notifications of new tweets by the subject, a followee, on or off.
TURNED = Kind(
    "notify",
    lambda event: follows.followed(event.actor_id, event.subject_id),
    lambda event: [(NOTIFYING, follows.pair(event))],
    recipients=to_actor,
)
